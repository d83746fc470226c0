"""A gRPC client as ``ma`` is one: it knows nothing but an address, and learns the rest by reflection.

Requests and answers are JSON in the history: field names as the proto files spell them, as ``ma`` prints them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from conformance.driver import reflection
from conformance.driver.answers import Json, at
from conformance.driver.errors import MissingDoorError, TargetError
from conformance.driver.history import Exchange
from conformance.driver.lane import Lane

PACKAGE = "michelangelo.api.v2"
METADATA = (
    ("rpc-caller", "ma-conformance"),
    ("rpc-service", "ma-apiserver"),
    ("rpc-encoding", "proto"),
    ("ttl", "600"),
)
TIMEOUT_SECONDS = 30.0
OK, REFUSED = 200, 400  # how the history tells an answer from a refusal


@dataclass(frozen=True)
class RpcAnswer:
    """The answer of a call. ``code`` is the name of the gRPC status."""

    exchange: Exchange

    @cached_property
    def body(self) -> Json:
        """The answer as JSON, or the refusal's code and message."""
        return json.loads(self.exchange.answer or b"null")

    @property
    def ok(self) -> bool:
        """Whether it was carried out."""
        return self.exchange.status == OK

    @property
    def code(self) -> str:
        """OK, NOT_FOUND, ..."""
        return "OK" if self.ok else str(at(self.body, "code", "UNKNOWN"))

    def at(self, path: str, default: Json = None) -> Json:
        """A value in the answer."""
        return at(self.body, path, default)

    def said(self) -> str:
        """What was answered, short."""
        return self.code if self.ok else f"{self.code}: {at(self.body, 'message')}"


@dataclass
class RpcDoor:
    """One address: its channel and what reflection told of it, shared by all worlds of a run."""

    address: str
    _pools: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def channel(self) -> Any:
        """The channel. Raises MissingDoorError without gRPC's library."""
        try:
            import grpc
            from google.protobuf import descriptor_pool
        except ImportError as error:
            raise MissingDoorError(
                f"the gRPC API cannot be judged without {error.name}: install michelangelo-emulator[ma]"
            ) from error
        assert descriptor_pool is not None
        return grpc.insecure_channel(self.address, options=[("grpc.max_receive_message_length", 64 << 20)])

    def reflect(self, data: bytes) -> bytes:
        """One reflection request."""
        stream = self.channel.stream_stream(reflection.METHOD, request_serializer=bytes, response_deserializer=bytes)
        for answer in stream(iter([data]), timeout=TIMEOUT_SECONDS, metadata=METADATA):
            return bytes(answer)
        raise TargetError(f"{self.address} gave no answer to reflection")

    def pool(self, service: str) -> Any:
        """The descriptors of a service."""
        if service not in self._pools:
            from google.protobuf import descriptor_pool

            pool = descriptor_pool.DescriptorPool()
            for raw in reflection.descriptors(self.reflect, service):
                pool.AddSerializedFile(raw)
            self._pools[service] = pool
        return self._pools[service]


@dataclass(frozen=True)
class Rpc:
    """Calls methods of a door and records them."""

    door: RpcDoor | None  # None: answered from a recording
    lane: Lane

    def services(self) -> list[str]:
        """The services that reflection lists."""
        exchange = self.lane.call(
            "rpc",
            "",
            "Reflect",
            "/services",
            b"",
            lambda: self._guard(lambda door: {"services": reflection.services(door.reflect)}),
        )
        return list(at(json.loads(exchange.answer or b"null"), "services") or [])

    def methods(self, kind: str) -> list[str]:
        """The methods of a kind's service, as its descriptor has them."""
        service = f"{PACKAGE}.{kind}Service"

        def act(door: RpcDoor) -> Json:
            return {"methods": [method.name for method in door.pool(service).FindServiceByName(service).methods]}

        exchange = self.lane.call("rpc", "", "Reflect", f"/{service}", b"", lambda: self._guard(act))
        return list(at(json.loads(exchange.answer or b"null"), "methods") or [])

    def call(self, kind: str, method: str, request: Json) -> RpcAnswer:
        """Call a method of a kind's service. Raises TargetError when no answer comes."""
        path = f"/{PACKAGE}.{kind}Service/{method}"
        body = json.dumps(request, ensure_ascii=False, separators=(",", ":")).encode()
        return RpcAnswer(
            self.lane.call(
                "rpc",
                "",
                "Call",
                path,
                body,
                lambda: self._guard(lambda door: _call(door, kind, method, path, request)),
            )
        )

    def _guard(self, act: Any) -> tuple[int, bytes]:
        assert self.door is not None
        door = self.door
        _ = door.channel
        import grpc

        try:
            answer = act(door)
        except grpc.RpcError as error:
            code = error.code()
            if code.name in ("UNAVAILABLE", "DEADLINE_EXCEEDED"):
                raise TargetError(f"{door.address} did not answer: {error.details()}") from error
            return REFUSED + int(code.value[0]), json.dumps({"code": code.name, "message": error.details()}).encode()
        except LookupError as error:
            return REFUSED + 12, json.dumps({"code": "UNIMPLEMENTED", "message": str(error)}).encode()
        return OK, json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()


def _call(door: RpcDoor, kind: str, method: str, path: str, request: Json) -> Json:
    from google.protobuf import json_format, message_factory

    service = f"{PACKAGE}.{kind}Service"
    pool = door.pool(service)
    described = pool.FindServiceByName(service).FindMethodByName(method)
    message = message_factory.GetMessageClass(described.input_type)()
    json_format.ParseDict(request, message, descriptor_pool=pool)
    answer_class = message_factory.GetMessageClass(described.output_type)
    unary = door.channel.unary_unary(
        path, request_serializer=lambda m: m.SerializeToString(), response_deserializer=answer_class.FromString
    )
    answer = unary(message, timeout=TIMEOUT_SECONDS, metadata=METADATA)
    return json_format.MessageToDict(answer, preserving_proto_field_name=True, descriptor_pool=pool)
