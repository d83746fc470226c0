"""ConfigMaps: named texts and bytes (k8s.io/kubernetes/pkg/apis/core/validation ValidateConfigMap)."""

from __future__ import annotations

import base64
import re

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError, key
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.builtin.generic import BuiltinStrategy

MAX_BYTES = 1024 * 1024
_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_KEY_TEXT = (
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or "
    "'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
)
_IMMUTABLE = "field is immutable when `immutable` is set"


def key_errors(path: str, name: str) -> list[FieldError]:
    """What is wrong with a key of a map: it has to be the name of a file."""
    found = ["must be no more than 253 characters"] if len(name.encode()) > 253 else []
    if not _KEY.fullmatch(name):
        found.append(_KEY_TEXT)
    if name in (".", ".."):
        found.append(f"must not be '{name}'")
    elif name.startswith(".."):
        found.append("must not start with '..'")
    return [fields.invalid(key(path, name), name, text) for text in found]


def immutable_errors(new: Object, old: Object, names: tuple[str, ...]) -> list[FieldError]:
    """What changed of an object that is marked immutable."""
    if not old.get("immutable"):
        return []
    found: list[FieldError] = []
    if not new.get("immutable"):
        found.append(fields.forbidden("immutable", _IMMUTABLE))
    return found + [
        fields.forbidden(name, _IMMUTABLE) for name in names if (new.get(name) or {}) != (old.get(name) or {})
    ]


class ConfigMapStrategy(BuiltinStrategy):
    """Keys, size, immutability."""

    def check(self, obj: Object) -> list[FieldError]:
        """Keys are file names; a key is in one map only; all of it is at most 1 MiB."""
        found: list[FieldError] = []
        data, binary = obj.get("data") or {}, obj.get("binaryData") or {}
        for name in sorted(data):
            found += key_errors("data", name)
            if name in binary:
                found.append(fields.invalid(key("data", name), name, "duplicate of key present in binaryData"))
        for name in sorted(binary):
            found += key_errors("binaryData", name)
        size = sum(len(text.encode("utf-8", "surrogatepass")) for text in data.values())
        size += sum(len(base64.b64decode(value)) for value in binary.values())
        if size > MAX_BYTES:
            found.append(fields.too_long("[]", MAX_BYTES))  # the real server's way to name no field at all
        return found

    def check_update(self, new: Object, old: Object) -> list[FieldError]:
        """An immutable one stays as it is."""
        return immutable_errors(new, old, ("data", "binaryData"))


class ServiceAccountStrategy(BuiltinStrategy):
    """ServiceAccounts: nothing of their own but what DELETE answers."""

    returns_deleted_object = True
