"""kubectl's questions about identity and rights: auth, create token, roles, --as, client certificates."""

from __future__ import annotations

import base64
import json
import re

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@pytest.fixture
def kubectl(plane, namespace, tmp_path):
    """kubectl in a namespace of the test's own, with no credentials but those that a test gives."""
    door = plane.doors
    own = tmp_path / "kubeconfig"
    server = ("--kubeconfig", str(own), "config", "set-cluster", "plane", "--insecure-skip-tls-verify")
    plane.kubectl(*server, "--server", door["kube_server"])
    plane.kubectl("--kubeconfig", str(own), "config", "set-context", "plane", "--cluster", "plane")
    plane.kubectl("--kubeconfig", str(own), "config", "use-context", "plane")

    def run(*words: str, token: str = "admin-token", check: bool = True, **options) -> str:
        chosen = ("--token", token) if token else ()
        return plane.kubectl("--kubeconfig", str(own), "-n", namespace, *chosen, *words, check=check, **options)

    return run


def table(text: str) -> dict[str, str]:
    """kubectl's two columns."""
    return dict(re.split(r"\s{2,}", line, maxsplit=1) for line in text.splitlines()[1:])


def test_whoami(kubectl):
    """``auth whoami`` tells name, uid, groups and extra, also of somebody else."""
    assert table(kubectl("auth", "whoami"))["Username"] == "admin"
    assert table(kubectl("auth", "whoami", token="alice-token")) == {
        "Username": "alice",
        "UID": "alice",
        "Groups": "[team system:authenticated]",
    }
    somebody = kubectl("auth", "whoami", "--as", "bob", "--as-group", "a", "--as-group", "b", "--as-uid", "77")
    assert table(somebody) == {"Username": "bob", "UID": "77", "Groups": "[a b system:authenticated]"}


def test_can_i(kubectl, namespace):
    """``auth can-i`` says yes or no, by exit code too, and lists what one may."""
    kubectl("create", "role", "reader", "--verb=get,list", "--resource=pods,pods/log", "--resource-name=web")
    kubectl("create", "rolebinding", "reader", "--role=reader", "--user=alice")
    assert kubectl("auth", "can-i", "get", "pods/web", token="alice-token") == "yes\n"
    assert kubectl("auth", "can-i", "get", "pods/other", token="alice-token", check=False).startswith("no")
    assert kubectl("auth", "can-i", "get", "/healthz", token="alice-token") == "yes\n"
    listed = kubectl("auth", "can-i", "--list", token="alice-token")
    assert re.search(r"^pods/log +\[\] +\[web\] +\[get list\]$", listed, re.MULTILINE)
    assert re.search(r"^ +\[/api/\*\] +\[\] +\[get\]$", listed, re.MULTILINE)
    assert re.search(r"^\*\.\* +\[\] +\[\] +\[\*\]$", kubectl("auth", "can-i", "--list"), re.MULTILINE)


def test_a_role_opens_what_it_says(kubectl):
    """Refused before the binding, allowed after it, refused when it is gone."""
    refusal = kubectl("get", "configmaps", token="alice-token", check=False)
    assert 'configmaps is forbidden: User "alice" cannot list resource "configmaps" in API group ""' in refusal
    kubectl("create", "role", "reader", "--verb=list", "--resource=configmaps")
    kubectl("create", "rolebinding", "reader", "--role=reader", "--group=team")
    assert "kube-root-ca.crt" in kubectl("get", "configmaps", token="alice-token")
    kubectl("delete", "rolebinding", "reader")
    assert "Forbidden" in kubectl("get", "configmaps", token="alice-token", check=False)


def test_impersonation_has_to_be_allowed(kubectl, namespace):
    """``--as`` is for those who may; with a grant of the older kind the refusal names the identity."""
    refusal = kubectl("get", "pods", "--as", "bob", token="alice-token", check=False)
    assert 'User "alice" cannot impersonate-on:user-info:list resource "pods"' in refusal
    name = f"as-bob-{namespace}"
    kubectl("create", "clusterrole", name, "--verb=impersonate", "--resource=users", "--resource-name=bob")
    kubectl("create", "clusterrolebinding", name, f"--clusterrole={name}", "--user=alice")
    try:
        assert table(kubectl("auth", "whoami", "--as", "bob", token="alice-token"))["Username"] == "bob"
        refusal = kubectl("get", "pods", "--as", "carol", token="alice-token", check=False)
        assert 'users "carol" is forbidden: User "alice" cannot impersonate resource "users"' in refusal
    finally:
        kubectl("delete", "clusterrolebinding,clusterrole", name)


def test_a_service_accounts_token(kubectl, namespace):
    """``create token`` gives a token that is the account, until the account is gone."""
    kubectl("create", "serviceaccount", "bot")
    token = kubectl("create", "token", "bot", "--duration", "20m").strip()
    assert table(kubectl("auth", "whoami", token=token))["Username"] == f"system:serviceaccount:{namespace}:bot"
    kubectl("create", "rolebinding", "bot", "--clusterrole=view", f"--serviceaccount={namespace}:bot")
    assert "kube-root-ca.crt" in kubectl("get", "configmaps", token=token)
    assert "Forbidden" in kubectl("get", "secrets", token=token, check=False)
    kubectl("delete", "serviceaccount", "bot")
    assert "You must be logged in to the server" in kubectl("get", "configmaps", token=token, check=False)


def test_a_token_bound_to_a_secret(kubectl):
    """``create token --bound-object-kind`` binds; a duration that is too short is refused in the server's words."""
    kubectl("create", "serviceaccount", "bot")
    kubectl("create", "secret", "generic", "anchor")
    token = kubectl("create", "token", "bot", "--bound-object-kind=Secret", "--bound-object-name=anchor").strip()
    kubectl("auth", "whoami", token=token)
    kubectl("delete", "secret", "anchor")
    assert "Unauthorized" in kubectl("auth", "whoami", token=token, check=False)
    refusal = kubectl("create", "token", "bot", "--duration=60s", check=False)
    assert "may not specify a duration less than 10 minutes" in refusal
    assert 'serviceaccounts "nosuch" not found' in kubectl("create", "token", "nosuch", check=False)


def test_reconcile(kubectl, namespace, tmp_path):
    """``auth reconcile`` adds what a Role lacks and takes nothing away."""
    kubectl("create", "role", "worker", "--verb=get", "--resource=pods")
    path = tmp_path / "role.yaml"
    path.write_text(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n"
        f"metadata: {{name: worker, namespace: {namespace}}}\n"
        'rules:\n- {apiGroups: [""], resources: [configmaps], verbs: [get]}\n'
    )
    assert "role.rbac.authorization.k8s.io/worker reconciled" in kubectl("auth", "reconcile", "-f", str(path))
    rules = json.loads(kubectl("get", "role", "worker", "-o", "json"))["rules"]
    assert [rule["resources"] for rule in rules] == [["pods"], ["configmaps"]]


def test_nobody_escalates_by_kubectl(kubectl, namespace):
    """``create role`` with a right that one lacks is refused, with the right spelled out."""
    kubectl("create", "role", "writer", "--verb=create,get,list", "--resource=roles.rbac.authorization.k8s.io")
    kubectl("create", "rolebinding", "writer", "--role=writer", "--user=alice")
    refusal = kubectl("create", "role", "strong", "--verb=delete", "--resource=pods", token="alice-token", check=False)
    assert "is attempting to grant RBAC permissions not currently held:" in refusal
    assert '{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}' in refusal


def test_describe_a_sum_of_roles(kubectl, namespace):
    """A ClusterRole labelled for ``view`` appears in ``describe clusterrole view``."""
    name = f"more-{namespace}"
    kubectl("create", "clusterrole", name, "--verb=get", "--resource=models.michelangelo.api")
    kubectl("label", "clusterrole", name, "rbac.authorization.k8s.io/aggregate-to-view=true")
    try:
        assert re.search(r"models\.michelangelo\.api +\[\] +\[\] +\[get\]", kubectl("describe", "clusterrole", "view"))
    finally:
        kubectl("delete", "clusterrole", name)
    assert "models.michelangelo.api" not in kubectl("describe", "clusterrole", "view")


def test_a_client_certificate(kubectl, namespace, tmp_path):
    """A request for a certificate, ``certificate approve``, and kubectl is the certificate's user in its groups."""
    key = ec.generate_private_key(ec.SECP256R1())
    names = [(x509.NameOID.ORGANIZATION_NAME, "crew"), (x509.NameOID.COMMON_NAME, namespace)]
    subject = x509.Name([x509.NameAttribute(*name) for name in names])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    document = {
        "apiVersion": "certificates.k8s.io/v1",
        "kind": "CertificateSigningRequest",
        "metadata": {"name": namespace},
        "spec": {
            "request": base64.b64encode(request.public_bytes(pem)).decode(),
            "signerName": "kubernetes.io/kube-apiserver-client",
            "usages": ["client auth"],
        },
    }
    kubectl("create", "-f", "-", input=json.dumps(document))
    assert "Pending" in kubectl("get", "csr", namespace)
    kubectl("certificate", "approve", namespace)
    assert "Approved,Issued" in kubectl("get", "csr", namespace)
    encoded = kubectl("get", "csr", namespace, "-o", "jsonpath={.status.certificate}")
    shown, secret = tmp_path / "client.crt", tmp_path / "client.key"
    shown.write_bytes(base64.b64decode(encoded))
    form = serialization.PrivateFormat.PKCS8
    secret.write_bytes(key.private_bytes(pem, form, serialization.NoEncryption()))
    words = ("--client-certificate", str(shown), "--client-key", str(secret))
    who = table(kubectl(*words, "auth", "whoami", token=""))
    assert (who["Username"], who["Groups"]) == (namespace, "[crew system:authenticated]")
    kubectl("delete", "csr", namespace)
