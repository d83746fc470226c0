"""Who owns which field: Kubernetes' rules of ``metadata.managedFields`` (k8s.io/apimachinery/pkg/util/managedfields).

Theory of operation. Each entry of managedFields is a manager (name, operation, version, subresource) with a set of paths. An
update gives what it changed to its manager and takes it from the others. An apply gives its manager exactly what it sets;
what another manager owns with another value is a conflict, unless forced; what the manager applied before and does not any
more goes, unless somebody else owns it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import orjson

from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.managedfields import fieldset, typed
from emulator.apiserver.apimachinery.managedfields.fieldset import Set
from emulator.apiserver.apimachinery.managedfields.overlay import lay_over
from emulator.apiserver.apimachinery.managedfields.typed import TypedError, TypeSource
from emulator.apiserver.apimachinery.objects import Object, copy, metadata

MAX_UPDATE_MANAGERS = 10
ANCIENT = "ancient-changes"
BEFORE_FIRST_APPLY = "before-first-apply"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_STRIPPED: Set = {
    "f:apiVersion": {},
    "f:kind": {},
    "f:metadata": {
        ".": {},
        "f:name": {},
        "f:namespace": {},
        "f:creationTimestamp": {},
        "f:selfLink": {},
        "f:uid": {},
        "f:clusterName": {},
        "f:generation": {},
        "f:managedFields": {},
        "f:resourceVersion": {},
    },
}

_UNOWNED = frozenset({"apiVersion", "kind"})
_UNOWNED_METADATA = frozenset(name[2:] for name in _STRIPPED["f:metadata"])


class Manager(NamedTuple):
    """An entry's identity; an applier is the same whatever version it applies in."""

    name: str
    operation: str
    api_version: str
    subresource: str


class _Owned:
    """The sets of all managers of one object, with the times of their last change."""

    def __init__(self) -> None:
        self.sets: dict[Manager, Set] = {}
        self.times: dict[Manager, str] = {}
        self.versions: dict[Manager, str] = {}

    def replace(self, manager: Manager, owned: Set, version: str) -> None:
        if owned:
            self.sets[manager] = owned
            self.versions[manager] = version
        else:
            self.drop(manager)

    def drop(self, manager: Manager) -> None:
        self.sets.pop(manager, None)
        self.times.pop(manager, None)
        self.versions.pop(manager, None)


def _decode(entries: Any) -> _Owned:
    """Entries as sets. Raises ValueError when they are not well-formed."""
    owned = _Owned()
    for entry in entries or ():
        operation = entry.get("operation")
        if operation not in ("Apply", "Update"):
            raise ValueError("operation must be `Apply` or `Update`")
        version = entry.get("apiVersion") or ""
        identity = "" if operation == "Apply" else version
        manager = Manager(entry.get("manager") or "", operation, identity, entry.get("subresource") or "")
        fields = entry.get("fieldsV1") or {}
        owned.sets[manager] = fields
        owned.versions[manager] = version
        if entry.get("time"):
            owned.times[manager] = entry["time"]
    return owned


def _encode(owned: _Owned) -> list[Object]:
    entries: list[Object] = []
    for manager, fields in owned.sets.items():
        entry: Object = {
            "manager": manager.name,
            "operation": manager.operation,
            "apiVersion": owned.versions[manager],
            "fieldsType": "FieldsV1",
            "fieldsV1": fields,
        }
        if manager in owned.times:
            entry["time"] = owned.times[manager]
        if manager.subresource:
            entry["subresource"] = manager.subresource
        entries.append(entry)
    return sorted(entries, key=_order)


def _order(entry: Object) -> tuple[str, str, str, str, str]:
    return (
        entry["operation"],
        entry.get("time", ""),
        entry["manager"],
        entry["apiVersion"],
        entry.get("subresource", ""),
    )


class FieldManager:
    """Tracks the owners of fields for one resource in one version, written through one subresource."""

    def __init__(
        self,
        source: TypeSource,
        api_version: str,
        kind: str,
        *,
        subresource: str = "",
        reset_fields: Iterable[tuple[str, ...]] = (),
    ) -> None:
        self._source = source
        self._api_version = api_version
        self._kind = kind
        self._subresource = subresource
        self._ignored = fieldset.from_paths([tuple("f:" + name for name in path) for path in reset_fields])
        self._compiled: typed.Type | None = None

    @property
    def _type(self) -> typed.Type:
        if self._compiled is None:
            self._compiled = typed.Compiler(self._source).root(self._source.node)
        return self._compiled

    def overlay(self, live: Object, part: Object) -> Object:
        """*live* with *part* laid over it, whoever owns what. Raises TypedError."""
        return lay_over(self._type, live, part)

    # Updates

    def update(self, live: Object | None, new: Object, manager: str, now: str) -> None:
        """Give what changed from *live* to *new* to a manager, in ``new.metadata.managedFields``.

        An object whose fields nobody tracks stays untracked; a new one is tracked. Never raises: what cannot be tracked
        loses its managedFields, as in the real server.
        """
        meta = metadata(new)
        try:
            owned = self._given(live, meta)
            meta.pop("managedFields", None)
            if live is not None and not owned.sets:
                return
            self._update(live, new, owned, manager, now)
        except (TypedError, ValueError):
            meta.pop("managedFields", None)
            return
        entries = _encode(owned)
        if entries:
            meta["managedFields"] = entries

    def _given(self, live: Object | None, meta: Object) -> _Owned:
        """The entries to start from: the client's own when they make sense, else the live object's."""
        current = (live.get("metadata") or {}).get("managedFields") if live is not None else None
        entries = meta.get("managedFields")
        if self._subresource:
            return _decode_or_none(current)
        if isinstance(entries, list) and len(entries) == 1 and not entries[0]:
            return _Owned()
        if entries and entries is not current and entries != current:
            try:
                for entry in entries:
                    fieldset.check(entry.get("fieldsV1") or {})
                return _decode(entries)
            except ValueError:
                pass
        return _decode_or_none(current)

    def _update(self, live: Object | None, new: Object, owned: _Owned, name: str, now: str) -> None:
        before = self._source.blank if live is None else live
        # What nobody owns is left out of the comparison, unless a client has said that somebody does.
        seen = _plain if any(map(_claims_too_much, owned.sets.values())) else _ownable
        changed, removed = self._compare(seen(before), seen(new))
        _take(owned, changed, removed, None)
        manager = Manager(name, "Update", self._api_version, self._subresource)
        taken = _strip(changed)
        if taken:
            owned.replace(manager, fieldset.union(owned.sets.get(manager, {}), taken), self._api_version)
            owned.times[manager] = now
        _cap(owned)

    def _compare(self, before: Object | None, after: Object | None) -> tuple[Set, Set]:
        """What changed and what went, but for what a write here ignores."""
        changed, removed = typed.compare(self._type, before, after)
        return fieldset.without_prefixes(changed, self._ignored), fieldset.without_prefixes(removed, self._ignored)

    # Apply

    def apply(self, live: Object | None, patch: Object, manager: str, force: bool, now: str) -> Object:
        """*live* with *patch* applied by a manager, managedFields included.

        Raises StatusError: 409 with every conflict, 400 when the patch brings managedFields, 500 when it does not fit the
        schema.
        """
        if metadata(patch).get("managedFields") is not None:
            raise StatusError(400, "BadRequest", "metadata.managedFields must be nil")
        metadata(patch).pop("managedFields", None)
        self._check(patch)
        allowed = self._last_applied(live) if manager == "kubectl" and live is not None else None
        merged = self._apply(live, patch, manager, force, now, allowed)
        if allowed is not None or (manager == "kubectl" and _has_last_applied(live)):
            _sync_last_applied(merged, patch)
        return merged

    def _check(self, patch: Object) -> None:
        found = typed.check(self._type, patch)
        if not found:
            return
        meta = metadata(patch)
        where = f"{meta.get('namespace') or ''}/{meta.get('name') or ''}"
        text = found[0] if len(found) == 1 else "errors:\n" + "\n".join(f"  {line}" for line in found)
        group, _, version = self._api_version.rpartition("/")
        kind = f"{group}/{version}, Kind={self._kind}"
        raise StatusError(500, "", f"failed to create typed patch object ({where}; {kind}): {text}")

    def _apply(
        self, live: Object | None, patch: Object, name: str, force: bool, now: str, allowed: Set | None
    ) -> Object:
        base: Object = live if live is not None else self._blank(patch)
        owned = _decode_or_none((live or {}).get("metadata", {}).get("managedFields"))
        current, wanted = _plain(base) or {}, _plain(patch) or {}
        if not owned.sets and live is not None:
            self._update({}, copy(current), owned, BEFORE_FIRST_APPLY, now)
        manager = Manager(name, "Apply", "", self._subresource)
        last = owned.sets.get(manager)
        merged = typed.merge(self._type, current, wanted)
        everything = typed.field_set(self._type, wanted)
        applied = fieldset.without_prefixes(_strip(everything), self._ignored)
        owned.replace(manager, applied, self._api_version)
        merged = self._prune(merged, owned, last, everything)
        changed, removed = self._compare(current, merged)
        conflicts = _conflicts(owned, changed, manager)
        if conflicts and not force and not _within(conflicts, allowed):
            raise _conflict_error(conflicts)
        _take(owned, changed, removed, manager)
        if merged != current or live is None:
            if manager in owned.sets:
                owned.times[manager] = now
        metadata(merged)
        entries = _encode(owned)
        if entries:
            merged["metadata"]["managedFields"] = entries
        return merged

    def _blank(self, patch: Object) -> Object:
        return {**copy(self._source.blank), "apiVersion": patch["apiVersion"], "kind": patch["kind"]}

    def _prune(self, merged: Object, owned: _Owned, last: Set | None, applied: Set) -> Object:
        """Remove what the manager applied before and does not any more, unless somebody owns it.

        *applied* is all that it applies now, with what nobody is said to own (the name).
        """
        if not last:
            return merged
        compiled = self._type
        pruned = typed.remove(compiled, merged, typed.named_members(compiled, last)) or {}
        everybody = applied
        for fields in owned.sets.values():
            everybody = fieldset.union(everybody, fields)
        there = typed.named_members(compiled, typed.field_set(compiled, merged))
        left = typed.named_members(compiled, typed.field_set(compiled, pruned))
        lost = fieldset.difference(there, left)
        lost = fieldset.difference(lost, typed.named_members(compiled, everybody))
        lost = fieldset.intersection(lost, typed.named_members(compiled, last))
        kept = typed.remove(compiled, merged, lost)
        return kept or {}

    def _last_applied(self, live: Object | None) -> Set | None:
        """What client-side apply had applied: kubectl may take it over without a conflict."""
        text = _annotations(live).get(LAST_APPLIED)
        if not text:
            return None
        try:
            value = orjson.loads(text)
            assert isinstance(value, dict), "an object"
            wanted = typed.field_set(self._type, _plain(value))
            there = typed.field_set(self._type, _plain(live))
        except (orjson.JSONDecodeError, TypedError, AssertionError):
            return None
        return fieldset.intersection(wanted, there)


def _plain(obj: Object | None) -> Object | None:
    """The object without managedFields; shallow, as it is only read."""
    if obj is None:
        return {}
    meta = obj.get("metadata")
    if not isinstance(meta, dict) or "managedFields" not in meta:
        return obj
    return {**obj, "metadata": {key: value for key, value in meta.items() if key != "managedFields"}}


def _ownable(obj: Object) -> Object:
    """The object without what no manager owns; shallow, as it is only read."""
    seen = {key: value for key, value in obj.items() if key not in _UNOWNED}
    meta = seen.get("metadata")
    if isinstance(meta, dict):
        seen["metadata"] = {key: value for key, value in meta.items() if key not in _UNOWNED_METADATA}
    return seen


def _claims_too_much(fields: Set) -> bool:
    """Whether a set has what no manager owns: a client may write such managedFields."""
    return not _STRIPPED.keys().isdisjoint(fields) and _strip(fields) is not fields


def _strip(fields: Set) -> Set:
    """The set without what no manager owns: apiVersion, kind, and the server's metadata."""
    if "f:metadata" not in fields and "f:apiVersion" not in fields:
        return fields
    return fieldset.difference(fields, _STRIPPED)


def _decode_or_none(entries: Any) -> _Owned:
    try:
        return _decode(entries)
    except (ValueError, AttributeError):
        return _Owned()


def _take(owned: _Owned, changed: Set, removed: Set, keeper: Manager | None) -> None:
    """Take what changed and what went from every manager but the keeper."""
    for manager in list(owned.sets):
        if manager == keeper:
            continue
        left = fieldset.difference(owned.sets[manager], changed)
        left = fieldset.difference(left, removed)
        if left:
            owned.sets[manager] = left
        else:
            owned.drop(manager)


def _conflicts(owned: _Owned, changed: Set, applier: Manager) -> list[tuple[Manager, str, Set]]:
    found = []
    for manager, fields in owned.sets.items():
        if manager == applier:
            continue
        both = fieldset.intersection(fields, changed)
        if both:
            found.append((manager, owned.versions[manager], both))
    return sorted(found, key=lambda item: item[0])


def _within(conflicts: list[tuple[Manager, str, Set]], allowed: Set | None) -> bool:
    if allowed is None:
        return False
    return not any(fieldset.difference(fields, allowed) for _, _, fields in conflicts)


def _conflict_error(conflicts: list[tuple[Manager, str, Set]]) -> StatusError:
    causes: list[Object] = []
    blocks: list[str] = []
    for manager, version, fields in conflicts:
        who = f'"{manager.name}"'
        if manager.subresource:
            who += f' with subresource "{manager.subresource}"'
        if manager.operation == "Update":
            who += f" using {version}"
        shown = [fieldset.show(path) for path in fieldset.paths(fields)]
        causes += [
            {"reason": "FieldManagerConflict", "message": f"conflict with {who}", "field": path} for path in shown
        ]
        if len(shown) == 1:
            blocks.append(f"conflict with {who}: {shown[0]}")
        else:
            blocks.append(f"conflicts with {who}:\n" + "\n".join(f"- {path}" for path in shown))
    plural = "conflict" if len(causes) == 1 else "conflicts"
    message = f"Apply failed with {len(causes)} {plural}: " + "\n".join(blocks)
    return StatusError(409, "Conflict", message, {"causes": causes})


def _cap(owned: _Owned) -> None:
    """Fold the oldest update managers into one when there are too many."""
    updates = [manager for manager in owned.sets if manager.operation == "Update"]
    if len(updates) <= MAX_UPDATE_MANAGERS:
        return
    updates.sort(key=lambda manager: (owned.times.get(manager, ""), manager))
    for manager in updates[: len(updates) - MAX_UPDATE_MANAGERS + 1]:
        ancient = Manager(ANCIENT, "Update", manager.api_version, "")
        if manager == ancient:
            continue
        fields = fieldset.union(owned.sets.get(ancient, {}), owned.sets[manager])
        time = owned.times.get(manager, "")
        owned.drop(manager)
        owned.replace(ancient, fields, manager.api_version)
        owned.times[ancient] = max(time, owned.times.get(ancient, ""))


def _annotations(obj: Object | None) -> dict[str, str]:
    return ((obj or {}).get("metadata") or {}).get("annotations") or {}


def _has_last_applied(live: Object | None) -> bool:
    return LAST_APPLIED in _annotations(live)


def _sync_last_applied(merged: Object, patch: Object) -> None:
    """Keep client-side apply's annotation in step, so that going back to it stays possible."""
    if LAST_APPLIED not in _annotations(merged):
        return
    plain = copy(patch)
    annotations = metadata(plain).get("annotations")
    if isinstance(annotations, dict):
        annotations.pop(LAST_APPLIED, None)
    text = orjson.dumps(plain, option=orjson.OPT_SORT_KEYS).decode()
    merged["metadata"]["annotations"][LAST_APPLIED] = text + "\n"
