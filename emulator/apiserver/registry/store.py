"""The one generic registry: objects of a resource in a storage, under Kubernetes' rules of reading and writing.

There is no await in this file: on one event loop every call is atomic, so an update reads, decides and writes without
anybody coming between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from emulator.apiserver.apimachinery import codec, errors, fields
from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.metadata import generate_name
from emulator.apiserver.apimachinery.names import GroupKind
from emulator.apiserver.apimachinery.objects import Object, labels_of, metadata
from emulator.apiserver.apimachinery.options import DeleteOptions, Preconditions
from emulator.apiserver.clock import Clock
from emulator.apiserver.registry import before, deletion
from emulator.apiserver.registry.afterwards import Afterwards
from emulator.apiserver.registry.conversion import ConversionNeeded, WebhookConverter
from emulator.apiserver.registry.kind import Kind
from emulator.apiserver.registry.strategy import Admission, Context
from emulator.apiserver.storage.interface import (
    Key,
    KeyExistsError,
    KeyNotFoundError,
    Storage,
    Stored,
)

STALE = "the object has been modified; please apply your changes to the latest version and try again"
GENERATED_NAME_ATTEMPTS = 8
_VERSIONED = b'"resourceVersion":"%d"'

Transform = Callable[[Object | None], Object]
"""Makes the new object from the current one (None: there is none, and the write creates)."""


class Deleted(NamedTuple):
    """What a DELETE came to: the object's last state, and whether it is gone or only on its way."""

    stored: Stored
    gone: bool


@dataclass(frozen=True, slots=True)
class Backing:
    """What every store of one server shares."""

    storage: Storage
    admission: Admission
    clock: Clock
    afterwards: Afterwards = field(default_factory=Afterwards)


class Store:
    """One resource, in all its versions. Objects are stored in ``kind``'s version, encoded once."""

    def __init__(self, backing: Backing, kind: Kind, name: str = "") -> None:
        self.backing = backing
        self.kind = kind
        self.name = name or str(kind.resource.group_resource)
        self.versions = {kind.resource.api_version: kind}  # versions in which objects may be stored
        self.reshaped = 0  # versions up to this revision were stored under an older schema: defaulted again when read

    # Reading

    def key(self, namespace: str, name: str) -> Key:
        """Where an object of this resource lives."""
        return Key(self.name, namespace if self.kind.resource.namespaced else "", name)

    def get(self, namespace: str, name: str) -> Stored:
        """The current version. Raises StatusError (404)."""
        try:
            return self.backing.storage.get(self.key(namespace, name))
        except KeyNotFoundError:
            raise errors.not_found(self.kind.resource.group_resource, name) from None

    def find(self, namespace: str, name: str) -> Stored | None:
        """The current version, or None."""
        try:
            return self.backing.storage.get(self.key(namespace, name))
        except KeyNotFoundError:
            return None

    def view(self, stored: Stored, kind: Kind) -> bytes:
        """An object's JSON in a served version; the stored bytes themselves whenever they are that."""
        if kind is self.kind and stored.revision > self.reshaped:
            return stored.data
        form = (kind.resource.api_version, self.reshaped)
        if stored.views is None:
            stored.views = {}
        data = stored.views.get(form)
        if data is None:
            data = stored.views[form] = codec.encode(self.decode(stored, kind))
        return data

    def decode(self, stored: Stored, kind: Kind | None = None) -> Object:
        """A private copy of an object in a served version (the stored one, when none is given)."""
        obj: Object = codec.load(stored.data)
        if kind is None:
            kind = self._stored_kind(obj)
        if kind is self.kind and stored.revision > self.reshaped:
            return obj
        if kind.resource.custom:
            self._default(obj)
        kind.convert(obj)
        kind.shape.read(obj)
        if not kind.resource.custom:
            kind.shape.default(obj)
        return obj

    def convertible(self, items: Iterable[Stored], kind: Kind) -> None:
        """See to it that objects can be read in a served version. Raises ConversionNeeded, once for all of them."""
        if not isinstance(kind.converter, WebhookConverter):
            return
        form = (kind.resource.api_version, self.reshaped)
        objects = [codec.load(stored.data) for stored in items if not (stored.views and form in stored.views)]
        for obj in objects:
            self._default(obj)
        if unknown := kind.converter.unknown(objects):
            raise ConversionNeeded(kind.converter, unknown)

    def _default(self, obj: Object) -> None:
        """Defaults are those of the version that was stored: another version's are not filled in on the way out."""
        self.versions.get(obj.get("apiVersion") or "", self.kind).shape.default(obj)

    def _stored_kind(self, obj: Object) -> Kind:
        """The kind in which the server's own controllers take an object: as it was stored, if it takes a webhook to convert it."""
        return self.versions.get(obj.get("apiVersion") or "", self.kind) if self.kind.asks else self.kind

    # Writing

    def create(self, context: Context, kind: Kind, obj: Object) -> Stored:
        """Create an object. Raises StatusError: 403, 404 (namespace), 409, 422."""
        meta = metadata(obj)
        before.wipe_system_fields(meta)
        before.match_namespace(context, kind.resource, meta)
        before.deduplicate_owners(meta, context)
        kind.field_manager(context.subresource).update(None, obj, context.manager, context.now)
        return self._create(context, kind, obj)

    def _create(self, context: Context, kind: Kind, obj: Object) -> Stored:
        """Create what already has its managedFields."""
        meta = metadata(obj)
        strategy = kind.strategy_of(context.subresource)
        if (given := meta.get("name")) and not context.name:
            context.name = given
        self.backing.admission.admit("CREATE", context, obj, None)
        meta = metadata(obj)
        if meta.get("resourceVersion"):
            raise StatusError(500, "", "resourceVersion should not be set on objects to be created")
        meta["creationTimestamp"] = context.now
        meta["uid"] = context.remember("uid", self.backing.clock.uid)
        base = meta.get("generateName") if not meta.get("name") else None
        for attempt in range(GENERATED_NAME_ATTEMPTS):
            if base:
                meta["name"] = context.remember(("name", attempt), partial(generate_name, base))
            if attempt == 0:
                strategy.prepare_for_create(context, obj)
                before.check_new(context, kind, strategy, obj)
                self.backing.admission.validate("CREATE", context, obj, None)
            if base and self.find(context.namespace, meta["name"]) is not None:
                continue
            break
        return self._insert(context, kind, obj)

    def _insert(self, context: Context, kind: Kind, obj: Object) -> Stored:
        name = metadata(obj)["name"]
        key = self.key(context.namespace, name)
        existing = self.find(context.namespace, name)
        if existing is not None:
            error = errors.already_exists(kind.resource.group_resource, name)
            if metadata(codec.load(existing.data)).get("deletionTimestamp"):
                error.message = f"object is being deleted: {error.message}"
            raise error
        selectable = self._fields(kind, obj)
        if context.dry_run:
            self._to_storage(obj)
            return Stored(key, codec.encode(obj), 0, 0, labels_of(obj), selectable)
        try:
            return self.backing.storage.create(key, self._encoder(obj), labels_of(obj), selectable)
        except KeyExistsError:
            raise errors.already_exists(kind.resource.group_resource, name) from None

    def update(
        self,
        context: Context,
        kind: Kind,
        transform: Transform,
        *,
        creates: bool = False,
        preconditions: Preconditions | None = None,
    ) -> tuple[Stored, bool]:
        """Replace an object by what *transform* makes of it; the second part says whether it was created.

        *transform* gives the object with its managedFields. Raises StatusError: 404, 409, 422 ...
        """
        stored = self.find(context.namespace, context.name)
        resource = kind.resource
        strategy = kind.strategy_of(context.subresource)
        if stored is None:
            if not (creates or strategy.allow_create_on_update):
                raise errors.not_found(resource.group_resource, context.name)
            obj = transform(None)
            before.match_namespace(context, resource, metadata(obj))
            if uid := metadata(obj).get("uid"):
                why = f"uid mismatch: the provided object specified uid {uid}, and no existing object was found"
                raise errors.conflict(resource.group_resource, context.name, why)
            before.wipe_system_fields(metadata(obj))
            metadata(obj).pop("resourceVersion", None)  # only a POST refuses it
            return self._create(context, kind, obj), True
        old = self.decode(stored, None if context.user is before.SYSTEM else kind)
        new = transform(old)
        self.backing.admission.admit("UPDATE", context, new, old)
        meta, current = metadata(new), metadata(old)
        before.check_uid(resource, context.name, preconditions, current)
        self._check_version(kind, strategy.allow_unconditional_update, meta, current, context.name)
        before.prepare_update(context, strategy, new, old)
        before.check_update(context, kind, strategy, new, old)
        self.backing.admission.validate("UPDATE", context, new, old)
        if deletion.finished(strategy, new):
            return self._finish(context, kind, new, old, stored), False
        return self._replace(context, kind, new, stored), False

    def delete(self, context: Context, kind: Kind, options: DeleteOptions) -> Deleted:
        """Delete an object, or mark it deleted while finalizers or grace hold it. Raises StatusError: 404, 409."""
        stored = self.get(context.namespace, context.name)
        obj = self.decode(stored, None if context.user is before.SYSTEM else kind)
        meta = metadata(obj)
        before.check_delete_preconditions(kind.resource, context.name, options.preconditions, meta)
        self.backing.admission.validate("DELETE", context, None, obj)
        strategy = kind.strategy
        grace = strategy.prepare_for_delete(context, obj, options.grace_period_seconds)
        finalizers = deletion.finalizers(strategy, meta.get("finalizers") or [], options)
        held = bool(finalizers) or strategy.holds_deletion(obj) or bool(grace)
        if not held:
            return Deleted(self._remove(context, kind, obj, stored), True)
        deletion.mark(meta, finalizers, context.now, grace)
        return Deleted(self._replace(context, kind, obj, stored), False)

    def remove(self, context: Context, kind: Kind, stored: Stored) -> Stored:
        """Take an object out of storage, whatever holds it; for the server's own controllers."""
        return self._remove(context, kind, self.decode(stored), stored)

    def write(self, obj: Object) -> Stored:
        """Store an object as it is, past strategy and admission; for the server's own objects at start and its status."""
        meta = metadata(obj)
        stored = self.find(meta.get("namespace") or "", meta["name"])
        if stored is None:
            key = self.key(meta.get("namespace") or "", meta["name"])
            meta.setdefault("uid", self.backing.clock.uid())
            meta.setdefault("creationTimestamp", self.backing.clock.timestamp())
            encode = self._encoder(obj, own=True)
            return self.backing.storage.create(key, encode, labels_of(obj), self._fields(self.kind, obj))
        context = Context(self.kind.resource, stored.key.namespace, before.SYSTEM, self.backing.clock.timestamp())
        return self._replace(context, self.kind, obj, stored)

    # How a write ends

    def _replace(self, context: Context, kind: Kind, obj: Object, stored: Stored) -> Stored:
        self._to_storage(obj, own=context.user is before.SYSTEM)
        meta = metadata(obj)
        meta["resourceVersion"] = str(stored.revision)
        data = codec.encode(obj)
        if data == stored.data:
            return stored
        selectable = self._fields(self.kind, obj)
        if context.dry_run:
            return Stored(stored.key, data, stored.revision, stored.created, labels_of(obj), selectable)

        def encode(revision: int) -> bytes:
            once = _VERSIONED % (stored.revision,)
            if data.count(once) == 1:  # no string in JSON can look like this
                return data.replace(once, _VERSIONED % (revision,))
            meta["resourceVersion"] = str(revision)
            return codec.encode(obj)

        return self.backing.storage.update(stored.key, encode, labels_of(obj), selectable, stored.revision)

    def _remove(self, context: Context, kind: Kind, obj: Object, stored: Stored) -> Stored:
        own = context.user is before.SYSTEM
        self._to_storage(obj, own=own)
        if context.dry_run:
            return Stored(stored.key, codec.encode(obj), stored.revision, stored.created, stored.labels, stored.fields)
        gone = self.backing.storage.delete(stored.key, self._encoder(obj, own=own), stored.revision)
        kind.strategy.after_delete(context, obj)
        return gone

    def _finish(self, context: Context, kind: Kind, new: Object, old: Object, stored: Stored) -> Stored:
        """An update took the last finalizer: watchers see the object as it was, the writer what it wrote.

        The writer of a built-in kind sees the version that it had read, of a custom one that of the deletion.
        """
        gone = self._remove(context, kind, old, stored)
        self._to_storage(new)
        revision = gone.revision if kind.resource.custom else stored.revision
        metadata(new)["resourceVersion"] = str(revision)
        return Stored(gone.key, codec.encode(new), gone.revision, gone.created, labels_of(new), gone.fields)

    def _to_storage(self, obj: Object, *, own: bool = False) -> None:
        """Bring an object into the storage version; the server's *own* write leaves it as it is if that takes a webhook."""
        if obj.get("apiVersion") != self.kind.resource.api_version and not (own and self.kind.asks):
            self.kind.convert(obj)
            if self.kind.resource.custom:  # what the storage version does not know is lost
                self.kind.shape.read(obj)
                self.kind.shape.default(obj)

    def _encoder(self, obj: Object, *, own: bool = False) -> Callable[[int], bytes]:
        self._to_storage(obj, own=own)
        meta = metadata(obj)

        def encode(revision: int) -> bytes:
            meta["resourceVersion"] = str(revision)
            return codec.encode(obj)

        return encode

    def _fields(self, kind: Kind, obj: Object) -> Mapping[str, str]:
        return kind.strategy.fields(obj)

    def _check_version(self, kind: Kind, unconditional: bool, meta: Object, current: Object, name: str) -> None:
        version = meta.get("resourceVersion") or ""
        resource = kind.resource
        if version in ("", "0"):
            if not unconditional:
                where = GroupKind(resource.group, resource.plural)
                raise errors.invalid(where, name, [before.version_required()])
            meta["resourceVersion"] = current["resourceVersion"]
        elif not (version.isascii() and version.isdigit()):
            text = f"strconv.ParseUint: parsing {fields.go_quote(version)}: invalid syntax"
            raise StatusError(500, "", text)
        elif version != current["resourceVersion"]:
            raise errors.conflict(resource.group_resource, name, STALE)
