"""The rules of ``metadata``: what may be in it, what may change, and how it is read from JSON.

Texts and order as k8s.io/apimachinery/pkg/api/validation/objectmeta.go.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError, child, index
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.syntax import (
    dns1035_label,
    dns1123_label,
    dns1123_subdomain,
    label_value,
    path_segment,
    qualified_name,
)

__all__ = [
    "coerce_metadata",
    "dns1035_label",
    "dns1123_label",
    "dns1123_subdomain",
    "generate_name",
    "path_segment",
    "validate_labels",
    "validate_metadata",
    "validate_metadata_update",
]

ANNOTATIONS_BYTES = 256 * 1024
_GENERATED = "bcdfghjklmnpqrstvwxz2456789"
_STANDARD_FINALIZERS = frozenset({"kubernetes", "orphan", "foregroundDeletion"})
_IMMUTABLE = "field is immutable"
NameErrors = Callable[[str], list[str]]


def generate_name(base: str) -> str:
    """A name from ``generateName``: five random characters after at most 58 of the prefix."""
    return base[:58] + "".join(random.choices(_GENERATED, k=5))


def validate_metadata(
    meta: Object, *, namespaced: bool, name_errors: NameErrors, path: str = "metadata", custom: bool = False
) -> list[FieldError]:
    """Everything wrong with a new object's metadata; finalizers of *custom* resources need no domain."""
    found: list[FieldError] = []
    if base := meta.get("generateName"):
        probe = base[:-1] + "a" if base.endswith("-") else base
        found += [fields.invalid(child(path, "generateName"), base, text) for text in name_errors(probe)]
    name = meta.get("name") or ""
    if not name:
        found.append(fields.required(child(path, "name"), "name or generateName is required"))
    else:
        found += [fields.invalid(child(path, "name"), name, text) for text in name_errors(name)]
    namespace = meta.get("namespace") or ""
    if namespaced:
        if not namespace:
            found.append(fields.required(child(path, "namespace")))
        else:
            found += [fields.invalid(child(path, "namespace"), namespace, text) for text in dns1123_label(namespace)]
    elif namespace:
        found.append(fields.forbidden(child(path, "namespace"), "not allowed on this type"))
    return found + _validate_rest(meta, path, custom=custom)


def _validate_rest(meta: Object, path: str, *, custom: bool = False) -> list[FieldError]:
    found: list[FieldError] = []
    generation = meta.get("generation")
    if isinstance(generation, int) and generation < 0:
        found.append(fields.invalid(child(path, "generation"), generation, "must be greater than or equal to 0"))
    if labels := meta.get("labels"):
        found += validate_labels(labels, child(path, "labels"))
    if annotations := meta.get("annotations"):
        found += validate_annotations(annotations, child(path, "annotations"))
    if owners := meta.get("ownerReferences"):
        found += _validate_owners(owners, child(path, "ownerReferences"))
    if finalizers := meta.get("finalizers"):
        found += _validate_finalizers(finalizers, child(path, "finalizers"), custom=custom)
    if entries := meta.get("managedFields"):
        found += _validate_managed_fields(entries, child(path, "managedFields"))
    return found


def validate_labels(labels: Any, path: str) -> list[FieldError]:
    """Keys and values of labels."""
    found: list[FieldError] = []
    for key, value in sorted((labels or {}).items()):
        found += [fields.invalid(path, key, text) for text in qualified_name(key)]
        found += [fields.invalid(path, value, text) for text in label_value(value)]
    return found


def validate_annotations(annotations: Any, path: str) -> list[FieldError]:
    """Keys of annotations (lower-cased first), and their size together."""
    found: list[FieldError] = []
    size = 0
    for key, value in sorted((annotations or {}).items()):
        found += [fields.invalid(path, key, text) for text in qualified_name(key.lower())]
        size += len(key.encode()) + len(value.encode("utf-8", "surrogatepass"))
    if size > ANNOTATIONS_BYTES:
        found.append(fields.too_long(path, ANNOTATIONS_BYTES))
    return found


def _validate_owners(references: Any, path: str) -> list[FieldError]:
    found: list[FieldError] = []
    controller: Object | None = None
    for reference in references or ():
        found += _validate_owner(reference, path)
        if reference.get("controller") is True:
            if controller is not None:
                one = f"{controller.get('kind', '')}/{controller.get('name', '')}"
                two = f"{reference.get('kind', '')}/{reference.get('name', '')}"
                text = f'Only one reference can have Controller set to true. Found "true" in references for {one} and {two}'
                found.append(fields.invalid(path, _owners_value(references), text))
            controller = reference
    return found


def _owners_value(references: Any) -> list[fields.GoStruct]:
    """References as the server's struct prints them."""
    order = ("apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion")
    return [fields.GoStruct({name: item[name] for name in order if name in item}) for item in references]


def _validate_owner(reference: Object, path: str) -> list[FieldError]:
    found: list[FieldError] = []
    version = reference.get("apiVersion") or ""
    parts = version.split("/")
    if not version or len(parts) > 2 or not parts[-1]:
        found.append(fields.invalid(child(path, "apiVersion"), version, "version must not be empty"))
    for name in ("kind", "name", "uid"):
        if not reference.get(name):
            found.append(fields.invalid(child(path, name), "", "must not be empty"))
    if reference.get("kind") == "Event" and version in ("v1", "events.k8s.io/v1"):
        group = "" if version == "v1" else "events.k8s.io"
        text = f"{group}/v1, Kind=Event is disallowed from being an owner"
        found.append(fields.invalid(path, reference, text))
    return found


def _validate_finalizers(finalizers: Any, path: str, *, custom: bool = False) -> list[FieldError]:
    found: list[FieldError] = []
    has_orphan = has_foreground = False
    for position, name in enumerate(finalizers or ()):
        found += [fields.invalid(path, name, text) for text in qualified_name(name)]
        if not custom and "/" not in name and name not in _STANDARD_FINALIZERS:
            text = "name is neither a standard finalizer name nor is it fully qualified"
            found.append(fields.invalid(index(path, position), name, text))
        has_orphan |= name == "orphan"
        has_foreground |= name == "foregroundDeletion"
    if has_orphan and has_foreground:
        text = "finalizer orphan and foregroundDeletion cannot be both set"
        found.append(fields.invalid(path, list(finalizers), text))
    return found


def _validate_managed_fields(entries: Any, path: str) -> list[FieldError]:
    found: list[FieldError] = []
    for position, entry in enumerate(entries or ()):
        here = index(path, position)
        operation = entry.get("operation") or ""
        if operation not in ("Apply", "Update"):
            found.append(fields.invalid(child(here, "operation"), operation, "must be `Apply` or `Update`"))
        if entry.get("fieldsType") not in (None, "", "FieldsV1"):
            found.append(fields.invalid(child(here, "fieldsType"), entry["fieldsType"], "must be `FieldsV1`"))
        manager = entry.get("manager") or ""
        if len(manager) > 128:
            found.append(fields.too_long(child(here, "manager"), 128))
        if len(entry.get("subresource") or "") > 256:
            found.append(fields.too_long(child(here, "subresource"), 256))
    return found


def validate_metadata_update(
    new: Object, old: Object, path: str = "metadata", *, custom: bool = False
) -> list[FieldError]:
    """Everything wrong with an update's metadata: what is immutable, then what any metadata has to be."""
    found: list[FieldError] = []
    found += _finalizers_update(new, old, path)
    for name in ("name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"):
        if (new.get(name) or None) != (old.get(name) or None):
            found.append(fields.invalid(child(path, name), new.get(name), _IMMUTABLE))
    if (new.get("generation") or 0) < (old.get("generation") or 0):
        found.append(fields.invalid(child(path, "generation"), new.get("generation"), "must not be decremented"))
    return found + _validate_rest(new, path, custom=custom)


def _finalizers_update(new: Object, old: Object, path: str) -> list[FieldError]:
    if not old.get("deletionTimestamp"):
        return []
    added = [name for name in new.get("finalizers") or () if name not in (old.get("finalizers") or ())]
    if not added:
        return []
    listed = ", ".join(fields.go_quote(name) for name in sorted(added))
    text = f"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{listed}}}"
    return [fields.forbidden(child(path, "finalizers"), text)]


# Reading metadata from JSON

_STRING, _INT, _BOOL, _MAP, _STRINGS = "string", "int64", "bool", "map[string]string", "[]string"
_TIME = "v1.Time"
_FIELDS = {
    "name": _STRING,
    "generateName": _STRING,
    "namespace": _STRING,
    "selfLink": _STRING,
    "uid": _STRING,
    "resourceVersion": _STRING,
    "generation": _INT,
    "creationTimestamp": _TIME,
    "deletionTimestamp": _TIME,
    "deletionGracePeriodSeconds": _INT,
    "labels": _MAP,
    "annotations": _MAP,
    "ownerReferences": "[]v1.OwnerReference",
    "finalizers": _STRINGS,
    "managedFields": "[]v1.ManagedFieldsEntry",
}
_OWNER_FIELDS = {
    "apiVersion": _STRING,
    "kind": _STRING,
    "name": _STRING,
    "uid": _STRING,
    "controller": _BOOL,
    "blockOwnerDeletion": _BOOL,
}
_MANAGED_FIELDS = {
    "manager": _STRING,
    "operation": _STRING,
    "apiVersion": _STRING,
    "time": _TIME,
    "fieldsType": _STRING,
    "fieldsV1": "",
    "subresource": _STRING,
}


def coerce_metadata(obj: Object, where: str = "ObjectMeta", path: str = "metadata") -> list[str]:
    """Read ``metadata`` as ObjectMeta: nulls and unknown fields go (their paths are returned).

    Raises ValueError with Go's text when something is of the wrong type.
    """
    meta = obj.get("metadata")
    if meta is None:
        obj["metadata"] = {}
        return []
    if not isinstance(meta, dict):
        raise ValueError(f"json: cannot unmarshal {go_type(meta)} into Go value of type v1.ObjectMeta")
    unknown: list[str] = []
    for name in list(meta):
        sort = _FIELDS.get(name)
        if sort is None:
            unknown.append(child(path, name))
            del meta[name]
        elif meta[name] is None:
            del meta[name]
        else:
            value = meta[name]
            if sort is _STRING and value.__class__ is str and value:
                continue
            unknown += _check(meta, name, sort, f"{where}.{name}", child(path, name))
    return unknown


def _check(holder: Object, name: str, sort: str, where: str, path: str) -> list[str]:
    value = holder[name]
    if sort == _MAP:
        if not isinstance(value, dict):
            raise _mismatch(value, where, sort)
        for key, item in list(value.items()):
            if item is None:
                value[key] = ""
            elif not isinstance(item, str):
                raise _mismatch(item, where, _STRING)
        if not value:
            del holder[name]
    elif sort == _STRINGS:
        if not isinstance(value, list):
            raise _mismatch(value, where, sort)
        for item in value:
            if not isinstance(item, str):
                raise _mismatch(item, where, _STRING)
        if not value:
            del holder[name]
    elif sort.startswith("[]"):
        return _check_list(holder, name, sort, where, path)
    else:
        _check_scalar(value, sort, where)
        if value in ("", 0, False) and sort != _BOOL and name != "deletionGracePeriodSeconds":
            del holder[name]
    return []


def _check_list(holder: Object, name: str, sort: str, where: str, path: str) -> list[str]:
    value = holder[name]
    if not isinstance(value, list):
        raise _mismatch(value, where, sort)
    known = _OWNER_FIELDS if name == "ownerReferences" else _MANAGED_FIELDS
    required = ("apiVersion", "kind", "name", "uid") if name == "ownerReferences" else ()
    unknown: list[str] = []
    for position, item in enumerate(value):
        if not isinstance(item, dict):
            raise _mismatch(item, where, sort[2:])
        for field in list(item):
            if field not in known:
                unknown.append(f"{path}[{position}].{field}")
                del item[field]
            elif item[field] is None:
                del item[field]
            elif known[field]:
                _check_scalar(item[field], known[field], f"{where}.{field}")
        for field in required:
            item.setdefault(field, "")
    if not value and name == "ownerReferences":
        del holder[name]
    return unknown


def _check_scalar(value: Any, sort: str, where: str) -> None:
    if sort in (_STRING, _TIME):
        if not isinstance(value, str):
            raise _mismatch(value, where, sort)
        if sort == _TIME:
            _check_time(value)
    elif sort == _BOOL:
        if not isinstance(value, bool):
            raise _mismatch(value, where, sort)
    elif isinstance(value, bool) or not isinstance(value, int):
        raise _mismatch(value, where, sort)


@lru_cache(maxsize=4096)
def _check_time(value: str) -> None:
    from datetime import datetime

    try:
        datetime.fromisoformat(value)
        if "T" not in value or not (value.endswith("Z") or "+" in value or value.count("-") > 2):
            raise ValueError
    except ValueError:
        raise ValueError(
            f'parsing time "{value}" as "2006-01-02T15:04:05Z07:00": cannot parse "{value}" as "2006"'
        ) from None


def _mismatch(value: Any, where: str, sort: str) -> ValueError:
    return ValueError(f"json: cannot unmarshal {go_type(value)} into Go struct field {where} of type {sort}")


def go_type(value: Any) -> str:
    """What Go's decoder calls a JSON value."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "string"
    if isinstance(value, (int, float)):
        return "number"
    return "object" if isinstance(value, dict) else "array"
