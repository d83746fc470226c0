"""``ma-conformance list`` and ``explain``: what is promised, and what decides it."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from conformance.checks.register import CHECKS
from conformance.spec.clause import Clause
from conformance.spec.lies import lies
from conformance.spec.register import CLAUSES
from conformance.verdict import ExitCode


def options(parser: argparse.ArgumentParser) -> None:
    """The flags."""
    parser.add_argument("--format", choices=("table", "json", "md"), default="table", help="(default: table)")
    parser.add_argument("--profile", default="", metavar="P", help="only this profile's clauses")


def checks_of(clause: Clause) -> list[str]:
    """The checks that decide a clause."""
    return [check.id for check in CHECKS.values() if clause.id in check.clauses]


def row(clause: Clause) -> dict[str, Any]:
    """Everything known of a clause."""
    shown: dict[str, Any] = {
        "id": clause.id,
        "section": clause.section,
        "profile": clause.profile.value,
        "force": clause.force.value,
        "level": clause.level.value,
        "text": clause.text,
        "checks": checks_of(clause),
        "faults": [lie.name for lie in lies().get(clause.id, ())],
    }
    if clause.unchecked:
        shown |= {"unchecked": clause.unchecked.value, "reason": clause.reason}
    if clause.ambiguity:
        shown["ambiguity"] = clause.ambiguity
    return shown


def command(options: argparse.Namespace) -> int:
    """Print the register. A list of clauses is never a verdict."""
    rows = [row(clause) for clause in CLAUSES.values() if options.profile in ("", clause.profile)]
    if not rows:
        raise ValueError(
            f"unknown profile {options.profile!r}: known are {', '.join(sorted({c.profile.value for c in CLAUSES.values()}))}"
        )
    if options.format == "json":
        sys.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
    elif options.format == "md":
        sys.stdout.write(
            "| clause | section | profile | force, level | promise | decided by |\n|---|---|---|---|---|---|\n"
        )
        for one in rows:
            by = ", ".join(one["checks"]) or f"not checked ({one.get('unchecked', 'no check yet')})"
            sys.stdout.write(
                f"| `{one['id']}` | {one['section']} | {one['profile']} | {one['force']}, {one['level']} | {one['text']} | {by} |\n"
            )
    else:
        for one in rows:
            mark = "-" if "unchecked" in one else str(len(one["checks"]))
            sys.stdout.write(
                f"{one['id']:<36} {one['profile']:<16} {one['force']:<6} {one['level']:<8} {mark:>2}  {one['text']}\n"
            )
        unchecked = sum("unchecked" in one for one in rows)
        sys.stdout.write(
            f"\n{len(rows)} clauses; {len(rows) - unchecked} are decided by checks (how many is in the fifth column), {unchecked} are not, each with its reason: see explain\n"
        )
    return ExitCode.CONFORMANT
