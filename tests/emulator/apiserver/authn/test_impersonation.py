"""Acting as somebody else, in the constrained and in the legacy manner."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.users import UserInfo
from emulator.apiserver.authn.impersonation import Impersonation, Wanted, wanted_identity
from emulator.apiserver.authz.interface import Attributes, Decision

ME = UserInfo("me", "", ("system:authenticated",))


@dataclass
class Allowing:
    """Allows what is listed, as ``verb resource[/subresource] name``, and notes what it was asked."""

    allowed: set[str]
    asked: list[str] = field(default_factory=list)

    def authorize(self, attributes: Attributes) -> Decision:
        resource = "/".join(part for part in (attributes.resource, attributes.subresource) if part)
        text = f"{attributes.verb} {resource} {attributes.name}".strip()
        self.asked.append(text)
        return Decision(text in self.allowed or "everything" in self.allowed)


def act(allowed: set[str], wanted: Wanted, verb: str = "list") -> UserInfo:
    asked = Attributes(ME, verb, "", "v1", "pods", "", "ns")
    return Impersonation(Allowing(allowed)).act(asked, wanted)


def refused(allowed: set[str], wanted: Wanted) -> str:
    with pytest.raises(StatusError) as error:
        act(allowed, wanted)
    assert error.value.code == 403
    return error.value.message


def test_no_header_is_nobody_else():
    """Without Impersonate headers nobody is impersonated; an empty user alone is none either."""
    assert wanted_identity([(b"accept", b"*/*")]) is None
    assert wanted_identity([(b"impersonate-user", b"")]) is None


def test_groups_need_a_user():
    """A group, uid or extra without a user is 400, with the user as Go prints it."""
    with pytest.raises(StatusError) as error:
        wanted_identity([(b"impersonate-group", b"team")])
    assert error.value.code == 400
    assert error.value.message == (
        'requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string{"team"}, Extra:map[string][]string(nil)} '
        "without impersonating a user name"
    )


def test_extras_are_read_from_their_headers():
    """Extra keys are unescaped; one header a value."""
    headers = [
        (b"impersonate-user", b"bob"),
        (b"impersonate-uid", b"7"),
        (b"impersonate-extra-acme.com%2fproject", b"a"),
        (b"impersonate-extra-acme.com%2fproject", b"b"),
    ]
    assert wanted_identity(headers) == Wanted("bob", "7", [], {"acme.com/project": ["a", "b"]})


def test_the_legacy_manner_lets_one_do_all_that_the_other_may():
    """``impersonate`` on users is enough for every verb."""
    assert act({"impersonate users bob"}, Wanted("bob")).groups == ("system:authenticated",)


def test_the_constrained_manner_needs_the_verb_too():
    """``impersonate:user-info`` on the user works only with ``impersonate-on:user-info:VERB`` on the resource."""
    allowed = {"impersonate:user-info users bob", "impersonate-on:user-info:list pods"}
    assert act(allowed, Wanted("bob")).name == "bob"
    with pytest.raises(StatusError):
        act(allowed, Wanted("bob"), "delete")


def test_the_refusal_speaks_of_the_constrained_manner_first():
    """Whoever holds nothing is told the constrained verb that is missing."""
    assert refused(set(), Wanted("bob")) == (
        'pods is forbidden: User "me" cannot impersonate-on:user-info:list resource "pods" in API group "" '
        'in the namespace "ns"'
    )


def test_the_refusal_remembers_the_legacy_manner():
    """Whoever last acted in the legacy manner is told the legacy verb that is missing."""
    authorizer = Allowing({"impersonate users bob"})
    impersonation = Impersonation(authorizer)
    asked = Attributes(ME, "list", "", "v1", "pods", "", "ns")
    assert impersonation.act(asked, Wanted("bob")).name == "bob"
    with pytest.raises(StatusError) as error:
        impersonation.act(asked, Wanted("carol"))
    assert error.value.message == (
        'users "carol" is forbidden: User "me" cannot impersonate resource "users" in API group "" at the cluster scope'
    )


def test_service_accounts_and_nodes_have_modes_of_their_own():
    """A ServiceAccount is checked in its namespace, with its groups; a node in its own mode."""
    mode = {"impersonate-on:serviceaccount:list pods", "impersonate:serviceaccount serviceaccounts bot"}
    user = act(mode, Wanted("system:serviceaccount:ns:bot"))
    assert user.groups == ("system:serviceaccounts", "system:serviceaccounts:ns", "system:authenticated")
    node = {"impersonate-on:arbitrary-node:list pods", "impersonate:arbitrary-node nodes n1"}
    assert act(node, Wanted("system:node:n1")).name == "system:node:n1"


def test_the_anonymous_user_is_not_authenticated():
    """``system:anonymous`` comes in its own group, everybody else as authenticated."""
    assert act({"everything"}, Wanted("system:anonymous")).groups == ("system:unauthenticated",)
    assert act({"everything"}, Wanted("bob", groups=["x"])).groups == ("x", "system:authenticated")


identities = st.builds(
    Wanted,
    st.sampled_from(["bob", "system:serviceaccount:ns:bot", "system:node:n1"]),
    st.sampled_from(["", "7"]),
    st.lists(st.sampled_from(["a", "system:masters"]), max_size=2, unique=True),
    st.dictionaries(st.sampled_from(["k"]), st.lists(st.sampled_from(["v", "w"]), min_size=1, max_size=2), max_size=1),
)


@given(identities, st.data())
def test_every_part_of_an_identity_has_to_be_allowed(wanted, data):
    """Who may impersonate in the legacy manner but for one user, group, uid or extra, may not take it."""
    authorizer = Allowing({"everything"})
    legacy = Impersonation(authorizer)
    legacy._manners[ME.name] = "legacy"
    asked = Attributes(ME, "list", "", "v1", "pods", "", "ns")
    legacy.act(asked, wanted)
    needed = set(authorizer.asked)
    assert len(needed) >= 1 + len(wanted.groups) + bool(wanted.uid)
    missing = data.draw(st.sampled_from(sorted(needed)))
    assert act(needed, wanted).name == wanted.name
    with pytest.raises(StatusError):
        act(needed - {missing}, wanted)
