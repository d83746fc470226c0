"""The controller manager's log: what the platform's controllers do, in a file of the plane's folder."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

NAME = "controller-manager.log"


class _Lines(logging.Formatter):
    """Instants as registration writes them."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's name
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


@contextmanager
def logged(folder: Path) -> Iterator[None]:
    """Write what the platform's processes log to the file, and nowhere else, meanwhile."""
    handler = logging.FileHandler(folder / NAME, encoding="utf-8", delay=True)
    handler.setFormatter(_Lines("%(asctime)s %(message)s"))
    logger = logging.getLogger("michelangelo.controllers")
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()
        logger.level, logger.propagate = before
