"""The vendor's own file of known failures: rows with a clause, an owner, a reason and the day on which the excuse ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from conformance.spec.register import CLAUSES

FIELDS = ("clause", "owner", "reason", "expires")
EXAMPLE = "- {clause: k8s.stale-update, owner: storage team, reason: JIRA-12, expires: 2027-01-31}"


def load(path: Path, today: date) -> list[dict[str, Any]]:
    """The rows, each told whether it has expired. Raises ValueError with the row and what is wrong with it."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"cannot read the known failures {path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is no YAML: {error}") from error
    if not isinstance(document or [], list):
        raise ValueError(f"{path} is no list of known failures: write rows like {EXAMPLE}")
    rows = [_row(path, number, row, today) for number, row in enumerate(document or [], 1)]
    names = [row["clause"] for row in rows]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{path} has two rows for {', '.join(twice)}: keep one of each")
    return rows


def _row(path: Path, number: int, row: Any, today: date) -> dict[str, Any]:
    if not isinstance(row, Mapping):
        raise ValueError(f"{path}, row {number} is no mapping: write rows like {EXAMPLE}")
    missing = [field for field in FIELDS if not str(row.get(field) or "").strip()]
    unknown = [str(field) for field in row if field not in FIELDS]
    if missing or unknown:
        said = [f"lacks {', '.join(missing)}"] * bool(missing) + [f"has unknown {', '.join(unknown)}"] * bool(unknown)
        raise ValueError(f"{path}, row {number} {' and '.join(said)}: write rows like {EXAMPLE}")
    try:
        expires = date.fromisoformat(str(row["expires"]))
    except ValueError:
        raise ValueError(f"{path}, row {number}: {row['expires']!r} is no day: write it like 2027-01-31") from None
    name = str(row["clause"])
    if name not in CLAUSES:
        raise ValueError(f"{path}, row {number}: no clause is called {name!r}: see `ma-conformance list`")
    return {
        "clause": name,
        "owner": str(row["owner"]),
        "reason": str(row["reason"]),
        "expires": expires.isoformat(),
        "expired": expires < today,
    }
