"""``make bench`` measures; what it measures is for people to read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def _bench(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.bench", *words],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=100,
    )


def test_rows_are_measured():
    """Rows run against the plane and the bare server, and say the ratio and the aim."""
    done = _bench("--seconds", "0.1", "--python", "--json", "--only", "get,create,update")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert "load by Python" in document["title"]
    rows = {row["name"]: row for row in document["rows"]}
    assert set(rows) == {"get, 1 connection", "get", "create", "update"}
    assert all(row["value"] > 0 and row["bare"] > 0 and row["ratio"] > 0 for row in rows.values())
    assert rows["get"]["aim"] == 0.5 and rows["create"]["aim"] == 0.18


def test_an_unknown_row_is_refused():
    """The refusal lists the rows that there are."""
    done = _bench("--only", "gets")
    assert done.returncode == 2
    assert "denied by RBAC" in done.stderr
