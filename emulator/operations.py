"""What a running plane can be asked for: its clock, an empty state, a snapshot of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from emulator import durations, snapshots, unsupported
from emulator.apiserver import contents
from emulator.apiserver.assembly import Assembly
from emulator.control import Call, ControlDoor
from emulator.objectstore.interface import ObjectStore

Answer = dict[str, Any]
Quiet = Callable[[float], Awaitable[None]]
"""Waits until no controller is at work, or for so many seconds."""
QUIET_SECONDS = 1.0
CLOCK = {"clock": "clock", "clock-advance": "clock advance", "clock-set": "setting the clock"}
STATE = {"reset": "reset", "snapshot-save": "snapshot save", "snapshot-load": "snapshot load"}
"""Names at the control door, and as people type them."""


class Operations:
    """The handlers of one plane. What it held when they were made is what ``reset`` goes back to."""

    def __init__(self, assembly: Assembly, store: ObjectStore, dialect: str, quiet: Quiet) -> None:
        self._assembly = assembly
        self._quiet = quiet
        self._store = store
        self._dialect = dialect
        self._clock = assembly.seams.clock
        self._start = contents.take(assembly)
        self._offset = self._clock.offset

    def offer(self, door: ControlDoor) -> None:
        """Answer calls at a door."""
        door.add("clock", self.clock)
        door.add("clock-advance", self.advance)
        door.add("clock-set", self.set_clock)
        if not self._store.whole:
            unsupported.refuse(door, STATE, f"--object-store {self._store.endpoint_url}", "--object-store moto")
            return
        door.add("reset", self.reset)
        door.add("snapshot-save", self.save)
        door.add("snapshot-load", self.load)

    async def clock(self, call: Call) -> Answer:
        """What time it is."""
        return {"now": self._clock.timestamp(), "offset_seconds": round(self._clock.offset.total_seconds(), 3)}

    async def advance(self, call: Call) -> Answer:
        """Move the clock forward. Raises ValueError."""
        by = durations.parse(call.text("by", ""))
        try:
            datetime.now(UTC) + self._clock.offset + by
        except OverflowError:
            raise ValueError("the clock cannot be moved so far") from None
        self._clock.advance(by)
        return await self.clock(call)

    async def set_clock(self, call: Call) -> Answer:
        """Let the clock be so many seconds from the machine's, also back. Raises ValueError."""
        seconds = call.values.get("offset_seconds")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            raise ValueError("offset_seconds is to be a number: how far from the machine's clock")
        try:
            offset = timedelta(seconds=seconds)
            datetime.now(UTC) + offset
        except (OverflowError, ValueError):
            raise ValueError("the clock cannot be moved so far") from None
        self._clock.shift(offset)
        return await self.clock(call)

    async def reset(self, call: Call) -> Answer:
        """Go back to how the plane started: API objects, S3 objects and policies, clock."""
        changed = await self._become(self._start)
        self._clock.shift(self._offset)
        await asyncio.to_thread(self._store.reset)
        return {"objects": changed}

    async def _become(self, entries: list[contents.Entry]) -> int:
        """Hold these objects; what controllers that were at work have written meanwhile goes, too."""
        changed = sum(contents.put(self._assembly, entries))
        await self._quiet(QUIET_SECONDS)
        contents.put(self._assembly, entries)
        return changed

    async def save(self, call: Call) -> Answer:
        """Write everything into a file. Raises OSError, ValueError."""
        entries = contents.take(self._assembly)
        snapshot = snapshots.Snapshot(self._dialect, self._clock.offset.total_seconds(), entries)
        blobs = await asyncio.to_thread(snapshots.save, _path(call), snapshot, self._store)
        return {"objects": len(entries), "blobs": blobs}

    async def load(self, call: Call) -> Answer:
        """Make the plane what a file says. Raises OSError, ValueError; then nothing is changed."""
        path = _path(call)
        snapshot = await asyncio.to_thread(snapshots.load, path)
        if snapshot.dialect != self._dialect:
            raise ValueError(
                f"{path} is of a plane in the {snapshot.dialect} dialect; this one is in the {self._dialect} dialect: "
                f"start it with --dialect {snapshot.dialect}"
            )
        contents.check(self._assembly, snapshot.entries)
        blobs = await asyncio.to_thread(self._store.load, path)
        await self._become(snapshot.entries)
        self._clock.shift(timedelta(seconds=snapshot.offset))
        return {"objects": len(snapshot.entries), "blobs": blobs}


def _path(call: Call) -> Path:
    path = Path(call.text("path"))
    if not path.is_absolute():
        raise ValueError(f"path is to be absolute, not {path}")
    return path
