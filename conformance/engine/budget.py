"""How much a run may try."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.checks.check import Check


@dataclass(frozen=True, slots=True)
class Budget:
    """Examples per check before its weight, and seconds that a check may spend on making a counterexample smaller.

    With no such seconds, what failed is not tried again either.
    """

    name: str
    examples: int
    shrink_seconds: float
    check_seconds: float  # after this a check tries no further examples than one
    slow: bool = True  # whether checks that take long by themselves are run

    def examples_of(self, check: Check) -> int:
        """How many examples a check gets."""
        return 1 if check.given is None else max(1, round(self.examples * check.weight))


BUDGETS: Mapping[str, Budget] = {
    "smoke": Budget("smoke", examples=2, shrink_seconds=2.0, check_seconds=5.0, slow=False),
    "standard": Budget("standard", examples=25, shrink_seconds=6.0, check_seconds=30.0),
    "deep": Budget("deep", examples=300, shrink_seconds=60.0, check_seconds=900.0),
}
