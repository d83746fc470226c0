"""``POST /v1/register`` at a plane's control door: registration for programs in any language.

    tar -C model -c . | curl -sf --data-binary @- -H "Authorization: Bearer $MA_CONTROL_TOKEN" -H "Content-Type: application/x-tar" \\
      "$MA_CONTROL/v1/register?name=fraud-detector&namespace=ml-team&package=triton"

The answer is the Model. What can be said beside name and namespace is what ``ma-emulator register`` takes; a JSON body with
``artifact``, a path on the plane's machine, does as well.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from emulator.config import Config
from emulator.control import Call
from emulator.michelangelo.client import KubeClient
from emulator.michelangelo.registration import RefusedError, Registrar, RegistrationError, StoreAccess, upload
from emulator.michelangelo.registration.upload import Registers
from emulator.michelangelo.seams import LayerSeams
from emulator.michelangelo.spelling import SPELLINGS
from emulator.objectstore.interface import ObjectStore
from emulator.registration import note


class Registrations:
    """The handler of one plane: the platform's own client, the store as the task and as the controller manager."""

    def __init__(
        self,
        client: KubeClient,
        store: ObjectStore,
        config: Config,
        folder: Path,
        now: Callable[[], datetime],
        seams: LayerSeams,
    ) -> None:
        self._seams = seams
        self._turns: dict[tuple[str, str], asyncio.Lock] = {}  # of each Model: one registration after the other
        self._client = client
        self._store = store
        self._config = config
        self._folder = folder
        self._now = now

    async def register(self, call: Call) -> dict[str, Any]:
        """Register; the answer is the Model. Raises ValueError when it is refused, OSError when a step failed."""
        model = str(call.values.get("namespace")), str(call.values.get("name"))
        try:
            async with self._turns.setdefault(model, asyncio.Lock()):
                return await upload.register(self._registrar, call.values, call.body)
        except RefusedError as error:
            raise ValueError(str(error)) from None
        except RegistrationError as error:
            raise OSError(str(error)) from None

    def _registrar(self, layout: str) -> Registers:
        registrar: Registers = self._seams.registration(self._honest(layout))
        return registrar

    def _honest(self, layout: str) -> Registrar:
        return Registrar(
            self._client,
            SPELLINGS[self._config.dialect],
            self._access("task"),
            self._access("controller-manager"),
            layout or self._config.artifact_layout,
            lambda line: note(self._folder, line),
            self._now,
        )

    def _access(self, name: str) -> StoreAccess:
        store, identity = self._store, self._store.identities[name]
        bucket = self._config.models_bucket
        keys = identity.access_key_id, identity.secret_access_key, identity.session_token
        return StoreAccess(store.endpoint_url, bucket, store.region, *keys)
