"""A small real model without dependencies: logistic regression over synthetic transactions, trained here, saved as ONNX.

The file is a complete ONNX model (opset 13: MatMul, Add, Sigmoid) that onnxruntime and Triton load as it is. The few protobuf
messages that it takes are encoded by hand, because a demo must not make people wait for a machine-learning stack.
"""

from __future__ import annotations

import math
import random
import struct

FEATURES = ("amount", "hour", "distance_km", "attempts")
Example = tuple[tuple[float, ...], float]


def transactions(count: int, seed: int = 7) -> list[Example]:
    """Synthetic transactions, features scaled to about one, and whether each was fraud."""
    source = random.Random(seed)
    examples: list[Example] = []
    for _ in range(count):
        features = (source.expovariate(1.0), source.random(), source.expovariate(1.0), float(source.randint(0, 3)))
        risk = 1.4 * features[0] - 0.8 * features[1] + 1.1 * features[2] + 0.9 * features[3] - 3.5
        examples.append((features, float(source.random() < 1 / (1 + math.exp(-risk)))))
    return examples


def train(examples: list[Example], epochs: int = 40, rate: float = 0.05) -> tuple[list[float], float]:
    """Weights and bias by stochastic gradient descent."""
    weights, bias = [0.0] * len(FEATURES), 0.0
    for _ in range(epochs):
        for features, label in examples:
            error = predict(weights, bias, features) - label
            weights = [weight - rate * error * value for weight, value in zip(weights, features, strict=True)]
            bias -= rate * error
    return weights, bias


def predict(weights: list[float], bias: float, features: tuple[float, ...]) -> float:
    """The probability of fraud."""
    score = bias + sum(weight * value for weight, value in zip(weights, features, strict=True))
    return 1 / (1 + math.exp(-score))


def accuracy(weights: list[float], bias: float, examples: list[Example]) -> float:
    """The share of examples on the right side of one half."""
    return sum((predict(weights, bias, features) > 0.5) == (label > 0.5) for features, label in examples) / len(
        examples
    )


# ONNX (onnx.proto3): field numbers as in the schema, wire types as protobuf has them.


def _varint(number: int) -> bytes:
    out = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        out.append(low | (0x80 if number else 0))
        if not number:
            return bytes(out)


def _int(field: int, number: int) -> bytes:
    return _varint(field << 3) + _varint(number)


def _bytes(field: int, data: bytes | str) -> bytes:
    raw = data.encode() if isinstance(data, str) else data
    return _varint(field << 3 | 2) + _varint(len(raw)) + raw


def _node(operator: str, inputs: list[str], output: str) -> bytes:
    return b"".join(_bytes(1, name) for name in inputs) + _bytes(2, output) + _bytes(3, output) + _bytes(4, operator)


def _tensor(name: str, shape: list[int], values: list[float]) -> bytes:
    floats = struct.pack(f"<{len(values)}f", *values)
    return b"".join(_int(1, size) for size in shape) + _int(2, 1) + _bytes(8, name) + _bytes(9, floats)


def _value(name: str, width: int) -> bytes:
    batch, columns = _bytes(1, _bytes(2, "batch")), _bytes(1, _int(1, width))
    tensor = _int(1, 1) + _bytes(2, batch + columns)
    return _bytes(1, name) + _bytes(2, _bytes(1, tensor))


def onnx(weights: list[float], bias: float) -> bytes:
    """The model as the bytes of an ONNX file."""
    graph = b"".join(
        [
            _bytes(1, _node("MatMul", ["transaction_features", "weights"], "product")),
            _bytes(1, _node("Add", ["product", "bias"], "score")),
            _bytes(1, _node("Sigmoid", ["score"], "fraud_score")),
            _bytes(2, "fraud_detector"),
            _bytes(5, _tensor("weights", [len(weights), 1], weights)),
            _bytes(5, _tensor("bias", [1], [bias])),
            _bytes(11, _value("transaction_features", len(weights))),
            _bytes(12, _value("fraud_score", 1)),
        ]
    )
    return _int(1, 8) + _bytes(2, "michelangelo-emulator") + _bytes(7, graph) + _bytes(8, _bytes(1, "") + _int(2, 13))
