"""The models of every server: loaded as its model list says, ready when their artifacts are in the store.

Stands in for Triton and for model-sync: reads the ConfigMap's list, copies what each ``storage_path`` holds, and asks for
what Triton asks for: a numbered version directory with files in it (or a tar archive).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from emulator.michelangelo.client import KubeClient, Object
from emulator.michelangelo.controllers.controller import Key, Verdict
from emulator.michelangelo.controllers.serving_objects import models_of, server_of_config
from emulator.michelangelo.controllers.timings import Timings
from emulator.michelangelo.resources import CONFIG_MAPS
from emulator.michelangelo.timers import Timers
from emulator.michelangelo.triton.artifacts import UnreadableError, read

SERVER_LABEL = "michelangelo.ai/inference-server"
READY, UNAVAILABLE, LOADING = "READY", "UNAVAILABLE", "LOADING"
_log = logging.getLogger("michelangelo.controllers")


@dataclass
class Model:
    """A model of a server's repository."""

    name: str
    path: str
    state: str = LOADING
    reason: str = ""
    versions: list[str] = field(default_factory=list)
    engine: str = ""  # platform or backend


class Fleet:
    """The repositories of all servers. *store* makes an S3 client (boto3)."""

    def __init__(self, client: KubeClient, store: Callable[[], Any], timings: Timings, timers: Timers) -> None:
        self._client = client
        self._make_store = store
        self._store: Any = None
        self._timings = timings
        self._timers = timers
        self.tell: Callable[[str], None] = lambda namespace: None  # called when a model's state in a namespace changed
        self._servers: dict[Key, dict[str, Model]] = {}

    def ready(self, namespace: str, server: str, model: str) -> bool:
        """Whether a model is loaded and answers."""
        found = self.model(namespace, server, model)
        return found is not None and found.state == READY

    def model(self, namespace: str, server: str, name: str) -> Model | None:
        """A model of a server's repository, or None."""
        return self._servers.get(Key(namespace, server), {}).get(name)

    def models(self, namespace: str, server: str) -> list[Model] | None:
        """A server's repository; None for a server that is not there."""
        found = self._servers.get(Key(namespace, server))
        return list(found.values()) if found is not None else None

    async def reconcile(self, key: Key) -> Verdict | None:
        """Bring a server's repository in line with its ConfigMap. Raises ApiError."""
        if not server_of_config(key.name):
            return None
        config = await self._client.find(CONFIG_MAPS, key.namespace, key.name)
        if config is None:
            self._servers.pop(Key(key.namespace, server_of_config(key.name)), None)
            return None
        server = (config["metadata"].get("labels") or {}).get(SERVER_LABEL)
        if not server:
            return None
        return await self._sync(Key(key.namespace, server), models_of(config))

    async def _sync(self, server: Key, entries: list[Object]) -> Verdict | None:
        present = self._servers.setdefault(server, {})
        wanted = {str(entry["name"]): str(entry.get("storage_path") or "") for entry in entries}
        for name in set(present) - set(wanted):
            del present[name]
            self.tell(server.namespace)
        missing = False
        for name, path in wanted.items():
            known = present.get(name)
            if known is None or known.path != path or known.state == UNAVAILABLE:
                found = present[name] = await self._load(name, path)
                missing |= found.state != READY
                if found.reason and (known is None or known.reason != found.reason):
                    _log.warning(
                        "Triton %s/%s: model %s cannot be loaded from %s: %s", *server, name, path, found.reason
                    )
                if known is None or known.state != present[name].state:
                    self.tell(server.namespace)
        return Verdict(changed=False, satisfied=False) if missing else None

    async def load(self, namespace: str, server: str, name: str) -> Model | None:
        """Load a listed model anew; None when it is not listed."""
        known = self.model(namespace, server, name)
        if known is None:
            return None
        loaded = self._servers[Key(namespace, server)][name] = await self._load(name, known.path)
        return loaded

    def unload(self, namespace: str, server: str, name: str) -> bool:
        """Unload a model; whether it was there."""
        known = self.model(namespace, server, name)
        if known is not None:
            known.state, known.reason = UNAVAILABLE, "unloaded"
        return known is not None

    async def _load(self, name: str, path: str) -> Model:
        await self._timers.sleep(self._timings.model_load)
        return await asyncio.to_thread(self._read, name, path)

    def _read(self, name: str, path: str) -> Model:
        """A model from the store; one that cannot be read says why."""
        if self._store is None:
            self._store = self._make_store()
        try:
            found = read(self._store, path)
        except UnreadableError as error:
            return Model(name, path, UNAVAILABLE, str(error))
        return Model(name, path, READY, "", found.versions, found.engine)
