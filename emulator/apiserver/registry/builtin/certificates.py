"""CertificateSigningRequests (k8s.io/kubernetes/pkg/registry/certificates). Who signs: authn/request_signer.py."""

from __future__ import annotations

import base64

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.builtin.generic import BuiltinStatusStrategy, BuiltinStrategy, keep
from emulator.apiserver.registry.strategy import Context

_WHO = ("username", "uid", "groups", "extra")


class SigningRequestStrategy(BuiltinStrategy):
    """CertificateSigningRequests: who asks is who sends the request."""

    has_status = True

    def prepare_for_create(self, context: Context, obj: Object) -> None:
        """Note who asks."""
        obj["status"] = {}
        spec, user = obj["spec"], context.user
        for name in _WHO:
            spec.pop(name, None)
        spec["username"] = user.name
        if user.uid:
            spec["uid"] = user.uid
        if user.groups:
            spec["groups"] = list(user.groups)

    def prepare_for_update(self, context: Context, new: Object, old: Object) -> None:
        """A request does not change."""
        keep(new, old, "spec")
        keep(new, old, "status")

    def check(self, obj: Object) -> list[FieldError]:
        """A PEM block, for a signer, for some use."""
        spec = obj["spec"]
        found: list[FieldError] = []
        if not spec.get("usages"):
            found.append(fields.required("spec.usages"))
        signer = spec.get("signerName") or ""
        if not signer:
            found.append(fields.required("spec.signerName"))
        elif signer.count("/") != 1:
            text = "must be a fully qualified domain and path of the form 'example.com/signer-name'"
            found.append(fields.invalid("spec.signerName", signer, text))
        given = spec.get("request") or ""
        if b"-----BEGIN CERTIFICATE REQUEST-----" not in base64.b64decode(given):
            text = "PEM block type must be CERTIFICATE REQUEST"
            found.append(fields.invalid("spec.request", given, text))
        return found

    def name_errors(self, name: str) -> list[str]:
        """Any name will do."""
        return []


class ApprovalStrategy(BuiltinStatusStrategy):
    """Writes through ``/approval``: the conditions."""

    def prepare_for_update(self, context: Context, new: Object, old: Object) -> None:
        """Only the conditions."""
        conditions = (new.get("status") or {}).get("conditions")
        keep(new, old, "spec")
        keep(new, old, "status")
        if conditions:
            new.setdefault("status", {})["conditions"] = conditions
        else:
            new.get("status", {}).pop("conditions", None)
