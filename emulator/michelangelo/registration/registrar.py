"""Registers a model in the guide's order: the Model, raw artifacts and their URI, the package and its URI.

Each step leaves what the guide's troubleshooting table describes when the next one fails: a Model with an empty URI, an
Event that says why, and a registration that can be repeated.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter
from typing import Any

import boto3
from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from emulator.michelangelo.client import ApiError, KubeClient, Object
from emulator.michelangelo.registration.packaging import PackagingError, package
from emulator.michelangelo.registration.request import PACKAGES, Registration
from emulator.michelangelo.resources import EVENTS, GROUP, MODELS, VERSION
from emulator.michelangelo.spelling import Spelling

DEFAULT_LAYOUT = "{namespace}/{name}/{revision}/{part}"  # part: raw or deployable
COMPONENT = "michelangelo-controllermgr"
STORE_ERRORS = (ClientError, BotoCoreError, Boto3Error)


def checked_layout(layout: str) -> str:
    """A template that tells the two parts of any two Models apart. Raises ValueError."""
    try:
        names = {name for _, name, _, _ in Formatter().parse(layout) if name is not None}
    except ValueError as error:
        raise ValueError(f"the layout {layout!r} is no template: {error}") from None
    known = {"namespace", "name", "revision", "part"}
    if names - known:
        raise ValueError(
            f"the layout {layout!r} names {sorted(names - known)[0]!r}: known are {', '.join(sorted(known))}"
        )
    if known - names:
        raise ValueError(
            f"the layout {layout!r} lacks {{{sorted(known - names)[0]}}}: artifacts would overwrite each other"
        )
    return layout


class RegistrationError(Exception):
    """A step failed; the Model shows how far it came."""


@dataclass(frozen=True, slots=True)
class StoreAccess:
    """An object store, and the keys of one identity at it."""

    endpoint_url: str
    bucket: str
    region: str
    access_key_id: str
    secret_access_key: str

    def client(self) -> Any:
        """A boto3 client."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint_url,
            region_name=self.region,
            aws_access_key_id=self.access_key_id,
            aws_secret_access_key=self.secret_access_key,
            config=Config(retries={"max_attempts": 2}, connect_timeout=5),
        )


class Registrar:
    """Registers models at one cluster and one store. *task* uploads raw artifacts, *manager* the packages."""

    def __init__(
        self,
        client: KubeClient,
        spelling: Spelling,
        task: StoreAccess,
        manager: StoreAccess,
        layout: str = DEFAULT_LAYOUT,
        note: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.client = client
        self.spelling = spelling
        self.task = task
        self.manager = manager
        self.layout = checked_layout(layout)
        self.note = note  # takes the lines of the controller manager's log

    async def register(self, registration: Registration) -> Object:
        """Register, or register anew with the next revision; the answer is the Model.

        Raises RegistrationError; ValueError when the registration itself makes no sense.
        """
        files = registration.files()
        if registration.package not in PACKAGES:
            raise ValueError(f"unknown package {registration.package!r}: known are {', '.join(PACKAGES)}")
        model, revision = await self._create(registration)
        try:
            raw = [(registration.relative(path), path) for path in files]
            uri = self._upload(self.task, registration, revision, "raw", raw)
            model = await self._set(registration, {self.spelling.model_artifact_uri: [uri]})
        except STORE_ERRORS as error:
            raise await self._failed(
                model, "ArtifactUploadFailed", f"uploading raw artifacts failed: {error}"
            ) from None
        try:
            built = list(package(registration, revision))
            uri = self._upload(self.manager, registration, revision, "deployable", built)
            self.note(f"INFO Model {registration.namespace}/{registration.name}: packaged to {uri}")
            return await self._set(registration, {self.spelling.deployable_artifact_uri: [uri]})
        except PackagingError as error:
            raise await self._failed(model, "PackagingFailed", f"packaging failed: {error}") from None
        except STORE_ERRORS as error:
            raise await self._failed(model, "PackageUploadFailed", f"uploading the package failed: {error}") from None

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
                raise RegistrationError(f"the Model cannot be created: {error}") from None
        known = present["spec"].get(spelling.revision_id) or 0
        revision = known + 1 if registration.revision is None else registration.revision
        spec = self._spec(registration, revision)
        spec[spelling.model_artifact_uri] = spec[spelling.deployable_artifact_uri] = None
        return await self._set(registration, spec), revision

    def _spec(self, registration: Registration, revision: int) -> Object:
        spelling = self.spelling
        spec: Object = {
            "kind": registration.kind,
            "source": "TRAINING",
            spelling.package_type: PACKAGES[registration.package],
            spelling.revision_id: revision,
        }
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

    async def _set(self, registration: Registration, spec: Object) -> Object:
        try:
            return await self.client.merge(MODELS, registration.namespace, registration.name, {"spec": spec})
        except ApiError as error:
            raise RegistrationError(f"the Model cannot be updated: {error}") from None

    def _upload(
        self, access: StoreAccess, registration: Registration, revision: int, part: str, files: list[tuple[str, Any]]
    ) -> str:
        """Put files beneath the layout's prefix; the URI of that prefix (of the file itself, when it is one)."""
        prefix = self.layout.format(
            namespace=registration.namespace, name=registration.name, revision=revision, part=part
        ).strip("/")
        client = access.client()
        for name, content in files:
            key = f"{prefix}/{name}"
            if isinstance(content, Path):
                client.upload_file(str(content), access.bucket, key)
            else:
                client.put_object(Bucket=access.bucket, Key=key, Body=content)
        return f"s3://{access.bucket}/{prefix}"

    async def _failed(self, model: Object, reason: str, message: str) -> RegistrationError:
        """Say on the Model why it stopped."""
        meta = model["metadata"]
        self.note(f"ERROR Model {meta['namespace']}/{meta['name']}: {reason}: {message}")
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
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
