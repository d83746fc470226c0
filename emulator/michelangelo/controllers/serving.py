"""What serves models: the controllers and the emulated Triton behind them, wired to each other, started and stopped together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from emulator.michelangelo.client import KubeClient
from emulator.michelangelo.controllers.controller import Controller, Key, Source
from emulator.michelangelo.controllers.deployment import Deployments
from emulator.michelangelo.controllers.inference_server import InferenceServers
from emulator.michelangelo.controllers.rollout import Rollout
from emulator.michelangelo.controllers.serving_objects import server_of_config, server_of_triton
from emulator.michelangelo.controllers.timings import TIMINGS
from emulator.michelangelo.controllers.workloads import Workloads
from emulator.michelangelo.resources import APPS_DEPLOYMENTS, CONFIG_MAPS, DEPLOYMENTS, INFERENCE_SERVERS
from emulator.michelangelo.seams import LayerSeams
from emulator.michelangelo.spelling import Spelling
from emulator.michelangelo.timers import Timers
from emulator.michelangelo.triton.fleet import Fleet
from emulator.michelangelo.triton.server import TritonServer


class Serving:
    """The platform's serving half. *store* makes an S3 client; *workloads*: nobody else runs the cluster's Deployments."""

    def __init__(
        self,
        client: KubeClient,
        store: Callable[[], Any],
        spelling: Spelling,
        seams: LayerSeams,
        timings: str,
        timers: Timers,
        now: Callable[[], datetime],
        *,
        workloads: bool,
    ) -> None:
        timing = TIMINGS[timings]
        fleet = Fleet(client, store, timing, timers)
        self.triton = TritonServer(client, fleet)
        rollout = Rollout(client, spelling, fleet, timing, now)
        servers = InferenceServers(client, now, seams, self.triton.url)
        self._servers = Controller("inferenceservers", servers.reconcile, timing.servers, timers, workers=3)
        rollouts = Deployments(client, now, seams, rollout)
        self._deployments = Controller("deployments", rollouts.reconcile, timing.deployments, timers)
        repositories = Controller("model repositories", fleet.reconcile, timing.workloads, timers, workers=100)
        standins = []
        if workloads:
            cluster = Workloads(client, now, timing)
            standins = [Controller("deployments.apps", cluster.reconcile, timing.workloads, timers)]
        self._controllers = [self._servers, self._deployments, repositories, *standins]
        configs, tritons, ready = [], [], []
        if timing.eager:
            configs, tritons, ready = [self._config_changed], [self._triton_changed], [self._server_changed]
            fleet.tell = self._deployments.touch
        self._sources = [
            Source(client, INFERENCE_SERVERS, [self._servers], ready),
            Source(client, DEPLOYMENTS, [self._deployments]),
            Source(client, CONFIG_MAPS, [repositories], configs),
        ]
        if standins or tritons:
            self._sources.append(Source(client, APPS_DEPLOYMENTS, standins, tritons))
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, host: str) -> None:
        """Open the emulated Triton's door, then watch. Raises OSError."""
        await self.triton.start(host)
        self._tasks = [asyncio.create_task(source.run()) for source in self._sources]

    async def stop(self) -> None:
        """End everything."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        for controller in self._controllers:
            controller.stop()
        await self.triton.stop()

    async def quiet(self) -> None:
        """Return when no controller is at work."""
        for controller in self._controllers:
            await controller.quiet()

    # Who depends on what

    def _config_changed(self, key: Key) -> None:
        server = server_of_config(key.name)
        if server:
            self._servers.touch(key.namespace, server)
            self._deployments.touch(key.namespace)

    def _triton_changed(self, key: Key) -> None:
        server = server_of_triton(key.name)
        if server:
            self._servers.touch(key.namespace, server)

    def _server_changed(self, key: Key) -> None:
        self._deployments.touch(key.namespace)
