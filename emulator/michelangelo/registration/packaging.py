"""Builds what serving systems read: a Triton model repository, or the raw files as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from emulator.michelangelo.registration.request import Registration

# File endings to Triton backends and the name that each expects in the version directory.
BACKENDS = {
    ".onnx": ("onnxruntime_onnx", "model.onnx"),
    ".pt": ("pytorch_libtorch", "model.pt"),
    ".plan": ("tensorrt_plan", "model.plan"),
    ".savedmodel": ("tensorflow_savedmodel", "model.savedmodel"),
}
DATA_TYPES = {
    "DATA_TYPE_BOOLEAN": "TYPE_BOOL",
    "DATA_TYPE_STRING": "TYPE_STRING",
    "DATA_TYPE_BYTE": "TYPE_UINT8",
    "DATA_TYPE_CHAR": "TYPE_UINT8",
    "DATA_TYPE_SHORT": "TYPE_INT16",
    "DATA_TYPE_INT": "TYPE_INT32",
    "DATA_TYPE_LONG": "TYPE_INT64",
    "DATA_TYPE_FLOAT": "TYPE_FP32",
    "DATA_TYPE_DOUBLE": "TYPE_FP64",
}
PYTHON_STUB = '''"""Serves the packaged model. Generated; replace `predict` with the model's own."""

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.directory = args["model_repository"]

    def execute(self, requests):
        return [pb_utils.InferenceResponse(output_tensors=[]) for _ in requests]
'''


class PackagingError(Exception):
    """The deployable package cannot be built."""


def package(registration: Registration, revision: int) -> Iterator[tuple[str, bytes | Path]]:
    """The files of the deployable package: name beneath the package, and bytes or where they are. Raises PackagingError."""
    if registration.package != "triton":
        for path in registration.files():
            yield registration.relative(path), path
        return
    yield from _triton(registration, revision)


def _triton(registration: Registration, revision: int) -> Iterator[tuple[str, bytes | Path]]:
    files = registration.files()
    version = max(revision, 1)  # Triton's version directories start at 1
    native = [path for path in files if path.suffix in BACKENDS]
    if len(native) > 1:
        listed = ", ".join(registration.relative(path) for path in native)
        raise PackagingError(f"several models in one package ({listed}): register each under its own name")
    if native:
        platform, target = BACKENDS[native[0].suffix]
        yield "config.pbtxt", config(registration, revision, f'platform: "{platform}"').encode()
        yield f"{version}/{target}", native[0]
        rest = [path for path in files if path is not native[0]]
    else:
        yield "config.pbtxt", config(registration, revision, 'backend: "python"').encode()
        yield f"{version}/model.py", PYTHON_STUB.encode()
        rest = files
    for path in rest:
        yield f"{version}/model/{registration.relative(path)}", path
    if registration.schema is not None:
        yield "metadata/schema.json", json.dumps(registration.schema, indent=2, sort_keys=True).encode()


def config(registration: Registration, revision: int, backend: str) -> str:
    """A ``config.pbtxt``: Triton's text-format ModelConfig."""
    lines = [f'name: "{registration.name}-{revision}"', backend, "max_batch_size: 0"]
    for side in ("input", "output"):
        items = (registration.schema or {}).get(side) or []
        if items:
            lines.append(f"{side} [")
            lines.append(",\n".join(_tensor(item) for item in items))
            lines.append("]")
    return "\n".join(lines) + "\n"


def _tensor(item: dict[str, Any]) -> str:
    sort = DATA_TYPES.get(item.get("type", "DATA_TYPE_FLOAT"))
    if sort is None:
        raise PackagingError(f"{item.get('name')}: {item.get('type')} has no Triton type: use {', '.join(DATA_TYPES)}")
    shape = ", ".join(str(size) for size in item.get("shape") or [-1])
    return f'  {{ name: "{item["name"]}", data_type: {sort}, dims: [ {shape} ] }}'
