"""Mistakes in manifests: words and fields that the cluster refuses, and Roles that grant nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from emulator.doctor.roles import without_group
from emulator.doctor.scripts import foreign
from emulator.doctor.writing import Mistake, Writing, line_of
from emulator.michelangelo.resources import GROUP
from emulator.troubleshooting import API_GROUP, LOWER_CASE_BACKEND, SERVER_FIELDS, SPELLING

BACKENDS = ("BACKEND_TYPE_TRITON", "BACKEND_TYPE_LLM_D", "BACKEND_TYPE_DYNAMO", "BACKEND_TYPE_TORCHSERVE")
REMOVED = {"replicas": "initSpec.numInstances", "modelVersion": "a Deployment that names Model and server"}


def mistakes(writing: Writing, dialect: str) -> Iterator[Mistake]:
    """Every mistake in the documents of a YAML or JSON text; a text that is neither has none."""
    try:
        documents = list(yaml.safe_load_all(writing.text))
    except yaml.YAMLError:
        return
    for document in documents:
        for obj in _objects(document):
            kind = obj.get("kind")
            given = obj.get("spec")
            spec = given if isinstance(given, dict) else {}
            if kind == "InferenceServer":
                yield from _server(writing, spec)
            elif kind == "Model" and dialect and str(obj.get("apiVersion", "")).startswith(GROUP):
                yield from _model(writing, spec, dialect)
            elif kind in ("Role", "ClusterRole"):
                yield from _role(writing, obj)


def _objects(document: Any) -> Iterator[dict[str, Any]]:
    """A document that is an object, or the items of one that is a list."""
    if isinstance(document, dict):
        yield from (one for one in document.get("items") or () if isinstance(one, dict))
        yield document


def _server(writing: Writing, spec: dict[str, Any]) -> Iterator[Mistake]:
    backend = spec.get("backendType")
    if backend not in BACKENDS:
        upper = f"BACKEND_TYPE_{str(backend).upper().replace('-', '_')}"
        right = upper if upper in BACKENDS else BACKENDS[0]
        cure = writing.changed(rf's/(backendType: *"?){re.escape(str(backend))}("?)/\1{right}\2/')
        if backend is None:
            cure = f"kubectl explain inferenceserver.spec.backendType   # write backendType: {right}, then"
        yield Mistake(
            "manifests.backend-type",
            _line(writing, "backendType"),
            f"{backend} is no backend type" if backend is not None else "an InferenceServer has no backend type",
            LOWER_CASE_BACKEND,
            f"backendType: {backend}" if backend is not None else "no backendType",
            f"{cure}\n{writing.applied()}",
            "lower-case-backend-type",
        )
    for name, instead in REMOVED.items():
        if name in spec:
            title = f"InferenceServers have no field {name}: use {instead}"
            fix = writing.changed(f"/^ *{name}:/d") + f"   # and use {instead}"
            yield Mistake(
                "manifests.server-field", _line(writing, name), title, SERVER_FIELDS, f"{name}: {spec[name]}", fix
            )


def _model(writing: Writing, spec: dict[str, Any], dialect: str) -> Iterator[Mistake]:
    wrong = {name: right for name, right in foreign(dialect).items() if name in _names(spec)}
    if not wrong:
        return
    renames = "; ".join(f"s/\\b{name}:/{right}:/" for name, right in wrong.items())
    yield Mistake(
        "manifests.spelling",
        _line(writing, next(iter(wrong))),
        f"fields of a Model are spelled as the other dialect spells them: this cluster speaks {dialect}",
        SPELLING,
        ", ".join(wrong),
        writing.changed(renames),
    )


def _names(value: Any) -> set[str]:
    """Every name of a field in a value."""
    if isinstance(value, dict):
        return set(value) | {name for inner in value.values() for name in _names(inner)}
    return {name for inner in value for name in _names(inner)} if isinstance(value, list) else set()


def _role(writing: Writing, role: dict[str, Any]) -> Iterator[Mistake]:
    for rule in role.get("rules") or ():
        if isinstance(rule, dict) and without_group(rule):
            yield Mistake(
                "manifests.api-group",
                _line(writing, "apiGroups"),
                f"a Role names {', '.join(rule['resources'])}, and not their API group {GROUP}",
                API_GROUP,
                f"apiGroups: {json.dumps(rule.get('apiGroups') or [])}",
                writing.changed(rf's/apiGroups: *\[ *"" *\]/apiGroups: ["{GROUP}"]/'),
                "role-without-api-group",
            )


def _line(writing: Writing, name: str) -> int:
    """The first line with a field of this name; the first line of all where it has none."""
    found = re.search(rf'(?:^|[\s{{,-])"?{re.escape(name)}"?\s*:', writing.text)
    return line_of(writing.text, found.end()) if found else 1
