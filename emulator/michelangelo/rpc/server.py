"""Opens the gRPC door: plaintext HTTP/2, reflection, and the kinds' services."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

os.environ.setdefault(
    "GRPC_ENABLE_FORK_SUPPORT", "0"
)  # children are spawned, not forked: nothing to prepare, nothing to print
import grpc
import grpc.aio
from grpc_reflection.v1alpha import reflection_pb2

from emulator.michelangelo.client import KubeClient, Resource
from emulator.michelangelo.crds.generate import camel, guide
from emulator.michelangelo.resources import GROUP, VERSION
from emulator.michelangelo.rpc.codes import RpcError
from emulator.michelangelo.rpc.encodings import decode, encode
from emulator.michelangelo.rpc.metadata import CALLEE, Rules, procedure
from emulator.michelangelo.rpc.reflection import METHOD, Reflection
from emulator.michelangelo.rpc.service import Service, snake

__all__ = ["RpcServer", "Rules", "services"]

# InferenceServerService is an extension of ours: the released platform does not register it.
KINDS = ("Cluster", "Deployment", "InferenceServer", "ModelFamily", "Model", "Project", "Revision")


def services(client: KubeClient, dialect: str, now: Callable[[], datetime]) -> list[Service]:
    """The services of every kind. Raises ModuleNotFoundError without the ``michelangelo`` package."""
    found: list[Service] = []
    for kind in KINDS:
        messages = importlib.import_module(f"michelangelo.gen.api.v2.{snake(kind)}_pb2")
        requests = importlib.import_module(f"michelangelo.gen.api.v2.{snake(kind)}_svc_pb2")
        spell = guide if dialect == "guide" and kind == "Model" else camel
        resource = Resource(GROUP, VERSION, f"{kind.lower()}s")
        found.append(Service(kind, resource, messages, requests, spell, client, now))
    return found


class _Handler(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Finds the method of a call, checking the metadata first as YARPC does."""

    def __init__(self, known: list[Service], rules: Rules) -> None:
        self._methods: Mapping[str, Any] = {
            f"/{service.name}/{name}": method for service in known for name, method in service.methods().items()
        }
        self._reflection = Reflection([service.name for service in known])
        self._rules = rules

    def service(self, details: Any) -> Any:
        """The handler of a call; unknown procedures are answered in the platform's words."""
        if details.method == METHOD:
            return self._reflected(details)
        request_class, method = self._methods.get(details.method, (None, None))

        async def call(body: bytes, context: Any) -> Any:
            try:
                timed = context.time_remaining() is not None
                accepted = self._rules.check(
                    details.method, details.invocation_metadata, known=method is not None, deadline=timed
                )
                await context.send_initial_metadata((("rpc-service", CALLEE),))
                request = _decoded(accepted.encoding, request_class, body, details)
                return encode(accepted.encoding, await method(request, accepted.token))
            except RpcError as error:
                await context.abort(error.code, error.message)

        return grpc.unary_unary_rpc_method_handler(call, bytes, bytes)

    def _reflected(self, details: Any) -> Any:
        """Reflection: streams need no deadline and no token, as nothing in them is anybody's."""
        rules = Rules(strict=self._rules.strict)

        async def call(requests: Any, context: Any) -> Any:
            try:
                rules.check(details.method, details.invocation_metadata, known=True, deadline=True)
            except RpcError as error:
                await context.abort(error.code, error.message)
            async for answer in self._reflection.answers(requests):
                yield answer

        return grpc.stream_stream_rpc_method_handler(
            call, reflection_pb2.ServerReflectionRequest.FromString, lambda answer: answer.SerializeToString()
        )


def _decoded(encoding: str, request_class: Any, body: bytes, details: Any) -> Any:
    """A request. Raises RpcError, in YARPC's words, when it is none."""
    try:
        return decode(encoding, request_class, body)
    except ValueError as error:
        caller = dict(details.invocation_metadata).get("rpc-caller", "")
        text = (
            f'failed to decode "{encoding}" request body for procedure "{procedure(details.method)}" of service "{CALLEE}" '
            f'from caller "{caller}": {error}'
        )
        raise RpcError(grpc.StatusCode.INVALID_ARGUMENT, text) from None


class RpcServer:
    """The gRPC door of a plane."""

    def __init__(self, known: list[Service], rules: Rules) -> None:
        self._server = grpc.aio.server()
        self._server.add_generic_rpc_handlers((_Handler(known, rules),))
        self.address = ""

    async def start(self, host: str, port: int) -> None:
        """Listen (port 0: on a free one). Raises OSError when the port is taken."""
        shown = f"[{host}]" if ":" in host else host
        try:
            bound = self._server.add_insecure_port(f"{shown}:{port}")
        except RuntimeError:
            bound = 0
        if not bound:
            raise OSError(
                f"cannot listen on {shown}:{port} for gRPC: address already in use. "
                "Choose another with --rpc-port N, --rpc-port 0 for a free one, or --no-rpc for none"
            )
        await self._server.start()
        reachable = "127.0.0.1" if host in ("0.0.0.0", "::") else shown
        self.address = f"{reachable}:{bound}"

    async def stop(self) -> None:
        """Close it."""
        await self._server.stop(0.5)
