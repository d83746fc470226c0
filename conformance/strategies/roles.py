"""Roles, bindings and requests over a small world, so that they often almost fit."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

MODELS_GROUP = "michelangelo.api"
_groups = st.lists(st.sampled_from([MODELS_GROUP, MODELS_GROUP, "", "*", "apps"]), min_size=1, max_size=2, unique=True)
_resources = st.lists(
    st.sampled_from(["models", "models", "inferenceservers", "models/status", "*", "*/status", "configmaps", "model"]),
    min_size=1,
    max_size=2,
    unique=True,
)
_verbs = st.lists(
    st.sampled_from(["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "*"]),
    min_size=1,
    max_size=3,
    unique=True,
)
_names: st.SearchStrategy[list[str]] = st.one_of(
    st.just([]), st.just([]), st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=1)
)
rules = st.builds(
    lambda groups, resources, verbs, names: {
        "apiGroups": groups,
        "resources": resources,
        "verbs": verbs,
        **({"resourceNames": names} if names else {}),
    },
    _groups,
    _resources,
    _verbs,
    _names,
)
USERS = ("one", "two", "One", "one-more", "team")  # a capital, a beginning, and a group's name
GROUPS = ("team", "others", "one")
PLACES = ("here", "there")
_subjects = st.one_of(
    st.fixed_dictionaries({"kind": st.just("User"), "name": st.sampled_from(USERS)}),
    st.fixed_dictionaries({"kind": st.just("Group"), "name": st.sampled_from([*GROUPS, "system:authenticated"])}),
    st.fixed_dictionaries(
        {"kind": st.just("ServiceAccount"), "name": st.sampled_from(["ci", "bot"]), "place": st.sampled_from(PLACES)}
    ),
    st.fixed_dictionaries(  # a ServiceAccount under the user name that it has
        {"kind": st.just("User"), "account": st.sampled_from(["ci", "bot"]), "place": st.sampled_from(PLACES)}
    ),
    st.fixed_dictionaries(
        {"kind": st.just("Group"), "accounts": st.sampled_from(["", *PLACES])}
    ),  # all accounts, or a place's
)


def _only_ours(binding: Any) -> Any:
    """What is bound everywhere is bound to subjects of the case: a live target's users are granted nothing."""
    if binding["cluster"] != "everywhere":
        return binding
    return {**binding, "subjects": [_ours(item) for item in binding["subjects"]]}


def _ours(subject: Any) -> Any:
    if subject.get("accounts") == "":
        return {**subject, "accounts": "here"}
    return {**subject, "name": "team"} if subject.get("name") == "system:authenticated" else subject


bindings = st.fixed_dictionaries(
    {
        "place": st.sampled_from(PLACES),
        "rules": st.lists(rules, min_size=1, max_size=2),
        "subjects": st.lists(_subjects, min_size=1, max_size=2),
        "cluster": st.sampled_from(
            ["", "", "role", "everywhere"]
        ),  # a ClusterRole bound in a place; or bound everywhere
    }
).map(_only_ours)
_users = st.fixed_dictionaries(
    {"user": st.sampled_from(USERS), "groups": st.lists(st.sampled_from(GROUPS), max_size=2, unique=True)}
)
_accounts = st.fixed_dictionaries({"account": st.sampled_from(["ci", "bot"]), "place": st.sampled_from(PLACES)})
identities = st.one_of(_users, _accounts)
_ASKED: dict[str, st.SearchStrategy[Any]] = {
    "who": identities,
    "verb": st.sampled_from(["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"]),
    "resource": st.sampled_from(["models", "models", "models", "inferenceservers", "configmaps"]),
    "place": st.sampled_from(["here", "here", "there", ""]),
    "name": st.sampled_from(["a", "b"]),
    "status": st.sampled_from([False, False, False, True]),
}


@st.composite
def requests(draw: st.DrawFn, bound: list[Any]) -> Any:
    """A request that a binding grants, but for one thing at most: where grants end is where mistakes are."""
    binding = draw(st.sampled_from(bound))
    rule = draw(st.sampled_from(binding["rules"]))
    resource, _, sub = draw(st.sampled_from(rule["resources"])).partition("/")
    verb = draw(st.sampled_from(rule["verbs"]))
    asked = {
        "who": draw(_bound_by(draw(st.sampled_from(binding["subjects"])))),
        "verb": draw(_ASKED["verb"]) if verb == "*" else verb,
        "resource": resource if resource in ("inferenceservers", "configmaps") else "models",
        "place": binding["place"] if binding["cluster"] != "everywhere" else draw(_ASKED["place"]),
        "name": draw(st.sampled_from(rule.get("resourceNames", ["a", "b"]))),
        "status": sub == "status",
    }
    if draw(st.booleans()):
        other = draw(st.sampled_from(["who", "who", "verb", "verb", "resource", "place", "name", "status"]))
        asked[other] = draw(_ASKED[other])
    return asked


def _bound_by(subject: Any) -> st.SearchStrategy[Any]:
    """Somebody whom a subject means."""
    if "account" in subject or subject["kind"] == "ServiceAccount":
        return st.just({"account": subject.get("account") or subject["name"], "place": subject["place"]})
    if "accounts" in subject:
        place = st.just(subject["accounts"]) if subject["accounts"] else st.sampled_from(PLACES)
        return place.flatmap(lambda place: _accounts.map(lambda who: {**who, "place": place}))
    if subject["kind"] == "User":
        return _users.map(lambda who: {**who, "user": subject["name"]})
    if subject["name"] == "system:authenticated":
        return identities
    return _users.map(
        lambda who: {**who, "groups": [*(one for one in who["groups"] if one != subject["name"]), subject["name"]]}
    )


worlds = st.lists(bindings, min_size=1, max_size=3).flatmap(
    lambda bound: st.fixed_dictionaries(
        {"bindings": st.just(bound), "requests": st.lists(requests(bound), min_size=1, max_size=6)}
    )
)
