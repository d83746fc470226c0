"""Where a scenario plays: a namespace of a running plane, and the hands of a user in it."""

from __future__ import annotations

import asyncio
import shlex
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from emulator.doors import Doors
from emulator.michelangelo.client import ApiError, KubeClient, Object, Resource
from emulator.michelangelo.resources import CONFIG_MAPS, GROUP, INFERENCE_SERVERS, MODELS, NAMESPACES, VERSION
from emulator.michelangelo.spelling import SPELLINGS, Spelling

PATIENCE_SECONDS = 20.0  # with fast timings; a plane with realistic ones takes as long as a cluster
REALISTIC_SECONDS = 300.0
POLL_SECONDS = 0.1
FIELD_MANAGER = "ma-emulator-scenario"
LABEL = "emulator.michelangelo.api/scenario"
MODEL = "fraud-detector"
SERVER = "fraud-detector-server"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """What commands and manifests of a scenario are filled in with."""

    scenario: str
    namespace: str
    dialect: str = "guide"
    folder: Path = Path()  # where its files are written
    bucket: str = "<your-models-bucket>"

    @property
    def spelling(self) -> Spelling:
        """How a Model's fields are spelled."""
        return SPELLINGS[self.dialect]

    def file(self, name: str) -> str:
        """A file of the scenario, as a word of a shell."""
        return shlex.quote(str(self.folder / name))


def default_namespace(scenario: str) -> str:
    """The namespace of a scenario unless another is named: several may be on at once."""
    return f"scenario-{scenario}"


@dataclass
class Stage:
    """A place on a running plane. ``said`` collects what was done, for people."""

    place: Place
    client: KubeClient
    doors: Doors
    said: list[str] = field(default_factory=list)

    @property
    def namespace(self) -> str:
        """Where it plays."""
        return self.place.namespace

    @property
    def spelling(self) -> Spelling:
        """How a Model's fields are spelled on this plane."""
        return self.place.spelling

    def say(self, text: str) -> None:
        """Tell what was done."""
        self.said.append(text)

    async def make_namespace(self) -> None:
        """Make the namespace, if it is not there. Raises ApiError."""
        meta = {"name": self.namespace, "labels": {LABEL: self.place.scenario}}
        try:
            await self.client.create(NAMESPACES, {"apiVersion": "v1", "kind": "Namespace", "metadata": meta})
        except ApiError as error:
            if error.reason != "AlreadyExists":
                raise
        else:
            self.say(f"made namespace {self.namespace}")

    async def leave(self) -> None:
        """Delete the namespace, if the scenario made it. Raises ApiError, TimeoutError."""
        namespace = await self.client.find(NAMESPACES, "", self.namespace)
        if namespace is None or (namespace["metadata"].get("labels") or {}).get(LABEL) != self.place.scenario:
            return
        await self.client.delete(NAMESPACES, "", self.namespace)
        self.say(f"deleted namespace {self.namespace}")
        await self.until(lambda: self.client.find(NAMESPACES, "", self.namespace), lambda found: found is None)

    async def apply(self, resource: Resource, obj: Object) -> Object:
        """Apply an object in the namespace, as ``kubectl apply --server-side`` does. Raises ApiError."""
        obj = {**obj, "metadata": {**obj["metadata"], "namespace": self.namespace}}
        made = await self.client.apply(resource, obj, FIELD_MANAGER)
        self.say(f"applied {obj['kind']} {self.namespace}/{obj['metadata']['name']}")
        return made

    async def remove(self, resource: Resource, name: str) -> None:
        """Delete an object of the namespace and wait until it is gone. Raises ApiError, TimeoutError."""
        if await self.client.delete(resource, self.namespace, name) is not None:
            self.say(f"deleted {resource.plural}/{name} in {self.namespace}")
        await self.until(lambda: self.client.find(resource, self.namespace, name), lambda found: found is None)

    async def model(self, name: str = MODEL) -> Object | None:
        """A Model of the namespace; None when it, or its definition, is not there. Raises ApiError."""
        return await self.client.find(MODELS, self.namespace, name)

    async def uris(self, field_name: str, name: str = MODEL) -> list[str]:
        """A URI field of a Model; empty when there is none. Raises ApiError."""
        model = await self.model(name)
        return list(((model or {}).get("spec") or {}).get(field_name) or [])

    async def until(self, ask: Callable[[], Awaitable[T]], good: Callable[[T], bool]) -> T:
        """Ask until the answer is good. Raises TimeoutError."""
        patience = REALISTIC_SECONDS if self.doors.timings == "realistic" else PATIENCE_SECONDS
        deadline = time.monotonic() + patience
        while not good(answer := await ask()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"the plane did not come to it within {patience:.0f} s")
            await asyncio.sleep(POLL_SECONDS)
        return answer

    # whether it is on

    @property
    def _record(self) -> str:
        return f"scenario-{self.place.scenario}"

    async def started(self) -> bool:
        """Whether the scenario was started here. Raises ApiError."""
        return await self.client.find(CONFIG_MAPS, self.namespace, self._record) is not None

    async def belongs_to_others(self) -> bool:
        """Whether the namespace has Models or servers, and no scenario was ever started in it. Raises ApiError."""
        namespace = await self.client.find(NAMESPACES, "", self.namespace)
        if namespace is None or LABEL in (namespace["metadata"].get("labels") or {}):
            return False
        if (await self.client.list(CONFIG_MAPS, self.namespace, labelSelector=LABEL))["items"]:
            return False
        for resource in (MODELS, INFERENCE_SERVERS):
            try:
                if (await self.client.list(resource, self.namespace))["items"]:
                    return True
            except ApiError as error:
                if error.code != 404:
                    raise
        return False

    async def note_start(self) -> None:
        """Remember that it was, on the plane itself: a reset forgets it. Raises ApiError."""
        meta = {"name": self._record, "namespace": self.namespace, "labels": {LABEL: self.place.scenario}}
        data = {"show": f"ma-emulator scenario show {self.place.scenario}"}
        record = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": data}
        await self.client.apply(CONFIG_MAPS, record, FIELD_MANAGER)

    def write(self, name: str, text: str) -> Path:
        """Write a file that a user would have."""
        self.place.folder.mkdir(parents=True, exist_ok=True)
        path = self.place.folder / name
        path.write_text(text, encoding="utf-8")
        self.say(f"wrote {path}")
        return path


def michelangelo(kind: str, name: str, spec: dict[str, Any]) -> Object:
    """The manifest of one of the platform's objects."""
    return {"apiVersion": f"{GROUP}/{VERSION}", "kind": kind, "metadata": {"name": name}, "spec": spec}
