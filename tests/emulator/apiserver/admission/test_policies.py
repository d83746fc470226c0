"""ValidatingAdmissionPolicies: CEL that is bound refuses and warns."""

from __future__ import annotations

import pytest
from contracts.front_door import RBAC, FrontDoor, message

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


def allow(door, name: str, kind: str, resource: str, verb: str, **more) -> None:
    """Let somebody do something to a resource everywhere."""
    role, group = f"{name}-{verb}-{resource}", {"apiGroup": "rbac.authorization.k8s.io"}
    rule = {"apiGroups": [""], "resources": [resource], "verbs": [verb], **more}
    door.make(f"{RBAC}/clusterroles", {"metadata": {"name": role}, "rules": [rule]})
    subject = {"kind": kind, "name": name, **(group if kind == "User" else {"namespace": "default"})}
    reference = {**group, "kind": "ClusterRole", "name": role}
    binding = {"metadata": {"name": role}, "roleRef": reference, "subjects": [subject]}
    door.make(f"{RBAC}/clusterrolebindings", binding)


ASKED = [
    ("authorizer.path('/healthz').check('get').allowed()", True),
    ("authorizer.path('/metrics').check('get').allowed()", False),
    ("authorizer.group('').resource('pods').namespace('default').check('list').allowed()", True),
    ("authorizer.group('').resource('pods').subresource('log').check('list').allowed()", False),
    ("authorizer.group('').resource('secrets').name('mine').namespace('x').check('get').allowed()", True),
    ("authorizer.group('').resource('secrets').name('other').check('get').allowed()", False),
    ("authorizer.group('').resource('pods').labelSelector('a=b').fieldSelector('a=b').check('list').allowed()", True),
    ("authorizer.group('').resource('pods').check('list').reason().startsWith('RBAC: allowed by ')", True),
    ("authorizer.group('').resource('pods').check('list').errored()", False),
    ("authorizer.group('').resource('pods').check('list').error() == ''", True),
    ("authorizer.requestResource.check('create').allowed()", True),
    ("authorizer.requestResource.check('delete').allowed()", False),
    ("authorizer.serviceAccount('default', 'bot').group('').resource('nodes').check('get').allowed()", True),
    ("authorizer.serviceAccount('default', 'other').group('').resource('nodes').check('get').allowed()", False),
]


def test_expressions_ask_the_authorizer():
    """It answers as an access review does (about the writer, a service account, a path, the request), wherever it is asked."""
    door = FrontDoor("alice")
    allow(door, "alice", "User", "configmaps", "create")
    allow(door, "alice", "User", "pods", "list")
    allow(door, "alice", "User", "secrets", "get", resourceNames=["mine"])
    allow(door, "bot", "ServiceAccount", "nodes", "get")
    matched = {"matchConstraints": {"resourceRules": [CONFIGMAPS]}}
    door.make(BINDINGS, {"metadata": {"name": "b"}, "spec": {"policyName": "p", "validationActions": ["Deny"]}})
    for position, (expression, holds) in enumerate(ASKED):
        for place, spec in (
            ("validation", {"validations": [{"expression": expression}]}),
            (
                "variable",
                {
                    "variables": [{"name": "may", "expression": expression}],
                    "validations": [{"expression": "variables.may"}],
                },
            ),
            (
                "condition",
                {
                    "matchConditions": [{"name": "may", "expression": f"!({expression})"}],
                    "validations": [{"expression": "false"}],
                },
            ),
        ):
            door.make(POLICIES, {"metadata": {"name": "p"}, "spec": {**matched, **spec}})
            body = {"metadata": {"name": f"{place}-{position}"}}
            answer = door.ask("POST", MAPS, body, token="alice-token")
            assert answer.status_code == (201 if holds else 422), (expression, place, answer.text)
            assert door.ask("DELETE", f"{POLICIES}/p").status_code == 200
    door.close()


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("authorizer.path(' ').check('get').allowed()", "path must not be empty"),
        ("authorizer.group('').resource('').check('get').allowed()", "resource must not be empty"),
        ("authorizer.serviceAccount('a', '_').path('/x').check('get').allowed()", "Invalid service account name"),
        ("authorizer.serviceAccount('_', 'a').path('/x').check('get').allowed()", "Invalid service account namespace"),
    ],
)
def test_what_the_authorizer_cannot_be_asked(door, expression, why):
    """A check of nothing is an error of the expression."""
    policy(door, expression)
    assert message(put(door), 422).endswith(f"expression '{expression}' resulted in error: {why}")


def test_messages_do_not_ask_the_authorizer(door):
    """A variable that asks it is missing in a messageExpression, which then falls back."""
    variables = [{"name": "why", "expression": "authorizer.path('/').check('get').reason()"}]
    validation = {"messageExpression": "'no: ' + variables.why", "message": "no"}
    policy(door, "variables.why == 'x'", variables=variables, validation=validation)
    assert message(put(door), 422).endswith("denied request: no")


@pytest.mark.parametrize(
    ("expression", "failure", "code"),
    [
        ("'made by ' + request.userInfo.username", "Fail", 201),
        ("null", "Fail", 201),
        ("object.data.nosuch", "Fail", 422),
        ("object.data.nosuch", "Ignore", 201),
        ("dyn(1)", "Ignore", 422),
        ("string(authorizer.path('/x').check('get').allowed())", "Fail", 422),
    ],
)
def test_audit_annotations_are_computed(door, expression, failure, code):
    """One that fails refuses the write, whatever its binding's actions are; nobody gives these an authorizer."""
    annotations = [{"key": "who", "valueExpression": expression}]
    policy(door, "true", auditAnnotations=annotations, failurePolicy=failure, actions=["Audit"])
    assert put(door, k="v").status_code == code


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            {"validations": [{"expression": "nosuch"}]},
            'spec.validations[0].expression: Invalid value: "nosuch": compilation failed: ERROR: <input>:1:1: '
            "undeclared reference to 'nosuch' (in container '')\n | nosuch\n | ^",
        ),
        ({"validations": [{"expression": "1"}]}, "must evaluate to bool"),
        (
            {
                "validations": [
                    {"expression": "true", "messageExpression": "authorizer.path('/').check('get').reason()"}
                ]
            },
            "undeclared reference to 'authorizer' (in container '')",
        ),
        ({"validations": [{"expression": "variables.x"}]}, "undefined field 'x'"),
        ({"validations": [{"expression": "params.x == 1"}]}, "undeclared reference to 'params'"),
        ({"matchConditions": [{"name": "a", "expression": "variables.x"}]}, "undeclared reference to 'variables'"),
        ({"auditAnnotations": [{"key": "a", "valueExpression": "1"}]}, "must evaluate to one of [string null_type]"),
        (
            {"auditAnnotations": [{"key": "a b", "valueExpression": "'x'"}]},
            'spec.auditAnnotations[0].key: Invalid value: "p/a b": name part must consist of alphanumeric characters',
        ),
        ({"auditAnnotations": [{"key": "a", "valueExpression": " "}]}, "valueExpression is not specified"),
        (
            {"auditAnnotations": [{"key": "a", "valueExpression": "'x'"}] * 2},
            'spec.auditAnnotations[1].key: Duplicate value: "a"',
        ),
    ],
)
def test_expressions_know_their_names_when_they_are_written(door, change, text):
    """What an expression cannot know, or is not to evaluate to, is refused with the policy."""
    spec = {"matchConstraints": {"resourceRules": [CONFIGMAPS]}, "validations": [{"expression": "true"}], **change}
    assert text in message(door.ask("POST", POLICIES, {"metadata": {"name": "p"}, "spec": spec}), 422)


DEPLOYMENTS = {"apiGroups": ["apps"], "apiVersions": ["v1"], "resources": ["deployments"], "operations": ["CREATE"]}


def checked(door, *validations, rules=(DEPLOYMENTS,), **more) -> dict:
    """The status of a policy."""
    spec = {"matchConstraints": {"resourceRules": list(rules)}, "validations": list(validations), **more}
    door.make(POLICIES, {"metadata": {"name": "p"}, "spec": spec})
    return door.ask("GET", f"{POLICIES}/p").json()["status"]


@pytest.mark.parametrize(
    "expression",
    [
        "object.spec.replicas > 1 && object.spec.template.spec.containers.all(c, c.image.startsWith('a'))",
        "object.metadata.labels['a'] == oldObject.metadata.labels['a'] && has(object.spec.strategy.rollingUpdate)",
        "object.spec.template.spec.containers[0].resources.limits['cpu'] == '1'",
        "object.metadata.creationTimestamp < timestamp('2026-01-01T00:00:00Z')",
        "object.spec.strategy.rollingUpdate.maxSurge == 1 || variables.n > 2 || request.operation == 'CREATE'",
    ],
)
def test_what_fits_the_kinds_has_no_warning(door, expression):
    """A policy whose expressions fit is said to be checked."""
    variables = [{"name": "n", "expression": "size(object.spec.template.spec.volumes)"}]
    status = checked(door, {"expression": expression}, variables=variables)
    assert status == {"observedGeneration": 1, "typeChecking": {}}


def test_what_does_not_fit_is_a_warning(door):
    """Each expression that does not fit a kind is named with it; it is evaluated all the same, and looked at once a generation."""
    status = checked(
        door,
        {"expression": "object.replicas > 1", "messageExpression": "object.spec.replicas + 'x'"},
        {"expression": "size(object.data) > 0"},
        rules=[DEPLOYMENTS, CONFIGMAPS],
    )
    warnings = {each["fieldRef"]: each["warning"] for each in status["typeChecking"]["expressionWarnings"]}
    replicas = "ERROR: <input>:1:7: undefined field 'replicas'\n | object.replicas > 1\n | ......^\n"
    assert warnings.pop("spec.validations[0].expression") == (
        f"/v1, Kind=ConfigMap: {replicas}\napps/v1, Kind=Deployment: {replicas}"
    )
    assert (
        "no matching overload for '_+_' applied to '(int, string)'" in warnings["spec.validations[0].messageExpression"]
    )
    assert warnings["spec.validations[1].expression"].startswith(
        "apps/v1, Kind=Deployment: ERROR: <input>:1:12: undefined"
    )
    body = door.ask("GET", f"{POLICIES}/p").json()
    body["spec"]["validations"] = [{"expression": "object.metadata.name != ''"}]
    assert door.ask("PUT", f"{POLICIES}/p", body).status_code == 200
    status = door.ask("GET", f"{POLICIES}/p").json()["status"]
    assert status == {"observedGeneration": 2, "typeChecking": {}}


@pytest.mark.parametrize(
    "change", [{"apiGroups": ["*"]}, {"resources": ["*", "deployments/status"]}, {"apiVersions": ["v9"]}]
)
def test_only_kinds_that_are_named_are_looked_at(door, change):
    """Wildcards, subresources and what is not served have no type."""
    status = checked(door, {"expression": "object.nosuch == 1"}, rules=[{**DEPLOYMENTS, **change}])
    assert status["typeChecking"] == {}


def test_kinds_of_definitions_have_types_too(door):
    """As objects and as parameters, with the metadata that every object has."""
    properties = {"size": {"type": "integer"}}
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": properties}}}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    names = {"plural": "gears", "singular": "gear", "kind": "Gear", "listKind": "GearList"}
    spec = {"group": "b.example", "scope": "Cluster", "names": names, "versions": [version]}
    definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    door.make(definitions, {"metadata": {"name": "gears.b.example"}, "spec": spec})
    rule = {**DEPLOYMENTS, "apiGroups": ["b.example"], "resources": ["gears"]}
    status = checked(
        door,
        {"expression": "object.spec.size > params.spec.size && object.metadata.labels['a'] != ''"},
        {"expression": "object.spec.size == params.spec.length"},
        rules=[rule],
        paramKind={"apiVersion": "b.example/v1", "kind": "Gear"},
    )
    (warning,) = status["typeChecking"]["expressionWarnings"]
    assert warning["fieldRef"] == "spec.validations[1].expression"
    assert warning["warning"].startswith("b.example/v1, Kind=Gear: ERROR: <input>:1:32: undefined field 'length'")
