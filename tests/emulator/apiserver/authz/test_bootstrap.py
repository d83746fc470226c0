"""What a new cluster lets everybody, nobody and the usual roles do."""

from __future__ import annotations

import pytest
from contracts.front_door import RBAC, FrontDoor, message

from emulator.apiserver.apimachinery.users import AUTHENTICATED, UserInfo
from emulator.apiserver.authz.interface import Attributes

GROUP = "rbac.authorization.k8s.io"


@pytest.fixture(scope="module")
def door():
    door = FrontDoor("alice", "viewer", "editor", "owner")
    for user, role in (("viewer", "view"), ("editor", "edit"), ("owner", "admin")):
        subject = {"apiGroup": GROUP, "kind": "User", "name": user}
        reference = {"apiGroup": GROUP, "kind": "ClusterRole", "name": role}
        body = {"metadata": {"name": user}, "roleRef": reference, "subjects": [subject]}
        door.make(f"{RBAC}/namespaces/default/rolebindings", body)
    yield door
    door.close()


@pytest.mark.parametrize("path", ["/healthz", "/livez", "/readyz", "/version", "/version/"])
def test_everybody_sees_whether_it_is_well(door, path):
    """Health and version need no credentials."""
    assert door.ask("GET", path, token="").status_code == 200


@pytest.mark.parametrize("path", ["/api", "/apis", "/openapi/v2", "/.well-known/openid-configuration", "/metrics"])
def test_nobody_in_particular_sees_no_more(door, path):
    """Everything else is 403 without credentials, for the user system:anonymous."""
    text = f'forbidden: User "system:anonymous" cannot get path "{path}"'
    assert message(door.ask("GET", path, token=""), 403) == text


@pytest.mark.parametrize("path", ["/api", "/apis", "/api/v1", "/apis/apps/v1", "/openapi/v2", "/openapi/v3"])
def test_whoever_is_known_may_discover(door, path):
    """Discovery is for everybody who is authenticated."""
    assert door.ask("GET", path, token="alice-token").status_code == 200


def test_a_wrong_token_is_worse_than_none(door):
    """A token that nobody knows is 401, also where none is needed."""
    assert message(door.ask("GET", "/healthz", token="wrong"), 401) == "Unauthorized"


@pytest.mark.parametrize(
    ("user", "verb", "resource", "allowed"),
    [
        ("viewer", "list", "pods", True),
        ("viewer", "get", "pods/log", True),
        ("viewer", "get", "secrets", False),
        ("viewer", "create", "pods", False),
        ("viewer", "list", "roles.rbac.authorization.k8s.io", False),
        ("editor", "get", "secrets", True),
        ("editor", "create", "pods/exec", True),
        ("editor", "delete", "deployments.apps", True),
        ("editor", "create", "serviceaccounts/token", True),
        ("editor", "create", "roles.rbac.authorization.k8s.io", False),
        ("editor", "update", "resourcequotas", False),
        ("owner", "create", "rolebindings.rbac.authorization.k8s.io", True),
        ("owner", "create", "localsubjectaccessreviews.authorization.k8s.io", True),
        ("owner", "update", "resourcequotas", False),
        ("owner", "create", "clusterroles.rbac.authorization.k8s.io", False),
        ("system:kube-controller-manager", "list", "widgets.example.com", True),
        ("system:kube-controller-manager", "create", "pods", False),
        ("system:kube-scheduler", "create", "pods/binding", True),
        ("system:kube-scheduler", "create", "pods", False),
        ("system:kube-proxy", "watch", "endpointslices.discovery.k8s.io", True),
        ("system:serviceaccount:kube-system:deployment-controller", "create", "replicasets.apps", True),
        ("system:serviceaccount:kube-system:cronjob-controller", "create", "jobs.batch", True),
        ("system:serviceaccount:kube-system:statefulset-controller", "create", "persistentvolumeclaims", True),
        ("system:serviceaccount:kube-system:generic-garbage-collector", "delete", "widgets.example.com", True),
        ("system:serviceaccount:kube-system:cronjob-controller", "delete", "nodes", False),
    ],
)
def test_what_the_usual_roles_allow(door, user, verb, resource, allowed):
    """view reads all but secrets, edit writes what runs, admin shares the namespace, controllers do their work."""
    name, _, group = resource.partition(".")
    plural, _, subresource = name.partition("/")
    asked = Attributes(UserInfo(user, "", (AUTHENTICATED,)), verb, group, "v1", plural, subresource, "default")
    assert door.assembly.rbac.authorize(asked).allowed is allowed


def test_a_new_role_joins_the_sum(door):
    """A ClusterRole with the label joins view, edit and admin at once, and leaves with its label."""
    rule = {"apiGroups": ["example.com"], "resources": ["widgets"], "verbs": ["get"]}
    labels = {"rbac.authorization.k8s.io/aggregate-to-view": "true"}
    door.make(f"{RBAC}/clusterroles", {"metadata": {"name": "widgets", "labels": labels}, "rules": [rule]})
    for name in ("view", "edit", "admin"):
        assert rule in door.ask("GET", f"{RBAC}/clusterroles/{name}").json()["rules"], name
    assert door.ask("DELETE", f"{RBAC}/clusterroles/widgets").status_code == 200
    for name in ("view", "edit", "admin"):
        assert rule not in door.ask("GET", f"{RBAC}/clusterroles/{name}").json()["rules"], name


def test_system_roles_are_marked(door):
    """Bootstrap roles and bindings carry the label and annotation that tell them from people's."""
    for plural in ("clusterroles", "clusterrolebindings"):
        items = door.ask("GET", f"{RBAC}/{plural}?labelSelector=kubernetes.io/bootstrapping").json()["items"]
        assert len(items) > 40
        for item in items:
            assert item["metadata"]["annotations"] == {"rbac.authorization.kubernetes.io/autoupdate": "true"}
