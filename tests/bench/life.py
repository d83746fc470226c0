"""A plane's life: start, memory, reset, snapshot save and load."""

from __future__ import annotations

import asyncio
import socket
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from statistics import median

import load
from cases import LARGE, OBJECTS
from planes import plane, resident_bytes
from rates import create_many, make_namespace
from report import Row

STARTS = 5


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _ready(port: int, begun: float, answered: list[float]) -> None:
    """Note how long after *begun* the API server says that it is ready. Who waits is not to take the core that the start needs."""
    context = load.insecure()
    while True:
        time.sleep(0.005)
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            urllib.request.urlopen(f"https://127.0.0.1:{port}/readyz", context=context, timeout=5).close()
        except OSError:
            continue
        answered.append(time.perf_counter() - begun)
        return


def _start() -> tuple[float, float]:
    """Seconds until the API door answers, and until all doors are open."""
    port, answered = _free_port(), []
    begun = time.perf_counter()
    asker = threading.Thread(target=_ready, args=(port, begun, answered))
    asker.start()
    with plane("--kube-port", str(port)):
        opened = time.perf_counter() - begun
        asker.join()
    return answered[0], opened


async def start() -> list[Row]:
    """Start, the median of some."""
    took = [await asyncio.to_thread(_start) for _ in range(STARTS)]
    return [
        Row("start to the API door", median(each[0] for each in took), "s", aim=0.4),
        Row("start to all doors", median(each[1] for each in took), "s", aim=1.0),
    ]


def _control(doors: dict, name: str, body: bytes = b"{}") -> float:
    """Milliseconds that a call of the control door takes."""
    headers = {"Authorization": f"Bearer {doors['control_token']}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{doors['control']}/v1/{name}", body, headers, method="POST")
    begun = time.perf_counter()
    urllib.request.urlopen(request).close()
    return 1000 * (time.perf_counter() - begun)


async def memory_and_state() -> list[Row]:
    """Memory empty and full; then what the full plane takes to be saved, loaded and reset."""
    with plane() as doors, tempfile.TemporaryDirectory() as folder:
        empty = resident_bytes(doors["pid"])
        await make_namespace(doors["kube_server"], LARGE)
        await create_many(doors["kube_server"], LARGE, range(OBJECTS[LARGE]))
        full = resident_bytes(doors["pid"])
        path = b'{"path": "%s"}' % str(Path(folder, "snapshot")).encode()
        rows = [
            Row("memory, empty", empty / 1e6, "MB", aim=90),
            Row("memory per Model, of 10,000", (full - empty) / OBJECTS[LARGE] / 1e3, "KB", aim=8),
        ]
        for name, what, body in (
            ("snapshot-save", "snapshot save of 10,000 Models", path),
            ("reset", "reset of 10,000 Models", b"{}"),
            ("snapshot-load", "snapshot load of 10,000 Models", path),
        ):
            rows.append(Row(what, await asyncio.to_thread(_control, doors, name, body), "ms"))
        return rows
