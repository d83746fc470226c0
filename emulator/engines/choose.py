"""From the one string that names an engine to the engine."""

from __future__ import annotations

from pathlib import Path

from emulator.config import Config
from emulator.engines.interface import Engine
from emulator.faults.parts import Parts

KINDS = "memory"
ENGINES = ("memory",)


def check(config: Config) -> None:
    """Whether an engine is named, and can do what is asked. Raises ValueError with a sentence."""
    kind, _, _rest = config.api.partition(":")
    if kind not in ENGINES:
        raise ValueError(f"unknown --api {config.api!r}: known are {KINDS}")


def engine(config: Config, folder: Path, parts: Parts) -> Engine:
    """The engine of a plane. Raises ValueError."""
    check(config)
    from emulator.engines.memory import MemoryEngine

    return MemoryEngine(config, folder, parts.apiserver)
