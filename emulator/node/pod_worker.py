"""Runs one Pod from its binding to its end: pulls, starts, restarts, stops, and says all of it in status and Events."""

from __future__ import annotations

import asyncio
import logging
import shutil
import signal
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from emulator.node import environment, identity, images
from emulator.node.container import Container, program_of
from emulator.node.environment import ConfigError
from emulator.node.process import Command, Process
from emulator.node.status import HOST_ADDRESS, PodState, phase, pod_status
from emulator.node.tools import Tools, span

Object = dict[str, Any]
LAST_WORDS_SECONDS = 1.0  # for the status of processes that were stopped
FIRST_BACKOFF_SECONDS, LAST_BACKOFF_SECONDS = 10.0, 300.0
_DEADLINE = "Pod was active on the node longer than the specified deadline"
_RUNTIME = (
    "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
)
_log = logging.getLogger("michelangelo.controllers")


class PodWorker:
    """One Pod on this node. ``run`` is its life; ``update`` and ``stop`` come from outside."""

    def __init__(self, pod: Object, tools: Tools, address: str) -> None:
        self.pod = pod
        self._tools = tools
        self._policy: str = pod["spec"].get("restartPolicy", "Always")
        self._before: Object = pod.get("status") or {}
        self.early = [Container(spec, "initContainers") for spec in pod["spec"].get("initContainers") or ()]
        self.regular = [Container(spec, "containers") for spec in pod["spec"]["containers"]]
        if self.early:
            for container in self._all():
                container.wait_for("PodInitializing")
        started = tools.now()
        self._state = PodState(started, address, [c.state for c in self.early], [c.state for c in self.regular])
        self._changed = asyncio.Event()
        self._writing = asyncio.Lock()
        self._stopping = False
        self._ending: asyncio.Task[None] | None = None
        self._folder = Path(tempfile.mkdtemp(prefix="ma-pod-"))
        self._life = asyncio.create_task(self._live())

    @property
    def uid(self) -> str:
        """Which Pod it is, of those that had its name."""
        return str(self.pod["metadata"]["uid"])

    def container(self, name: str) -> Container | None:
        """A container by its name."""
        return next((each for each in (*self.regular, *self.early) if each.name == name), None)

    def update(self, pod: Object) -> None:
        """The Pod has changed: perhaps an image that could not be pulled has."""
        self.pod = pod
        specs = {
            spec["name"]: spec for group in ("initContainers", "containers") for spec in pod["spec"].get(group) or ()
        }
        for container in self._all():
            container.spec = specs.get(container.name, container.spec)
            container.state.image = container.spec["image"]
        self._changed.set()

    async def stop(self, grace_seconds: float) -> None:
        """End its processes and its life; what it wrote can be read until then. Whoever asks again waits, too."""
        if self._ending is None:
            self._stopping = True
            self._ending = asyncio.create_task(self._end(grace_seconds))
        elif not grace_seconds:  # there was time, and now there is none
            for process in self._alive():
                process.signal(signal.SIGKILL)
        await asyncio.shield(self._ending)

    async def _end(self, grace_seconds: float) -> None:
        for container in self._all():
            if container.state.running and self.pod["metadata"].get("deletionTimestamp"):  # else it is gone already
                await self._say(container, "Killing", f"Stopping container {container.name}")
        alive = self._alive()
        await asyncio.gather(*(process.stop(grace_seconds) for process in alive))
        # Who supervises a process that has ended says so; who waits for anything else waits no longer.
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._life), LAST_WORDS_SECONDS if alive else 0.0)
        self._life.cancel()
        with suppress(asyncio.CancelledError):
            await self._life
        shutil.rmtree(self._folder, ignore_errors=True)

    def _all(self) -> list[Container]:
        return [*self.early, *self.regular]

    def _alive(self) -> list[Process]:
        """Processes of containers that run."""
        return [each.process for each in self._all() if each.state.running and each.process is not None]

    # Its life

    async def _live(self) -> None:
        try:
            deadline = asyncio.create_task(self._deadline())
            try:
                await self._run()
            finally:
                deadline.cancel()
        except Exception:
            meta = self.pod["metadata"]
            _log.exception("Pod %s/%s", meta["namespace"], meta["name"])

    async def _run(self) -> None:
        if self._before.get("phase") == "Running":  # it ran on a plane that is no more
            for container in self._all():
                container.vanished(self._tools.now())
        await self._publish()
        for container in self.early:
            await self._supervise(container, "OnFailure" if self._policy == "Always" else self._policy)
            if container.state.exit_code != 0:
                return
        await asyncio.gather(*(self._supervise(container, self._policy) for container in self.regular))

    async def _supervise(self, container: Container, policy: str) -> None:
        """Run a container until its restart policy says that it is over."""
        wait = 0.0
        while not self._over(container, policy):
            if container.state.exit_code is not None:
                wait = await self._back_off(container, wait)
            await self._pull(container)
            try:
                command = await self._command(container)
            except ConfigError as error:
                await self._wait_for_change(container, "CreateContainerConfigError", str(error))
                continue
            except LookupError as error:
                message = f"{_RUNTIME}{error}"
                container.not_started(message, self._tools.now())
                await self._warn(container, "Failed", f"Error: {message}")
                await self._publish()
                continue
            await self._execute(container, command)

    def _over(self, container: Container, policy: str) -> bool:
        code = container.state.exit_code
        if self._stopping or self._state.failed:
            return True
        return code is not None and (policy == "Never" or (policy == "OnFailure" and code == 0))

    async def _execute(self, container: Container, command: Command) -> None:
        process = Process(self._tools.limits, self._tools.now)
        await self._say(container, "Created", "Container created")
        try:
            await process.start(command)
            container.running(process, self._tools.now())
            await self._say(container, "Started", "Container started")
            await self._publish()
            code = await process.wait()
        except asyncio.CancelledError:
            process.signal(signal.SIGKILL)
            raise
        await self._end_executed(container)
        container.ended(code, self._tools.now(), stopped=self._stopping)
        await self._publish()

    async def _end_executed(self, container: Container) -> None:
        """What was started in a container ends with it."""
        await asyncio.gather(*(process.stop(0.0) for process in container.executed))

    async def _back_off(self, container: Container, wait: float) -> float:
        """Wait before a container runs again: not the first time, then longer each time. The answer is the next wait."""
        if wait:
            meta = self.pod["metadata"]
            which = f"container={container.name} pod={meta['name']}_{meta['namespace']}({meta['uid']})"
            container.wait_for("CrashLoopBackOff", f"back-off {span(wait)} restarting failed {which}")
            text = f"Back-off restarting failed container {container.name} in pod {meta['name']}_{meta['namespace']}({meta['uid']})"
            await self._warn(container, "BackOff", text)
            await self._publish()
            await self._tools.sleep(wait)
        return min(2 * wait or FIRST_BACKOFF_SECONDS, LAST_BACKOFF_SECONDS)

    async def _pull(self, container: Container) -> None:
        """Have a container's image; one that is not on the list is asked for again and again, as a kubelet does."""
        wait = FIRST_BACKOFF_SECONDS
        while True:
            reference: str = container.spec["image"]
            name = images.canonical(reference)
            policy = container.spec.get("imagePullPolicy", "IfNotPresent")
            try:
                container.image = images.find(reference)
            except images.UnknownImageError as error:
                failed = f'Failed to pull image "{reference}": {error}'
                await self._say(container, "Pulling", f'Pulling image "{reference}"')
                await self._warn(container, "Failed", failed)
                await self._warn(container, "Failed", "Error: ErrImagePull")
                if await self._wait_for_change(container, "ErrImagePull", str(error), FIRST_BACKOFF_SECONDS):
                    continue
                held = f'Back-off pulling image "{reference}"'
                await self._say(container, "BackOff", held)
                await self._warn(container, "Failed", "Error: ImagePullBackOff")
                await self._wait_for_change(container, "ImagePullBackOff", f"{held}: ErrImagePull: {error}", wait)
                wait = min(2 * wait, LAST_BACKOFF_SECONDS)
                continue
            if policy == "Always" or name not in self._tools.pulled:
                await self._say(container, "Pulling", f'Pulling image "{reference}"')
                text = f'Successfully pulled image "{reference}" in 0s (0s including waiting). Image size: 0 bytes.'
                self._tools.pulled.add(name)
            else:
                text = f'Container image "{reference}" already present on machine and can be accessed by the pod'
            await self._say(container, "Pulled", text)
            return

    async def _wait_for_change(
        self, container: Container, reason: str, message: str, seconds: float = FIRST_BACKOFF_SECONDS
    ) -> bool:
        """Say what a container waits for, until its spec changes or the time is up; whether it has changed."""
        before = container.spec
        container.wait_for(reason, message)
        if reason == "CreateContainerConfigError":
            await self._warn(container, "Failed", f"Error: {message}")
        await self._publish()
        slept = asyncio.ensure_future(self._tools.sleep(seconds))
        try:
            while not slept.done():
                self._changed.clear()
                changed = asyncio.ensure_future(self._changed.wait())
                await asyncio.wait((slept, changed), return_when=asyncio.FIRST_COMPLETED)
                changed.cancel()
                if container.spec["image"] != before["image"]:
                    return True
        finally:
            slept.cancel()
        return False

    async def _command(self, container: Container) -> Command:
        """What a container runs. Raises ConfigError, LookupError."""
        assert container.image is not None, "pulled"
        tools, spec, meta = self._tools, container.spec, self.pod["metadata"]
        given = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOSTNAME": meta["name"],
            "HOME": "/root",
            **tools.store.variables(await identity.of_pod(self.pod, tools.cluster)),
        }
        addresses = {
            "status.podIP": self._state.address,
            "status.podIPs": self._state.address,
            "status.hostIP": HOST_ADDRESS,
            "status.hostIPs": HOST_ADDRESS,
        }
        container.env = await environment.variables(self.pod, spec, given, tools.cluster, addresses)
        words, args = (environment.expanded(spec.get(name) or (), container.env) for name in ("command", "args"))
        argv = program_of(container.image, container.image.argv(words, args))
        return Command(tuple(argv), container.env, self.root(container), bool(spec.get("stdin")), bool(spec.get("tty")))

    def root(self, container: Container) -> Path:
        """Where a container's files are: it sees no others."""
        folder = self._folder / container.name
        folder.mkdir(exist_ok=True)
        return folder

    async def _deadline(self) -> None:
        seconds = self.pod["spec"].get("activeDeadlineSeconds")
        if seconds is None:
            return
        await self._tools.sleep(seconds)
        self._state.failed, self._state.reason, self._state.message = True, "DeadlineExceeded", _DEADLINE
        await asyncio.gather(*(process.stop(self.grace(), _DEADLINE) for process in self._alive()))
        await self._publish()

    def grace(self) -> float:
        """Seconds that its processes have to end by themselves."""
        meta = self.pod["metadata"]
        given = meta.get("deletionGracePeriodSeconds")
        return float(given if given is not None else self.pod["spec"].get("terminationGracePeriodSeconds") or 30)

    # What is said

    async def _publish(self) -> None:
        """Write the status, if it is another one."""
        async with self._writing:
            status = pod_status(self._state, self._policy, self._tools.now(), self._before)
            if status != self._before:
                await self._tools.cluster.put_status(self.pod, status)
                self._before = status

    @property
    def over(self) -> bool:
        """Whether it has come to its end."""
        return phase(self._state, self._policy) in ("Succeeded", "Failed")

    async def _say(self, container: Container, reason: str, message: str) -> None:
        await self._tools.recorder.normal(self.pod, reason, message, container.name, container.group)

    async def _warn(self, container: Container, reason: str, message: str) -> None:
        await self._tools.recorder.warning(self.pod, reason, message, container.name, container.group)
