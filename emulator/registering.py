"""``ma-emulator register``: flags to one registration, and what came of it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

import yaml

from emulator.michelangelo.client import Object
from emulator.registration import Registration, RegistrationError
from emulator.registration import run as carry_out


def run(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    """Register what the flags say. Raises ValueError when something is missing; 1 when a step failed."""
    registration = Registration(
        name=options.model,
        namespace=options.namespace,
        artifact=options.artifact,
        package=options.package,
        revision=options.revision,
        kind=options.kind,
        owner=options.owner,
        description=options.description,
        algorithm=options.algorithm,
        training_framework=options.training_framework,
        labels=dict(_label(text) for text in options.label),
        schema=_schema(options.schema),
    )
    try:
        model = carry_out(registration, options.layout)
    except RegistrationError as error:
        sys.stderr.write(f"ma-emulator: {error}\n")
        return 1
    if options.json:
        say(json.dumps(model))
        return 0
    say(f"model.michelangelo.api/{registration.name} registered in {registration.namespace}")
    for name, value in model["spec"].items():
        if name.lower().endswith("uri"):
            say(f"  {name}: {', '.join(value)}")
    return 0


def _label(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise ValueError(f"--label {text!r} is no label: write NAME=VALUE")
    return name, value


def _schema(path: Path | None) -> Object | None:
    if path is None:
        return None
    try:
        schema: Object = yaml.safe_load(path.read_text())
    except yaml.YAMLError as error:
        raise ValueError(f"{path} is neither JSON nor YAML: {error}") from None
    return schema
