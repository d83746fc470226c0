"""Requirement sets: what was required at a time, frozen in a file of its own and never changed afterwards.

``python -m conformance.spec.freeze NAME`` writes the next one; a test fails while the register is not the newest set.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from conformance.spec.register import CLAUSES

FOLDER = Path(__file__).with_name("requirements")


def digest(value: Any) -> str:
    """The SHA-256 of a JSON value in canonical form."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def requirements() -> dict[str, Any]:
    """The requirement set of this suite: every clause with its force and level, and the digest of it all."""
    listed = [
        {"id": clause.id, "profile": clause.profile.value, "force": clause.force.value, "level": clause.level.value}
        | ({"unchecked": clause.unchecked.value} if clause.unchecked is not None else {})
        | {"text": hashlib.sha256(clause.text.encode()).hexdigest()[:16]}
        for clause in CLAUSES.values()
    ]
    return {"clauses": listed, "digest": digest(listed)}


def frozen() -> dict[str, dict[str, Any]]:
    """Every frozen set by its name, oldest first. Raises ValueError for a file whose digest is not that of its clauses."""
    found = {}
    for path in sorted(FOLDER.glob("*.json")):
        value = json.loads(path.read_text(encoding="utf-8"))
        if digest(value["clauses"]) != value["digest"]:
            raise ValueError(f"the requirement set {path.stem} was edited: its digest is not that of its clauses")
        found[path.stem] = value
    return found


def name_of(wanted: str) -> str:
    """The name of the set with a digest; empty for an unknown one."""
    return next((name for name, value in frozen().items() if value["digest"] == wanted), "")


def freeze(name: str) -> Path:
    """Write the set of this suite. Raises ValueError when a set of that name is there: frozen is frozen."""
    path = FOLDER / f"{name}.json"
    if path.exists():
        raise ValueError(f"requirement set {name} is frozen: give the next one a new name")
    FOLDER.mkdir(exist_ok=True)
    path.write_text(json.dumps(requirements(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.stdout.write(f"{freeze(*sys.argv[1:2])}\n")
