"""APIServices of what is served here."""

from __future__ import annotations

import pytest
from contracts.front_door import FrontDoor, message

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


@pytest.fixture
def door():
    door = FrontDoor("alice")
    yield door
    door.close()


def service(**more) -> dict:
    """An APIService that a Service is to serve."""
    spec = {"group": "a.example", "version": "v1", "groupPriorityMinimum": 10, "versionPriority": 10}
    named = {"service": {"namespace": "default", "name": "gears"}, "insecureSkipTLSVerify": True}
    return {"metadata": {"name": "v1.a.example"}, "spec": {**spec, **named, **more}}


def condition(door) -> tuple[str, str, str]:
    door.ask("GET", "/version")
    (found,) = door.ask("GET", f"{SERVICES}/v1.a.example").json()["status"]["conditions"]
    assert (found["type"], found["lastTransitionTime"][-1]) == ("Available", "Z")
    return found["status"], found["reason"], found["message"]


def test_what_a_service_is_to_serve_is_unavailable(door):
    """All beneath the group version is 503, whatever the method, until the APIService goes; others are as before."""
    door.make(SERVICES, service())
    for method, path in (("GET", ""), ("GET", "/gears"), ("POST", "/namespaces/default/gears"), ("DELETE", "/gears/x")):
        answer = door.ask(method, f"/apis/a.example/v1{path}")
        assert (answer.status_code, answer.text) == (503, "service unavailable\n"), path
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert door.ask("GET", "/apis/a.example/v1/gears", token="alice-token").status_code == 403, "not even asked"
    for path in ("/apis/a.example/v1beta1/gears", "/apis/a.example/v11", "/apis/a.example"):
        assert door.ask("GET", path).status_code == 404, path
    assert door.ask("DELETE", f"{SERVICES}/v1.a.example").status_code == 200
    assert door.ask("GET", "/apis/a.example/v1/gears").status_code == 404


def test_the_condition_says_what_is_missing(door):
    """The Service, its port, its endpoints, an address: each in turn, in the aggregator's words."""
    door.make(SERVICES, service())
    assert condition(door) == ("False", "ServiceNotFound", 'service/gears in "default" is not present')
    ports = [{"name": "web", "port": 80}]
    door.make("/api/v1/namespaces/default/services", {"metadata": {"name": "gears"}, "spec": {"ports": ports}})
    assert condition(door) == (
        "False",
        "ServicePortError",
        'service/gears in "default" is not listening on port 443',
    )
    patch = {"spec": {"ports": [{"name": "https", "port": 443}]}}
    headers = {"content_type": "application/merge-patch+json"}
    door.ask("PATCH", "/api/v1/namespaces/default/services/gears", patch, **headers)
    assert condition(door)[1:] == ("EndpointsNotFound", 'cannot find endpointslices for service/gears in "default"')
    slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"
    meta = {"name": "gears-1", "labels": {"kubernetes.io/service-name": "gears"}}
    endpoint = {"addresses": ["10.0.0.1"], "conditions": {"ready": False}}
    port = {"name": "https", "port": 443}
    body = {"metadata": meta, "addressType": "IPv4", "endpoints": [endpoint], "ports": [port]}
    door.make(slices, body)
    missing = 'endpointslices for service/gears in "default" have no addresses with port name "https"'
    assert condition(door)[1:] == ("MissingEndpoints", missing)
    door.ask("PATCH", f"{slices}/gears-1", {"endpoints": [{"addresses": ["10.0.0.1"]}]}, **headers)
    assert condition(door)[:2] == ("False", "FailedDiscoveryCheck")
    door.ask("PATCH", f"{SERVICES}/v1.a.example", {"spec": {"service": None, "insecureSkipTLSVerify": None}}, **headers)
    assert condition(door) == ("True", "Local", "Local APIServices are always available")
    assert door.ask("GET", "/apis/a.example/v1").status_code == 404


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"version": "v2"}, 'metadata.name: Invalid value: "v1.a.example": must be `spec.version+"."+spec.group`'),
        ({"group": "A"}, 'spec.group: Invalid value: "A": a lowercase RFC 1123 subdomain'),
        ({"group": ""}, 'metadata.name: Invalid value: "v1.a.example": must be'),
        ({"version": "1"}, 'spec.version: Invalid value: "1": a DNS-1035 label'),
        (
            {"groupPriorityMinimum": 20001},
            "spec.groupPriorityMinimum: Invalid value: 20001: must be positive and less than",
        ),
        ({"versionPriority": 0}, "spec.versionPriority: Invalid value: 0: must be positive and less than 1000"),
        ({"service": None}, "spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have"),
        (
            {"service": None, "caBundle": "YWJjZA=="},
            'spec.caBundle: Invalid value: "4 bytes": local APIServices may not have a caBundle',
        ),
        ({"service": {"name": "x"}}, "spec.service.namespace: Required value"),
        ({"caBundle": "YWJjZA=="}, "spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is"),
    ],
)
def test_api_services_that_are_refused(door, change, text):
    """In the real server's words."""
    assert text in message(door.ask("POST", SERVICES, service(**change)), 422)
