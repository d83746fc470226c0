"""A Pod's RuntimeClass: what it brings, and what does not fit it."""

from __future__ import annotations

import pytest
from contracts.front_door import FrontDoor, message

PODS = "/api/v1/namespaces/default/pods"
CLASS = {
    "metadata": {"name": "sandbox"},
    "handler": "sandbox",
    "overhead": {"podFixed": {"cpu": "10m", "memory": "1Mi"}},
    "scheduling": {"nodeSelector": {"kind": "sandbox"}, "tolerations": [{"key": "sandbox", "operator": "Exists"}]},
}


@pytest.fixture(scope="module")
def door():
    door = FrontDoor()
    door.make("/apis/node.k8s.io/v1/runtimeclasses", CLASS)
    yield door
    door.close()


def pod(door, **spec):
    body = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}], **spec}}
    return door.ask("POST", f"{PODS}?dryRun=All", body)


def test_overhead_and_scheduling_are_taken_over(door):
    """The class's overhead, node selector and tolerations become the Pod's."""
    spec = pod(door, runtimeClassName="sandbox", nodeSelector={"a": "b"}).json()["spec"]
    assert spec["overhead"] == {"cpu": "10m", "memory": "1Mi"}
    assert spec["nodeSelector"] == {"a": "b", "kind": "sandbox"}
    assert {"key": "sandbox", "operator": "Exists"} in spec["tolerations"]


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ({"runtimeClassName": "nosuch"}, 'RuntimeClass "nosuch" not found'),
        ({"overhead": {"cpu": "1"}}, "Pod Overhead set without corresponding RuntimeClass defined Overhead"),
        (
            {"runtimeClassName": "sandbox", "overhead": {"cpu": "1"}},
            "Pod's Overhead doesn't match RuntimeClass's defined Overhead",
        ),
        (
            {"runtimeClassName": "sandbox", "nodeSelector": {"kind": "other"}},
            "conflict: runtimeClass.scheduling.nodeSelector[kind] = sandbox; pod.spec.nodeSelector[kind] = other",
        ),
    ],
)
def test_what_does_not_fit(door, spec, text):
    """403, and why."""
    assert message(pod(door, **spec), 403) == f'pods "p" is forbidden: pod rejected: {text}'
