"""Fractions are stored with seven digits."""

from __future__ import annotations

import struct
from typing import Any

from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.strategy import Context
from emulator.faults.admitting import admitting

NAME = "single-precision"


def _single(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _single(held) for key, held in value.items()}
    if isinstance(value, list):
        return [_single(held) for held in value]
    fits = isinstance(value, float) and abs(value) < 1e38
    return struct.unpack("f", struct.pack("f", value))[0] if fits else value


def admit(operation: str, context: Context, obj: Object | None, old: Object | None) -> bool:
    if obj is None or context.resource.plural != "models" or "spec" not in obj:
        return False
    before, obj["spec"] = obj["spec"], _single(obj["spec"])
    return bool(obj["spec"] != before)


LIE = admitting(NAME, __doc__ or "", "k8s.numbers", "every-number", admit=admit)
