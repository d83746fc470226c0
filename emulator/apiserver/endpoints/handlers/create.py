"""POST: create an object, or answer a review."""

from __future__ import annotations

from emulator.apiserver.apimachinery import errors
from emulator.apiserver.apimachinery.objects import metadata
from emulator.apiserver.apimachinery.options import parse_create_options
from emulator.apiserver.endpoints.decoding import read_body
from emulator.apiserver.endpoints.negotiation import JSON, PROTOBUF, TABLE, YAML
from emulator.apiserver.endpoints.presentation import render
from emulator.apiserver.endpoints.scope import Scope
from emulator.apiserver.registry.builtin.kinds import virtual_kind


async def create(scope: Scope) -> None:
    """Create from the body. Raises StatusError: 400, 403, 404, 409, 413, 415, 422."""
    request = scope.request
    form = scope.form()
    options = parse_create_options(request.query)
    connect = scope.served.connects.get(request.info.subresource)
    if connect is not None:
        if form.conversion == TABLE:  # what is not stored has no columns
            raise errors.not_acceptable(f"only the following media types are accepted: {JSON}, {YAML}, {PROTOBUF}")
        subresource = scope.resource.subresource(request.info.subresource)
        kind = virtual_kind(subresource.kind) if subresource is not None and subresource.kind else scope.kind
        body = await read_body(request, kind, options.field_validation)
        context = scope.context(options.field_manager, options.dry_run)
        kind.field_manager(request.info.subresource).update(None, body, context.manager, context.now)
        answer = connect(context, body)
        await request.answer(201, render(answer, form, scope.pretty(form)), form.content_type)
        return
    obj = await read_body(request, scope.kind, options.field_validation)
    context = scope.context(options.field_manager, options.dry_run)
    if context.name and not metadata(obj).get("name"):
        metadata(obj)["name"] = context.name
    if context.name and metadata(obj).get("name") != context.name:
        raise errors.bad_request(
            f"the name of the object ({metadata(obj).get('name')}) does not match the name on the URL ({context.name})"
        )
    stored = scope.store.create(context, scope.kind, obj)
    await scope.answer(201, stored, form)
