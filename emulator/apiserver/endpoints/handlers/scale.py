"""``/scale``: the replicas of an object as an autoscaling/v1 Scale."""

from __future__ import annotations

from typing import Any

from emulator.apiserver.apimachinery import codec, errors
from emulator.apiserver.apimachinery.objects import Object, copy, metadata
from emulator.apiserver.apimachinery.options import parse_patch_options, parse_update_options
from emulator.apiserver.apimachinery.patch import json_patch, merge_patch
from emulator.apiserver.endpoints.decoding import media_type, parse
from emulator.apiserver.endpoints.handlers.patch import JSON_PATCH
from emulator.apiserver.endpoints.presentation import render
from emulator.apiserver.endpoints.scope import Scope

_DEFAULT_PATHS = (".spec.replicas", ".status.replicas", ".status.selector")


def _paths(scope: Scope) -> tuple[str, str, str]:
    """Where the kind keeps its replicas: its CRD says, or the workloads' usual places."""
    document = scope.served.document
    if document is None:
        return _DEFAULT_PATHS
    for version in document["spec"]["versions"]:
        if version["name"] == scope.resource.version:
            given = version["subresources"]["scale"]
            return given["specReplicasPath"], given["statusReplicasPath"], given.get("labelSelectorPath", "")
    return _DEFAULT_PATHS


def _at(obj: Object, path: str) -> Any:
    value: Any = obj
    for part in path.strip(".").split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(part)
    return value


def _put(obj: Object, path: str, value: Any) -> None:
    *parents, last = path.strip(".").split(".")
    for part in parents:
        obj = obj.setdefault(part, {})
    obj[last] = value


def _selector(scope: Scope, obj: Object, path: str) -> str:
    if scope.served.document is not None:
        return (_at(obj, path) or "") if path else ""
    chosen = _at(obj, ".spec.selector") or {}
    labels = chosen.get("matchLabels") if "matchLabels" in chosen else chosen
    return ",".join(f"{key}={value}" for key, value in sorted((labels or {}).items()) if isinstance(value, str))


def _scale(scope: Scope, obj: Object) -> Object:
    """The Scale of an object; zero replicas are left out, as Go leaves them out."""
    spec_path, status_path, selector_path = _paths(scope)
    meta = metadata(obj)
    shown = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    spec, status = _at(obj, spec_path), _at(obj, status_path) or 0
    result: Object = {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {name: meta[name] for name in shown if name in meta},
        "spec": {"replicas": spec} if spec else {},
        "status": {"replicas": status},
    }
    if selector := _selector(scope, obj, selector_path):
        result["status"]["selector"] = selector
    return result


async def scale(scope: Scope) -> None:
    """Read, replace or patch the replicas. Raises StatusError: 400, 404, 409, 422."""
    request = scope.request
    form = scope.form()
    store, kind, info = scope.store, scope.kind, request.info
    if info.verb == "get":
        current = _scale(scope, store.decode(store.get(info.namespace, info.name), kind))
        await request.answer(200, render(current, form, scope.pretty(form)), form.content_type)
        return
    data = await request.body()
    if info.verb == "update":
        update = parse_update_options(request.query)
        context = scope.context(update.field_manager, update.dry_run)
        wanted, _ = parse(data, media_type(request), "Scale")
    else:
        patched = parse_patch_options(request.query, apply=False)
        context = scope.context(patched.field_manager, patched.dry_run)
    spec_path = _paths(scope)[0]
    manager = kind.field_manager("scale")

    def transform(old: Object | None) -> Object:
        assert old is not None, "a scale never creates"
        value = wanted if info.verb == "update" else _patched(_scale(scope, old), media_type(request), data)
        new: Object = copy(old)
        version = metadata(value).get("resourceVersion")
        if version:
            metadata(new)["resourceVersion"] = version
        replicas = (value.get("spec") or {}).get("replicas", 0)
        if not isinstance(replicas, int) or isinstance(replicas, bool):
            raise errors.bad_request('Scale in version "v1" cannot be handled as a Scale: spec.replicas is no integer')
        _put(new, spec_path, replicas)
        manager.update(old, new, context.manager, context.now)
        _own(old, new, spec_path)
        return new

    context.subresource = ""
    stored, _ = store.update(context, kind, transform)
    shown = _scale(scope, codec.load(store.view(stored, kind)))
    await request.answer(200, render(shown, form, scope.pretty(form)), form.content_type)


def _own(old: Object, new: Object, path: str) -> None:
    """Settle who owns the replicas after a write (k8s.io/apimachinery/pkg/util/managedfields/scalehandler.go).

    Without an owner before there is none after; who comes to own them here gets no time.
    """
    before: list[Object] = metadata(old).get("managedFields") or []
    if not any(_owns(entry.get("fieldsV1"), path) for entry in before):
        if before:
            metadata(new)["managedFields"] = before
        else:
            metadata(new).pop("managedFields", None)
        return
    times = {
        (entry.get("manager"), entry.get("operation"), entry.get("subresource")): entry.get("time") for entry in before
    }
    for entry in metadata(new).get("managedFields") or []:
        if entry.get("subresource") == "scale":
            entry.pop("time", None)
            if time := times.get((entry.get("manager"), entry.get("operation"), "scale")):
                entry["time"] = time


def _owns(fields: Any, path: str) -> bool:
    for part in path.strip(".").split("."):
        if not isinstance(fields, dict) or f"f:{part}" not in fields:
            return False
        fields = fields[f"f:{part}"]
    return True


def _patched(current: Object, sort: str, data: bytes) -> Object:
    try:
        value, _ = codec.decode_json(data)
        if sort == JSON_PATCH:
            return json_patch.compile(value)(current)
        return merge_patch.apply(current, value)
    except ValueError as error:
        raise errors.bad_request(f"error decoding patch: {error}") from None
