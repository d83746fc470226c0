"""Where a wrapper can be fitted into Michelangelo's layer."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any


def _same(part: Any) -> Any:
    return part


@dataclass(frozen=True, slots=True)
class LayerSeams:
    """The parts of the layer that can be replaced, each a function from the honest part."""

    crds: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] = _same
    condition: Callable[[dict[str, Any]], dict[str, Any]] = _same  # of InferenceServers and Deployments
    status: Callable[[dict[str, Any]], dict[str, Any]] = _same
    service: Callable[[Any], Any] = _same  # a gRPC servicer
    registration: Callable[[Any], Any] = _same  # what registers: see registration/upload.py, Registers
    processes: tuple[
        Callable[[Any], Coroutine[Any, Any, None]], ...
    ] = ()  # run beside the controllers, given the layer
