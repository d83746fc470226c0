"""Opens the gRPC door: plaintext HTTP/2, reflection, and the metadata rules of the platform's YARPC inbound."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from typing import Any

os.environ.setdefault(
    "GRPC_ENABLE_FORK_SUPPORT", "0"
)  # children are spawned, not forked: nothing to prepare, nothing to print
import grpc
import grpc.aio
from grpc_reflection.v1alpha import reflection

from emulator.michelangelo.client import KubeClient, Resource
from emulator.michelangelo.crds.generate import camel, guide
from emulator.michelangelo.resources import GROUP, VERSION
from emulator.michelangelo.rpc.codes import RpcError
from emulator.michelangelo.rpc.service import Service, snake

CALLEE = "ma-apiserver"
# InferenceServerService is an extension of ours: the released platform does not register it.
KINDS = ("Cluster", "Deployment", "InferenceServer", "ModelFamily", "Model", "Project", "Revision")
_HEADERS = (("rpc-service", "service name"), ("rpc-caller", "caller name"), ("rpc-encoding", "encoding"))


def services(client: KubeClient, dialect: str) -> list[Service]:
    """The services of every kind. Raises ModuleNotFoundError without the ``michelangelo`` package."""
    found: list[Service] = []
    for kind in KINDS:
        messages = importlib.import_module(f"michelangelo.gen.api.v2.{snake(kind)}_pb2")
        requests = importlib.import_module(f"michelangelo.gen.api.v2.{snake(kind)}_svc_pb2")
        spell = guide if dialect == "guide" and kind == "Model" else camel
        resource = Resource(GROUP, VERSION, f"{kind.lower()}s")
        found.append(Service(kind, resource, messages, requests, spell, client))
    return found


class _Handler(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Finds the method of a call, checking the metadata first as YARPC does."""

    def __init__(self, known: list[Service], *, strict: bool, auth: bool) -> None:
        self._methods: Mapping[str, Any] = {
            f"/{service.name}/{name}": method for service in known for name, method in service.methods().items()
        }
        self._strict = strict
        self._auth = auth

    def service(self, details: Any) -> Any:
        """The handler of a call; unknown procedures are answered in the platform's words."""
        if details.method.startswith("/grpc."):
            return None
        headers = dict(details.invocation_metadata)
        request_class, method = self._methods.get(details.method, (None, None))

        async def call(request: Any, context: Any) -> Any:
            problem = self._problem(details.method, headers, context, method)
            if problem is not None:
                await context.abort(problem.code, problem.message)
            context.set_trailing_metadata((("rpc-service", CALLEE),))
            try:
                return await method(request, self._token(headers))
            except RpcError as error:
                await context.abort(error.code, error.message)

        parse = request_class.FromString if request_class is not None else bytes
        return grpc.unary_unary_rpc_method_handler(call, parse, lambda answer: answer.SerializeToString())

    def _problem(self, path: str, headers: Mapping[str, str], context: Any, method: Any) -> RpcError | None:
        encoded = headers.get("content-type", "").startswith("application/grpc+")
        missing = [
            text for name, text in _HEADERS if not headers.get(name) and not (name == "rpc-encoding" and encoded)
        ]
        if self._strict and missing:
            return RpcError(grpc.StatusCode.INVALID_ARGUMENT, f"missing {', '.join(missing)}")
        named = headers.get("rpc-service", CALLEE)
        if named != CALLEE:
            text = f'unrecognized service name "{named}", available services: "{CALLEE}"'
            return RpcError(grpc.StatusCode.UNIMPLEMENTED, text)
        if method is None:
            procedure = path.lstrip("/").replace("/", "::")
            text = f'unrecognized procedure "{procedure}" for service "{CALLEE}"'
            return RpcError(grpc.StatusCode.UNIMPLEMENTED, text)
        if self._strict and context.time_remaining() is None:
            return RpcError(grpc.StatusCode.INVALID_ARGUMENT, "missing TTL")
        return None

    def _token(self, headers: Mapping[str, str]) -> str:
        """The caller's bearer token, when calls act as their caller."""
        if not self._auth:
            return ""
        return headers.get("authorization", "").removeprefix("Bearer ").strip()


class RpcServer:
    """The gRPC door of a plane."""

    def __init__(self, client: KubeClient, dialect: str, *, strict: bool = True, auth: bool = False) -> None:
        self._services = services(client, dialect)
        self._server = grpc.aio.server()
        self._server.add_generic_rpc_handlers((_Handler(self._services, strict=strict, auth=auth),))
        names = [service.name for service in self._services]
        reflection.enable_server_reflection((*names, reflection.SERVICE_NAME), self._server)
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
