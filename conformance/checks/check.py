"""How a check is written down: the clauses that it decides, and a function over a session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from conformance.checks.session import Session
from conformance.oracles.finding import Finding, ViolationError

Body = Callable[[Session], None]


@dataclass(frozen=True, slots=True)
class Check:
    """A named check. *needs* names doors that it cannot do without (``s3``)."""

    name: str
    clauses: tuple[str, ...]
    body: Body
    needs: tuple[str, ...] = ()


def forall(session: Session, strategy: SearchStrategy[Any], body: Callable[[Any], None]) -> None:
    """Run *body* for values of a strategy, as many as the budget allows; the smallest that fails is what is raised."""

    @seed(session.seed)
    @settings(
        max_examples=session.examples,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
    )
    @given(strategy)
    def run(value: Any) -> None:
        body(value)

    run()


def require(holds: bool, clause: str, symptom: str, expected: Any, observed: Any) -> None:
    """Raise a finding unless something holds."""
    if not holds:
        raise ViolationError(Finding(clause, symptom, expected, observed))
