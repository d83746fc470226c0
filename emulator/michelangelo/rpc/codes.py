"""Kubernetes' refusals as gRPC status codes."""

from __future__ import annotations

import grpc

from emulator.michelangelo.client import ApiError

_CODES = {
    "NotFound": grpc.StatusCode.NOT_FOUND,
    "Gone": grpc.StatusCode.NOT_FOUND,
    "Expired": grpc.StatusCode.NOT_FOUND,
    "AlreadyExists": grpc.StatusCode.ALREADY_EXISTS,
    "Conflict": grpc.StatusCode.FAILED_PRECONDITION,
    "Invalid": grpc.StatusCode.INVALID_ARGUMENT,
    "BadRequest": grpc.StatusCode.INVALID_ARGUMENT,
    "MethodNotAllowed": grpc.StatusCode.INVALID_ARGUMENT,
    "NotAcceptable": grpc.StatusCode.INVALID_ARGUMENT,
    "UnsupportedMediaType": grpc.StatusCode.INVALID_ARGUMENT,
    "RequestEntityTooLarge": grpc.StatusCode.INVALID_ARGUMENT,
    "Forbidden": grpc.StatusCode.PERMISSION_DENIED,
    "Unauthorized": grpc.StatusCode.UNAUTHENTICATED,
    "Timeout": grpc.StatusCode.DEADLINE_EXCEEDED,
    "ServerTimeout": grpc.StatusCode.DEADLINE_EXCEEDED,
    "TooManyRequests": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "InternalError": grpc.StatusCode.INTERNAL,
    "ServiceUnavailable": grpc.StatusCode.UNAVAILABLE,
}


class RpcError(Exception):
    """A refusal: code and message."""

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def refused(verb: str, namespace: str, name: str, error: ApiError) -> RpcError:
    """A Kubernetes refusal in the platform's words."""
    code = _CODES.get(error.reason, grpc.StatusCode.UNKNOWN)
    text = f"failed to {verb} API object. namespace: {namespace}, name: {name}: {error}"
    return RpcError(code, text)
