"""DELETE of one object, and of a collection."""

from __future__ import annotations

from functools import partial

from emulator.apiserver.apimachinery import codec, errors
from emulator.apiserver.apimachinery.errors import details
from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.apimachinery.options import DeleteOptions, parse_delete_options, parse_list_options
from emulator.apiserver.endpoints.decoding import JSON, PROTOBUF, media_type
from emulator.apiserver.endpoints.handlers.list import document
from emulator.apiserver.endpoints.presentation import render
from emulator.apiserver.endpoints.scope import Scope
from emulator.apiserver.registry.listing import list_page, selection
from emulator.apiserver.registry.strategy import Context
from emulator.apiserver.schema import protobuf


async def _options(scope: Scope) -> DeleteOptions:
    request = scope.request
    body, sort = await request.body(), media_type(request)
    if body and sort == PROTOBUF:
        try:
            body, sort = codec.encode(protobuf.decode(body)), JSON
        except ValueError as error:
            raise errors.bad_request(str(error)) from None
    return parse_delete_options(request.query, body, sort)


async def delete(scope: Scope) -> None:
    """Delete an object: answers with a Status when it is gone, with the object while something holds it."""
    request = scope.request
    form = scope.form()
    options = await _options(scope)
    context = scope.context(dry_run=options.dry_run)
    stored, gone = scope.store.delete(context, scope.kind, options)
    if not gone or scope.kind.strategy.returns_deleted_object:
        await scope.answer(200, stored, form)
        return
    uid = metadata(scope.store.decode(stored)).get("uid")
    resource = scope.resource
    status: Object = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": details(context.name, resource.group, resource.plural, uid=uid),
    }
    await request.answer(200, render(status, form, scope.pretty(form)), form.content_type)


async def delete_collection(scope: Scope) -> None:
    """Delete what a list would show, and answer with that list."""
    request = scope.request
    form = scope.form()
    listed = parse_list_options(request.query, watch=False)
    chosen = selection(scope.resource, listed)
    options = await _options(scope)
    context = scope.context(dry_run=options.dry_run)
    listing = list_page(scope.store, context.namespace, chosen, listed)
    scope.store.convertible(listing.items, scope.kind)
    answer = document(scope, listing, form)  # what was there: the answer is made before anything is gone
    for stored in listing.items:
        context.namespace, context.name = stored.key.namespace, stored.key.name
        await scope.attempt(partial(_delete_one, scope, context, options))
    await request.answer(200, render(answer, form, scope.pretty(form)), form.content_type)


async def _delete_one(scope: Scope, context: Context, options: DeleteOptions) -> None:
    scope.store.delete(context, scope.kind, options)
