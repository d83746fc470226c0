"""Secrets: typed bytes (k8s.io/kubernetes/pkg/apis/core/validation ValidateSecret)."""

from __future__ import annotations

import base64
import json

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError, key
from emulator.apiserver.apimachinery.gojson import explain
from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.registry.builtin.configmap import MAX_BYTES, immutable_errors, key_errors
from emulator.apiserver.registry.builtin.generic import BuiltinStrategy
from emulator.apiserver.registry.strategy import Context

ACCOUNT_TOKEN = "kubernetes.io/service-account-token"
ACCOUNT_NAME = "kubernetes.io/service-account.name"
_REDACTED = "<secret contents redacted>"
_REQUIRED = {
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
}


class SecretStrategy(BuiltinStrategy):
    """Types with required keys."""

    def prepare_for_update(self, context: Context, new: Object, old: Object) -> None:
        """The type stays unless another is given (which is refused)."""
        if not new.get("type"):
            new["type"] = old.get("type")

    def check(self, obj: Object) -> list[FieldError]:
        """Keys are file names; types have what they are for; all of it is at most 1 MiB."""
        data = obj.get("data") or {}
        found = [error for name in sorted(data) for error in key_errors("data", name)]
        if sum(len(base64.b64decode(value)) for value in data.values()) > MAX_BYTES:
            found.append(fields.too_long("data", MAX_BYTES))
        return found + _type_errors(obj, data)

    def check_update(self, new: Object, old: Object) -> list[FieldError]:
        """The type never changes; an immutable one stays as it is."""
        found: list[FieldError] = []
        if new.get("type") != old.get("type"):
            found.append(fields.invalid("type", new.get("type"), "field is immutable"))
        return found + immutable_errors(new, old, ("data",))


def _type_errors(obj: Object, data: Object) -> list[FieldError]:
    sort = obj.get("type") or ""
    if sort == ACCOUNT_TOKEN:
        named = (metadata(obj).get("annotations") or {}).get(ACCOUNT_NAME)
        return [] if named else [fields.required(key("metadata.annotations", ACCOUNT_NAME))]
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
            found.append(fields.invalid(key("data", name), _REDACTED, explain(text)))
    return found
