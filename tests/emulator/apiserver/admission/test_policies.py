"""ValidatingAdmissionPolicies: CEL that is bound refuses and warns."""

from __future__ import annotations

import pytest
from contracts.front_door import FrontDoor, message

ADMISSION = "/apis/admissionregistration.k8s.io/v1"
POLICIES, BINDINGS = f"{ADMISSION}/validatingadmissionpolicies", f"{ADMISSION}/validatingadmissionpolicybindings"
MAPS = "/api/v1/namespaces/default/configmaps"
CONFIGMAPS = {"apiGroups": [""], "apiVersions": ["v1"], "resources": ["configmaps"], "operations": ["CREATE", "UPDATE"]}


@pytest.fixture
def door():
    door = FrontDoor()
    yield door
    door.close()


def policy(door, expression: str, *, actions=("Deny",), bound=None, validation=None, **more) -> None:
    """A policy about ConfigMaps with one expression, and its binding."""
    spec = {
        "matchConstraints": {"resourceRules": [CONFIGMAPS]},
        "validations": [{"expression": expression, **(validation or {})}],
        **more,
    }
    door.make(POLICIES, {"metadata": {"name": "p"}, "spec": spec})
    binding = {"policyName": "p", "validationActions": list(actions), **(bound or {})}
    door.make(BINDINGS, {"metadata": {"name": "b"}, "spec": binding})


def put(door, name="a", path=MAPS, **data: str):
    return door.ask("POST", path, {"metadata": {"name": name}, "data": data})


WHICH = "ValidatingAdmissionPolicy 'p' with binding 'b'"


def test_what_does_not_hold_is_refused(door):
    """A write is 422 with policy, binding and expression, and the same text as a cause."""
    policy(door, "object.data.k == 'yes'")
    assert put(door, k="yes").status_code == 201
    answer = put(door, "b", k="no")
    text = f"{WHICH} denied request: failed expression: object.data.k == 'yes'"
    assert message(answer, 422) == f'configmaps "b" is forbidden: {text}'
    assert answer.json()["reason"] == "Invalid"
    assert answer.json()["details"] == {"name": "b", "kind": "configmaps", "causes": [{"message": text}]}
    assert door.ask("GET", f"{MAPS}/b").status_code == 404


@pytest.mark.parametrize(
    ("validation", "code", "text"),
    [
        ({"message": "be nice"}, 422, "be nice"),
        ({"message": "be nice", "reason": "Forbidden"}, 403, "be nice"),
        ({"messageExpression": "'not ' + object.data.k"}, 422, "not no"),
        ({"messageExpression": "object.data.nosuch", "message": "be nice"}, 422, "be nice"),
    ],
)
def test_messages_and_reasons(door, validation, code, text):
    """A validation says in its own words why, under its own code."""
    policy(door, "object.data.k == 'yes'", validation=validation)
    assert message(put(door, k="no"), code).endswith(f"denied request: {text}")


def test_warnings(door):
    """With the action Warn the write goes through, and says what is wrong with it."""
    policy(door, "object.data.k == 'yes'", actions=["Warn"])
    answer = put(door, k="no")
    assert answer.status_code == 201
    wanted = f"Validation failed for {WHICH}: failed expression: object.data.k == 'yes'"
    assert answer.headers.get_list("warning") == [f'299 - "{wanted}"']


def test_without_a_binding_nothing_is_asked(door):
    """A policy alone does nothing; when its binding goes, so does what it forbids."""
    policy(door, "false")
    assert put(door).status_code == 422
    assert door.ask("DELETE", f"{BINDINGS}/b").status_code == 200
    assert put(door).status_code == 201


def test_an_error_is_a_failure_unless_ignored(door):
    """An expression that cannot be evaluated refuses, unless failurePolicy is Ignore."""
    policy(door, "object.data.k == 'yes'")
    text = message(put(door, other="x"), 422)
    assert text.endswith("expression 'object.data.k == 'yes'' resulted in error: no such key: k")
    spec = door.ask("GET", f"{POLICIES}/p").json()
    spec["spec"]["failurePolicy"] = "Ignore"
    assert door.ask("PUT", f"{POLICIES}/p", spec).status_code == 200
    assert put(door, other="x").status_code == 201


def test_what_expressions_see(door):
    """oldObject, request, the namespace and variables, each in turn."""
    policy(
        door,
        "variables.known && (oldObject == null || oldObject.data.k != 'frozen') && request.userInfo.username == 'admin'",
        variables=[{"name": "known", "expression": "namespaceObject.metadata.name == request.namespace"}],
    )
    assert put(door, k="frozen").status_code == 201
    assert door.ask("PUT", f"{MAPS}/a", {"metadata": {"name": "a"}, "data": {"k": "thawed"}}).status_code == 422
    assert door.ask("DELETE", f"{MAPS}/a").status_code == 200, "deletions were not asked for"


def test_match_conditions(door):
    """A policy is only about what its matchConditions let through."""
    policy(door, "false", matchConditions=[{"name": "named", "expression": "object.metadata.name.startsWith('x')"}])
    assert put(door, "a").status_code == 201
    assert put(door, "xa").status_code == 422


def test_params(door):
    """A binding hands its policy an object; without one, parameterNotFoundAction decides."""
    reference = {"name": "limits", "namespace": "default", "parameterNotFoundAction": "Deny"}
    kind = {"apiVersion": "v1", "kind": "ConfigMap"}
    policy(
        door,
        "object.metadata.name == 'limits' || object.data.size <= params.data.max",
        paramKind=kind,
        bound={"paramRef": reference},
    )
    missing = "no params found for policy binding with `Deny` parameterNotFoundAction"
    assert message(put(door, "a", size="5"), 422).endswith(missing)
    door.ask("DELETE", f"{BINDINGS}/b")
    assert put(door, "limits", max="6").status_code == 201
    binding = {"policyName": "p", "validationActions": ["Deny"], "paramRef": reference}
    door.make(BINDINGS, {"metadata": {"name": "b"}, "spec": binding})
    assert put(door, "a", size="5").status_code == 201
    assert put(door, "b", size="7").status_code == 422


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "default"}}}, 422),
        ({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "other"}}}, 201),
        ({"resourceRules": [{**CONFIGMAPS, "resourceNames": ["a"]}]}, 422),
        ({"resourceRules": [{**CONFIGMAPS, "resourceNames": ["b"]}]}, 201),
        ({"excludeResourceRules": [CONFIGMAPS]}, 201),
    ],
)
def test_a_binding_narrows(door, limits, code):
    """A binding's matchResources is a further limit."""
    policy(door, "false", bound={"matchResources": limits})
    assert put(door).status_code == code


def test_policies_cannot_lock_everybody_out(door):
    """A policy that refuses everything does not refuse to be changed."""
    every = {"apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*"], "operations": ["*"]}
    policy(door, "false", matchConstraints={"resourceRules": [every]})
    assert put(door).status_code == 422
    assert door.ask("DELETE", f"{POLICIES}/p").status_code == 200
    assert put(door).status_code == 201


def test_policies_that_are_refused(door):
    """Expressions compile, and a binding has actions that go together."""
    spec = {"matchConstraints": {"resourceRules": [CONFIGMAPS]}, "validations": [{"expression": "object.x >"}]}
    text = message(door.ask("POST", POLICIES, {"metadata": {"name": "p"}, "spec": spec}), 422)
    assert "spec.validations[0].expression: Invalid value: " in text
    assert "compilation failed: ERROR: <input>:1:" in text
    binding = {"policyName": "p", "validationActions": ["Deny", "Warn"]}
    text = message(door.ask("POST", BINDINGS, {"metadata": {"name": "b"}, "spec": binding}), 422)
    assert "must not contain both Deny and Warn" in text
