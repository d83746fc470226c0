"""ResourceQuotas: what is counted, and who is refused."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from emulator.apiserver.registry.quota_usage import concerns, resources, usage

QUOTA = {
    "configmaps": "3",  # one is the CA's
    "count/leases.coordination.k8s.io": "1",
    "pods": "2",
    "requests.cpu": "1",
    "limits.memory": "1Gi",
    "services": "2",
    "services.nodeports": "1",
    "requests.storage": "2Gi",
    "gold.storageclass.storage.k8s.io/persistentvolumeclaims": "1",
}


def _pod(name: str, cpu: str = "500m", memory: str = "252Mi") -> dict[str, Any]:
    container = {"name": "c", "image": "i", "resources": {"requests": {"cpu": cpu}, "limits": {"memory": memory}}}
    return {"metadata": {"name": name}, "spec": {"containers": [container]}}


def _used(client: httpx.Client, namespace: str, wanted: dict[str, str]) -> dict[str, str]:
    """The quota's usage, once it says what is wanted, or after a while."""
    deadline = time.monotonic() + 10
    while True:
        status = client.get(f"/api/v1/namespaces/{namespace}/resourcequotas/q").json().get("status") or {}
        seen = {name: (status.get("used") or {}).get(name) for name in wanted}
        if seen == wanted or time.monotonic() > deadline:
            return seen
        time.sleep(0.02)


def _message(answer: httpx.Response) -> str:
    assert answer.status_code == 403, answer.text
    return answer.json()["message"]


def test_a_quota_counts_and_refuses(plane, namespace: str) -> None:
    base = f"/api/v1/namespaces/{namespace}"
    with plane.client() as client:
        client.post(f"{base}/resourcequotas", json={"metadata": {"name": "q"}, "spec": {"hard": QUOTA}})
        start = {"configmaps": "1", "pods": "0", "requests.cpu": "0", "count/leases.coordination.k8s.io": "0"}
        assert _used(client, namespace, start) == start
        unsaid = {"metadata": {"name": "u"}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
        why = 'pods "u" is forbidden: failed quota: q: must specify limits.memory for: c; requests.cpu for: c'
        assert _message(client.post(f"{base}/pods", json=unsaid)) == why
        assert client.post(f"{base}/pods", json=_pod("a")).status_code == 201
        taken = {"pods": "1", "requests.cpu": "500m", "limits.memory": "252Mi"}
        assert _used(client, namespace, taken) == taken
        why = 'pods "b" is forbidden: exceeded quota: q, requested: requests.cpu=600m, used: requests.cpu=500m, limited: requests.cpu=1'
        assert _message(client.post(f"{base}/pods", json=_pod("b", cpu="600m"))) == why
        client.delete(f"{base}/pods/a?gracePeriodSeconds=0")
        gone = {"pods": "0", "requests.cpu": "0", "limits.memory": "0"}
        assert _used(client, namespace, gone) == gone


def test_objects_services_and_claims_are_counted(plane, namespace: str) -> None:
    base = f"/api/v1/namespaces/{namespace}"
    with plane.client() as client:
        client.post(f"{base}/resourcequotas", json={"metadata": {"name": "q"}, "spec": {"hard": QUOTA}})
        for name in ("x", "y"):
            assert client.post(f"{base}/configmaps", json={"metadata": {"name": name}}).status_code == 201
        why = 'configmaps "z" is forbidden: exceeded quota: q, requested: configmaps=1, used: configmaps=3, limited: configmaps=3'
        assert _message(client.post(f"{base}/configmaps", json={"metadata": {"name": "z"}})) == why
        leases = f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases"
        assert client.post(leases, json={"metadata": {"name": "x"}}).status_code == 201
        assert client.post(leases, json={"metadata": {"name": "y"}}).status_code == 403
        service = {"metadata": {"name": "s"}, "spec": {"type": "NodePort", "ports": [{"port": 80}]}}
        made = client.post(f"{base}/services", json=service).json()
        ports = [{"name": "a", "port": 80}, {"name": "b", "port": 81}]
        grown = client.put(f"{base}/services/s", json={**made, "spec": {**made["spec"], "ports": ports}})
        assert "requested: services.nodeports=1, used: services.nodeports=1" in _message(grown)
        spec = {"accessModes": ["ReadWriteOnce"], "storageClassName": "gold"}
        spec["resources"] = {"requests": {"storage": "1Gi"}}
        claims = f"{base}/persistentvolumeclaims"
        assert client.post(claims, json={"metadata": {"name": "c"}, "spec": spec}).status_code == 201
        assert client.post(claims, json={"metadata": {"name": "d"}, "spec": spec}).status_code == 403
        taken = {"services": "1", "services.nodeports": "1", "requests.storage": "1Gi", "configmaps": "3"}
        assert _used(client, namespace, taken) == taken
        quota = f"{base}/resourcequotas/q"
        patch = {"Content-Type": "application/merge-patch+json"}
        client.patch(quota, json={"spec": {"hard": {"secrets": "7"}}}, headers=patch)
        assert _used(client, namespace, {"secrets": "0"}) == {"secrets": "0"}


def _asks(scope: str, **more: Any) -> dict[str, Any]:
    return {"spec": {"scopeSelector": {"matchExpressions": [{"scopeName": scope, **more}]}}}


@pytest.mark.parametrize(
    ("quota", "spec", "is_in"),
    [
        ({"spec": {"scopes": ["Terminating"]}}, {"activeDeadlineSeconds": 0}, True),
        ({"spec": {"scopes": ["NotTerminating"]}}, {"activeDeadlineSeconds": 0}, False),
        ({"spec": {"scopes": ["BestEffort"]}}, {"containers": [{}]}, True),
        ({"spec": {"scopes": ["BestEffort"]}}, {"containers": [{"resources": {"limits": {"cpu": "1"}}}]}, False),
        (_asks("PriorityClass", operator="In", values=["a"]), {"priorityClassName": "a"}, True),
        (_asks("PriorityClass", operator="NotIn", values=["a"]), {"priorityClassName": "a"}, False),
        (_asks("PriorityClass", operator="Exists"), {}, False),
    ],
)
def test_scopes(quota: dict, spec: dict, is_in: bool) -> None:
    assert concerns(quota, "pods", {"spec": spec}) is is_in
    assert not concerns(quota, "configmaps", {})


def test_what_containers_come_to() -> None:
    def one(cpu: str, **more: Any) -> dict[str, Any]:
        return {"resources": {"requests": {"cpu": cpu}}, **more}

    spec = {
        "initContainers": [one("2"), one("1", restartPolicy="Always"), one("3")],
        "containers": [one("500m"), one("1")],
    }
    assert {name: str(value) for name, value in resources(spec, "requests").items()} == {"cpu": "4"}
    done = {"spec": {**spec, "overhead": {"cpu": "1"}}, "status": {"phase": "Succeeded"}}
    assert list(usage("pods", done)) == ["count/pods"]
    assert str(usage("pods", {**done, "status": {}})["requests.cpu"]) == "5"
