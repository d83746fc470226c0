"""``--seed DIR``: what a plane starts with. Manifests are applied; files beneath ``s3/BUCKET/`` are uploaded."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import yaml

from emulator.config import bucket
from emulator.michelangelo.client import ApiError, KubeClient, Object, Resource

MANAGER = "ma-emulator-seed"
SUFFIXES = (".yaml", ".yml", ".json")
_FIRST = ("Namespace", "CustomResourceDefinition")
SERVED_SECONDS = 15.0  # after its definition was applied


def manifests(folder: Path) -> list[tuple[Path, Object]]:
    """Every object in the folder's manifests, namespaces and definitions first. Raises ValueError, OSError."""
    if not folder.is_dir():
        raise ValueError(f"--seed {folder} is no folder")
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix not in SUFFIXES or not path.is_file() or (folder / "s3") in path.parents:
            continue
        try:
            documents = list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise ValueError(f"{path} is no YAML: {error}") from None
        for document in documents:
            for obj in _items(document):
                if not isinstance(obj, dict) or not all(obj.get(name) for name in ("apiVersion", "kind", "metadata")):
                    raise ValueError(f"{path}: each object needs apiVersion, kind and metadata")
                found.append((path, obj))
    return sorted(found, key=lambda item: _FIRST.index(item[1]["kind"]) if item[1]["kind"] in _FIRST else len(_FIRST))


def _items(document: Any) -> list[Any]:
    if document is None:
        return []
    if isinstance(document, dict) and document.get("kind") == "List":
        return list(document.get("items") or ())
    return [document]


async def apply(client: KubeClient, folder: Path) -> int:
    """Apply a folder's manifests; how many objects. Raises ValueError, which names the file."""
    found = manifests(folder)
    namespaces = {obj["metadata"]["namespace"] for _, obj in found if obj["metadata"].get("namespace")}
    for name in sorted(namespaces - {obj["metadata"]["name"] for _, obj in found if obj["kind"] == "Namespace"}):
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        await client.apply(Resource("", "v1", "namespaces"), namespace, MANAGER)
    defined = {_defines(obj) for _, obj in found if obj["kind"] == "CustomResourceDefinition"}
    for path, obj in found:
        try:
            ours = (obj["apiVersion"].rpartition("/")[0], obj["kind"]) in defined
            resource, namespaced = await _resource(client, obj, SERVED_SECONDS if ours else 0.0)
            if namespaced:
                obj["metadata"].setdefault("namespace", "default")
            await client.apply(resource, obj, MANAGER)
        except (ApiError, LookupError) as error:
            raise ValueError(f"{path}: {obj['kind']} {obj['metadata'].get('name')}: {error}") from None
    return len(found)


def _defines(definition: Object) -> tuple[str, str]:
    """The group and kind of a definition, which may be none."""
    spec = definition.get("spec")
    names = spec.get("names") if isinstance(spec, dict) else None
    return (
        (str(spec.get("group")), str(names.get("kind")))
        if isinstance(spec, dict) and isinstance(names, dict)
        else ("", "")
    )


async def _resource(client: KubeClient, obj: Object, seconds: float) -> tuple[Resource, bool]:
    """The resource of an object's kind, waited for so long, and whether it is namespaced. Raises LookupError."""
    group, _, version = obj["apiVersion"].rpartition("/")
    path = f"/apis/{group}/{version}" if group else f"/api/{version}"
    deadline = time.monotonic() + seconds
    wait = 0.01
    while True:
        try:
            listed = await client.request("GET", path)
        except ApiError as error:
            if error.code != 404:
                raise
            listed = {}
        for item in listed.get("resources") or ():
            if item["kind"] == obj["kind"] and "/" not in item["name"]:
                return Resource(group, version, item["name"]), item["namespaced"]
        if time.monotonic() >= deadline:
            raise LookupError(f"no kind {obj['kind']} in {obj['apiVersion']}")
        await asyncio.sleep(wait)
        wait = min(2 * wait, 0.5)


def files(folder: Path) -> list[tuple[str, str, Path]]:
    """What is to be uploaded: bucket, key and file. Raises ValueError for what is in no bucket's folder."""
    root = folder / "s3"
    found = []
    for path in sorted(root.rglob("*")) if root.is_dir() else ():
        if path.is_file():
            name, *rest = path.relative_to(root).parts
            if not rest:
                raise ValueError(f"{path} is in no bucket: put it beneath {root}/BUCKET/")
            found.append((bucket(name), "/".join(rest), path))
    return found


def upload(store: Any, folder: Path) -> int:
    """Upload a folder's files with an S3 client; how many. Raises ValueError."""
    listed = files(folder)
    known = {item["Name"] for item in store.list_buckets()["Buckets"]}
    for name, key, path in listed:
        if name not in known:
            store.create_bucket(Bucket=name)
            known.add(name)
        store.upload_file(str(path), name, key)
    return len(listed)
