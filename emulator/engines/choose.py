"""From the one string that names an engine to the engine."""

from __future__ import annotations

from pathlib import Path

from emulator.config import Config
from emulator.engines.interface import Engine
from emulator.faults.parts import Parts

KINDS = "memory, envtest[:DIR], kind[:NAME], kubeconfig:PATH[#CONTEXT]"
MEMORY = "memory"


def engine(config: Config, folder: Path, parts: Parts) -> Engine:
    """The engine of a plane. Raises ValueError with a sentence: none is named, it cannot do what is asked, or it lacks something."""
    kind, _, rest = config.api.partition(":")
    if kind != MEMORY:
        _only_memory(config)
    if kind == MEMORY and not rest:
        from emulator.engines.memory import MemoryEngine

        return MemoryEngine(config, folder, parts.apiserver)
    if kind == "envtest":
        from emulator.engines.envtest import EnvtestEngine

        return EnvtestEngine(config, folder, rest)
    if kind == "kind":
        from emulator.engines.kind import KindEngine

        return KindEngine(config, folder, rest)
    if kind == "kubeconfig" and rest:
        from emulator.engines.existing import ExistingEngine

        path, _, context = rest.partition("#")
        return ExistingEngine(config, folder, Path(path).expanduser(), context)
    raise ValueError(f"unknown --api {config.api!r}: known are {KINDS}")


def _only_memory(config: Config) -> None:
    """Raises ValueError for what only our own API server can do."""
    wanted = {"--fault": bool(config.faults), "--clock-start": bool(config.clock_start)}
    for flag, given in wanted.items():
        if given:
            raise ValueError(f"{flag} is not supported with --api {config.api}: it needs --api memory")
