"""SeaweedFS, an S3 store that shares no code with ours: one process of the program that its wheel brings, on 127.0.0.1."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from urllib.error import URLError
from urllib.request import urlopen

READY_SECONDS = 60.0
BUCKET = "michelangelo-models"
OWNER = {"AWS_ACCESS_KEY_ID": "owner", "AWS_SECRET_ACCESS_KEY": "owner-secret"}
GUEST = {"AWS_ACCESS_KEY_ID": "guest", "AWS_SECRET_ACCESS_KEY": "guest-secret"}
"""May read and list the models bucket, and nothing else."""
ROLES = ("s3", "master", "volume", "filer")


def _identity(variables: dict[str, str], *actions: str) -> dict[str, object]:
    keys = {"accessKey": variables["AWS_ACCESS_KEY_ID"], "secretKey": variables["AWS_SECRET_ACCESS_KEY"]}
    return {"name": variables["AWS_ACCESS_KEY_ID"], "credentials": [keys], "actions": actions}


class SeaweedFS:
    """Runs between ``__enter__`` and ``__exit__``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ports = _free_ports(2 * len(ROLES))
        self.url = f"http://127.0.0.1:{self._ports[0]}"

    def __enter__(self) -> SeaweedFS:
        identities = [_identity(OWNER, "Admin"), _identity(GUEST, f"Read:{BUCKET}", f"List:{BUCKET}")]
        config = self.folder / "identities.json"
        config.write_text(json.dumps({"identities": identities}))
        (self.folder / "data").mkdir()
        flags = {
            "ip": "127.0.0.1",
            "ip.bind": "127.0.0.1",
            "dir": self.folder / "data",
            "s3.config": config,
            "s3.localSocket": self.folder / "s3.sock",
            "filer.localSocket": self.folder / "filer.sock",
            "s3.port.iceberg": 0,
            "s3.port.lance": 0,
            "master.volumeSizeLimitMB": 64,
            "master.telemetry": "false",
            "volume.max": 8,
        }
        for number, role in enumerate(ROLES):
            flags |= {f"{role}.port": self._ports[2 * number], f"{role}.port.grpc": self._ports[2 * number + 1]}
        words = [f"-{name}={value}" for name, value in flags.items()]
        self._log = (self.folder / "log").open("wb")
        self._child = subprocess.Popen(
            [Path(sys.executable).with_name("weed"), "-logtostderr", "server", "-s3", *words],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            env={**os.environ, "HOME": str(self.folder)},
        )
        self._wait()
        return self

    def _wait(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                with urlopen(f"{self.url}/healthz", timeout=5):
                    return
            except (URLError, OSError) as error:
                if self._child.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError(f"{error}: {(self.folder / 'log').read_text()[-2000:]}") from None
                time.sleep(0.05)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.kill()  # asked nicely it takes 15 s, and nothing of it is kept
        self._child.wait()
        self._log.close()


def _free_ports(count: int) -> list[int]:
    with ExitStack() as open_ones:
        found = [open_ones.enter_context(socket.socket()) for _ in range(count)]
        for each in found:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in found]
