"""Client certificates by CertificateSigningRequest: asked for, approved, signed, shown."""

from __future__ import annotations

import base64

import pytest
from contracts.front_door import AUTHORITY, RBAC, FrontDoor, message
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from emulator.apiserver.authn.client_certs import ClientCertificates
from emulator.apiserver.authn.interface import Credentials

REQUESTS = "/apis/certificates.k8s.io/v1/certificatesigningrequests"
CLIENT = "kubernetes.io/kube-apiserver-client"


@pytest.fixture
def door():
    door = FrontDoor("alice")
    yield door
    door.close()


def body(user: str, *groups: str, usages=("client auth",), **more) -> dict:
    names = [x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, group) for group in groups]
    subject = x509.Name([*names, x509.NameAttribute(x509.NameOID.COMMON_NAME, user)])
    key = ec.generate_private_key(ec.SECP256R1())
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    pem = base64.b64encode(request.public_bytes(serialization.Encoding.PEM)).decode()
    return {"metadata": {"name": user}, "spec": {"request": pem, "signerName": CLIENT, "usages": list(usages), **more}}


def approve(door, name: str, token: str = "admin-token", sort: str = "Approved"):
    request = door.ask("GET", f"{REQUESTS}/{name}").json()
    request["status"]["conditions"] = [{"type": sort, "status": "True", "reason": "Test", "message": "by a test"}]
    return door.ask("PUT", f"{REQUESTS}/{name}/approval", request, token=token)


def status(door, name: str) -> dict:
    return door.ask("GET", f"{REQUESTS}/{name}").json()["status"]


def test_an_approved_request_is_signed(door):
    """The certificate is of the plane's authority, for the subject that was asked for, and authenticates it."""
    made = door.make(REQUESTS, body("carol", "crew", expirationSeconds=3600))
    assert made["spec"]["username"] == "admin"
    assert "certificate" not in status(door, "carol")
    assert approve(door, "carol").status_code == 200
    certificate = x509.load_pem_x509_certificate(base64.b64decode(status(door, "carol")["certificate"]))
    certificate.verify_directly_issued_by(AUTHORITY.certificate)
    der = certificate.public_bytes(serialization.Encoding.DER)
    user = ClientCertificates().authenticate(Credentials(None, der))
    assert user is not None
    assert (user.name, user.groups) == ("carol", ("crew", "system:authenticated"))
    lasts = certificate.not_valid_after_utc - door.assembly.seams.clock.now()
    assert 3500 < lasts.total_seconds() <= 3600


def test_a_denied_request_is_not_signed(door):
    """Denied is the end of it."""
    door.make(REQUESTS, body("carol"))
    assert approve(door, "carol", sort="Denied").status_code == 200
    assert "certificate" not in status(door, "carol")


def test_what_clients_do_not_get(door):
    """A request for other usages fails when it is approved; system:masters may not even be asked for."""
    door.make(REQUESTS, body("carol", usages=("client auth", "server auth")))
    approve(door, "carol")
    assert [each["type"] for each in status(door, "carol")["conditions"]] == ["Approved", "Failed"]
    answer = door.ask("POST", REQUESTS, body("dave", "system:masters"))
    assert message(answer, 403) == (
        'certificatesigningrequests.certificates.k8s.io "dave" is forbidden: '
        f"use of {CLIENT} signer with system:masters group is not allowed"
    )


def test_approving_needs_a_right_on_the_signer(door):
    """To update the approval is not enough: it takes ``approve`` on the signer."""
    door.make(REQUESTS, body("carol"))
    group = "certificates.k8s.io"
    update = {"apiGroups": [group], "resources": ["certificatesigningrequests/approval"], "verbs": ["update"]}
    sign = {"apiGroups": [group], "resources": ["signers"], "verbs": ["approve"], "resourceNames": ["kubernetes.io/*"]}
    role = {"metadata": {"name": "approver"}, "rules": [update]}
    door.make(f"{RBAC}/clusterroles", role)
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "approver"}
    subject = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "alice"}
    binding = {"metadata": {"name": "approver"}, "roleRef": reference, "subjects": [subject]}
    door.make(f"{RBAC}/clusterrolebindings", binding)
    assert message(approve(door, "carol", "alice-token"), 403) == (
        'certificatesigningrequests.certificates.k8s.io "carol" is forbidden: '
        f'user not permitted to approve requests with signerName "{CLIENT}"'
    )
    door.ask("PUT", f"{RBAC}/clusterroles/approver", {**role, "rules": [update, sign]})
    assert approve(door, "carol", "alice-token").status_code == 200
    assert "certificate" in status(door, "carol")
