"""The register is whole: the guide's sections, the clauses and the checks fit each other."""

from __future__ import annotations

import inspect

import pytest

from conformance.checks import register as checks_register
from conformance.checks.check import Check
from conformance.checks.register import CHAPTERS, CHECKS
from conformance.spec.clause import Level
from conformance.spec.guide import IMPLIED, SECTIONS
from conformance.spec.register import _ALL, CLAUSES

DECIDED = {clause for check in CHECKS.values() for clause in check.clauses}


@pytest.mark.parametrize("section", [*SECTIONS, IMPLIED])
def test_every_section_has_a_row(section: str) -> None:
    """No section of the guide goes without a clause."""
    assert [clause.id for clause in CLAUSES.values() if clause.section == section]


def test_every_clause_is_of_a_section_and_said_once() -> None:
    """Ids are unique, sections exist, and each clause is a sentence."""
    assert len(_ALL) == len(CLAUSES)
    assert {clause.section for clause in CLAUSES.values()} <= {*SECTIONS, IMPLIED}
    assert [clause.id for clause in CLAUSES.values() if not clause.text.endswith(".")] == []


def test_every_clause_has_a_check_or_a_reason() -> None:
    """What no check decides says why; what a check decides makes no excuse."""
    undecided = [clause for clause in CLAUSES.values() if clause.id not in DECIDED]
    assert [clause.id for clause in undecided if clause.unchecked is None or not clause.reason] == []
    assert [name for name in DECIDED if CLAUSES[name].unchecked is not None] == []


def test_every_check_has_a_clause_and_a_sentence() -> None:
    """Checks name clauses that exist, say what they decide, and have ids of their own."""
    assert [
        check.id for check in CHECKS.values() if not check.clauses or not set(check.clauses) <= CLAUSES.keys()
    ] == []
    assert [check.id for check in CHECKS.values() if not check.sentence.endswith(".")] == []
    written = [
        value
        for chapter in CHAPTERS
        for value in vars(checks_register.import_module(f"conformance.checks.{chapter}")).values()
        if isinstance(value, Check) and inspect.getmodule(value.body).__name__.endswith(f".{chapter}")
    ]
    assert len(written) == len(CHECKS)


def test_every_profile_has_core_clauses_that_are_judged() -> None:
    """A profile of which nothing is required could be claimed by anything."""
    required = {clause.profile for clause in CLAUSES.values() if clause.level is Level.CORE and clause.id in DECIDED}
    assert required == {clause.profile for clause in CLAUSES.values()}
