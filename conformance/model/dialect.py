"""How a plane spells the fields of a Model: as the operator guide prints them, or as the platform's releases store them.

Cases and oracles speak the guide's spelling; a Dialect translates what is sent and what comes back.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

_FREE = frozenset({"metadata"})  # what is below is the user's, not ours to spell
_MAPS = frozenset({"feature_importance", "featureImportance"})  # the keys directly below are the user's


class Spelling(StrEnum):
    """The two spellings, and a schema that has neither."""

    GUIDE = "guide"
    UPSTREAM = "upstream"
    UNKNOWN = "unknown"


def camel(name: str) -> str:
    """``model_artifact_uri`` as ``modelArtifactUri``."""
    return re.sub(r"_([a-z0-9])", lambda match: match.group(1).upper(), name)


def snake(name: str) -> str:
    """``modelArtifactUri`` as ``model_artifact_uri``; the guide's one exception stays ``trainingFramework``."""
    if name == "trainingFramework":
        return name
    return re.sub(r"[A-Z]", lambda match: "_" + match.group(0).lower(), name)


@dataclass(frozen=True, slots=True)
class Dialect:
    """One spelling, applied."""

    spelling: Spelling

    def field(self, name: str) -> str:
        """A field of a Model's spec as this plane spells it."""
        return camel(name) if self.spelling is Spelling.UPSTREAM else name

    def spell(self, spec: Any) -> Any:
        """A spec in the guide's spelling, as this plane wants it."""
        return _rename(spec, camel) if self.spelling is Spelling.UPSTREAM else spec

    def read(self, spec: Any) -> Any:
        """A spec of this plane, in the guide's spelling."""
        return _rename(spec, snake) if self.spelling is Spelling.UPSTREAM else spec


def _rename(value: Any, rename: Callable[[str], str]) -> Any:
    if isinstance(value, list):
        return [_rename(item, rename) for item in value]
    if not isinstance(value, dict):
        return value
    renamed = {}
    for key, inner in value.items():
        if key in _FREE:
            renamed[rename(key)] = inner
        elif key in _MAPS and isinstance(inner, dict):
            renamed[rename(key)] = {k: _rename(v, rename) for k, v in inner.items()}
        else:
            renamed[rename(key)] = _rename(inner, rename)
    return renamed


def observe(definition: Any) -> Dialect:
    """The dialect that a CustomResourceDefinition of Model serves."""
    versions = definition.get("spec", {}).get("versions", []) if isinstance(definition, dict) else []
    for version in versions if isinstance(versions, list) else []:
        try:
            fields = version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
        except (KeyError, TypeError):
            continue
        if "model_artifact_uri" in fields:
            return Dialect(Spelling.GUIDE)
        if "modelArtifactUri" in fields:
            return Dialect(Spelling.UPSTREAM)
    return Dialect(Spelling.UNKNOWN)
