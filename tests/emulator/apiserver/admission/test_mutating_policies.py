"""MutatingAdmissionPolicies: CEL that changes what is written."""

from __future__ import annotations

import pytest
from contracts.front_door import FrontDoor, message

ADMISSION = "/apis/admissionregistration.k8s.io/v1"
POLICIES, BINDINGS = f"{ADMISSION}/mutatingadmissionpolicies", f"{ADMISSION}/mutatingadmissionpolicybindings"
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
ABOUT = {"apiGroups": ["apps"], "apiVersions": ["v1"], "resources": ["deployments"], "operations": ["CREATE", "UPDATE"]}


@pytest.fixture
def door():
    door = FrontDoor()
    yield door
    door.close()


def apply(expression: str) -> dict:
    return {"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": expression}}


def patch(expression: str) -> dict:
    return {"patchType": "JSONPatch", "jsonPatch": {"expression": expression}}


def policy(door, *mutations: dict, name: str = "p", **more) -> None:
    """A policy about Deployments, and its binding."""
    spec = {"matchConstraints": {"resourceRules": [ABOUT]}, "mutations": list(mutations), "reinvocationPolicy": "Never"}
    door.make(POLICIES, {"metadata": {"name": name}, "spec": {**spec, **more}})
    door.make(BINDINGS, {"metadata": {"name": name}, "spec": {"policyName": name}})


def deploy(door, **meta):
    container = {"name": "c", "image": "i"}
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [container]}}
    spec = {"selector": {"matchLabels": {"a": "b"}}, "template": template}
    return door.ask("POST", f"{DEPLOYMENTS}?dryRun=All", {"metadata": {"name": "d", **meta}, "spec": spec})


def test_an_apply_configuration_is_merged(door):
    """Maps and lists by keys are merged, as server-side apply does it; defaults are filled in afterwards."""
    policy(
        door,
        apply(
            """Object{
                metadata: Object.metadata{annotations: {"by": variables.who}},
                spec: Object.spec{
                    replicas: object.spec.replicas + 1,
                    template: Object.spec.template{spec: Object.spec.template.spec{
                        containers: [Object.spec.template.spec.containers{name: "side", image: "s"}]
                    }}
                }
            }"""
        ),
        variables=[{"name": "who", "expression": "request.userInfo.username + '-' + object.metadata.name"}],
    )
    made = deploy(door, annotations={"own": "x"}).json()
    assert made["metadata"]["annotations"] == {"own": "x", "by": "admin-d"}
    assert made["spec"]["replicas"] == 2
    containers = made["spec"]["template"]["spec"]["containers"]
    assert [(one["name"], one["image"], one["imagePullPolicy"]) for one in containers] == [
        ("c", "i", "Always"),
        ("side", "s", "Always"),
    ]


def test_a_json_patch_and_conditions(door):
    """Operations in order; a condition that does not hold leaves the object alone."""
    policy(
        door,
        patch(
            """[
                JSONPatch{op: "test", path: "/spec/replicas", value: 1},
                JSONPatch{op: "replace", path: "/spec/replicas", value: 3},
                JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("a.b/c"), value: "d"}
            ]"""
        ),
        matchConditions=[{"name": "m", "expression": "has(object.metadata.labels)"}],
    )
    made = deploy(door, labels={"x": "y"}).json()
    assert (made["spec"]["replicas"], made["metadata"]["labels"]) == (3, {"x": "y", "a.b/c": "d"})
    assert deploy(door).json()["spec"]["replicas"] == 1


def test_mutations_ask_the_authorizer(door):
    """Whoever writes is asked about, as in validations."""
    value = "string(authorizer.group('').resource('nodes').check('get').allowed())"
    policy(door, apply(f'Object{{metadata: Object.metadata{{annotations: {{"may": {value}}}}}}}'))
    assert deploy(door).json()["metadata"]["annotations"]["may"] == "true"


def test_policies_see_what_others_did(door):
    """In the order of their names; one that wants to be is asked again after a later one."""
    count = 'Object{metadata: Object.metadata{labels: {"n": string(size(object.metadata.?labels.orValue({})))}}}'
    policy(door, apply(count), name="a", reinvocationPolicy="IfNeeded")
    policy(door, apply('Object{metadata: Object.metadata{labels: {"m": "1"}}}'), name="b")
    assert deploy(door).json()["metadata"]["labels"] == {"m": "1", "n": "2"}


@pytest.mark.parametrize(
    ("mutation", "why"),
    [
        (apply("Object{spec: Object.spec{bogus: 1}}"), "field not declared in schema"),
        (apply("Object{spec: Object.status{replicas: 1}}"), 'unexpected type name "Object.status"'),
        (
            apply('Object{spec: Object.spec{selector: Object.spec.selector{matchLabels: {"a": "b"}}}}'),
            "may not mutate atomic arrays, maps or structs: .spec.selector",
        ),
        (apply("Object{spec: Object.spec{replicas: object.spec.nosuch}}"), "no such key: nosuch"),
        (patch('[JSONPatch{op: "test", path: "/spec/replicas", value: 5}]'), ""),
    ],
)
def test_what_fails_is_refused(door, mutation, why):
    """422 with policy and binding, unless the policy says to ignore failures."""
    policy(door, mutation)
    said = message(deploy(door), 422)
    assert said.startswith("deployments.apps \"d\" is forbidden: policy 'p' with binding 'p' denied request: ")
    assert why in said
    there = door.ask("GET", f"{POLICIES}/p").json()
    there["spec"]["failurePolicy"] = "Ignore"
    assert door.ask("PUT", f"{POLICIES}/p", there).status_code == 200
    assert deploy(door).status_code == 201


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"mutations": []}, "spec.mutations"),
        ({"mutations": [{"patchType": "Sed"}]}, "spec.mutations[0].patchType"),
        ({"mutations": [apply("Object{")]}, "spec.mutations[0].applyConfiguration.expression"),
        ({"mutations": [apply("Other{a: 1}")]}, "spec.mutations[0].applyConfiguration.expression"),
        ({"mutations": [{"patchType": "JSONPatch"}]}, "spec.mutations[0].jsonPatch"),
        ({"mutations": [apply("Object{}")], "reinvocationPolicy": "Often"}, "spec.reinvocationPolicy"),
        ({"mutations": [apply("Object{}")], "matchConstraints": {}}, "spec.matchConstraints.resourceRules"),
    ],
)
def test_what_is_no_policy(door, spec, field):
    """422 with the field."""
    base = {"matchConstraints": {"resourceRules": [ABOUT]}, "reinvocationPolicy": "Never"}
    answer = door.ask("POST", POLICIES, {"metadata": {"name": "p"}, "spec": {**base, **spec}})
    assert answer.status_code == 422, answer.text
    assert field in [cause["field"] for cause in answer.json()["details"]["causes"]]
