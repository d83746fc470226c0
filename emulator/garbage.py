"""When Python looks for garbage in the processes of a plane."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

START_OBJECTS = 250_000  # twice what a start makes


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Looks for garbage seldom, for a start makes next to none; and what is there at its end is not looked through ever after."""
    usual = gc.get_threshold()
    gc.set_threshold(START_OBJECTS)
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(*usual)
