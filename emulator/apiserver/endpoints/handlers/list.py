"""GET of a collection: pages of stored bytes joined, or a Table, or metadata only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from emulator.apiserver.apimachinery import codec, errors
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.options import parse_list_options
from emulator.apiserver.endpoints.negotiation import JSON, PARTIAL, PARTIAL_LIST, TABLE, Form
from emulator.apiserver.endpoints.presentation import check_include, definitions, partial_list, render, table
from emulator.apiserver.endpoints.rows import encoded_rows
from emulator.apiserver.endpoints.scope import Scope
from emulator.apiserver.registry.kind import Kind
from emulator.apiserver.registry.listing import Listing, list_page, selection
from emulator.apiserver.registry.store import Store
from emulator.apiserver.storage.interface import Stored

CHUNK_OBJECTS = 500  # objects written at once; between chunks other requests get their turn


async def list_objects(scope: Scope) -> None:
    """Answer with a list. Raises StatusError: 400, 406, 410, 422, 504."""
    request = scope.request
    form = scope.form()
    if form.conversion == PARTIAL:
        name = "*unstructured.UnstructuredList" if scope.resource.custom else f"*{_go_list(scope)}"
        raise errors.not_acceptable(f"you requested PartialObjectMetadata, but the requested object is a list ({name})")
    options = parse_list_options(request.query, watch=False)
    chosen = selection(scope.resource, options)
    if form.conversion == TABLE:
        check_include(request.first("includeObject"))
    namespace = request.info.namespace if scope.resource.namespaced else ""
    listing = list_page(scope.store, namespace, chosen, options)
    scope.store.convertible(listing.items, scope.kind)
    pretty = scope.pretty(form)
    if form.conversion == TABLE and form.media_type == JSON and scope.resource.custom and not pretty:
        await _write_table(scope, listing, form)
        return
    if form.conversion or form.media_type != JSON or pretty:
        body = render(document(scope, listing, form), form, pretty)
        await request.answer(200, body, form.content_type)
        return
    await _write(scope, listing)


def _go_list(scope: Scope) -> str:
    package = scope.resource.group.partition(".")[0] or "core"
    return f"{package}.{scope.resource.list_kind}"


def list_meta(scope_custom: bool, listing: Listing) -> Object:
    """A list's metadata; custom resources always say ``continue``."""
    meta: Object = {"resourceVersion": str(listing.revision)}
    if listing.token or scope_custom:
        meta["continue"] = listing.token
    if listing.remaining is not None:
        meta["remainingItemCount"] = listing.remaining
    return meta


def document(scope: Scope, listing: Listing, form: Form) -> Object:
    """A list as a document, in the conversion that the form asks for."""
    meta = list_meta(scope.resource.custom and not form.conversion, listing)
    items = [scope.store.decode(stored, scope.kind) for stored in listing.items]
    if form.conversion == TABLE:
        return table(scope.kind, meta, items, scope.request.first("includeObject"), form.version, scope.clock.now())
    if form.conversion == PARTIAL_LIST:
        return partial_list(meta, items, form.version)
    if not scope.resource.custom:
        for item in items:
            item.pop("apiVersion", None)
            item.pop("kind", None)
    return {
        "kind": scope.resource.list_kind,
        "apiVersion": scope.resource.api_version,
        "metadata": meta,
        "items": items,
    }


def item_views(store: Store, items: Sequence[Stored], kind: Kind) -> list[bytes]:
    """Objects' bytes as list items: items of built-in kinds say neither kind nor apiVersion."""
    if not kind.resource.custom:
        return [_builtin_item(store, stored, kind) for stored in items]
    if kind is store.kind and not store.reshaped:
        return [stored.data for stored in items]
    return [store.view(stored, kind) for stored in items]


def _builtin_item(store: Store, stored: Stored, kind: Kind) -> bytes:
    form = ("item", kind.resource.api_version)
    if stored.views is None:
        stored.views = {}
    data: bytes | None = stored.views.get(form)
    if data is None:
        obj = store.decode(stored, kind)
        obj.pop("apiVersion", None)
        obj.pop("kind", None)
        data = stored.views[form] = codec.encode(obj)
    return data


async def _write_table(scope: Scope, listing: Listing, form: Form) -> None:
    """Write a Table whose rows are encoded already."""
    include, now = scope.request.first("includeObject"), scope.clock.now()
    columns = codec.encode(definitions(scope.kind))
    head = b'{"apiVersion":"meta.k8s.io/%s","columnDefinitions":%s,"kind":"Table","metadata":%s,"rows":[' % (
        form.version.encode(),
        columns,
        codec.encode(list_meta(False, listing)),
    )

    def encoded(items: Sequence[Stored]) -> list[bytes]:
        return list(encoded_rows(scope.store, scope.kind, items, include, form.version, now))

    await _send(scope, listing.items, head, encoded, b"]}\n", form.content_type)


async def _write(scope: Scope, listing: Listing) -> None:
    """Write a list of stored bytes."""
    store, kind = scope.store, scope.kind
    head = b'{"apiVersion":"%s","items":[' % scope.resource.api_version.encode()
    meta = codec.encode(list_meta(scope.resource.custom, listing))
    tail = b'],"kind":"%s","metadata":%s}\n' % (scope.resource.list_kind.encode(), meta)

    def encoded(items: Sequence[Stored]) -> list[bytes]:
        return item_views(store, items, kind)

    await _send(scope, listing.items, head, encoded, tail, b"application/json")


async def _send(
    scope: Scope,
    items: Sequence[Stored],
    head: bytes,
    encoded: Callable[[Sequence[Stored]], list[bytes]],
    tail: bytes,
    content_type: bytes,
) -> None:
    """Send in chunks, so that a long list does not keep others waiting."""
    request = scope.request
    if len(items) <= CHUNK_OBJECTS:
        await request.answer(200, _joined(head, encoded(items), tail), content_type)
        return
    await request.start(200, content_type)
    for start in range(0, len(items), CHUNK_OBJECTS):
        part = encoded(items[start : start + CHUNK_OBJECTS])
        await request.chunk(_joined(b"," if start else head, part, b""))
        await asyncio.sleep(0)
    await request.chunk(tail, more=False)


def _joined(head: bytes, parts: list[bytes], tail: bytes) -> bytes:
    """Parts with commas between them, copied once."""
    if not parts:
        return head + tail
    parts[0] = head + parts[0]
    parts[-1] += tail
    return b",".join(parts)
