"""Lies of the gRPC API: a method of ModelService is asked another question, or answers another thing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from emulator.faults.lie import Lie, tell
from emulator.faults.parts import Parts

Method = Callable[[Any, str], Awaitable[Any]]
Ask = Callable[[Any], bool]
"""Changes a request; whether it did."""


class _Changed:
    """A service, with one method that is not the honest one."""

    def __init__(self, inner: Any, name: str, method: str, ask: Ask) -> None:
        self.inner = inner
        self.name_of_lie = name
        self.method = method
        self.ask = ask

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def methods(self) -> Mapping[str, Any]:
        """As the honest ones, but for one."""
        found = dict(self.inner.methods())
        if self.inner.kind == "Model":
            request, honest = found[self.method]
            found[self.method] = (request, self._wrapped(honest))
        return found

    def _wrapped(self, honest: Method) -> Method:
        async def method(request: Any, token: str) -> Any:
            if self.ask(request):
                tell(self.name_of_lie)
            return await honest(request, token)

        return method


def calling(name: str, sentence: str, clause: str, check: str, method: str, ask: Ask) -> Lie:
    """A lie of one method of ModelService."""

    def fit(parts: Parts) -> Parts:
        honest = parts.layer.service
        layer = replace(parts.layer, service=lambda service: _Changed(honest(service), name, method, ask))
        return replace(parts, layer=layer)

    return Lie(sentence, clause, check, fit)
