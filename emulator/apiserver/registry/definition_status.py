"""The status of a definition: which names it got, and the conditions that tell how it fares.

Source: k8s.io/apiextensions-apiserver/pkg/controller/{status,establish,apiapproval,finalizer}.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from emulator.apiserver.apimachinery.objects import Object, copy
from emulator.apiserver.schema.definition import approval_of, is_protected

NAMES_ACCEPTED, ESTABLISHED, TERMINATING = "NamesAccepted", "Established", "Terminating"
CONFORMANT = "KubernetesAPIApprovalPolicyConformant"
_APPROVALS = {
    "missing": ("False", "MissingAnnotation"),
    "invalid": ("False", "InvalidAnnotation"),
    "bypassed": ("False", "UnapprovedAnnotation"),
    "approved": ("True", "ApprovedAnnotation"),
}


class Condition(NamedTuple):
    """What is to be told; the time is when its status last changed."""

    type: str
    status: str
    reason: str
    message: str


INSTALLED = Condition(ESTABLISHED, "True", "InitialNamesAccepted", "the initial names have been accepted")
_NOT_ACCEPTED = Condition(ESTABLISHED, "False", "NotAccepted", "not all names are accepted")
DELETION_PENDING = Condition(
    TERMINATING,
    "True",
    "InstanceDeletionPending",
    "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
)
DELETION_RUNNING = Condition(
    TERMINATING, "True", "InstanceDeletionInProgress", "CustomResource deletion is in progress"
)
DELETION_DONE = Condition(TERMINATING, "False", "InstanceDeletionCompleted", "removed all instances")
NEVER_ESTABLISHED = Condition(TERMINATING, "False", "NeverEstablished", "resource was never established")


def is_true(crd: Object, condition: str) -> bool:
    """Whether a condition holds."""
    conditions = (crd.get("status") or {}).get("conditions") or ()
    return any(item.get("type") == condition and item.get("status") == "True" for item in conditions)


def set_condition(crd: Object, condition: Condition, now: str) -> None:
    """Put a condition into the status, in its place or at the end."""
    status = crd.setdefault("status", {})
    conditions = status["conditions"] = status.get("conditions") or []
    shown: Object = {**condition._asdict(), "lastTransitionTime": now}
    for position, present in enumerate(conditions):
        if present.get("type") == condition.type:
            if present.get("status") == condition.status and present.get("lastTransitionTime"):
                shown["lastTransitionTime"] = present["lastTransitionTime"]
            conditions[position] = shown
            return
    conditions.append(shown)


def settle(crd: Object, others: Iterable[Object], now: str) -> None:
    """Accept the names that no other definition of the group has, and establish the definition once all are."""
    names_accepted = _accept(crd, others)
    set_condition(crd, names_accepted, now)
    if not is_true(crd, ESTABLISHED):
        set_condition(crd, INSTALLED if names_accepted.status == "True" else _NOT_ACCEPTED, now)
    if is_protected(crd["spec"]["group"]):
        state, reason = approval_of(crd)
        set_condition(crd, Condition(CONFORMANT, *_APPROVALS[state], reason), now)


def _accept(crd: Object, others: Iterable[Object]) -> Condition:
    """Take what names are free. Of several conflicts the last one is told."""
    wanted: Object = crd["spec"]["names"]
    status = crd.setdefault("status", {})
    accepted: Object = status.get("acceptedNames") or {}
    resources, kinds = _taken(others)
    result: Object = {name: accepted[name] for name in ("singular", "listKind", "shortNames") if accepted.get(name)}
    result["kind"], result["plural"] = accepted.get("kind") or "", accepted.get("plural") or ""
    told = Condition(NAMES_ACCEPTED, "True", "NoConflicts", "no conflicts found")
    for name, used, reason in (
        ("plural", resources, "PluralConflict"),
        ("singular", resources, "SingularConflict"),
        ("shortNames", resources, "ShortNamesConflict"),
        ("kind", kinds, "KindConflict"),
        ("listKind", kinds, "ListKindConflict"),
    ):
        conflicts = _conflicts(wanted.get(name), accepted.get(name), used)
        if conflicts:
            told = Condition(NAMES_ACCEPTED, "False", reason, conflicts)
        elif wanted.get(name):
            result[name] = copy(wanted[name]) if isinstance(wanted[name], list) else wanted[name]
        else:
            result.pop(name, None)
    if wanted.get("categories"):
        result["categories"] = list(wanted["categories"])
    status["acceptedNames"] = result
    return told


def _conflicts(wanted: str | list[str] | None, accepted: str | list[str] | None, used: set[str]) -> str:
    asked = wanted if isinstance(wanted, list) else [wanted or ""]
    own = accepted if isinstance(accepted, list) else [accepted or ""]
    texts = [f'"{name}" is already in use' for name in asked if name not in own and name in used]
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]" if texts else ""


def _taken(others: Iterable[Object]) -> tuple[set[str], set[str]]:
    resources: set[str] = set()
    kinds: set[str] = set()
    for other in others:
        names = (other.get("status") or {}).get("acceptedNames") or {}
        resources.update((names.get("plural") or "", names.get("singular") or "", *(names.get("shortNames") or ())))
        kinds.update((names.get("kind") or "", names.get("listKind") or ""))
    return resources - {""}, kinds - {""}
