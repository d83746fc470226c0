"""A check: everything about it is said before it does anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hypothesis.strategies import SearchStrategy

from conformance.checks.world import World

Case = Any  # JSON: what Hypothesis drew, and what a transcript replays
Body = Callable[[World, Case], None]


class Need(StrEnum):
    """What a check cannot do without."""

    S3 = "s3"
    IDENTITIES = "s3-identities"  # an object store whose users and policies can be set (IAM on the same endpoint)
    IMPERSONATION = "impersonation"  # the admin may act as any user of any group; else ServiceAccounts come with tokens
    RPC = "rpc"
    SERVERS = "inferenceservers"  # the CRD, and a controller behind it
    REGISTRATION = "registration"
    CLEANUP = "cleanup-command"  # the vendor's own cleanup, as a command
    DISRUPTIVE = "disruptive"  # changes what others may see; never without --allow-disruptive


@dataclass(frozen=True, slots=True)
class Check:
    """Decides clauses by driving a world. ``id`` is never renamed."""

    id: str
    clauses: tuple[str, ...]
    sentence: str
    body: Body
    given: SearchStrategy[Case] | None = None
    needs: frozenset[Need] = frozenset()
    weight: float = 1.0  # how many examples it gets, as a share of the budget's
    slow: bool = False  # waits for time to pass or asks hundreds of things, so the smoke budget leaves it out


def check(
    identifier: str,
    *clauses: str,
    given: SearchStrategy[Case] | None = None,
    needs: tuple[Need, ...] = (),
    weight: float = 1.0,
    slow: bool = False,
) -> Callable[[Body], Check]:
    """Make a check of a function; its docstring is the sentence that it decides."""

    def make(body: Body) -> Check:
        sentence = " ".join((body.__doc__ or "").split())
        return Check(identifier, clauses, sentence, body, given, frozenset(needs), weight, slow)

    return make
