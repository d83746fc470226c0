"""What the API server asks of the node: logs, attach and exec, for Pods that run here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from emulator.node.container import Container, program_of
from emulator.node.limits import Limits
from emulator.node.output import read
from emulator.node.pod_worker import PodWorker
from emulator.node.process import Command, Process
from emulator.streams import Ended, LogOptions, Resized, Session, StreamError, Typed

Object = dict[str, Any]
YOUNG_SECONDS = 10.0
_WAITING = {
    "ErrImagePull": "image can't be pulled",
    "ImagePullBackOff": "trying and failing to pull image",
}


class NodeStreams:
    """Answers for the Pods of one node."""

    def __init__(
        self,
        node: str,
        worker: Callable[[str, str], PodWorker | None],
        limits: Limits,
        now: Callable[[], datetime],
    ) -> None:
        self.node = node
        self._worker = worker
        self._limits = limits
        self._now = now

    async def log(self, pod: Object, options: LogOptions) -> AsyncGenerator[bytes, None]:
        """A container's output. Raises StreamError where there can be none yet."""
        container, _ = self._find(pod, options.container)
        process = _logged(pod, container, options)
        since = options.since
        if options.since_seconds is not None:
            since = self._now() - timedelta(seconds=options.since_seconds)
        yield b""
        async for part in read(process.output, options, since):
            yield part

    async def attach(self, pod: Object, container: str, session: Session) -> None:
        """Join a client to a container's process.

        The first client of a container that was made to be attached to (or began just now) gets everything from its beginning, even
        when it has ended meanwhile: many a process here is faster than the client. Raises StreamError.
        """
        found, _ = self._find(pod, container)
        process = found.process
        replay = process is not None and not found.attached and (found.spec.get("stdin") or self._young(found))
        if process is None or not (found.state.running or replay):
            meta = pod["metadata"]
            text = f"container {container} not found in pod {meta['name']}_{meta['namespace']}"
            raise StreamError(500, f"unable to upgrade connection: {text}")
        found.attached = True
        once = bool(found.spec.get("stdinOnce"))
        await _join(process, session, 0 if replay else len(process.output.parts), closes=once)

    async def execute(self, pod: Object, container: str, command: Sequence[str], session: Session) -> int:
        """Run one more process in a container. Raises StreamError."""
        found, worker = self._find(pod, container)
        if not found.state.running or found.image is None:
            raise StreamError(500, f'unable to upgrade connection: container not found ("{container}")')
        try:
            argv = program_of(found.image, list(command))
        except LookupError as error:
            raise StreamError(500, f"error executing command in container: exec failed: {error}") from None
        process = Process(self._limits, self._now)
        found.executed.add(process)
        try:
            await process.start(Command(tuple(argv), found.env, worker.root(found), session.stdin, session.tty))
            if not await _join(process, session, 0, closes=True):
                await process.stop(0.0)
            return await process.wait()
        finally:
            found.executed.discard(process)

    def _find(self, pod: Object, name: str) -> tuple[Container, PodWorker]:
        """A container of a Pod. Raises StreamError."""
        meta = pod["metadata"]
        worker = self._worker(meta["namespace"], meta["name"])
        container = worker.container(name) if worker is not None and worker.uid == meta["uid"] else None
        if worker is None or container is None:
            raise StreamError(400, f'container "{name}" in pod "{meta["name"]}" is not available')
        return container, worker

    def _young(self, container: Container) -> bool:
        return container.began is not None and self._now() - container.began < timedelta(seconds=YOUNG_SECONDS)


def _logged(pod: Object, container: Container, options: LogOptions) -> Process:
    """Whose output a log is. Raises StreamError, in a kubelet's words (kubelet_pods.go, validateContainerLogStatus)."""
    which = f'container "{container.name}" in pod "{pod["metadata"]["name"]}"'
    if options.previous:
        if container.previous is None:
            raise StreamError(400, f"previous terminated {which} not found")
        return container.previous
    if container.process is None:
        if "terminated" in container.state.state:
            raise StreamError(400, f"{which} is terminated")
        reason = (container.state.state.get("waiting") or {}).get("reason", "")
        raise StreamError(400, f"{which} is waiting to start: {_WAITING.get(reason, reason)}")
    return container.process


async def _join(process: Process, session: Session, position: int, *, closes: bool) -> bool:
    """Pass input and output between a client and a process until one of them ends; False when the client left first."""
    output = asyncio.ensure_future(_output(process, session, position))
    input_ = asyncio.ensure_future(_input(process, session, closes=closes))
    try:
        await asyncio.wait((output, input_), return_when=asyncio.FIRST_COMPLETED)
        return output.done()
    finally:
        output.cancel()
        input_.cancel()
        await asyncio.gather(output, input_, return_exceptions=True)


async def _output(process: Process, session: Session, position: int) -> None:
    async for part in process.output.follow(position):
        await session.send(part.stream, part.data)


async def _input(process: Process, session: Session, *, closes: bool) -> None:
    """Pass input on until the client leaves."""
    if closes and not session.stdin:
        process.close_input()
    while True:
        given = await session.receive()
        if isinstance(given, Typed):
            await process.write(given.data)
        elif isinstance(given, Resized):
            process.resize(given.columns, given.rows)
        else:
            assert isinstance(given, Ended)
            if closes:
                process.close_input()
            if given.gone:
                return
