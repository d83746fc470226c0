"""What belongs to a run: everything it made carries its id, and nothing else is ever changed or deleted."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import unquote

from conformance.driver.answers import Json, at
from conformance.driver.errors import NotOursError

LABEL = "conformance.michelangelo.api/run"
PREFIX = "mac"  # of every name that is not inside a namespace of ours
REVIEWS = ("authorization.k8s.io", "authentication.k8s.io")  # POSTs that store nothing
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Permission(Protocol):
    """What a client may write."""

    def demand(self, method: str, path: str, body: Json) -> None:
        """Raise NotOursError unless the request may be sent."""

    def label(self, obj: Json) -> Json:
        """The object as it is to be sent."""


class Ownership:
    """Knows the run's id, and what was made under it. Shared by all clients of a run."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        self.namespaces: set[str] = set()
        self.cluster_scoped: set[str] = set()  # paths of objects outside namespaces
        self._allowed: set[str] = set()
        self._lock = threading.Lock()

    @property
    def prefix(self) -> str:
        """How every name outside namespaces begins, bucket keys included."""
        return f"{PREFIX}-{self.run_id}"

    def label(self, obj: Json) -> Json:
        """The object with the run's label, if it is one that can carry a label."""
        metadata = at(obj, "metadata")
        if not isinstance(metadata, dict) or not isinstance(metadata.get("labels") or {}, dict):
            return obj
        labels = {**(metadata.get("labels") or {}), LABEL: self.run_id}
        return {**obj, "metadata": {**metadata, "labels": labels}}

    def allow(self, path: str) -> None:
        """Let one foreign path be written: for disruptive checks that the user allowed, and nothing else."""
        self._allowed.add(path)

    def adopt(self, path: str, obj: Json) -> None:
        """Let an object outside namespaces be deleted that an earlier process of this run made. Raises NotOursError for others'."""
        if run_of(obj) != self.run_id:
            raise NotOursError(f"refusing to adopt {path}: it is not of run {self.run_id}")
        with self._lock:
            self.cluster_scoped.add(path)

    def demand(self, method: str, path: str, body: Json) -> None:
        """Raise NotOursError unless the request reads, or writes something of this run."""
        if method in _SAFE or path.split("?")[0] in self._allowed:
            return
        steps = [unquote(step) for step in path.split("?")[0].strip("/").split("/")]
        if steps[0] == "apis" and len(steps) > 1 and steps[1] in REVIEWS:
            return
        namespace = steps[steps.index("namespaces") + 1] if "namespaces" in steps[:-1] else ""
        if namespace:
            if namespace in self.namespaces or path.split("?")[0] in self.cluster_scoped:
                return
        elif (method == "POST" and self._creates_ours(path, body)) or path.split("?")[0] in self.cluster_scoped:
            return
        raise NotOursError(f"refusing to {method} {path}: this run ({self.run_id}) did not make it")

    def _creates_ours(self, path: str, body: Json) -> bool:
        name = at(body, "metadata.name")
        if (
            not isinstance(name, str)
            or not name.startswith(self.prefix)
            or at(body, "metadata.labels", {}).get(LABEL) != self.run_id
        ):
            return False
        with self._lock:
            if path.split("?")[0].endswith("/api/v1/namespaces"):
                self.namespaces.add(name)
            self.cluster_scoped.add(f"{path.split('?')[0]}/{name}")
        return True


def run_of(obj: Mapping[str, Any]) -> str:
    """The id of the run that made an object; empty for anybody else's."""
    return str((at(obj, "metadata.labels") or {}).get(LABEL, ""))
