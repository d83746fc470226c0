"""Kubernetes' protobuf encoding of built-in kinds."""

from emulator.apiserver.schema.protobuf.messages import ProtobufError
from emulator.apiserver.schema.protobuf.reading import decode
from emulator.apiserver.schema.protobuf.writing import encode, encode_event

__all__ = ["ProtobufError", "decode", "encode", "encode_event"]
