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
USERS = ("one", "two")
PLACES = ("here", "there")
_subjects = st.one_of(
    st.fixed_dictionaries({"kind": st.just("User"), "name": st.sampled_from(USERS)}),
    st.fixed_dictionaries(
        {"kind": st.just("Group"), "name": st.sampled_from(["team", "system:authenticated", "others"])}
    ),
    st.fixed_dictionaries(
        {"kind": st.just("ServiceAccount"), "name": st.sampled_from(["ci", "bot"]), "place": st.sampled_from(PLACES)}
    ),
)


def _only_ours(binding: Any) -> Any:
    """What is bound everywhere is bound to subjects of the case: a live target's users are granted nothing."""
    if binding["cluster"] != "everywhere":
        return binding
    subjects = [{**item, "name": item["name"].replace("system:authenticated", "team")} for item in binding["subjects"]]
    return {**binding, "subjects": subjects}


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
identities = st.one_of(
    st.fixed_dictionaries({"user": st.sampled_from(USERS)}),
    st.fixed_dictionaries({"user": st.sampled_from(USERS), "group": st.sampled_from(["team", "others"])}),
    st.fixed_dictionaries({"account": st.sampled_from(["ci", "bot"]), "place": st.sampled_from(PLACES)}),
)
requests = st.fixed_dictionaries(
    {
        "who": identities,
        "verb": st.sampled_from(["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"]),
        "resource": st.sampled_from(["models", "models", "models", "inferenceservers", "configmaps"]),
        "place": st.sampled_from(["here", "here", "there", ""]),
        "name": st.sampled_from(["a", "b"]),
        "status": st.sampled_from([False, False, False, True]),
    }
)
worlds = st.fixed_dictionaries(
    {"bindings": st.lists(bindings, min_size=1, max_size=3), "requests": st.lists(requests, min_size=1, max_size=6)}
)
