"""The checks as tests of somebody's own suite: ``pytest -p conformance.plugin --target TARGET``.

Each check is a test named after it (``-k stale-update`` works), marked ``conformance``. Without ``--target`` nothing is added.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from conformance.checks.check import Check
from conformance.checks.context import Context
from conformance.driver.errors import TargetError
from conformance.engine.budget import BUDGETS, Budget
from conformance.engine.leaks import leaks
from conformance.engine.observe import open_context
from conformance.engine.outcome import CheckOutcome
from conformance.engine.runner import run_check
from conformance.engine.selection import Selection, select
from conformance.report.transcript import transcript
from conformance.spec.clause import Force, Level
from conformance.spec.register import CLAUSES
from conformance.targets.parse import KINDS, parse
from conformance.verdict import Verdict


def pytest_addoption(parser: pytest.Parser) -> None:
    """The flags, those of ``ma-conformance run`` under the same names where pytest has none of its own."""
    group = parser.getgroup("conformance", "Michelangelo conformance")
    group.addoption("--target", default="", metavar="TARGET", help=f"judge this control plane: {KINDS}")
    group.addoption("--budget", choices=list(BUDGETS), default="smoke", help="how much to try (default: smoke)")
    group.addoption("--profile", action="append", default=[], metavar="P", help="a profile that the target claims")
    group.addoption("--check", action="append", default=[], metavar="ID", help="only this check or clause")
    group.addoption("--cleanup-command", default="", metavar="CMD", help="judge your own retention cleanup, too")
    group.addoption("--conformance-seed", type=int, default=None, metavar="N", help="draw the same cases again")


def pytest_configure(config: pytest.Config) -> None:
    """Read the flags. Raises UsageError with what is known."""
    config.addinivalue_line("markers", "conformance: a check of the conformance suite")
    if not config.getoption("--target"):
        return
    try:
        budget = BUDGETS[config.getoption("--budget")]
        selection = select(budget, config.getoption("--profile"), config.getoption("--check"))
        given = config.getoption("--conformance-seed")
        seed = given if given is not None else secrets.randbelow(2**32)
        config.pluginmanager.register(
            _Suite(config.getoption("--target"), budget, selection, seed, config.getoption("--cleanup-command")),
            "conformance-suite",
        )
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None


class _Suite:
    """The target, opened with the first check and closed with the session."""

    def __init__(self, target: str, budget: Budget, selection: Selection, seed: int, cleanup_command: str = "") -> None:
        self.target = parse(target)
        self.budget = budget
        self.selection = selection
        self.seed = seed
        self.cleanup_command = cleanup_command
        self._open = ExitStack()
        self._context: Context | None = None

    @property
    def context(self) -> Context:
        """The open target. Raises TargetError."""
        if self._context is None:
            doors = self._open.enter_context(self.target.open())
            self._context, _ = open_context(doors, cleanup_command=self.cleanup_command)
        return self._context

    def pytest_report_header(self) -> str:
        """What is judged, and how to draw the same again."""
        return f"conformance: {self.target.name}, budget {self.budget.name}, --conformance-seed {self.seed}"

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Add the checks behind the tests that are there."""
        items += [
            CheckItem.from_parent(session, name=check.id, nodeid=f"conformance::{check.id}", check=check, suite=self)
            for check in self.selection.checks
        ]

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Tell what was left behind, and close the target."""
        try:
            for path in leaks(self._context) if self._context is not None else ():
                terminalreporter.write_line(f"conformance: left behind: {path}", red=True)
        finally:
            self._open.close()


class _Convicted(Exception):  # noqa: N818 - it is about the target
    def __init__(self, outcome: CheckOutcome) -> None:
        self.outcome = outcome
        super().__init__(str(outcome.trouble))


class CheckItem(pytest.Item):
    """One check."""

    def __init__(self, *, check: Check, suite: _Suite, **options: Any) -> None:
        super().__init__(**options)
        self.check = check
        self.suite = suite
        self.add_marker("conformance")

    def runtest(self) -> None:
        """Run it. What is no pass fails; what is not applicable and not claimed is skipped; what only should be is a warning."""
        outcome = run_check(self.check, self.suite.context, self.suite.budget, self.suite.seed)
        trouble = outcome.trouble
        if trouble is None:
            if Verdict.UNKNOWN in outcome.verdicts.values():
                pytest.fail(f"inconclusive: {outcome.note}", pytrace=False)
            return
        clause = CLAUSES[trouble.clause]
        if trouble.verdict is Verdict.NOT_APPLICABLE:
            if clause.profile in self.suite.selection.declared and clause.level is Level.CORE:
                raise _Convicted(outcome)
            pytest.skip(f"not applicable: {trouble.observed}")
        if trouble.verdict is Verdict.FAIL and clause.force is Force.SHOULD:
            self.warn(pytest.PytestWarning(f"{clause.id}: expected {trouble.expected}; observed {trouble.observed}"))
            return
        raise _Convicted(outcome)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The clause, what was expected and seen, and the commands that show it."""
        if isinstance(excinfo.value, TargetError):
            return f"no verdict: {excinfo.value}"
        if not isinstance(excinfo.value, _Convicted):
            return super().repr_failure(excinfo, style)
        return "\n".join(_told(excinfo.value.outcome))

    def reportinfo(self) -> tuple[str, int | None, str]:
        """Where it is: nowhere in the vendor's tree."""
        return "conformance", None, f"{self.check.id}: {self.check.sentence}"


def _told(outcome: CheckOutcome) -> Iterator[str]:
    trouble = outcome.trouble
    assert trouble is not None
    clause = CLAUSES[trouble.clause]
    yield f"{trouble.verdict.value}: {clause.id}: {clause.text} (guide: {clause.section})"
    yield f"expected {trouble.expected}"
    yield f"observed {trouble.observed}"
    case = next((case for case in outcome.cases if case.number == outcome.evidence), None)
    if case is not None:
        yield transcript(case.exchanges)
