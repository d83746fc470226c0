"""Subresources of Pods that their node answers (log, exec, attach, portforward), and what is said where no node does.

Source: k8s.io/kubernetes/pkg/registry/core/pod (strategy.go, rest/log.go, rest/subresources.go).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING

from emulator.apiserver.apimachinery import errors
from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.names import GroupResource
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.authz.interface import Authorizer
from emulator.apiserver.authz.rbac import denial
from emulator.apiserver.endpoints.scope import Scope, not_allowed

if TYPE_CHECKING:
    from emulator.apiserver.endpoints.channels import Channels
    from emulator.apiserver.endpoints.spdy import SpdyStreams
    from emulator.streams import PodStreams, StreamError

    Streams = Channels | SpdyStreams

_TEXT = b"text/plain"


class NodeProxy:
    """Passes requests on to the node of a Pod, as far as one is connected."""

    def __init__(self, authorizer: Authorizer) -> None:
        self._authorizer = authorizer
        self._streams: PodStreams | None = None

    def connect(self, streams: PodStreams) -> None:
        """Ask this node from now on, about its Pods."""
        self._streams = streams

    def handlers(self) -> dict[tuple[str, str], Callable[[Scope], Awaitable[None]]]:
        """Handlers by resource and subresource."""
        found = {"log": self.log, "attach": self.attach, "exec": self.execute, "portforward": self.forward}
        return {("pods", name): handler for name, handler in found.items()}

    async def log(self, scope: Scope) -> None:
        """A container's output. Raises StatusError: 400, 404, 422, 500."""
        from emulator.apiserver.endpoints.handlers.pod_log import log_options
        from emulator.streams import StreamError

        request = scope.request
        if request.info.verb != "get":
            raise not_allowed()
        pod = _pod(scope)
        options = log_options(request.query, request.info.name, _container(pod, request.first("container")))
        if not (pod.get("spec") or {}).get("nodeName"):
            await request.answer(204, b"", _TEXT)  # on no node yet: nothing to say
            return
        parts = self._node(scope, pod).log(pod, options)
        try:
            await anext(parts)
        except StreamError as error:
            raise _refused(error) from None
        await request.start(200, _TEXT)
        await request.chunk(b"")
        gone = asyncio.ensure_future(request.disconnected())
        try:
            async for part in until(gone, parts):
                await request.chunk(part)
        finally:
            gone.cancel()
            await parts.aclose()
        await request.chunk(b"", more=False)

    async def attach(self, scope: Scope) -> None:
        """Join a container's process. Raises StatusError: 400, 403, 404, 500."""
        pod, container, node = self._streamed(scope)

        async def run(channels: Streams) -> int:
            await node.attach(pod, container, channels)
            return 0

        await _stream(scope, run)

    async def execute(self, scope: Scope) -> None:
        """Run one more process in a container. Raises StatusError: 400, 403, 404, 500."""
        pod, container, node = self._streamed(scope)
        command = scope.request.query.get("command") or []
        if not command:
            raise errors.bad_request("you must specify at least one command for the container")
        await _stream(scope, lambda channels: node.execute(pod, container, command, channels))

    async def forward(self, scope: Scope) -> None:
        """Ports are not forwarded: what runs here listens on none. Raises StatusError."""
        pod, _, _ = self._streamed(scope)
        raise errors.bad_request(f"pod {pod['metadata']['name']} listens on no ports: this node forwards none")

    def _streamed(self, scope: Scope) -> tuple[Object, str, PodStreams]:
        """The Pod, its container and its node, for somebody who may stream. Raises StatusError."""
        if scope.request.info.verb not in ("get", "create"):
            raise not_allowed()
        self._may_create(scope)
        pod = _pod(scope)
        container = _container(pod, scope.request.first("container"))
        if not (pod.get("spec") or {}).get("nodeName"):
            raise errors.bad_request(f"pod {scope.request.info.name} does not have a host assigned")
        return pod, container, self._node(scope, pod)

    def _may_create(self, scope: Scope) -> None:
        """A WebSocket begins as a GET; since 1.35 that takes the permission to create, too. Raises StatusError (403)."""
        if scope.request.info.verb == "create":
            return
        wanted = scope.request.attributes("create")
        decision = self._authorizer.authorize(wanted)
        if not decision.allowed:
            resource = scope.resource.group_resource
            raise errors.forbidden(resource, scope.request.info.name, denial(wanted, decision.reason))

    def _node(self, scope: Scope, pod: Object) -> PodStreams:
        """Who answers for a Pod's node. Raises StatusError: 404, 500."""
        name = pod["spec"]["nodeName"]
        if self._streams is not None and self._streams.node == name:
            return self._streams
        nodes = scope.catalog.lookup("", "v1", "nodes")
        if nodes is None or nodes.store is None or nodes.store.find("", name) is None:
            raise errors.not_found(GroupResource("", "nodes"), name)
        raise StatusError(500, "", "no preferred addresses found; known addresses: []")


async def until(gone: asyncio.Future[None], parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Parts for as long as the client is there."""
    while not gone.done():
        part = asyncio.ensure_future(anext(parts, None))
        await asyncio.wait((part, gone), return_when=asyncio.FIRST_COMPLETED)
        if not part.done():
            part.cancel()
            await asyncio.wait((part,))
            return
        found = part.result()
        if found is None:
            return
        yield found


def _pod(scope: Scope) -> Object:
    """The Pod in the path. Raises StatusError (404)."""
    info = scope.request.info
    stored = scope.store.find(info.namespace, info.name)
    if stored is None:
        raise errors.not_found(scope.resource.group_resource, info.name)
    return scope.store.decode(stored, scope.kind)


def _container(pod: Object, asked: str) -> str:
    """The container that is asked for, the only one unless named. Raises StatusError (400)."""
    spec, name = pod["spec"], pod["metadata"]["name"]
    regular, early, extra = (
        [item["name"] for item in spec.get(group) or ()]
        for group in ("containers", "initContainers", "ephemeralContainers")
    )
    if asked:
        if asked not in (*regular, *early, *extra):
            raise errors.bad_request(f"container {asked} is not valid for pod {name}")
        return asked
    if len(regular) == 1:
        return str(regular[0])
    text = f"a container name must be specified for pod {name}, choose one of: [{' '.join(regular)}]"
    if early:
        text += f" or one of the init containers: [{' '.join(early)}]"
    raise errors.bad_request(text)


async def _stream(scope: Scope, run: Callable[[Streams], Awaitable[int]]) -> None:
    """Open the client's streams, and say on their error channel how it ended. Raises StatusError before they are open."""
    from emulator.apiserver.endpoints.channels import Channels
    from emulator.apiserver.endpoints.spdy import SpdyStreams
    from emulator.streams import StreamError

    request = scope.request
    if request.scope["type"] == "websocket":
        channels: Streams = Channels(request)
    elif "spdy" in request.scope.get("extensions", ()):
        channels = SpdyStreams(request)
    else:
        raise errors.bad_request("Upgrade request required")
    if not (channels.stdin or channels.stdout or channels.stderr):
        raise errors.bad_request("you must specify at least 1 of stdin, stdout, stderr")
    await channels.open()
    try:
        code = await run(channels)
    except StreamError as error:
        await channels.close(_refused(error).status())
        return
    await channels.close(_exit(code))


def _exit(code: int) -> Object:
    """A process' end as a Status."""
    if code == 0:
        return {"metadata": {}, "status": "Success"}
    return {
        "metadata": {},
        "status": "Failure",
        "message": f"command terminated with non-zero exit code: command terminated with exit code {code}",
        "reason": "NonZeroExitCode",
        "details": {"causes": [{"reason": "ExitCode", "message": str(code)}]},
    }


def _refused(error: StreamError) -> StatusError:
    """A kubelet's refusal as the API server passes it on."""
    if error.code == 400:
        return errors.bad_request(error.message)
    return errors.internal(error.message)
