"""Who may do what, from outside."""

from __future__ import annotations

import base64
import ssl
from pathlib import Path

import httpx
import pytest
import yaml


def test_the_kubeconfig_carries_its_authority(plane, tmp_path):
    """The server's certificate is good for its CA, and for nobody who does not know it."""
    config = yaml.safe_load(Path(plane.doors["kubeconfig"]).read_text())
    authority = base64.b64decode(config["clusters"][0]["cluster"]["certificate-authority-data"]).decode()
    trusting = httpx.Client(verify=ssl.create_default_context(cadata=authority), trust_env=False)
    assert trusting.get(f"{plane.doors['kube_server']}/version").status_code == 200
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"{plane.doors['kube_server']}/version", trust_env=False)


def test_nobody_is_anonymous_and_forbidden(plane):
    """A request without credentials is system:anonymous, and RBAC gives it nothing."""
    with plane.client(token="") as client:
        answer = client.get("/api/v1/namespaces/default/configmaps")
    assert answer.status_code == 403
    assert answer.json()["message"] == (
        'configmaps is forbidden: User "system:anonymous" cannot list resource "configmaps" in API group "" '
        'in the namespace "default"'
    )


def test_a_wrong_token_is_refused(plane):
    """A token that nobody holds is 401, not anonymous."""
    with plane.client(token="nonsense") as client:
        answer = client.get("/version")
    assert (answer.status_code, answer.json()["reason"]) == (401, "Unauthorized")


def test_reader_gets_what_a_role_gives(plane, namespace):
    """The reader context has no rights until a Role and a binding give it some, and then no more than those."""
    asked = ["--context", "reader", "-n", namespace, "auth", "can-i"]
    assert "no" in plane.kubectl(*asked, "list", "models.michelangelo.api", check=False)
    plane.kubectl("create", "role", "r", "--verb=get,list,watch", "--resource=models.michelangelo.api", "-n", namespace)
    plane.kubectl("create", "rolebinding", "b", "--role=r", "--user=reader", "-n", namespace)
    assert plane.kubectl(*asked, "list", "models.michelangelo.api") == "yes\n"
    assert "no" in plane.kubectl(*asked, "delete", "models.michelangelo.api", check=False)
    assert plane.kubectl("--context", "reader", "get", "models", "-n", namespace, check=False).startswith(
        "No resources"
    )
    denied = plane.kubectl("--context", "reader", "get", "models", "-n", "default", check=False)
    assert 'User "reader" cannot list resource "models" in API group "michelangelo.api"' in denied


def test_tokens_from_a_file(plane):
    """--token-auth-file adds holders in the real server's format."""
    with plane.client(token="alice-token") as client:
        review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
        answer = client.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", json=review)
    user = answer.json()["status"]["userInfo"]
    assert (user["username"], user["groups"]) == ("alice", ["team", "system:authenticated"])
