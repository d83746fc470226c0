"""Step 3, at its edges: each verb alone, and each kind of subject, against everybody who is almost meant."""

from __future__ import annotations

from typing import Any

from conformance.checks.access import Place, agreed, grant
from conformance.checks.check import Case, Need, check
from conformance.checks.world import World
from conformance.strategies.roles import MODELS_GROUP

VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
ON_STATUS = ("get", "update", "patch")
SUBJECTS: tuple[dict[str, str], ...] = (
    {"kind": "User", "name": "one"},
    {"kind": "User", "name": "One"},
    {"kind": "User", "name": "one-more"},
    {"kind": "Group", "name": "one"},
    {"kind": "Group", "name": "team"},
    {"kind": "Group", "name": "others"},
    {"kind": "ServiceAccount", "name": "ci", "place": "here"},
    {"kind": "User", "account": "ci", "place": "there"},
    {"kind": "Group", "accounts": "here"},
    {"kind": "Group", "accounts": ""},
    {"kind": "Group", "name": "system:authenticated"},
)
CAST: tuple[dict[str, Any], ...] = (
    {"user": "one", "groups": []},
    {"user": "One", "groups": []},
    {"user": "one-more", "groups": []},
    {"user": "on", "groups": []},
    {"user": "team", "groups": []},
    {"user": "two", "groups": ["team"]},
    {"user": "two", "groups": ["others", "team"]},
    {"user": "two", "groups": ["Team", "one"]},
    {"account": "ci", "place": "here"},
    {"account": "ci", "place": "there"},
    {"account": "bot", "place": "here"},
)


def _bound(subject: Any, resource: str, verbs: list[str], names: list[str] | None = None) -> dict[str, Any]:
    rule = {"apiGroups": [MODELS_GROUP], "resources": [resource], "verbs": verbs}
    rules = [{**rule, "resourceNames": names} if names else rule]
    return {"place": "here", "cluster": "", "rules": rules, "subjects": [subject]}


def _asked(who: Any, verb: str, name: str = "a", *, status: bool = False) -> dict[str, Any]:
    return {"who": who, "verb": verb, "resource": "models", "place": "here", "name": name, "status": status}


@check("verbs-apart", "rbac.any-rules", "rbac.can-i", "rbac.subresources-apart", needs=(Need.IMPERSONATION,), slow=True)
def verbs_apart(w: World, case: Case) -> None:
    """A rule with one verb grants that verb and none of the others; on Models not on their status, on status not on Models."""
    place = Place(w)
    users = [f"may-{verb}" for verb in VERBS]
    bindings = [
        _bound({"kind": "User", "name": user}, "models", [verb]) for user, verb in zip(users, VERBS, strict=True)
    ]
    bindings.append(_bound({"kind": "User", "name": "may-status"}, "models/status", list(ON_STATUS)))
    bindings.append(_bound({"kind": "User", "name": "may-any-status"}, "*/status", list(ON_STATUS)))
    bound = [grant(w, place, number, binding) for number, binding in enumerate(bindings)]
    for user in users:
        for verb in VERBS:
            agreed(w, place, bound, _asked({"user": user, "groups": []}, verb))
    for user in ("may-get", "may-update", "may-patch", "may-status", "may-any-status"):
        for verb in ON_STATUS:
            for status in (False, True):
                agreed(w, place, bound, _asked({"user": user, "groups": []}, verb, status=status))


@check(
    "subjects-apart",
    "rbac.any-rules",
    "rbac.groups",
    "rbac.same-name-elsewhere",
    "rbac.can-i",
    needs=(Need.IMPERSONATION,),
    slow=True,
)
def subjects_apart(w: World, case: Case) -> None:
    """A subject means whom it names and nobody else: not who is called alike, not a group of the name, not another's account."""
    place = Place(w)
    bindings = [_bound(subject, "models", ["get"], [f"m-{number}"]) for number, subject in enumerate(SUBJECTS)]
    bound = [grant(w, place, number, binding) for number, binding in enumerate(bindings)]
    for who in CAST:
        for number in range(len(SUBJECTS)):
            agreed(w, place, bound, _asked(who, "get", f"m-{number}"))
