"""Where the time of a run goes: seconds by name, of all threads together."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class Stopwatch:
    """Seconds by name; threads that wait at the same time count each."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seconds: defaultdict[str, float] = defaultdict(float)

    def add(self, name: str, seconds: float) -> None:
        """So much more of it."""
        with self._lock:
            self._seconds[name] += seconds

    @contextmanager
    def during(self, name: str) -> Iterator[None]:
        """What happens meanwhile."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.add(name, time.monotonic() - began)

    def seconds(self, name: str) -> float:
        """So much so far."""
        return self._seconds[name]


SPENT = Stopwatch()
"""Of this process: ``door:NAME`` (waiting for its answers), ``cases`` (in checks, answers included), ``explore`` (drawing, cases
included), ``alone`` (cases that nothing draws)."""
DOOR = "door:"
"""Before a door's name."""


def report(total: float) -> list[tuple[str, float]]:
    """What a run of *total* seconds spent its time with, in words. Waiting at once for several answers counts for each."""
    store = SPENT.seconds(f"{DOOR}s3")
    answers = sum(SPENT.seconds(f"{DOOR}{name}") for name in ("kube", "rpc", "proxy", "shell"))
    cases, explore = SPENT.seconds("cases"), SPENT.seconds("explore")
    alone = SPENT.seconds("alone")
    hypothesis = max(explore - (cases - alone), 0.0)
    checks = max(cases - store - answers, 0.0)
    rest = max(total - hypothesis - checks - store - answers, 0.0)
    return [
        ("the target (kube, gRPC)", answers),
        ("S3", store),
        ("Hypothesis", hypothesis),
        ("the checks themselves", checks),
        ("starting, recording, reporting", rest),
    ]
