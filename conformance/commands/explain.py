"""``ma-conformance explain``: one clause or one check, in full."""

from __future__ import annotations

import argparse
import sys

from conformance.checks.register import CHECKS
from conformance.commands.listing import checks_of
from conformance.engine.selection import unknown
from conformance.spec.lies import lies
from conformance.spec.register import CLAUSES
from conformance.verdict import ExitCode


def options(parser: argparse.ArgumentParser) -> None:
    """The flags."""
    parser.add_argument("name", metavar="CLAUSE", help="the id of a clause or of a check")


def command(options: argparse.Namespace) -> int:
    """Explain it. Raises ValueError with near names for an unknown one."""
    name = options.name
    if name in CLAUSES:
        sys.stdout.write(_clause(name))
    elif name in CHECKS:
        sys.stdout.write(_check(name))
    else:
        raise unknown(name)
    return ExitCode.CONFORMANT


def _clause(name: str) -> str:
    clause = CLAUSES[name]
    lines = [
        clause.id,
        f"  {clause.text}",
        f"  guide:    {clause.section}",
        f"  profile:  {clause.profile.value}, {clause.level.value}; we read it as {clause.force.value}",
    ]
    if clause.ambiguity:
        lines.append(f"  ambiguous: {clause.ambiguity}")
    if clause.unchecked:
        lines.append(f"  not checked ({clause.unchecked.value}): {clause.reason}")
    for identifier in checks_of(clause):
        lines.append(f"  decided by {identifier}: {CHECKS[identifier].sentence}")
    for lie in lies().get(name, ()):
        lines.append(f"  broken by {lie.name}: {lie.sentence} (seen by {lie.check})")
    return "\n".join(lines) + "\n"


def _check(name: str) -> str:
    check = CHECKS[name]
    lines = [
        check.id,
        f"  {check.sentence}",
        *(f"  decides {clause}: {CLAUSES[clause].text}" for clause in check.clauses),
    ]
    if check.needs:
        lines.append(f"  needs {', '.join(sorted(check.needs))}")
    return "\n".join(lines) + "\n"
