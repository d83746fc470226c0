"""Where a wrapper can be fitted between two rooms: every seam of the API server, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from emulator.apiserver.authn.interface import Authenticator
from emulator.apiserver.authz.interface import Authorizer
from emulator.apiserver.clock import Clock
from emulator.apiserver.registry.kind import Kind
from emulator.apiserver.registry.strategy import Admission
from emulator.apiserver.storage.interface import Storage
from emulator.apiserver.storage.memory import MemoryStorage

Application = Callable[[Any, Any, Any], Any]
"""An ASGI application."""


def _same(part: Any) -> Any:
    return part


@dataclass(frozen=True, slots=True)
class Seams:
    """The parts of an API server. Those that need others to be built are functions from the honest part."""

    storage: Storage = field(default_factory=MemoryStorage)
    clock: Clock = field(default_factory=Clock)
    authenticator: Callable[[Authenticator], Authenticator] = _same
    authorizer: Callable[[Authorizer], Authorizer] = _same
    admission: Callable[[Admission], Admission] = _same
    kind: Callable[[Kind], Kind] = _same
    application: Callable[[Application], Application] = _same
