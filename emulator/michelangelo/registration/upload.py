"""A registration that came over HTTP: values by name, and the model's files as the body (a tar archive, or one file)."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import IO, Any, Protocol

from emulator.michelangelo.client import Object
from emulator.michelangelo.registration.request import Registration

NAMES = frozenset(field.name for field in fields(Registration))


class Registers(Protocol):
    """A Registrar, or something fitted around one."""

    async def register(self, registration: Registration) -> Object:
        """Register; the answer is the Model. Raises RegistrationError, ValueError."""
        ...


async def register(registrar: Callable[[str], Registers], values: Mapping[str, Any], body: IO[bytes] | None) -> Object:
    """Register; *registrar* makes one for a layout. The answer is the Model.

    Without a body ``artifact`` is a path on the plane's machine. Raises ValueError, RegistrationError.
    """
    given = dict(values)
    layout, filename = str(given.pop("layout", "")), str(given.pop("filename", ""))
    unknown = sorted(set(given) - NAMES)
    if unknown:
        raise ValueError(f"unknown value {unknown[0]!r}: known are {', '.join(sorted([*NAMES, 'filename', 'layout']))}")
    with TemporaryDirectory(prefix="ma-registration-") as scratch:
        if body is not None:
            if "artifact" in given:
                raise ValueError("give artifact or a body, not both")
            given["artifact"] = _unpacked(body, filename, Path(scratch))
        return await registrar(layout).register(_registration(given))


def _registration(given: dict[str, Any]) -> Registration:
    """Raises ValueError for what is missing or of a wrong type."""
    for name in ("name", "namespace", "artifact"):
        if not given.get(name):
            raise ValueError(
                f"{name} is missing" + (" (or send the files as a tar body)" if name == "artifact" else "")
            )
    given["artifact"] = Path(given["artifact"])
    if not given["artifact"].is_absolute():
        raise ValueError(f"artifact {given['artifact']} is to be an absolute path, on the plane's machine")
    if "revision" in given:
        try:
            given["revision"] = int(given["revision"])
        except (TypeError, ValueError):
            raise ValueError(f"revision {given['revision']!r} is no number") from None
    for name in ("labels", "schema"):
        if isinstance(given.get(name), str):  # of a query
            try:
                given[name] = json.loads(given[name])
            except ValueError as error:
                raise ValueError(f"{name} is no JSON: {error}") from None
    labels = given.get("labels", {})
    if not isinstance(labels, dict) or not all(isinstance(value, str) for value in labels.values()):
        raise ValueError("labels is to be an object of texts")
    for name, value in given.items():
        if name not in ("artifact", "revision", "labels", "schema") and not isinstance(value, str):
            raise ValueError(f"{name} is to be a text")
    return Registration(**given)


def _unpacked(body: IO[bytes], filename: str, folder: Path) -> Path:
    """The files of a body: an archive's, or one file of a given name. Raises ValueError."""
    target = folder / "artifact"
    target.mkdir()
    if filename:
        if Path(filename).name != filename:
            raise ValueError(f"filename {filename!r} is to be a name without folders")
        with (target / filename).open("wb") as file:
            copyfileobj(body, file, 1 << 20)
        return target
    try:
        with tarfile.open(fileobj=body) as archive:
            archive.extractall(target, filter="data")
    except tarfile.TarError as error:
        why = str(error).partition(":")[0]
        raise ValueError(
            f"the body is no tar archive ({why}): send one, or name the file that it is with filename=..."
        ) from None
    return target
