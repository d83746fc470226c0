"""RBAC: roles and bindings to decisions, against the suite's own evaluator; nobody grants what they do not hold."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from conformance.model.rbac import Binding, Request, granted
from emulator.apiserver.apimachinery.users import UserInfo
from emulator.apiserver.authz.escalation import uncovered
from emulator.apiserver.authz.interface import Attributes
from emulator.apiserver.authz.rbac import RbacAuthorizer

RBAC = "rbac.authorization.k8s.io"
NAMESPACES = ("n", "m")
rules = st.fixed_dictionaries(
    {
        "apiGroups": st.lists(st.sampled_from(["", "g", "*"]), min_size=1, max_size=2, unique=True),
        "resources": st.lists(
            st.sampled_from(["r", "s", "r/status", "*", "*/status"]), min_size=1, max_size=2, unique=True
        ),
        "verbs": st.lists(st.sampled_from(["get", "list", "create", "*"]), min_size=1, max_size=2, unique=True),
    },
    optional={"resourceNames": st.lists(st.sampled_from(["x", "y"]), min_size=1, max_size=2, unique=True)},
)
subjects = st.one_of(
    st.sampled_from([{"kind": "User", "apiGroup": RBAC, "name": name} for name in ("u", "v")]),
    st.sampled_from([{"kind": "Group", "apiGroup": RBAC, "name": name} for name in ("team", "system:authenticated")]),
    st.sampled_from([{"kind": "ServiceAccount", "name": "bot", "namespace": name} for name in NAMESPACES]),
)
bindings = st.builds(
    Binding, st.sampled_from(["", *NAMESPACES]), st.lists(rules, max_size=2), st.lists(subjects, max_size=2)
)
users = st.sampled_from(
    [
        UserInfo("u", "", ("system:authenticated",)),
        UserInfo("v", "", ("team", "system:authenticated")),
        UserInfo("system:serviceaccount:n:bot", "", ("system:serviceaccounts", "system:authenticated")),
    ]
)
requests = st.builds(
    Request,
    st.sampled_from(["get", "list", "create", "delete"]),
    st.sampled_from(["", "g", "h"]),
    st.sampled_from(["r", "s"]),
    st.sampled_from(["", *NAMESPACES]),
    st.sampled_from(["", "x", "z"]),
    st.sampled_from(["", "status"]),
)


class Source:
    """Roles and bindings held in lists, as an RbacSource."""

    def __init__(self, held: list[Binding]) -> None:
        self.held = list(enumerate(held))

    def revision(self) -> int:
        return 1

    def _role(self, number: int, binding: Binding, kind: str) -> dict[str, Any]:
        meta = {"name": f"r{number}", "namespace": binding.namespace}
        return {"kind": kind, "metadata": meta, "rules": list(binding.rules)}

    def _binding(self, number: int, binding: Binding, kind: str) -> dict[str, Any]:
        reference = {"apiGroup": RBAC, "kind": kind, "name": f"r{number}"}
        meta = {"name": f"b{number}", "namespace": binding.namespace}
        return {"metadata": meta, "subjects": list(binding.subjects), "roleRef": reference}

    def roles(self, namespace: str) -> list[Any]:
        return [self._role(n, held, "Role") for n, held in self.held if held.namespace == namespace]

    def role_bindings(self, namespace: str) -> list[Any]:
        return [self._binding(n, held, "Role") for n, held in self.held if held.namespace == namespace]

    def cluster_roles(self) -> list[Any]:
        return [self._role(n, held, "ClusterRole") for n, held in self.held if not held.namespace]

    def cluster_role_bindings(self) -> list[Any]:
        return [self._binding(n, held, "ClusterRole") for n, held in self.held if not held.namespace]


def decide(held: list[Binding], user: UserInfo, asked: Request) -> bool:
    attributes = Attributes(
        user, asked.verb, asked.group, "v1", asked.resource, asked.subresource, asked.namespace, asked.name
    )
    return RbacAuthorizer(Source(held)).authorize(attributes).allowed


@given(st.lists(bindings, max_size=4), users, requests)
def test_a_request_is_allowed_exactly_when_a_bound_rule_covers_it(held, user, asked):
    """The authorizer decides as the suite's evaluator, which shares no code with it."""
    assert decide(held, user, asked) == granted(held, user.name, user.groups, asked)


@given(st.lists(bindings, max_size=3), bindings, users, requests)
def test_another_binding_never_takes_a_right_away(held, more, user, asked):
    """RBAC only adds: what is allowed stays allowed with one binding more."""
    assert not decide(held, user, asked) or decide([*held, more], user, asked)


@given(rules, rules, requests)
def test_who_holds_all_of_a_rule_holds_what_it_grants(held, wanted, asked):
    """Escalation: when nothing of a rule is uncovered, no request is granted by it that the holder could not make."""
    if uncovered([held], [wanted]):
        return
    me = [{"kind": "User", "apiGroup": RBAC, "name": "u"}]
    user = UserInfo("u", "", ())
    if decide([Binding("n", [wanted], me)], user, asked):
        assert decide([Binding("n", [held], me)], user, asked)
