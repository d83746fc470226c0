"""Lies of authorizers: a request that is denied is judged again as another one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from emulator.apiserver.authz.interface import Attributes, Authorizer, Decision
from emulator.faults.lie import Lie, tell
from emulator.faults.parts import Parts

Others = Callable[[Attributes], Iterable[Attributes]]


class _Lenient:
    def __init__(self, inner: Authorizer, name: str, others: Others) -> None:
        self.inner = inner
        self.name = name
        self.others = others

    def authorize(self, attributes: Attributes) -> Decision:
        """Allow what any of the other requests would be allowed."""
        others = self.others(attributes)  # also of what is allowed: a lie may learn from it
        decision = self.inner.authorize(attributes)
        if decision.allowed:
            return decision
        for other in others:
            found = self.inner.authorize(other)
            if found.allowed:
                tell(self.name)
                return found
        return decision


def lenient(name: str, sentence: str, clause: str, check: str, others: Others) -> Lie:
    """A lie of an authorizer."""

    def fit(parts: Parts) -> Parts:
        honest = parts.apiserver.authorizer
        seams = replace(parts.apiserver, authorizer=lambda inner: _Lenient(honest(inner), name, others))
        return replace(parts, apiserver=seams)

    return Lie(sentence, clause, check, fit)
