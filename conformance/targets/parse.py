"""From a string to a target."""

from __future__ import annotations

from pathlib import Path

from conformance.errors import UsageError
from conformance.targets.base import Target
from conformance.targets.emulator import EmulatorTarget
from conformance.targets.kubeconfig import KubeconfigTarget

KNOWN = "emulator[:fault=NAME][,dialect=guide|upstream], kubeconfig:PATH[#CONTEXT][,s3=URL][,rpc=HOST:PORT]"


def parse(text: str) -> Target:
    """The target that a string names. Raises UsageError, which lists the forms."""
    kind, _, rest = text.partition(":")
    kind, comma, more = kind.partition(",")
    if kind == "emulator":
        return _emulator(text, [item for item in (rest if rest else more).split(",") if item])
    if kind == "kubeconfig" and not comma and rest:
        return _kubeconfig(text, rest)
    raise UsageError(f"unknown target {text!r}: use {KNOWN}")


def _emulator(text: str, options: list[str]) -> EmulatorTarget:
    faults: list[str] = []
    dialect = "guide"
    for option in options:
        name, _, value = option.partition("=")
        if name == "fault" and value:
            faults.append(value)
        elif name == "dialect" and value in ("guide", "upstream"):
            dialect = value
        else:
            raise UsageError(f"unknown option {option!r} of target {text!r}: use {KNOWN}")
    return EmulatorTarget(text, tuple(faults), dialect)


def _kubeconfig(text: str, rest: str) -> KubeconfigTarget:
    place, *options = rest.split(",")
    path, _, context = place.partition("#")
    values = {"s3": "", "rpc": ""}
    for option in options:
        name, _, value = option.partition("=")
        if name not in values or not value:
            raise UsageError(f"unknown option {option!r} of target {text!r}: use {KNOWN}")
        values[name] = value
    return KubeconfigTarget(text, Path(path).expanduser(), context, values["s3"], values["rpc"])
