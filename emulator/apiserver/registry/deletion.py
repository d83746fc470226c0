"""How deletion is held up: finalizers, propagation policy, grace (k8s.io/apiserver/pkg/registry/generic/registry/store.go)."""

from __future__ import annotations

from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.apimachinery.options import DeleteOptions
from emulator.apiserver.registry.strategy import Strategy

ORPHAN = "orphan"
FOREGROUND = "foregroundDeletion"


def finalizers(strategy: Strategy, present: list[str], options: DeleteOptions) -> list[str]:
    """The finalizers that a deletion leaves: the garbage collector's two follow the propagation policy."""
    orphan = _orphans(strategy, present, options)
    foreground = _foreground(present, options)
    kept = [name for name in present if name not in (ORPHAN, FOREGROUND)]
    if orphan:
        kept.append(ORPHAN)
    if foreground:
        kept.append(FOREGROUND)
    return kept


def _orphans(strategy: Strategy, present: list[str], options: DeleteOptions) -> bool:
    if options.orphan_dependents is not None:
        return options.orphan_dependents
    if options.propagation_policy is not None:
        return options.propagation_policy == "Orphan"
    return ORPHAN in present or (FOREGROUND not in present and strategy.default_orphans)


def _foreground(present: list[str], options: DeleteOptions) -> bool:
    if options.orphan_dependents is not None:
        return False
    if options.propagation_policy is not None:
        return options.propagation_policy == "Foreground"
    return FOREGROUND in present and ORPHAN not in present


def mark(meta: Object, kept: list[str], now: str, grace: int | None) -> None:
    """Mark an object as being deleted; a second deletion changes nothing but shortens the grace."""
    if kept:
        meta["finalizers"] = kept
    else:
        meta.pop("finalizers", None)
    if not meta.get("deletionTimestamp"):
        meta["deletionTimestamp"] = now
        if grace is not None:
            meta["deletionGracePeriodSeconds"] = grace
        if meta.get("generation"):
            meta["generation"] += 1
    elif grace is not None and grace < (meta.get("deletionGracePeriodSeconds") or 0):
        meta["deletionGracePeriodSeconds"] = grace


def finished(strategy: Strategy, obj: Object) -> bool:
    """Whether an update took the last thing that held a deleted object."""
    meta = metadata(obj)
    if not meta.get("deletionTimestamp") or meta.get("finalizers"):
        return False
    return not meta.get("deletionGracePeriodSeconds") and not strategy.holds_deletion(obj)
