"""Mistakes that users wrote down: in files they name, and in what pipelines of the cluster run and apply.

Such mistakes leave nothing else to see: a manifest that is refused is not stored, and who waits in vain writes nothing.
"""

from __future__ import annotations

import asyncio
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from emulator.doctor import manifests, scripts
from emulator.doctor.finding import Evidence, Finding, Severity
from emulator.doctor.patient import Patient, where
from emulator.doctor.writing import Mistake, Writing
from emulator.michelangelo.client import Object, Resource
from emulator.michelangelo.resources import APPS_DEPLOYMENTS, CONFIG_MAPS

ENDINGS = (".yaml", ".yml", ".json", ".sh", ".bash", ".py", ".md")
SHELLS = (".sh", ".bash", ".yaml", ".yml", ".py", ".md")
BYTES_AT_MOST = 1 << 20
FILES_AT_MOST = 2000
SKIPPED = frozenset({".git", ".venv", "node_modules", "__pycache__"})
RUNNING = (
    ("Job", Resource("batch", "v1", "jobs"), ("spec", "template", "spec")),
    ("CronJob", Resource("batch", "v1", "cronjobs"), ("spec", "jobTemplate", "spec", "template", "spec")),
    ("Pod", Resource("", "v1", "pods"), ("spec",)),
    ("Deployment.apps", APPS_DEPLOYMENTS, ("spec", "template", "spec")),
)


async def examine(patient: Patient) -> list[Finding]:
    """Files, then ConfigMaps, then the commands of containers. Raises ApiError, ValueError."""
    dialect = await patient.dialect()
    written = [*await asyncio.to_thread(_files, patient.question.files), *await _in_cluster(patient)]
    return [_finding(one, mistake) for one in written for mistake in _mistakes(one, dialect)]


def in_files(files: tuple[Path, ...]) -> list[Finding]:
    """Files alone, without a cluster: what depends on its dialect is not judged. Raises ValueError."""
    return [_finding(one, mistake) for one in _files(files) for mistake in _mistakes(one, "")]


def _mistakes(writing: Writing, dialect: str) -> Iterator[Mistake]:
    if writing.name.endswith((".yaml", ".yml", ".json")):
        yield from manifests.mistakes(writing, dialect)
    if writing.name.endswith(SHELLS) or "." not in Path(writing.name).name:
        yield from scripts.mistakes(writing, dialect)


def _files(paths: tuple[Path, ...]) -> list[Writing]:
    """The texts of files and of folders. Raises ValueError for a path that is not there."""
    found: list[Writing] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*") if one.suffix in ENDINGS and not SKIPPED & set(one.parts))
        elif path.is_file():
            inside = [path]
        else:
            raise ValueError(f"-f {path} is neither a file nor a folder")
        for one in inside[:FILES_AT_MOST]:
            if one.stat().st_size <= BYTES_AT_MOST:
                text = one.read_text(encoding="utf-8", errors="replace")
                name = shlex.quote(str(one))
                found.append(Writing(str(one), text, f"cat {name}", f"sed -i -E {{}} {name}", portable=True))
    return found


async def _in_cluster(patient: Patient) -> list[Writing]:
    found = []
    for config in await patient.see(CONFIG_MAPS):
        if _of_the_system(config):
            continue
        for key, text in (config.get("data") or {}).items():
            if key.endswith(ENDINGS):
                escaped = key.replace(".", "\\.")
                look = f"kubectl get configmap {_words(config)} -o jsonpath='{{.data.{escaped}}}'"
                get = f"kubectl get configmap {_words(config)} -o yaml"
                edit = f"{get} | sed -E {{}} | kubectl replace -f -"
                found.append(Writing(f"configmap {where(config)}, {key}", text, look, edit))
    for kind, resource, path in RUNNING:
        for obj in await patient.see(resource):
            owned = obj["metadata"].get("ownerReferences")
            if not owned and not _of_the_system(obj):
                found += _commands(kind, obj, path)
    return found


def _commands(kind: str, obj: Object, path: tuple[str, ...]) -> Iterator[Writing]:
    spec: Any = obj
    for step in path:
        spec = spec.get(step) or {}
    for container in [*(spec.get("initContainers") or ()), *(spec.get("containers") or ())]:
        words = [str(word) for word in (*(container.get("command") or ()), *(container.get("args") or ()))]
        if words:
            text = " ".join(words) if not any("\n" in word for word in words) else "\n".join(words)
            look = f"kubectl get {kind.lower()} {_words(obj)} -o jsonpath='{{..containers[*].command}}'"
            yield Writing(f"{kind} {where(obj)}", text, look, "")


def _of_the_system(obj: Object) -> bool:
    return bool(re.match(r"kube-", obj["metadata"].get("namespace", "")))


def _words(obj: Object) -> str:
    return f"{obj['metadata']['name']} -n {obj['metadata'].get('namespace', 'default')}"


def _finding(writing: Writing, mistake: Mistake) -> Finding:
    return Finding(
        mistake.id,
        Severity.ERROR if mistake.grave else Severity.WARNING,
        f"{writing.name}, line {mistake.line}: {mistake.title}",
        writing.name,
        mistake.row,
        (Evidence(writing.look, mistake.said),),
        mistake.fix,
        mistake.scenario,
    )
