"""What the doctor says: findings, which need a cure, and notes, which do not."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from emulator.troubleshooting import Row


class Severity(StrEnum):
    """How bad it is."""

    ERROR = "error"  # something does not work
    WARNING = "warning"  # it will not, or only for some


@dataclass(frozen=True, slots=True)
class Evidence:
    """A question that anybody can ask again, and its answer."""

    asked: str
    answered: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. ``id`` is never renamed; ``about`` is what it is wrong with, ``fix`` a command or two."""

    id: str
    severity: Severity
    title: str
    about: str
    row: Row
    evidence: tuple[Evidence, ...]
    fix: str
    scenario: str = ""  # a scenario of ``ma-emulator scenario`` that shows the same

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "id": self.id,
            "severity": self.severity.value,
            "title": self.title,
            "about": self.about,
            "guide": self.row.as_dict(),
            "evidence": [{"asked": one.asked, "answered": one.answered} for one in self.evidence],
            "fix": self.fix,
            "scenario": self.scenario,
        }


@dataclass(slots=True)
class Report:
    """What came of an examination."""

    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong that could be seen."""
        return not self.findings
