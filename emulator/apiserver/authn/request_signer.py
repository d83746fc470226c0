"""Signs approved CertificateSigningRequests for clients (k8s.io/kubernetes/pkg/controller/certificates/signer)."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

from cryptography import x509

from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.authn.certificates import VALID, Authority
from emulator.apiserver.registry.store import Backing, Store
from emulator.apiserver.storage.interface import Event

SIGNERS = ("kubernetes.io/kube-apiserver-client", "kubernetes.io/kube-apiserver-client-kubelet")
USAGES = frozenset({"digital signature", "key encipherment", "client auth"})
MANAGER = "kube-controller-manager"


class RequestSigner:
    """Gives approved requests their certificate; those that ask for what clients do not get are marked Failed."""

    def __init__(self, backing: Backing, requests: Store, authority: Authority) -> None:
        self._clock = backing.clock
        self._afterwards = backing.afterwards
        self._requests = requests
        self._authority = authority
        backing.storage.subscribe(self._notice)

    def _notice(self, event: Event) -> None:
        if event.stored.key.resource == self._requests.name and event.type == "MODIFIED":
            self._afterwards.soon(self._sync, event.stored.key.name)

    def _sync(self, name: str) -> None:
        stored = self._requests.find("", name)
        if stored is None:
            return
        old = self._requests.decode(stored)
        status = signed(self._authority, old, self._clock.now())
        if status is None:
            return
        new = {**old, "metadata": {**metadata(old)}, "status": status}
        self._requests.kind.field_manager("status").update(old, new, MANAGER, self._clock.timestamp())
        self._requests.write(new)


def signed(authority: Authority, request: Object, now: datetime) -> Object | None:
    """The status of an approved request with its certificate, or with why it gets none; None when there is nothing to do."""
    status: Object = request.get("status") or {}
    held = {each["type"] for each in status.get("conditions") or () if each.get("status", "True") == "True"}
    if held != {"Approved"} or status.get("certificate") or request["spec"]["signerName"] not in SIGNERS:
        return None
    try:
        return {**status, "certificate": base64.b64encode(_sign(authority, request["spec"], now)).decode()}
    except ValueError as error:
        stamp = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        failed = {"type": "Failed", "status": "True", "reason": "SignerValidationFailure", "message": str(error)}
        failed |= {"lastUpdateTime": stamp, "lastTransitionTime": stamp}
        return {**status, "conditions": [*status["conditions"], failed]}


def _sign(authority: Authority, spec: Object, now: datetime) -> bytes:
    """A certificate (PEM) for the request's subject. Raises ValueError when it asks for too much."""
    usages = set(spec.get("usages") or ())
    if "client auth" not in usages or usages - USAGES:
        raise ValueError(f"usages did not match {sorted(USAGES)}")
    request = x509.load_pem_x509_csr(base64.b64decode(spec["request"]))
    if not request.is_signature_valid:
        raise ValueError("unable to verify the signature of the request")
    seconds = spec.get("expirationSeconds")
    lasting = min(VALID, timedelta(seconds=seconds)) if seconds else VALID
    return authority.sign(request, now + lasting)
