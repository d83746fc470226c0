"""moto as a child process: its import does not delay the API server, its state is not ours, and it dies with us.

The parent opens the socket and hands it down: the port is known at once, and early requests wait in the backlog.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from emulator.objectstore import identities
from emulator.objectstore.interface import BUCKETS, Identity

REGION = "us-east-1"
READY = b"ready\n"
STOP_SECONDS = 2.0


class MotoChild:
    """The S3 store of a plane, on one socket."""

    whole = True
    note = ""

    def __init__(
        self,
        host: str,
        port: int,
        models_bucket: str,
        log_path: Path | None = None,
        access_log: Path | None = None,
        wrappers: Sequence[str] = (),
    ) -> None:
        self._wrappers = list(wrappers)  # MODULE:FUNCTION, around the application
        self._host = host
        self._port = port
        self._buckets = [models_bucket, *BUCKETS]
        self._log_path = log_path
        self._socket: socket.socket | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._ready = threading.Event()
        self._asking = threading.Lock()
        self._access_log = access_log
        self.admin = identities.make(identities.ADMIN)
        self.identities: Mapping[str, Identity] = {name: identities.make(name) for name in identities.ACTIONS}

    @property
    def region(self) -> str:
        """The region that requests are signed for."""
        return REGION

    @property
    def endpoint_url(self) -> str:
        """Where it listens."""
        host = "127.0.0.1" if self._host in ("0.0.0.0", "::") else self._host
        return f"http://{f'[{host}]' if ':' in host else host}:{self._port}"

    def start(self) -> None:
        """Start the child, without waiting. Raises OSError when the port is taken."""
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((self._host, self._port))
        except OSError as error:
            self._socket.close()
            self._socket = None
            raise OSError(
                f"cannot listen on {self._host}:{self._port} for S3: {error.strerror}. "
                "Choose another with --s3-port N, or --s3-port 0 for a free one"
            ) from None
        self._socket.listen(128)
        self._port = self._socket.getsockname()[1]
        settings = {
            "fd": self._socket.fileno(),
            "buckets": self._buckets,
            "region": REGION,
            "administrator": self.admin.name,
            "wrappers": self._wrappers,
            "access_log": str(self._access_log) if self._access_log is not None else "",
            "users": [self._user(identity) for identity in (self.admin, *self.identities.values())],
        }
        log = self._log_path.open("ab") if self._log_path is not None else subprocess.DEVNULL
        try:
            self._child = subprocess.Popen(
                [sys.executable, "-P", "-m", "emulator.objectstore.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                pass_fds=[self._socket.fileno()],
                start_new_session=True,  # Ctrl-C is ours to pass on
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        finally:
            if not isinstance(log, int):
                log.close()
        assert self._child.stdin is not None, "a pipe"
        self._child.stdin.write(json.dumps(settings).encode() + b"\n")
        self._child.stdin.flush()  # stays open: when it closes, the child knows that we are gone

    def _user(self, identity: Identity) -> dict[str, str]:
        document = identities.policy_of(identity.name, self._buckets[0])
        return {**asdict(identity), "policy": json.dumps(document, indent=2)}

    def wait_ready(self) -> None:
        """Return once buckets are there and requests are answered. Raises OSError when the child ended."""
        if self._ready.is_set():
            return
        assert self._child is not None and self._child.stdout is not None, "started"
        if self._child.stdout.readline() != READY:
            raise OSError(f"the S3 store did not start: it ended with {self._child.wait()}; its log says why")
        self._ready.set()

    def client(self) -> Any:
        """A boto3 client of the administrator."""
        import boto3

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint_url,
            region_name=self.region,
            aws_access_key_id=self.admin.access_key_id,
            aws_secret_access_key=self.admin.secret_access_key,
        )

    def reset(self) -> int:
        """Empty the store: the buckets and policies that it started with are left. Raises OSError."""
        return self._order("reset")

    def save(self, archive: Path) -> int:
        """Add every object and policy to a zip archive; how many objects. Raises OSError."""
        return self._order("save", archive)

    def load(self, archive: Path) -> int:
        """Have exactly what a zip archive holds; how many objects. Raises OSError, and ValueError when it is no such archive."""
        return self._order("load", archive)

    def _order(self, what: str, archive: Path | None = None) -> int:
        """Have the child do something; returns when it is done."""
        self.wait_ready()
        child = self._child
        assert child is not None and child.stdin is not None and child.stdout is not None, "started"
        with self._asking:
            order = {"do": what, "archive": str(archive) if archive is not None else ""}
            child.stdin.write(json.dumps(order).encode() + b"\n")
            child.stdin.flush()
            said = child.stdout.readline()
        if not said:
            raise OSError("the S3 store has ended: `ma-emulator logs s3-errors` says why")
        answer = json.loads(said)
        if "wrong" in answer:
            raise ValueError(answer["wrong"])
        if "failed" in answer:
            raise OSError(answer["failed"])
        return int(answer["objects"])

    def stop(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is not None:
            child.terminate()
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()
        if self._socket is not None:
            self._socket.close()
            self._socket = None
