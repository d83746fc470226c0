"""CustomResourceDefinitions: the rules of writing one, and the controller that serves what it defines.

The controller follows the storage's events: it accepts names, establishes, puts the versions into the catalog, and empties a
definition that is being deleted (finalizer ``customresourcecleanup.apiextensions.k8s.io``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from emulator.apiserver.apimachinery import codec
from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.apimachinery.metadata import dns1123_subdomain
from emulator.apiserver.apimachinery.objects import Object, copy, metadata
from emulator.apiserver.apimachinery.options import DeleteOptions
from emulator.apiserver.registry.before import SYSTEM
from emulator.apiserver.registry.catalog import Catalog, Served
from emulator.apiserver.registry.custom_resource import CustomResourceStrategy, CustomShape, StatusStrategy
from emulator.apiserver.registry.kind import Kind
from emulator.apiserver.registry.resource import ALL_VERBS, Column, Resource, Subresource
from emulator.apiserver.registry.store import Backing, Store
from emulator.apiserver.registry.strategy import Context, Strategy
from emulator.apiserver.schema.columns import cells, columns_of
from emulator.apiserver.schema.compiled import CompiledSchema
from emulator.apiserver.schema.definition import (
    default_definition,
    definition_warnings,
    validate_definition,
    validate_definition_update,
)
from emulator.apiserver.schema.jsonpath import JsonPath
from emulator.apiserver.storage.interface import Event

RESOURCE = "customresourcedefinitions.apiextensions.k8s.io"
CLEANUP = "customresourcecleanup.apiextensions.k8s.io"


class DefinitionStrategy(Strategy):
    """k8s.io/apiextensions-apiserver/pkg/registry/customresourcedefinition/strategy.go."""

    reset_fields = frozenset({("status",)})

    def prepare_for_create(self, context: Context, obj: Object) -> None:
        """The status starts with the stored version; the first generation is 1."""
        metadata(obj)["generation"] = 1
        default_definition(obj)
        versions = _versions(obj)
        stored = [version.get("name") or "" for version in versions if version.get("storage")][:1]
        obj["status"] = {"acceptedNames": {"kind": "", "plural": ""}, "conditions": None, "storedVersions": stored}
        context.warnings.extend(definition_warnings(obj))

    def validate(self, context: Context, obj: Object) -> list[FieldError]:
        """Names, versions, schemas."""
        return validate_definition(obj)

    def prepare_for_update(self, context: Context, new: Object, old: Object) -> None:
        """Keep the status but for newly stored versions; spec changes are new generations."""
        default_definition(new)
        new["status"] = copy(old.get("status") or {})
        stored = new["status"].setdefault("storedVersions", [])
        for version in _versions(new):
            if version.get("storage") and version.get("name") not in stored:
                stored.append(version["name"])
        if new.get("spec") != old.get("spec"):
            metadata(new)["generation"] = (metadata(old).get("generation") or 0) + 1
        context.warnings.extend(definition_warnings(new))

    def validate_update(self, context: Context, new: Object, old: Object) -> list[FieldError]:
        """What may not change any more, and everything that a new definition must be."""
        return validate_definition_update(new, old)

    def name_errors(self, name: str) -> list[str]:
        """Names are DNS subdomains."""
        return dns1123_subdomain(name)


class DefinitionStatusStrategy(DefinitionStrategy):
    """Writes through ``/status``."""

    reset_fields = frozenset({("spec",), ("metadata", "deletionTimestamp")})

    def prepare_for_update(self, context: Context, new: Object, old: Object) -> None:
        """Only the status changes."""
        new["spec"] = copy(old["spec"])
        for name in ("labels", "annotations", "finalizers", "ownerReferences"):
            if name in metadata(old):
                metadata(new)[name] = copy(metadata(old)[name])
            else:
                metadata(new).pop(name, None)

    def validate_update(self, context: Context, new: Object, old: Object) -> list[FieldError]:
        """A status is taken as it is."""
        return []


def _versions(obj: Object) -> list[Object]:
    return [version for version in (obj.get("spec") or {}).get("versions") or [] if isinstance(version, dict)]


def served_kinds(crd: Object) -> list[Kind]:
    """A kind per served version, the storage version's first."""
    spec = crd["spec"]
    versions = sorted(spec["versions"], key=lambda version: not version.get("storage"))
    storage = versions[0]["name"]
    return [_kind(crd, spec, version, storage) for version in versions]


def _kind(crd: Object, spec: Object, version: Object, storage: str) -> Kind:
    names = spec["names"]
    given: Mapping[str, Any] = version.get("subresources") or {}
    subresources = []
    if "status" in given:
        subresources.append(Subresource("status", ("get", "patch", "update")))
    if "scale" in given:
        subresources.append(Subresource("scale", ("get", "patch", "update")))
    document = (version.get("schema") or {}).get("openAPIV3Schema")
    schema = CompiledSchema(
        document, preserve_unknown=bool(spec.get("preserveUnknownFields")), scale=given.get("scale")
    )
    selectable = {item["jsonPath"].lstrip("."): JsonPath(item["jsonPath"]) for item in version.get("selectableFields") or []}
    columns: tuple[Column, ...] = columns_of(version)
    resource = Resource(
        group=spec["group"],
        version=version["name"],
        plural=names["plural"],
        kind=names["kind"],
        namespaced=spec["scope"] == "Namespaced",
        singular=names.get("singular") or names["kind"].lower(),
        list_kind=names.get("listKind") or f"{names['kind']}List",
        short_names=tuple(names.get("shortNames") or ()),
        categories=tuple(names.get("categories") or ()),
        verbs=ALL_VERBS,
        subresources=tuple(subresources),
        columns=columns,
        selectable_fields=tuple(selectable),
        custom=True,
        storage_version=storage,
    )
    main = CustomResourceStrategy(schema, status="status" in given, selectable=selectable)
    strategies: dict[str, Strategy] = {"scale": main}
    if "status" in given:
        strategies["status"] = StatusStrategy(schema, selectable)
    return Kind(resource, CustomShape(schema), main, lambda obj, now: cells(columns, obj, now), strategies)


class DefinitionController:
    """Serves what the stored definitions say."""

    def __init__(self, catalog: Catalog, backing: Backing, definitions: Store) -> None:
        self.catalog = catalog
        self.backing = backing
        self.definitions = definitions
        self._stores: dict[str, Store] = {}
        backing.storage.subscribe(self._notice)

    def _notice(self, event: Event) -> None:
        resource = event.stored.key.resource
        if resource == RESOURCE:
            _soon(self._definition_written, event)
        elif event.type == "DELETED" and resource in self._stores:
            _soon(self._instance_gone, resource)

    def _definition_written(self, event: Event) -> None:
        name = event.stored.key.name
        stored = self.definitions.find("", name)
        if stored is None:
            crd = codec.load(event.stored.data)
            self.catalog.remove(crd["spec"]["group"], crd["spec"]["names"]["plural"])
            self._stores.pop(name, None)
            return
        self.sync(self.definitions.decode(stored))

    def _instance_gone(self, name: str) -> None:
        stored = self.definitions.find("", name)
        if stored is not None:
            self.sync(self.definitions.decode(stored))

    def sync(self, crd: Object) -> None:
        """Bring status and catalog in line with one definition."""
        now = self.backing.clock.timestamp()
        before = codec.encode(crd)
        accepted = self._accept(crd, now)
        finalizers = metadata(crd).setdefault("finalizers", [])
        deleting = bool(metadata(crd).get("deletionTimestamp"))
        if not deleting and CLEANUP not in finalizers and accepted:
            finalizers.append(CLEANUP)
        if not finalizers:
            metadata(crd).pop("finalizers")
        if accepted:
            self._serve(crd)
        if deleting and self._clean_up(crd, now):
            return
        if codec.encode(crd) != before:
            self.definitions.write(crd)

    def _accept(self, crd: Object, now: str) -> bool:
        """Accept the names unless another definition of the group has them; then establish."""
        spec, status = crd["spec"], crd.setdefault("status", {})
        clash = self._clash(crd)
        conditions = status["conditions"] = status.get("conditions") or []
        if clash is None:
            status["acceptedNames"] = copy(spec["names"])
            _set_condition(conditions, "NamesAccepted", "True", "NoConflicts", "no conflicts found", now)
            if not metadata(crd).get("deletionTimestamp"):
                message = "the initial names have been accepted"
                _set_condition(conditions, "Established", "True", "InitialNamesAccepted", message, now)
            return True
        reason, message = clash
        _set_condition(conditions, "NamesAccepted", "False", reason, message, now)
        established = any(c["type"] == "Established" and c["status"] == "True" for c in conditions)
        if not established:
            _set_condition(conditions, "Established", "False", "NotAccepted", "not all names are accepted", now)
        return established

    def _clash(self, crd: Object) -> tuple[str, str] | None:
        names = crd["spec"]["names"]
        for stored in self.backing.storage.list(RESOURCE).items:
            other = codec.load(stored.data)
            if other["metadata"]["name"] == crd["metadata"]["name"] or other["spec"]["group"] != crd["spec"]["group"]:
                continue
            taken = (other.get("status") or {}).get("acceptedNames") or {}
            used = {taken.get("plural"), taken.get("singular"), *(taken.get("shortNames") or ())}
            for field, reason in (("plural", "PluralConflict"), ("singular", "SingularConflict")):
                if names.get(field) in used:
                    return reason, f'"{names[field]}" is already in use'
            for short in names.get("shortNames") or ():
                if short in used:
                    return "ShortNamesConflict", f'"{short}" is already in use'
            kinds = {taken.get("kind"), taken.get("listKind")} - {None, ""}
            if names["kind"] in kinds:
                return "KindConflict", f'"{names["kind"]}" is already in use'
            if names.get("listKind") in kinds:
                return "ListKindConflict", f'"{names["listKind"]}" is already in use'
        return None

    def _serve(self, crd: Object) -> None:
        """Put every served version into the catalog."""
        name, spec = crd["metadata"]["name"], crd["spec"]
        kinds = served_kinds(crd)
        store = self._stores.get(name)
        known = store.document_spec if isinstance(store, CustomStore) else None
        if known == spec:
            return
        fresh = CustomStore(self.backing, kinds[0], name)
        fresh.document_spec = copy(spec)
        fresh.reshaped = self.backing.storage.changed(name) if store is not None else 0
        self._stores[name] = fresh
        wanted = {version["name"] for version in spec["versions"] if version.get("served")}
        self.catalog.remove(spec["group"], spec["names"]["plural"], keep=wanted)
        for kind in kinds:
            if kind.resource.version in wanted:
                self.catalog.add(Served(kind, fresh, {}, crd))

    def _clean_up(self, crd: Object, now: str) -> bool:
        """Delete the instances of a definition that goes; True once it is gone itself."""
        name = crd["metadata"]["name"]
        finalizers = metadata(crd).get("finalizers") or []
        conditions = crd["status"]["conditions"]
        if CLEANUP not in finalizers:
            return False
        store = self._stores.get(name)
        left = self._delete_instances(store) if store is not None else 0
        if left:
            message = "CustomResource deletion is in progress"
            _set_condition(conditions, "Terminating", "True", "InstanceDeletionInProgress", message, now)
            return False
        finalizers.remove(CLEANUP)
        if finalizers:
            message = "removed all instances"
            _set_condition(conditions, "Terminating", "False", "InstanceDeletionCompleted", message, now)
            return False
        metadata(crd).pop("finalizers")
        stored = self.definitions.get("", name)
        context = Context(self.definitions.kind.resource, "", SYSTEM, now, name=name)
        self.definitions.remove(context, self.definitions.kind, stored)
        return True

    def _delete_instances(self, store: Store) -> int:
        """Ask every instance to go; how many stay behind their finalizers."""
        now = self.backing.clock.timestamp()
        for stored in list(self.backing.storage.list(store.name).items):
            obj = store.decode(stored)
            if metadata(obj).get("deletionTimestamp"):
                continue
            context = Context(store.kind.resource, stored.key.namespace, SYSTEM, now, name=stored.key.name)
            store.delete(context, store.kind, DeleteOptions())
        return self.backing.storage.count(store.name)


class CustomStore(Store):
    """A store that remembers which spec it was made for."""

    document_spec: Object | None = None


def _set_condition(conditions: list[Object], sort: str, status: str, reason: str, message: str, now: str) -> None:
    new = {"type": sort, "status": status, "reason": reason, "message": message, "lastTransitionTime": now}
    for position, condition in enumerate(conditions):
        if condition["type"] == sort:
            if condition["status"] == status:
                new["lastTransitionTime"] = condition.get("lastTransitionTime", now)
            conditions[position] = new
            return
    conditions.append(new)


def _soon(call: Any, *arguments: Any) -> None:
    """Run after the write that caused it has been answered; at once where no loop runs (at start)."""
    try:
        asyncio.get_running_loop().call_soon(call, *arguments)
    except RuntimeError:
        call(*arguments)
