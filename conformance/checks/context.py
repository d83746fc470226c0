"""What all worlds of a run share: who it is, what it speaks to, and what it saw at the start."""

from __future__ import annotations

import json
import re
import threading
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from conformance import __version__
from conformance.driver.history import Exchange, History
from conformance.driver.kube import Kube
from conformance.driver.kubeconfig import Cluster
from conformance.driver.lane import Lane, LiveLane, ReplayLane
from conformance.driver.ownership import Ownership
from conformance.driver.rpc import RpcDoor
from conformance.driver.s3 import Keys, ObjectStore
from conformance.driver.wire import Origin
from conformance.model.dialect import Dialect


@dataclass(frozen=True, slots=True)
class S3Access:
    """The object store of a run; the origin is None when answers come from a recording."""

    origin: Origin | None
    keys: Keys
    bucket: str
    region: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found out before the first check, and written to the log: a replay needs the same."""

    run_id: str
    dialect: Dialect
    bucket: str = ""
    has_s3: bool = False
    rpc: str = ""
    settle_seconds: float = 10.0
    disposable: bool = False
    allow_disruptive: bool = False
    cleanup_command: str = ""  # the vendor's, run in a shell
    capabilities: frozenset[str] = frozenset()  # of checks.check.Need
    started: datetime = field(default_factory=lambda: datetime.now(UTC))  # what our clock said when times began


@dataclass
class Context:
    """Makes clients on lanes. Live when it has a cluster, a replay when it has recorded exchanges."""

    facts: Facts
    cluster: Cluster | None = None
    s3: S3Access | None = None
    rpc: RpcDoor | None = None
    ownership: Ownership = field(init=False)
    began: float = field(default_factory=time.monotonic)
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.ownership = Ownership(self.facts.run_id)

    @property
    def live(self) -> bool:
        """Whether there is a target."""
        return self.cluster is not None

    def lane(self, name: str, history: History, recorded: Mapping[tuple[str, int], Exchange] | None = None) -> Lane:
        """A lane that records, or one that answers from *recorded*."""
        if recorded is None:
            return LiveLane(name, history, self.began, redact)
        return ReplayLane(name, recorded, history)

    def kube(self, lane: Lane, purpose: str) -> Kube:
        """The admin's client."""
        return Kube(self.cluster, lane, self.ownership, self._agent(purpose))

    def store(self, lane: Lane, purpose: str) -> ObjectStore:
        """The object store's client with the platform's own keys, which may write under the run's prefix only."""
        access = self.s3 or S3Access(None, Keys("platform", "", ""), self.facts.bucket, "")
        prefix = f"{self.ownership.prefix}/"
        return ObjectStore(access.origin, access.keys, lane, access.bucket, prefix, access.region, self._agent(purpose))

    def _agent(self, purpose: str) -> str:
        return f"ma-conformance/{__version__} run={self.facts.run_id} {purpose}"


def slug(check_id: str) -> str:
    """A check's id as a few letters, for names."""
    return f"{zlib.crc32(check_id.encode()):08x}"[:6]


def redact(path: str, answer: bytes) -> bytes:
    """What the log keeps of an answer: tokens of ServiceAccounts go no further."""
    if path == "/" and b"<SecretAccessKey>" in answer:
        return re.sub(rb"(<SecretAccessKey>)[^<]*", rb"\1REDACTED", answer)
    if not path.split("?")[0].endswith("/token"):
        return answer
    try:
        body = json.loads(answer)
        body["status"]["token"] = "REDACTED"
    except (ValueError, KeyError, TypeError):
        return answer
    return json.dumps(body, separators=(",", ":")).encode()
