"""Bearer tokens that do not last: read from a file that somebody rotates, or asked of a program (client.authentication.k8s.io)."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

REREAD_SECONDS = 10.0  # as client-go reads token files
EARLY = timedelta(seconds=10)  # a token that expires within so long is asked for anew
PLUGIN_SECONDS = 60.0


class Credentials(Protocol):
    """Where a client's bearer token comes from."""

    async def token(self) -> str:
        """The token to show now; empty for none. Raises OSError when it cannot be had."""

    async def renew(self) -> bool:
        """The last one was refused: whether there is another. Raises OSError."""


class FileToken:
    """A token in a file, as pods have it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._token = ""
        self._read_at = float("-inf")

    async def token(self) -> str:
        """The file's content, not older than ten seconds. Raises OSError."""
        if time.monotonic() - self._read_at > REREAD_SECONDS:
            self._read()
        return self._token

    async def renew(self) -> bool:
        """Read the file now; whether it holds another token. Raises OSError."""
        before = self._token
        self._read()
        return self._token != before

    def _read(self) -> None:
        self._token = self._path.read_text().strip()
        self._read_at = time.monotonic()


@dataclass(frozen=True, slots=True)
class Given:
    """What a plugin gave."""

    token: str
    expires: datetime | None
    certificate_pem: bytes
    key_pem: bytes


class Plugin:
    """A program that prints an ExecCredential, as the clouds' kubeconfigs name one. *entry*: the user's ``exec``."""

    def __init__(self, entry: dict[str, Any], folder: Path, cluster: dict[str, Any]) -> None:
        command = str(entry.get("command") or "")
        self._words = [str(folder / command) if "/" in command else command, *map(str, entry.get("args") or ())]
        self._said = f"the credential plugin {self._words[0]} gave no credentials"
        self._hint = str(entry.get("installHint") or "")
        self._version = str(entry.get("apiVersion") or "client.authentication.k8s.io/v1")
        spec: dict[str, Any] = {"interactive": False}
        if entry.get("provideClusterInfo"):
            spec["cluster"] = cluster
        info = {"apiVersion": self._version, "kind": "ExecCredential", "spec": spec}
        named = {str(item["name"]): str(item["value"]) for item in entry.get("env") or ()}
        self._environment = {**os.environ, **named, "KUBERNETES_EXEC_INFO": json.dumps(info)}
        self._given: Given | None = None

    @property
    def given(self) -> Given:
        """What it gave last; only once it was asked."""
        assert self._given is not None, "asked"
        return self._given

    async def token(self) -> str:
        """The token, asked for anew shortly before it expires. Raises OSError."""
        given = self._given
        if given is None or (given.expires is not None and datetime.now(UTC) > given.expires - EARLY):
            given = await asyncio.to_thread(self.ask)
        return given.token

    async def renew(self) -> bool:
        """Ask again; whether it gave another. Raises OSError."""
        before = self._given
        return await asyncio.to_thread(self.ask) != before

    def ask(self) -> Given:
        """Run the program. Raises OSError with what it said."""
        try:
            done = subprocess.run(
                self._words,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=PLUGIN_SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise OSError(f"{self._said}: {error}. {self._hint}".strip()) from None
        if done.returncode:
            raise OSError(f"{self._said}: it ended with {done.returncode}: {done.stderr.strip()}")
        try:
            status = json.loads(done.stdout)["status"]
            expires = status.get("expirationTimestamp")
            self._given = Given(
                status.get("token") or "",
                datetime.fromisoformat(expires) if expires else None,
                (status.get("clientCertificateData") or "").encode(),
                (status.get("clientKeyData") or "").encode(),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            raise OSError(f"{self._said}: it printed no ExecCredential with a status") from None
        return self._given
