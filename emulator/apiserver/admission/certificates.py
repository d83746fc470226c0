"""Who may approve a CertificateSigningRequest, and what none may ask for (k8s.io/kubernetes/plugin/pkg/admission/certificates)."""

from __future__ import annotations

import base64

from emulator.apiserver.admission.chain import Plugin
from emulator.apiserver.apimachinery import errors
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.users import MASTERS
from emulator.apiserver.authz.interface import Attributes, Authorizer
from emulator.apiserver.registry.resource import Resource
from emulator.apiserver.registry.strategy import Context

GROUP = "certificates.k8s.io"
CLIENT = "kubernetes.io/kube-apiserver-client"


class CertificateRequests(Plugin):
    """Approving needs ``approve`` on the signer; nobody gets into ``system:masters`` by a certificate."""

    def __init__(self, authorizer: Authorizer) -> None:
        self._authorizer = authorizer

    def minds(self, operation: str, resource: Resource, subresource: str) -> bool:
        """Requests, written."""
        return operation != "DELETE" and resource.group == GROUP and resource.plural == "certificatesigningrequests"

    def validate(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """Refuse. Raises StatusError (403)."""
        assert obj is not None, "a write has an object"
        resource = context.resource
        signer = obj["spec"].get("signerName") or ""
        if operation == "CREATE" and signer == CLIENT and MASTERS in _organizations(obj["spec"].get("request") or ""):
            why = f"use of {CLIENT} signer with {MASTERS} group is not allowed"
            raise errors.forbidden(resource.group_resource, context.name, why)
        if operation == "UPDATE" and context.subresource == "approval" and not self._may(context, signer):
            why = f'user not permitted to approve requests with signerName "{signer}"'
            raise errors.forbidden(resource.group_resource, context.name, why)

    def _may(self, context: Context, signer: str) -> bool:
        every = f"{signer.partition('/')[0]}/*"
        return any(
            self._authorizer.authorize(Attributes(context.user, "approve", GROUP, "*", "signers", name=name)).allowed
            for name in (signer, every)
        )


def _organizations(request: str) -> list[str]:
    """The groups that a request (PEM in base64) asks for; none when it cannot be read."""
    from cryptography import x509

    try:
        subject = x509.load_pem_x509_csr(base64.b64decode(request)).subject
    except ValueError:
        return []
    return [str(name.value) for name in subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)]
