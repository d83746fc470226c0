"""Which checks a run has, and what the target claims."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from conformance.checks.check import Check
from conformance.checks.register import CHECKS
from conformance.engine.budget import Budget
from conformance.spec.clause import Profile
from conformance.spec.register import CLAUSES


@dataclass(frozen=True, slots=True)
class Selection:
    """The checks to run, the profiles they are for, and those that the target declares."""

    checks: tuple[Check, ...]
    profiles: tuple[str, ...]
    declared: tuple[str, ...] = ()
    partial: bool = False  # some checks of these profiles were left out on purpose: never enough for a certificate


def select(
    budget: Budget, profiles: Sequence[str] = (), only: Sequence[str] = (), declared: Sequence[str] = ()
) -> Selection:
    """The checks of a budget: those of the profiles named (all when none is), or just those named one by one.

    Naming profiles declares them; *declared* ones say what the target claims of all that is judged. Raises ValueError for a name
    that is nothing.
    """
    known = [profile.value for profile in Profile]
    for name in profiles:
        if name not in known:
            raise ValueError(f"unknown profile {name!r}: known are {', '.join(known)}")
    for name in only:
        if name not in CHECKS and name not in CLAUSES:
            raise unknown(name)
    wanted = tuple(profiles) or tuple(known)
    chosen = [
        check
        for check in CHECKS.values()
        if _wanted(check, wanted, only) and (budget.slow or not check.slow or check.id in only)
    ]
    return Selection(tuple(chosen), wanted, tuple(profiles or declared), bool(only) or not budget.slow)


def unknown(name: str) -> ValueError:
    """What to say of a name that is no clause and no check: which come near, and where all are."""
    near = difflib.get_close_matches(name, [*CLAUSES, *CHECKS], 5)
    meant = f"did you mean {', '.join(near)}? " if near else ""
    return ValueError(f"unknown check or clause {name!r}: {meant}see `ma-conformance list`")


def _wanted(check: Check, profiles: Sequence[str], only: Sequence[str]) -> bool:
    if only:
        return check.id in only or any(clause in only for clause in check.clauses)
    return any(CLAUSES[clause].profile in profiles for clause in check.clauses)
