"""Known lies, by the clause that each breaks: what a plane was told to do wrong, and the check that convicts it.

The lies themselves are the emulator's; this is what it says of them. ``python -m conformance.spec.lies`` asks it anew, and a test
fails while the file is not what it says.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_suffix(".json")


@dataclass(frozen=True, slots=True)
class KnownLie:
    """One lie."""

    name: str
    sentence: str
    clause: str
    check: str


@cache
def lies() -> Mapping[str, tuple[KnownLie, ...]]:
    """Lies by clause."""
    found: dict[str, tuple[KnownLie, ...]] = {}
    for value in json.loads(FILE.read_text(encoding="utf-8")):
        lie = KnownLie(**value)
        found[lie.clause] = (*found.get(lie.clause, ()), lie)
    return found


def told() -> list[KnownLie]:
    """What the emulator says of its lies; it is asked as any program would. Raises OSError, SubprocessError."""
    command = [sys.executable, "-m", "emulator", "faults", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return [KnownLie(**value) for value in json.loads(done.stdout)]


if __name__ == "__main__":
    FILE.write_text(json.dumps([asdict(lie) for lie in told()], indent=1) + "\n", encoding="utf-8")
