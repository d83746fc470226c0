"""What a running plane can be asked for: its clock, an empty state, a snapshot of it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from emulator import durations, snapshots
from emulator.apiserver.apimachinery import codec
from emulator.apiserver.assembly import Assembly
from emulator.apiserver.storage.contents import Entry, capture, restore
from emulator.control import Call, ControlDoor
from emulator.objectstore.moto_child import MotoChild

Answer = dict[str, Any]
OWN = "kube-root-ca.crt"  # the plane's own authority, whatever a snapshot says


class Operations:
    """The handlers of one plane. What it held when they were made is what ``reset`` goes back to."""

    def __init__(self, assembly: Assembly, store: MotoChild, dialect: str) -> None:
        self._assembly = assembly
        self._store = store
        self._dialect = dialect
        self._clock = assembly.seams.clock
        self._start = capture(assembly.storage)
        self._offset = self._clock.offset

    def offer(self, door: ControlDoor) -> None:
        """Answer calls at a door."""
        door.add("clock", self.clock)
        door.add("clock-advance", self.advance)
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

    async def reset(self, call: Call) -> Answer:
        """Go back to how the plane started: API objects, S3 objects, clock."""
        written = restore(self._assembly.storage, self._start)
        self._clock.offset = self._offset
        await asyncio.to_thread(self._store.reset)
        return {"objects": written}

    async def save(self, call: Call) -> Answer:
        """Write everything into a file. Raises OSError."""
        path = Path(call.text("path"))
        entries = capture(self._assembly.storage)
        offset = self._clock.offset.total_seconds()
        blobs = await asyncio.to_thread(self._blobs)
        await asyncio.to_thread(snapshots.save, path, snapshots.Snapshot(self._dialect, offset, entries, blobs))
        return {"objects": len(entries), "blobs": len(blobs)}

    async def load(self, call: Call) -> Answer:
        """Make the plane what a file says. Raises OSError, ValueError; then nothing is changed."""
        path = Path(call.text("path"))
        snapshot = await asyncio.to_thread(snapshots.load, path)
        if snapshot.dialect != self._dialect:
            raise ValueError(
                f"{path} is of a plane in the {snapshot.dialect} dialect; this one is in the {self._dialect} dialect: "
                f"start it with --dialect {snapshot.dialect}"
            )
        restore(self._assembly.storage, self._own(snapshot.entries))
        self._clock.offset = timedelta(seconds=snapshot.offset)
        await asyncio.to_thread(self._upload, snapshot.blobs)
        return {"objects": len(snapshot.entries), "blobs": len(snapshot.blobs)}

    def _own(self, entries: list[Entry]) -> list[Entry]:
        """The entries, with this plane's authority in place of the other's."""
        text = self._assembly.authority.certificate_pem.decode()
        return [_with_authority(entry, text) if entry.key.name == OWN else entry for entry in entries]

    def _blobs(self) -> list[snapshots.Blob]:
        client = self._store.client()
        found = []
        for bucket in (item["Name"] for item in client.list_buckets()["Buckets"]):
            for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
                for item in page.get("Contents", ()):
                    data = client.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
                    found.append(snapshots.Blob(bucket, item["Key"], data))
        return found

    def _upload(self, blobs: list[snapshots.Blob]) -> None:
        self._store.reset()
        client = self._store.client()
        known = {item["Name"] for item in client.list_buckets()["Buckets"]}
        for blob in blobs:
            if blob.bucket not in known:
                client.create_bucket(Bucket=blob.bucket)
                known.add(blob.bucket)
            client.put_object(Bucket=blob.bucket, Key=blob.key, Body=blob.data)


def _with_authority(entry: Entry, text: str) -> Entry:
    obj = codec.load(entry.data)
    obj["data"] = {"ca.crt": text}
    return entry._replace(data=codec.encode(obj))
