"""Lies of admission: an object is changed on its way in, or not looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.strategy import Admission, Context
from emulator.faults.lie import Lie, tell
from emulator.faults.parts import Parts
from emulator.faults.wrapping import AdmissionWrapper

Admit = Callable[[str, Context, Object | None, Object | None], bool]
"""Changes an object before it is validated; whether it did."""
Skip = Callable[[Context], bool]
"""Whether validation is left out."""


class _Changing(AdmissionWrapper):
    def __init__(self, inner: Admission, name: str, admit: Admit | None, skip: Skip | None) -> None:
        super().__init__(inner)
        self.name = name
        self.change = admit
        self.skip = skip

    def admit(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """As the honest one, with a change."""
        if self.change is not None and self.change(operation, context, obj, old):
            tell(self.name)
        self.inner.admit(operation, context, obj, old)

    def validate(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """As the honest one, unless it is left out."""
        if self.skip is not None and self.skip(context):
            tell(self.name)
            return
        self.inner.validate(operation, context, obj, old)


def admitting(
    name: str, sentence: str, clause: str, check: str, *, admit: Admit | None = None, skip: Skip | None = None
) -> Lie:
    """A lie of admission."""

    def fit(parts: Parts) -> Parts:
        honest = parts.apiserver.admission
        seams = replace(parts.apiserver, admission=lambda chain: _Changing(honest(chain), name, admit, skip))
        return replace(parts, apiserver=seams)

    return Lie(sentence, clause, check, fit)
