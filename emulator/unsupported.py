"""What a plane cannot do on another engine or store than its own says so by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from emulator.control import Call, ControlDoor, Handler


def refuse(door: ControlDoor, features: Mapping[str, str], here: str, needed: str) -> None:
    """Answer calls of *features* (name at the door to name as typed) with what they need instead of what is here."""
    for name, typed in features.items():
        door.add(name, _refusal(f"{typed} is not supported with {here}: it needs {needed}"))


def _refusal(sentence: str) -> Handler:
    async def handler(call: Call) -> NoReturn:
        raise ValueError(sentence)

    return handler
