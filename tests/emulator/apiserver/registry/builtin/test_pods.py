"""Pods: what they get, what may change, how they go."""

from typing import Any

import pytest
from contracts.builtin_shelf import Shelf, refusal

from emulator.apiserver.apimachinery.objects import Object, copy
from emulator.apiserver.apimachinery.options import DeleteOptions
from emulator.apiserver.registry.builtin.pod import quality


def pod(**spec: Any) -> Object:
    base = {"containers": [{"name": "c", "image": "nginx"}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {**base, **spec}}


def test_a_new_pod_waits() -> None:
    """A new pod is pending, whatever status came with it, and gets what admission gives every pod."""
    made = Shelf().create({**pod(), "status": {"phase": "Running"}})
    assert made["status"] == {"phase": "Pending", "qosClass": "BestEffort"}
    assert (made["spec"]["priority"], made["spec"]["enableServiceLinks"]) == (0, True)
    assert [item["key"] for item in made["spec"]["tolerations"]] == [
        "node.kubernetes.io/not-ready",
        "node.kubernetes.io/unreachable",
    ]


def test_requests_follow_limits() -> None:
    """A container that says only what it may take asks for as much."""
    made = Shelf().create(pod(containers=[{"name": "c", "image": "i", "resources": {"limits": {"cpu": "1"}}}]))
    assert made["spec"]["containers"][0]["resources"]["requests"] == {"cpu": "1"}
    assert made["status"]["qosClass"] == "Burstable"


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ({}, "BestEffort"),
        ({"requests": {"cpu": "1"}}, "Burstable"),
        ({"limits": {"cpu": "1", "memory": "1Gi"}}, "Guaranteed"),
        ({"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "500m"}}, "Burstable"),
    ],
)
def test_quality(resources: Object, expected: str) -> None:
    """The class of service follows from requests and limits."""
    assert quality({"containers": [{"resources": resources}]}) == expected


def test_the_spec_is_frozen() -> None:
    """A pod's images may change, and tolerations may be added; nothing else."""
    shelf = Shelf()
    made = shelf.create(pod())
    changed = copy(made)
    changed["spec"]["containers"][0]["image"] = "other"
    changed["spec"]["tolerations"].append({"key": "x", "operator": "Exists"})
    made = shelf.update(changed)
    assert made["metadata"]["generation"] == 2
    assert refusal(shelf.change, made, spec__nodeName="n")[0].startswith("spec: Forbidden: pod updates may not change")
    assert refusal(shelf.change, made, spec__tolerations=[])[0].startswith("spec: Forbidden: ")


def test_a_pod_on_no_node_goes_at_once() -> None:
    """Nobody has to stop what never ran."""
    shelf = Shelf()
    assert shelf.delete(shelf.create(pod())).gone


def test_a_pod_on_a_node_gets_its_grace() -> None:
    """A running pod is marked, and gone once its node says that no grace is left."""
    shelf = Shelf()
    made = shelf.create(pod(nodeName="n", terminationGracePeriodSeconds=7))
    deleted = shelf.delete(made)
    assert not deleted.gone
    marked = shelf.stores["pods"].decode(deleted.stored)
    assert marked["metadata"]["deletionGracePeriodSeconds"] == 7
    assert shelf.delete(made, DeleteOptions(grace_period_seconds=0)).gone


def test_kubelets_write_the_status() -> None:
    """Through ``/status`` only the status changes."""
    shelf = Shelf()
    made = shelf.create(pod())
    written = shelf.change(made, "status", status={"phase": "Running", "podIP": "10.0.0.9"}, spec__nodeName="x")
    assert written["status"] == {"phase": "Running", "podIP": "10.0.0.9", "qosClass": "BestEffort"}
    assert "nodeName" not in written["spec"]


def test_ephemeral_containers_are_added() -> None:
    """Through ``/ephemeralcontainers`` containers are added, and never changed."""
    shelf = Shelf()
    made = shelf.create(pod())
    extra = {"name": "e", "image": "busybox"}
    debugged = shelf.change(made, "ephemeralcontainers", spec__ephemeralContainers=[extra], spec__nodeName="x")
    assert debugged["spec"]["ephemeralContainers"][0]["name"] == "e" and "nodeName" not in debugged["spec"]
    errors = refusal(
        shelf.change, debugged, "ephemeralcontainers", spec__ephemeralContainers=[{"name": "f", "image": "i"}]
    )
    assert errors == [
        "spec.ephemeralContainers: Forbidden: existing ephemeral containers may not be removed or changed"
    ]


def test_pods_are_selected_by_where_they_are() -> None:
    """Field selectors see a pod's node, phase and addresses."""
    shelf = Shelf()
    shelf.create(pod(nodeName="n"))
    stored = shelf.stores["pods"].get("ns", "p")
    assert stored.fields["spec.nodeName"] == "n"
    assert (stored.fields["status.phase"], stored.fields["spec.hostNetwork"]) == ("Pending", "false")


def test_resizing_changes_resources_only() -> None:
    """Through ``/resize`` containers get other resources, and nothing else changes."""
    shelf = Shelf()
    made = shelf.create(pod())
    wanted = copy(made)
    wanted["spec"]["containers"][0] |= {"image": "other", "resources": {"requests": {"cpu": "2"}}}
    resized = shelf.update(wanted, "resize")
    container = resized["spec"]["containers"][0]
    assert (container["image"], container["resources"]) == ("nginx", {"requests": {"cpu": "2"}})
    assert resized["metadata"]["generation"] == 2
