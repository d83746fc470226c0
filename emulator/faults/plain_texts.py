"""A carriage return before a line's end is lost."""

from __future__ import annotations

from typing import Any

from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.strategy import Context
from emulator.faults.admitting import admitting

NAME = "plain-texts"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(held) for key, held in value.items()}
    if isinstance(value, list):
        return [_plain(held) for held in value]
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def admit(operation: str, context: Context, obj: Object | None, old: Object | None) -> bool:
    if obj is None or context.resource.plural != "models" or "spec" not in obj:
        return False
    before, obj["spec"] = obj["spec"], _plain(obj["spec"])
    return bool(obj["spec"] != before)


LIE = admitting(NAME, __doc__ or "", "k8s.unicode", "every-text", admit=admit)
