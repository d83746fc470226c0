"""How long servers may take: envtest's own variables, in its own notation (``90s``, ``2m``)."""

from __future__ import annotations

import os

from emulator import durations

START, STOP = "KUBEBUILDER_CONTROLPLANE_START_TIMEOUT", "KUBEBUILDER_CONTROLPLANE_STOP_TIMEOUT"
START_SECONDS = 90.0  # a loaded machine needs 30 and more
STOP_SECONDS = 10.0


def start_seconds() -> float:
    """How long a server may take to come up. Raises ValueError for a variable that is no span of time."""
    return _seconds(START, START_SECONDS)


def stop_seconds() -> float:
    """How long a server may take to end by itself. Raises ValueError for a variable that is no span of time."""
    return _seconds(STOP, STOP_SECONDS)


def _seconds(variable: str, default: float) -> float:
    text = os.environ.get(variable)
    if not text:
        return default
    try:
        return durations.parse(text).total_seconds()
    except ValueError as error:
        raise ValueError(f"{variable}: {error}") from None
