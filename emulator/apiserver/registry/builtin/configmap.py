"""ConfigMaps and Secrets: named bytes (k8s.io/kubernetes/pkg/apis/core/validation)."""

from __future__ import annotations

import base64
import json
import re

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError, child, key
from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.apimachinery.syntax import dns1123_subdomain
from emulator.apiserver.registry.builtin.generic import BuiltinStrategy
from emulator.apiserver.registry.strategy import Context

MAX_BYTES = 1024 * 1024
_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_KEY_TEXT = (
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or "
    "'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
)
_IMMUTABLE = "field is immutable when `immutable` is set"


def config_key_errors(name: str) -> list[str]:
    """What is wrong with a key."""
    found = ["must be no more than 253 characters"] if len(name.encode()) > 253 else []
    if not _KEY.fullmatch(name):
        found.append(_KEY_TEXT)
    if name in (".", ".."):
        found.append(f"must not be '{name}'")
    elif name.startswith(".."):
        found.append("must not start with '..'")
    return found


def _immutable_errors(new: Object, old: Object, names: tuple[str, ...]) -> list[FieldError]:
    if not old.get("immutable"):
        return []
    found: list[FieldError] = []
    if not new.get("immutable"):
        found.append(fields.forbidden("immutable", _IMMUTABLE))
    found += [fields.forbidden(name, _IMMUTABLE) for name in names if (new.get(name) or {}) != (old.get(name) or {})]
    return found


class ConfigMapStrategy(BuiltinStrategy):
    """Keys, size, immutability."""

    def prepare_for_create(self, context: Context, obj: Object) -> None:
        """Empty maps are no maps."""
        _drop_empty(obj)

    def prepare_for_update(self, context: Context, new: Object, old: Object) -> None:
        """Empty maps are no maps."""
        _drop_empty(new)

    def validate(self, context: Context, obj: Object) -> list[FieldError]:
        """Keys are file names; a key is in one map only; all of it is at most 1 MiB."""
        found: list[FieldError] = []
        size = 0
        data, binary = obj.get("data") or {}, obj.get("binaryData") or {}
        for name in sorted(data):
            found += [fields.invalid(key("data", name), name, text) for text in config_key_errors(name)]
            if name in binary:
                found.append(fields.invalid(key("data", name), name, f"duplicate of key present in binaryData"))
            size += len(data[name].encode("utf-8", "surrogatepass"))
        for name in sorted(binary):
            found += [fields.invalid(key("binaryData", name), name, text) for text in config_key_errors(name)]
            size += len(base64.b64decode(binary[name]))
        if size > MAX_BYTES:
            found.append(fields.too_long("", MAX_BYTES))
        return found

    def validate_update(self, context: Context, new: Object, old: Object) -> list[FieldError]:
        """An immutable one stays as it is."""
        return _immutable_errors(new, old, ("data", "binaryData")) + self.validate(context, new)


def _drop_empty(obj: Object) -> None:
    for name in ("data", "binaryData"):
        if name in obj and not obj[name]:
            del obj[name]


_REQUIRED = {
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
}


class SecretStrategy(BuiltinStrategy):
    """Types with required keys; ``stringData`` is folded into ``data``."""

    def prepare_for_create(self, context: Context, obj: Object) -> None:
        """Fold stringData; the type is Opaque unless given."""
        _fold(obj)

    def prepare_for_update(self, context: Context, new: Object, old: Object) -> None:
        """Fold stringData; the type stays unless given."""
        if not new.get("type"):
            new["type"] = old.get("type") or "Opaque"
        _fold(new)

    def validate(self, context: Context, obj: Object) -> list[FieldError]:
        """Keys are file names; types have what they are for; all of it is at most 1 MiB."""
        found: list[FieldError] = []
        data = obj.get("data") or {}
        size = 0
        for name in sorted(data):
            found += [fields.invalid(key("data", name), name, text) for text in config_key_errors(name)]
            size += len(base64.b64decode(data[name] or ""))
        if size > MAX_BYTES:
            found.append(fields.too_long("data", MAX_BYTES))
        return found + self._type_errors(obj, data)

    def _type_errors(self, obj: Object, data: Object) -> list[FieldError]:
        sort = obj.get("type") or ""
        if sort == "kubernetes.io/service-account-token":
            name = (metadata(obj).get("annotations") or {}).get("kubernetes.io/service-account.name")
            where = child("metadata.annotations", "")[:-1] + "[kubernetes.io/service-account.name]"
            return [] if name else [fields.required(where)]
        if sort == "kubernetes.io/basic-auth":
            if "username" not in data and "password" not in data:
                return [fields.required("data[username]"), fields.required("data[password]")]
            return []
        found = [fields.required(key("data", name)) for name in _REQUIRED.get(sort, ()) if name not in data]
        if not found and sort in ("kubernetes.io/dockercfg", "kubernetes.io/dockerconfigjson"):
            name = _REQUIRED[sort][0]
            text = base64.b64decode(data[name])
            try:
                json.loads(text)
            except ValueError:
                from emulator.apiserver.apimachinery.gojson import explain

                found.append(fields.invalid(key("data", name), "<secret contents redacted>", explain(text)))
        return found

    def validate_update(self, context: Context, new: Object, old: Object) -> list[FieldError]:
        """The type never changes; an immutable one stays as it is."""
        found: list[FieldError] = []
        if new.get("type") != old.get("type"):
            found.append(fields.invalid("type", new.get("type"), "field is immutable"))
        return found + _immutable_errors(new, old, ("data", "stringData")) + self.validate(context, new)


def _fold(obj: Object) -> None:
    """``stringData`` into ``data``."""
    plain = obj.pop("stringData", None)
    if plain:
        data = obj.setdefault("data", {})
        for name, text in plain.items():
            data[name] = base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()
    if "data" in obj and not obj["data"]:
        del obj["data"]
    if not obj.get("type"):
        obj["type"] = "Opaque"


class ServiceAccountStrategy(BuiltinStrategy):
    """ServiceAccounts."""

    returns_deleted_object = True

    def name_errors(self, name: str) -> list[str]:
        """Names are DNS subdomains."""
        return dns1123_subdomain(name)
