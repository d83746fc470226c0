"""The evaluator of roles that real authorizers are compared with."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.model.rbac import Binding, Request, covers, granted

VERBS = st.sampled_from(["get", "list", "watch", "delete"])
GROUPS = st.sampled_from(["", "michelangelo.api"])
RESOURCES = st.sampled_from(["models", "models/status", "pods"])
rules = st.fixed_dictionaries(
    {
        "verbs": st.lists(st.one_of(VERBS, st.just("*")), max_size=3),
        "apiGroups": st.lists(st.one_of(GROUPS, st.just("*")), max_size=2),
        "resources": st.lists(st.one_of(RESOURCES, st.just("*")), max_size=2),
        "resourceNames": st.lists(st.sampled_from(["a", "b"]), max_size=1),
    }
)
requests = st.builds(
    Request,
    verb=VERBS,
    group=GROUPS,
    resource=st.sampled_from(["models", "pods"]),
    namespace=st.sampled_from(["", "one", "two"]),
    name=st.sampled_from(["", "a", "b"]),
    subresource=st.sampled_from(["", "status"]),
)
USER = [{"kind": "User", "name": "u"}]


@given(rules, requests)
def test_everything_covers_what_anything_covers(rule: Any, request: Request) -> None:
    """Stars cover all; a rule without names covers what it covers with names; an empty rule covers nothing."""
    everything = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
    assert covers(everything, request)
    assert not covers({}, request)
    if covers(rule, request):
        assert covers({**rule, "resourceNames": []}, request)


@given(st.lists(rules, max_size=3), requests, st.sampled_from(["", "one", "two"]))
def test_more_bindings_never_grant_less(listed: list[Any], request: Request, namespace: str) -> None:
    """Grants add up, and hold in their own namespace only."""
    bindings = [Binding(namespace, [rule], USER) for rule in listed]
    whole = granted(bindings, "u", (), request)
    assert whole == any(granted([one], "u", (), request) for one in bindings)
    assert not granted(bindings, "v", (), request)
    if namespace and request.namespace != namespace:
        assert not whole


@pytest.mark.parametrize(
    ("subject", "user", "groups", "holds"),
    [
        ({"kind": "User", "name": "u"}, "u", (), True),
        ({"kind": "Group", "name": "g"}, "u", ("g",), True),
        ({"kind": "Group", "name": "u"}, "u", (), False),
        ({"kind": "ServiceAccount", "name": "s", "namespace": "ci"}, "system:serviceaccount:ci:s", (), True),
        ({"kind": "ServiceAccount", "name": "s"}, "system:serviceaccount:one:s", (), True),
        ({"kind": "ServiceAccount", "name": "s", "namespace": "ci"}, "system:serviceaccount:one:s", (), False),
    ],
)
def test_subjects(subject: Any, user: str, groups: tuple[str, ...], holds: bool) -> None:
    """Users by name, groups by membership, ServiceAccounts by their own namespace, wherever the binding is."""
    rule = {"verbs": ["get"], "apiGroups": ["michelangelo.api"], "resources": ["models"]}
    request = Request("get", "michelangelo.api", "models", "one")
    assert granted([Binding("one", [rule], [subject])], user, groups, request) is holds


def test_a_resource_does_not_cover_its_subresource() -> None:
    """models is not models/status, in either direction; */status is every status."""
    status = Request("get", "g", "models", subresource="status")
    rule = {"verbs": ["get"], "apiGroups": ["g"]}
    assert not covers({**rule, "resources": ["models"]}, status)
    assert not covers({**rule, "resources": ["models/status"]}, Request("get", "g", "models"))
    assert covers({**rule, "resources": ["*/status"]}, status)
