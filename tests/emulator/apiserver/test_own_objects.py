"""What a server writes about itself, and the limits of what it is asked."""

from __future__ import annotations

import socket
import ssl
from urllib.parse import urlsplit

import pytest

from emulator.apiserver.endpoints.deadline import problem


def test_the_service_kubernetes_leads_to_the_server(plane) -> None:
    with plane.client() as client:
        service = client.get("/api/v1/namespaces/default/services/kubernetes").json()
        (subset,) = client.get("/api/v1/namespaces/default/endpoints/kubernetes").json()["subsets"]
        query = {"labelSelector": "kubernetes.io/service-name=kubernetes"}
        (piece,) = client.get("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", params=query).json()[
            "items"
        ]
    assert service["spec"]["clusterIP"] == "10.96.0.1"
    address = f"{subset['addresses'][0]['ip']}:{subset['ports'][0]['port']}"
    assert plane.doors["kube_server"] == f"https://{address}"
    assert piece["endpoints"][0]["addresses"] == ["127.0.0.1"]
    assert piece["ports"] == subset["ports"]


def test_controllers_find_whom_the_server_trusts(plane) -> None:
    """kube-controller-manager reads the ConfigMap before it starts, with the Role that every cluster has for that."""
    role = "extension-apiserver-authentication-reader"
    rules = plane.kubectl("get", "role", "-n", "kube-system", role, "-o", "jsonpath={.rules[0].resourceNames[0]}")
    assert rules == "extension-apiserver-authentication"
    trust = plane.kubectl("get", "cm", "-n", "kube-system", rules, "-o", "jsonpath={.data.client-ca-file}")
    assert trust.startswith("-----BEGIN CERTIFICATE-----")
    who = "--as=system:kube-controller-manager"
    assert plane.kubectl("auth", "can-i", "get", f"configmaps/{rules}", "-n", "kube-system", who).strip() == "yes"


def test_flow_control_is_set_up(plane) -> None:
    names = plane.kubectl("get", "flowschemas", "-o", "jsonpath={.items[*].metadata.name}").split()
    assert {"exempt", "probes", "global-default", "catch-all"} <= set(names)
    assert "exempt" in plane.kubectl("get", "prioritylevelconfigurations")


@pytest.mark.parametrize("text", ["30s", "1m30s", "1.5h", "0", "0s", "-1s", "300ms", "1\u00b5s", "+5s"])
def test_durations(text: str) -> None:
    assert problem(text) == ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("invalid", 'time: invalid duration "invalid"'),
        ("5", 'time: missing unit in duration "5"'),
        ("5x", 'time: unknown unit "x" in duration "5x"'),
        ("-", 'time: invalid duration "-"'),
    ],
)
def test_what_is_no_duration(plane, text: str, why: str) -> None:
    with plane.client() as client:
        answer = client.get("/version", params={"timeout": text})
        assert (answer.status_code, answer.json()["message"]) == (
            400,
            f"invalid timeout specified in the request URL - {why}",
        )
        watch = client.get("/api/v1/nodes", params={"timeout": text, "watch": "1", "timeoutSeconds": "1"})
        assert watch.status_code == 200


def test_a_review_is_no_table(plane) -> None:
    review = {"spec": {"nonResourceAttributes": {"path": "/", "verb": "get"}}}
    accept = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
    with plane.client() as client:
        path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        assert client.post(path, json=review, headers=accept).status_code == 406


@pytest.mark.parametrize("head", [b"GET /" + b"a" * (2 << 20), b"GET /version HTTP/1.1\r\nX-A: " + b"a" * (2 << 20)])
def test_a_head_without_end_is_cut_off(plane, head: bytes) -> None:
    """Request line and headers may take 1 MiB; then 431, and the connection is closed."""
    where = urlsplit(plane.doors["kube_server"])
    context = ssl._create_unverified_context()
    with socket.create_connection((where.hostname, where.port), 10) as plain, context.wrap_socket(plain) as sock:
        try:
            sock.sendall(head)
        except OSError:
            pass  # closed before it was all sent
        else:
            assert sock.recv(64).startswith(b"HTTP/1.1 431 ")
    with plane.client() as client:
        assert client.get("/readyz").text == "ok"
