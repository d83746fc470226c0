"""APIServices of what is served here."""

from __future__ import annotations

from contracts.front_door import FrontDoor

SERVICES = "/apis/apiregistration.k8s.io/v1/apiservices"
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def test_they_come_and_go_with_what_is_served() -> None:
    """Built-in groups have theirs from the start, a definition's come with it and go with it; others stay."""
    door = FrontDoor()
    core = door.ask("GET", f"{SERVICES}/v1.").json()
    assert core["spec"] == {"version": "v1", "groupPriorityMinimum": 18000, "versionPriority": 1}
    assert core["status"]["conditions"][0]["reason"] == "Local"
    assert door.ask("GET", f"{SERVICES}/v2.autoscaling").status_code == 200
    spec = {"group": "a.example", "version": "v1", "groupPriorityMinimum": 10, "versionPriority": 10}
    door.make(SERVICES, {"metadata": {"name": "v1.a.example"}, "spec": spec})
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}
    names = {"plural": "gears", "singular": "gear", "kind": "Gear", "listKind": "GearList"}
    spec = {"group": "b.example", "scope": "Cluster", "names": names, "versions": [version]}
    door.make(DEFINITIONS, {"metadata": {"name": "gears.b.example"}, "spec": spec})
    door.ask("GET", SERVICES)
    own = door.ask("GET", f"{SERVICES}/v1.b.example").json()
    assert own["spec"]["groupPriorityMinimum"] == 1000
    assert own["metadata"]["labels"] == {"kube-aggregator.kubernetes.io/automanaged": "true"}
    door.ask("DELETE", f"{DEFINITIONS}/gears.b.example")
    door.ask("GET", SERVICES)
    assert door.ask("GET", f"{SERVICES}/v1.b.example").status_code == 404
    assert door.ask("GET", f"{SERVICES}/v1.a.example").status_code == 200
    door.ask("DELETE", f"{SERVICES}/v1.apps")
    assert door.ask("GET", f"{SERVICES}/v1.apps").status_code == 200, "it comes back: apps are still served"
    door.close()
