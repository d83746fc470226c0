"""Registers a model in the guide's order: the Model, raw artifacts and their URI, the package and its URI.

Each step leaves what the guide's troubleshooting table describes when the next one fails: a Model with an empty URI, an
Event that says why, and a registration that can be repeated.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from emulator import artifact_layout as layouts
from emulator.michelangelo.client import ApiError, KubeClient, Object
from emulator.michelangelo.registration.packaging import PackagingError, package
from emulator.michelangelo.registration.request import PACKAGES, UNPACKAGED, Registration
from emulator.michelangelo.registration.store import StoreAccess, StoreError
from emulator.michelangelo.resources import EVENTS, GROUP, MODELS, VERSION
from emulator.michelangelo.spelling import Spelling

COMPONENT = "michelangelo-controllermgr"


class RegistrationError(Exception):
    """A step failed; the Model shows how far it came."""


class RefusedError(RegistrationError):
    """The Model itself is refused: nothing was made."""


class Registrar:
    """Registers models at one cluster and one store. *task* uploads raw artifacts, *manager* the packages."""

    def __init__(
        self,
        client: KubeClient,
        spelling: Spelling,
        task: StoreAccess,
        manager: StoreAccess,
        layout: str = layouts.DEFAULT,
        note: Callable[[str], None] = lambda line: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.client = client
        self.spelling = spelling
        self.task = task
        self.manager = manager
        self.layout = layouts.checked(layout)
        self.note = note  # takes the lines of the controller manager's log
        self.now = now

    async def register(self, registration: Registration) -> Object:
        """Register, or register anew with the next revision; the answer is the Model.

        Raises RegistrationError; ValueError when the registration itself makes no sense.
        """
        registration.check()
        model, revision = await self._create(registration)
        raw: list[tuple[str, bytes | Path]] = [(registration.relative(path), path) for path in registration.files()]
        try:
            uri = await self._upload(self.task, registration, revision, "raw", raw)
        except (StoreError, OSError) as error:
            raise await self._failed(
                model, "ArtifactUploadFailed", f"uploading raw artifacts failed: {error}"
            ) from None
        model = await self._set(registration, {self.spelling.model_artifact_uri: [uri]})
        if registration.package == UNPACKAGED:
            self.note(f"INFO Model {registration.namespace}/{registration.name}: no package was asked for")
            return model
        try:
            built = await asyncio.to_thread(lambda: list(package(registration, revision)))
            uri = await self._upload(self.manager, registration, revision, "deployable", built)
        except PackagingError as error:
            raise await self._failed(model, "PackagingFailed", f"packaging failed: {error}") from None
        except (StoreError, OSError) as error:
            raise await self._failed(model, "PackageUploadFailed", f"uploading the package failed: {error}") from None
        self.note(f"INFO Model {registration.namespace}/{registration.name}: packaged to {uri}")
        return await self._set(registration, {self.spelling.deployable_artifact_uri: [uri]})

    async def _create(self, registration: Registration) -> tuple[Object, int]:
        """The Model as it is before its artifacts are there: both URI fields empty."""
        present = await self.client.find(MODELS, registration.namespace, registration.name)
        spelling = self.spelling
        if present is None:
            revision = 1 if registration.revision is None else registration.revision
            obj = {
                "apiVersion": f"{GROUP}/{VERSION}",
                "kind": "Model",
                "metadata": {
                    "name": registration.name,
                    "namespace": registration.namespace,
                    "labels": registration.labels,
                },
                "spec": self._spec(registration, revision),
            }
            try:
                return await self.client.create(MODELS, obj), revision
            except ApiError as error:
                raise RefusedError(f"the Model cannot be created: {error}") from None
        before = present.get("spec") or {}
        known = before.get(spelling.revision_id) or 0
        revision = known + 1 if registration.revision is None else registration.revision
        if revision < known or (revision == known and before.get(spelling.deployable_artifact_uri)):
            raise RefusedError(
                f"revision {revision} of {registration.namespace}/{registration.name} is registered already: "
                f"give {known + 1} or more, or none"
            )
        spec = self._spec(registration, revision)
        spec[spelling.model_artifact_uri] = spec[spelling.deployable_artifact_uri] = None
        try:
            return await self._set(registration, spec, present["metadata"]["resourceVersion"]), revision
        except RegistrationError as error:
            raise RefusedError(str(error)) from None

    def _spec(self, registration: Registration, revision: int) -> Object:
        spelling = self.spelling
        spec: Object = {
            "kind": registration.kind,
            "source": "TRAINING",
            spelling.revision_id: revision,
        }
        if registration.package in PACKAGES:
            spec[spelling.package_type] = PACKAGES[registration.package]
        for name, value in (
            ("description", registration.description),
            ("algorithm", registration.algorithm),
            (spelling.training_framework, registration.training_framework),
        ):
            if value:
                spec[name] = value
        if registration.owner:
            spec["owner"] = {"name": registration.owner}
        for side, name in (("input", spelling.input_schema), ("output", spelling.output_schema)):
            items = (registration.schema or {}).get(side)
            if items:
                spec[name] = {spelling.schema_items: [self._item(item) for item in items]}
        return spec

    def _item(self, item: Object) -> Object:
        shown: Object = {"name": item["name"], self.spelling.data_type: item.get("type", "DATA_TYPE_FLOAT")}
        if item.get("shape"):
            shown["shape"] = item["shape"]
        return shown

    async def _set(self, registration: Registration, spec: Object, version: str = "") -> Object:
        """Set fields of the spec; of this version of the Model, when one is given: no two registrations get one revision."""
        patch: Object = {"spec": spec}
        if version:
            patch["metadata"] = {"resourceVersion": version}
        try:
            return await self.client.merge(MODELS, registration.namespace, registration.name, patch)
        except ApiError as error:
            raise RegistrationError(f"the Model cannot be updated: {error}") from None

    async def _upload(
        self,
        access: StoreAccess,
        registration: Registration,
        revision: int,
        part: str,
        files: list[tuple[str, bytes | Path]],
    ) -> str:
        """Put files beneath the layout's prefix; its URI. Raises StoreError, OSError."""
        prefix = self.layout.format(
            namespace=registration.namespace, name=registration.name, revision=revision, part=part
        ).strip("/")
        return await asyncio.to_thread(access.upload, prefix, files)

    async def _failed(self, model: Object, reason: str, message: str) -> RegistrationError:
        """Say on the Model why it stopped."""
        meta = model["metadata"]
        self.note(f"ERROR Model {meta['namespace']}/{meta['name']}: {reason}: {message}")
        now = self.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": f"{meta['name']}.{uuid.uuid4().hex[:16]}", "namespace": meta["namespace"]},
            "involvedObject": {
                "apiVersion": model["apiVersion"],
                "kind": "Model",
                "name": meta["name"],
                "namespace": meta["namespace"],
                "uid": meta["uid"],
                "resourceVersion": meta["resourceVersion"],
            },
            "reason": reason,
            "message": message[:1024],
            "type": "Warning",
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
            "source": {"component": COMPONENT},
            "reportingComponent": COMPONENT,
        }
        with suppress(ApiError):  # the Event is a courtesy: the error itself is what is raised
            await self.client.create(EVENTS, event)
        return RegistrationError(message)
