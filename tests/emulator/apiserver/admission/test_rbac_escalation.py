"""Nobody gives away more than they hold: roles, bindings and aggregation, through the front door."""

from __future__ import annotations

import itertools

import pytest
from contracts.front_door import RBAC, FrontDoor, message
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.apiserver.apimachinery.users import AUTHENTICATED, UserInfo
from emulator.apiserver.authz.interface import Attributes

GROUP = "rbac.authorization.k8s.io"
NUMBERS = itertools.count()
MINE = ["get", "list"]
WRITES = {"apiGroups": [GROUP], "resources": ["roles", "rolebindings"], "verbs": ["create", "update", "patch"]}
CLUSTER_WRITES = {
    "apiGroups": [GROUP],
    "resources": ["clusterroles", "clusterrolebindings"],
    "verbs": ["create", "update"],
}


@pytest.fixture(scope="module")
def door():
    door = FrontDoor("alice")
    yield door
    door.close()


def pods(*verbs: str) -> dict:
    return {"apiGroups": [""], "resources": ["pods"], "verbs": list(verbs)}


def role(name: str, *rules: dict, **more) -> dict:
    return {"metadata": {"name": name}, "rules": list(rules), **more}


def binding(name: str, kind: str, to: str, user: str = "alice") -> dict:
    reference = {"apiGroup": GROUP, "kind": kind, "name": to}
    return {
        "metadata": {"name": name},
        "roleRef": reference,
        "subjects": [{"apiGroup": GROUP, "kind": "User", "name": user}],
    }


@pytest.fixture
def rooms(door):
    """A namespace in which alice reads pods and writes roles; she writes cluster roles too."""
    name = f"n{next(NUMBERS)}"
    door.make("/api/v1/namespaces", {"metadata": {"name": name}})
    path = f"{RBAC}/namespaces/{name}"
    door.make(f"{path}/roles", role("mine", pods(*MINE), WRITES))
    door.make(f"{path}/rolebindings", binding("mine", "Role", "mine"))
    door.make(f"{RBAC}/clusterroles", role(f"mine-{name}", CLUSTER_WRITES))
    door.make(f"{RBAC}/clusterrolebindings", binding(f"mine-{name}", "ClusterRole", f"mine-{name}"))
    yield path
    door.ask("DELETE", f"{RBAC}/clusterrolebindings/mine-{name}")


def refusal(verbs: str) -> str:
    return (
        'user "alice" (groups=["team" "system:authenticated"]) is attempting to grant RBAC permissions not currently '
        f'held:\n{{APIGroups:[""], Resources:["pods"], Verbs:[{verbs}]}}'
    )


def test_a_role_gives_what_its_writer_holds(door, rooms):
    """A Role of rights that one holds may be made; one right more and every missing one is listed."""
    assert door.ask("POST", f"{rooms}/roles", role("fine", pods("get")), token="alice-token").status_code == 201
    answer = door.ask("POST", f"{rooms}/roles", role("more", pods("get", "delete", "watch")), token="alice-token")
    wanted = refusal('"delete" "watch"')
    assert message(answer, 403) == f'roles.{GROUP} "more" is forbidden: {wanted}'


def test_a_role_that_holds_more_stays_as_it_is(door, rooms):
    """Even a label on a Role that grants more is refused; what the garbage collector has to change is not."""
    door.make(f"{rooms}/roles", role("big", pods("delete")))
    patch = {"metadata": {"labels": {"a": "b"}}}
    kind = {"Content_Type": "application/merge-patch+json"}
    answer = door.ask("PATCH", f"{rooms}/roles/big", patch, token="alice-token", **kind)
    wanted = refusal('"delete"')
    assert message(answer, 403) == f'roles.{GROUP} "big" is forbidden: {wanted}'
    owned = {"metadata": {"finalizers": ["example.com/hold"]}}
    assert door.ask("PATCH", f"{rooms}/roles/big", owned, token="alice-token", **kind).status_code == 200
    smaller = door.ask("PUT", f"{rooms}/roles/big", role("big", pods("get")), token="alice-token")
    assert smaller.status_code == 200, "taking rights away needs none"


def test_a_binding_gives_what_its_writer_holds(door, rooms):
    """Binding a role with more is refused, binding one that is not there is 404, ``bind`` on the role allows it."""
    door.make(f"{rooms}/roles", role("big", pods("delete")))
    path = f"{rooms}/rolebindings"
    answer = door.ask("POST", path, binding("b", "Role", "big"), token="alice-token")
    wanted = refusal('"delete"')
    assert message(answer, 403) == f'rolebindings.{GROUP} "b" is forbidden: {wanted}'
    missing = door.ask("POST", path, binding("b", "Role", "nosuch"), token="alice-token")
    assert message(missing, 404) == f'rolebindings.{GROUP} "nosuch" not found'
    bind = {"apiGroups": [GROUP], "resources": ["roles"], "verbs": ["bind"], "resourceNames": ["big"]}
    door.make(f"{rooms}/roles", role("binder", bind))
    door.make(path, binding("binder", "Role", "binder"))
    assert door.ask("POST", path, binding("b", "Role", "big"), token="alice-token").status_code == 201


def test_escalate_allows_to_write_any_role(door, rooms):
    """``escalate`` on roles lifts the check; limited to a name it does not reach a role that is new."""
    verb = {"apiGroups": [GROUP], "resources": ["roles"], "verbs": ["escalate"], "resourceNames": ["big"]}
    door.make(f"{rooms}/roles", role("lifter", verb))
    door.make(f"{rooms}/rolebindings", binding("lifter", "Role", "lifter"))
    big = role("big", pods("delete"))
    assert door.ask("POST", f"{rooms}/roles", big, token="alice-token").status_code == 403
    door.make(f"{rooms}/roles", role("big", pods("get")))
    assert door.ask("PUT", f"{rooms}/roles/big", big, token="alice-token").status_code == 200


def test_only_cluster_admins_aggregate(door, rooms):
    """An aggregationRule gathers whatever comes to match: it takes every right to write one."""
    selector = {"clusterRoleSelectors": [{"matchLabels": {"rbac.authorization.k8s.io/aggregate-to-edit": "true"}}]}
    name = f"sum-{next(NUMBERS)}"
    answer = door.ask("POST", f"{RBAC}/clusterroles", role(name, aggregationRule=selector), token="alice-token")
    assert message(answer, 403) == (
        f'clusterroles.{GROUP} "{name}" is forbidden: must have cluster-admin privileges to use an aggregationRule'
    )
    assert door.ask("POST", f"{RBAC}/clusterroles", role(name, aggregationRule=selector)).status_code == 201


def test_a_dry_run_is_refused_too(door, rooms):
    """What may not be written may not be tried either."""
    answer = door.ask("POST", f"{rooms}/roles?dryRun=All", role("more", pods("delete")), token="alice-token")
    assert answer.status_code == 403


verbs = st.lists(
    st.sampled_from(["get", "list", "watch", "delete", "create", "*"]), min_size=1, max_size=3, unique=True
)
rules = st.fixed_dictionaries(
    {
        "apiGroups": st.lists(st.sampled_from(["", "apps", "*"]), min_size=1, max_size=2, unique=True),
        "resources": st.lists(
            st.sampled_from(["pods", "secrets", "pods/log", "*"]), min_size=1, max_size=2, unique=True
        ),
        "verbs": verbs,
    },
    optional={"resourceNames": st.lists(st.sampled_from(["x", "y"]), min_size=1, max_size=1)},
)
attempts = st.lists(
    st.tuples(
        st.sampled_from(["POST", "PUT"]),
        st.sampled_from(["roles", "rolebindings"]),
        st.sampled_from(["r0", "r1", "mine", "strong"]),
        st.lists(rules, min_size=1, max_size=2),
        st.sampled_from(["Role r0", "Role r1", "Role strong", "ClusterRole edit", "ClusterRole cluster-admin"]),
    ),
    max_size=6,
)
QUESTIONS = [
    Attributes(UserInfo("alice", "", ("team", AUTHENTICATED)), verb, group, "v1", resource, subresource, "", name)
    for verb in ("get", "delete", "create", "escalate")
    for group in ("", "apps")
    for resource, subresource in (("pods", ""), ("pods", "log"), ("secrets", ""))
    for name in ("", "x", "z")
]


@settings(max_examples=40, deadline=None)
@given(st.lists(rules, max_size=2), attempts)
def test_nobody_escalates(door, held, tries):
    """Whatever somebody writes, after it they may do nothing that they might not do before."""
    name = f"p{next(NUMBERS)}"
    door.make("/api/v1/namespaces", {"metadata": {"name": name}})
    path = f"{RBAC}/namespaces/{name}"
    door.make(f"{path}/roles", role("mine", WRITES, *held))
    door.make(f"{path}/rolebindings", binding("mine", "Role", "mine"))
    door.make(f"{path}/roles", role("strong", {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}))
    before = allowed(door, name)
    for method, plural, who, wanted, reference in tries:
        target = f"{path}/{plural}" if method == "POST" else f"{path}/{plural}/{who}"
        body = role(who, *wanted) if plural == "roles" else binding(who, *reference.split())
        door.ask(method, target, body, token="alice-token")
    assert allowed(door, name) <= before


def allowed(door, namespace: str) -> set[int]:
    decide = door.assembly.rbac.authorize
    return {
        number
        for number, asked in enumerate(QUESTIONS)
        if decide(
            Attributes(
                asked.user, asked.verb, asked.group, "v1", asked.resource, asked.subresource, namespace, asked.name
            )
        ).allowed
    }
