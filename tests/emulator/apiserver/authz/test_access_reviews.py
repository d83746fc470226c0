"""Access reviews: what they answer, and which are refused in which words."""

from __future__ import annotations

import pytest
from contracts.front_door import AUTHENTICATION, AUTHORIZATION, RBAC, FrontDoor, message

API = "authorization.k8s.io/v1"


@pytest.fixture(scope="module")
def door():
    door = FrontDoor("alice", "bob")
    rule = {"apiGroups": [""], "resources": ["pods", "pods/log"], "verbs": ["get", "list"], "resourceNames": ["web"]}
    door.make(f"{RBAC}/namespaces/default/roles", {"metadata": {"name": "reader"}, "rules": [rule]})
    binding = {
        "metadata": {"name": "reader"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "alice"}],
    }
    door.make(f"{RBAC}/namespaces/default/rolebindings", binding)
    yield door
    door.close()


def ask(door, kind, spec, namespace="", token="admin-token"):
    plural = f"{kind.lower()}s"
    path = f"{AUTHORIZATION}/namespaces/{namespace}/{plural}" if namespace else f"{AUTHORIZATION}/{plural}"
    return door.ask("POST", path, {"apiVersion": API, "kind": kind, "spec": spec}, token=token)


def pods(verb="get", name="web", namespace="default", **more):
    return {"resourceAttributes": {"verb": verb, "resource": "pods", "name": name, "namespace": namespace, **more}}


def test_a_review_says_by_which_binding(door):
    """An allowed review names the binding, the role and the subject that allow it."""
    status = ask(door, "SubjectAccessReview", {**pods(), "user": "alice"}).json()["status"]
    assert status == {
        "allowed": True,
        "reason": 'RBAC: allowed by RoleBinding "reader/default" of Role "reader" to User "alice"',
    }
    assert ask(door, "SubjectAccessReview", {**pods(), "user": "bob"}).json()["status"] == {"allowed": False}


def test_names_and_subresources_count(door):
    """resourceNames and subresources are asked for as they are in a request."""
    own = [
        ("SelfSubjectAccessReview", pods(name="other"), False),
        ("SelfSubjectAccessReview", pods(subresource="log"), True),
        ("SelfSubjectAccessReview", pods(subresource="exec"), False),
        ("SelfSubjectAccessReview", pods(namespace="kube-system"), False),
        ("SelfSubjectAccessReview", {"nonResourceAttributes": {"path": "/healthz", "verb": "get"}}, True),
        ("SelfSubjectAccessReview", {"nonResourceAttributes": {"path": "/metrics", "verb": "get"}}, False),
    ]
    for kind, spec, allowed in own:
        assert ask(door, kind, spec, token="alice-token").json()["status"]["allowed"] is allowed, spec


def test_a_review_agrees_with_the_request(door):
    """What a review allows the request may do, and what it refuses is 403."""
    for token, code in (("alice-token", 404), ("bob-token", 403)):
        allowed = ask(door, "SelfSubjectAccessReview", pods(), token=token).json()["status"]["allowed"]
        assert allowed is (code == 404)
        assert door.ask("GET", "/api/v1/namespaces/default/pods/web", token=token).status_code == code


def test_all_that_one_may(door):
    """SelfSubjectRulesReview lists every rule of every binding, with its names, and says that it is complete."""
    status = ask(door, "SelfSubjectRulesReview", {"namespace": "default"}, token="alice-token").json()["status"]
    assert status["incomplete"] is False
    rule = {
        "verbs": ["get", "list"],
        "apiGroups": [""],
        "resources": ["pods", "pods/log"],
        "resourceNames": ["web"],
    }
    assert rule in status["resourceRules"]
    assert any("/healthz" in rule["nonResourceURLs"] for rule in status["nonResourceRules"])
    elsewhere = ask(door, "SelfSubjectRulesReview", {"namespace": "kube-public"}, token="alice-token").json()["status"]
    assert rule not in elsewhere["resourceRules"]


def test_a_cluster_admins_rules_are_never_stale(door):
    """Rules that a new binding brings are in the very next review, for cluster admins too."""
    before = ask(door, "SelfSubjectRulesReview", {"namespace": "default"}).json()["status"]["resourceRules"]
    rule = {"apiGroups": ["fresh.example.com"], "resources": ["things"], "verbs": ["get"]}
    door.make(f"{RBAC}/clusterroles", {"metadata": {"name": "fresh"}, "rules": [rule]})
    binding = {
        "metadata": {"name": "fresh"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "fresh"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "admin"}],
    }
    door.make(f"{RBAC}/clusterrolebindings", binding)
    after = ask(door, "SelfSubjectRulesReview", {"namespace": "default"}).json()["status"]["resourceRules"]
    assert len(after) == len(before) + 1


@pytest.mark.parametrize(
    ("kind", "spec", "namespace", "text"),
    [
        (
            "SelfSubjectAccessReview",
            {},
            "",
            '.authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: null: '
            "exactly one of nonResourceAttributes or resourceAttributes must be specified",
        ),
        (
            "SelfSubjectAccessReview",
            {**pods(), "nonResourceAttributes": {"path": "/x", "verb": "get"}},
            "",
            '.authorization.k8s.io "" is invalid: spec.nonResourceAttributes: Invalid value: '
            '{"Path":"/x","Verb":"get"}: cannot be specified in combination with resourceAttributes',
        ),
        (
            "SubjectAccessReview",
            pods(),
            "",
            '.authorization.k8s.io "" is invalid: spec.user: Invalid value: "": '
            "at least one of user or group must be specified",
        ),
        (
            "LocalSubjectAccessReview",
            {**pods(namespace="kube-system"), "user": "alice"},
            "default",
            '.authorization.k8s.io "" is invalid: spec.resourceAttributes.namespace: Invalid value: "kube-system": '
            "must match metadata.namespace",
        ),
        (
            "LocalSubjectAccessReview",
            {"nonResourceAttributes": {"path": "/x", "verb": "get"}, "user": "alice"},
            "default",
            '.authorization.k8s.io "" is invalid: spec.nonResourceAttributes: Invalid value: '
            '{"Path":"/x","Verb":"get"}: disallowed on this kind of request',
        ),
        (
            "SelfSubjectAccessReview",
            pods(labelSelector={}),
            "",
            '.authorization.k8s.io "" is invalid: spec.resourceAttributes.labelSelector.requirements: Required value: '
            "when spec.resourceAttributes.labelSelector is specified, requirements or rawSelector is required",
        ),
        (
            "SelfSubjectAccessReview",
            pods(fieldSelector={"rawSelector": "a=b", "requirements": [{"key": "a", "operator": "Exists"}]}),
            "",
            '.authorization.k8s.io "" is invalid: spec.resourceAttributes.fieldSelector.rawSelector: Invalid value: '
            '"a=b": may not specified at the same time as requirements',
        ),
    ],
)
def test_reviews_that_are_refused(door, kind, spec, namespace, text):
    """What a review may not ask, in the real server's words."""
    assert message(ask(door, kind, spec, namespace), 422) == text


@pytest.mark.parametrize(
    ("selector", "requirement", "text"),
    [
        ("fieldSelector", {"operator": "Exists"}, "key: Required value: must be specified"),
        (
            "fieldSelector",
            {"key": "a", "operator": "In"},
            "values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
        ),
        (
            "fieldSelector",
            {"key": "a", "operator": "Exists", "values": ["b"]},
            "values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
        ),
        (
            "labelSelector",
            {"key": "a", "operator": "NotIn"},
            "values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
        ),
        (
            "labelSelector",
            {"key": "a b", "operator": "Exists"},
            'key: Invalid value: "a b": name part must consist of alphanumeric characters',
        ),
        (
            "labelSelector",
            {"key": "a", "operator": "In", "values": ["x", "?"]},
            'values[1]: Invalid value: "?": a valid',
        ),
        ("labelSelector", {"key": "a", "operator": "Later", "values": ["x"]}, ""),
        ("fieldSelector", {"key": "a b", "operator": "Later"}, ""),
    ],
)
def test_requirements_of_selectors(door, selector, requirement, text):
    """Operators have values where they need some; one that nobody knows yet is a newer client's."""
    answer = ask(door, "SelfSubjectAccessReview", pods(**{selector: {"requirements": [requirement]}}))
    if text:
        where = f"spec.resourceAttributes.{selector}.requirements[0]"
        assert message(answer, 422).startswith(f'.authorization.k8s.io "" is invalid: {where}.{text}')
    else:
        assert answer.status_code == 201


def test_reviews_are_not_kept(door):
    """Reviews can be created and nothing else."""
    assert door.ask("GET", f"{AUTHORIZATION}/selfsubjectaccessreviews").status_code == 405
    assert door.ask("GET", f"{AUTHENTICATION}/tokenreviews").status_code == 405


def test_reviews_of_others_need_a_right(door):
    """Everybody may ask about themselves, not everybody about others."""
    assert ask(door, "SelfSubjectAccessReview", pods(), token="bob-token").status_code == 201
    answer = ask(door, "SubjectAccessReview", {**pods(), "user": "alice"}, token="bob-token")
    assert message(answer, 403) == (
        'subjectaccessreviews.authorization.k8s.io is forbidden: User "bob" cannot create resource '
        '"subjectaccessreviews" in API group "authorization.k8s.io" at the cluster scope'
    )


def test_reviews_have_no_metadata(door):
    """A review with a name is refused; one in another namespace than its path is 400."""
    review = {"apiVersion": API, "kind": "SelfSubjectAccessReview", "metadata": {"name": "x"}, "spec": pods()}
    text = message(door.ask("POST", f"{AUTHORIZATION}/selfsubjectaccessreviews", review), 422)
    assert text.startswith('.authorization.k8s.io "" is invalid: metadata: Invalid value: {"name":"x",')
    assert text.endswith(": must be empty")
    spec = {**pods(), "user": "alice"}
    local = {"apiVersion": API, "kind": "LocalSubjectAccessReview", "metadata": {"namespace": "other"}, "spec": spec}
    answer = door.ask("POST", f"{AUTHORIZATION}/namespaces/default/localsubjectaccessreviews", local)
    assert message(answer, 400) == (
        "the namespace of the provided object does not match the namespace sent on the request"
    )
