"""Reflection as the platform's YARPC inbound offers it: v1alpha only, one file in each answer, its own words for what is unknown."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool
from grpc_reflection.v1alpha import reflection_pb2

SERVICE = "grpc.reflection.v1alpha.ServerReflection"
METHOD = f"/{SERVICE}/ServerReflectionInfo"


class Reflection:
    """Answers reflection requests about some services."""

    def __init__(self, services: Sequence[str]) -> None:
        self._services = sorted({*services, SERVICE})
        self._pool: Any = descriptor_pool.Default()

    async def answers(self, requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """One answer for each request of a stream."""
        async for request in requests:
            yield self.answer(request)

    def answer(self, request: Any) -> Any:
        """The answer to one request."""
        answer = reflection_pb2.ServerReflectionResponse(valid_host=request.host, original_request=request)
        match request.WhichOneof("message_request"):
            case "list_services":
                for name in self._services:
                    answer.list_services_response.service.add(name=name)
            case "file_containing_symbol":
                symbol = request.file_containing_symbol
                self._file(answer, lambda: self._pool.FindFileContainingSymbol(symbol), f'symbol "{symbol}"')
            case "file_by_filename":
                name = request.file_by_filename
                self._file(answer, lambda: self._pool.FindFileByName(name), f'file "{name}"')
            case _:
                answer.error_response.error_code = grpc.StatusCode.UNIMPLEMENTED.value[0]
                answer.error_response.error_message = "reflection of extensions is not supported"
        return answer

    def _file(self, answer: Any, find: Any, what: str) -> None:
        try:
            found = find()
        except KeyError:
            answer.error_response.error_code = grpc.StatusCode.NOT_FOUND.value[0]
            answer.error_response.error_message = f"could not find descriptor for {what}"
            return
        proto = descriptor_pb2.FileDescriptorProto()
        found.CopyToProto(proto)
        answer.file_descriptor_response.file_descriptor_proto.append(proto.SerializeToString())
