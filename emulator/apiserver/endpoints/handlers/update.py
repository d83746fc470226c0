"""PUT: replace an object, or create it where the kind allows that."""

from __future__ import annotations

from emulator.apiserver.apimachinery import errors
from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.apimachinery.options import Preconditions, parse_update_options
from emulator.apiserver.endpoints.decoding import read_body
from emulator.apiserver.endpoints.scope import Scope
from emulator.apiserver.registry.before import deduplicate_owners, match_namespace


async def update(scope: Scope) -> None:
    """Replace by the body. Raises StatusError: 400, 403, 404, 409, 413, 415, 422."""
    request = scope.request
    form = scope.form()
    if not request.info.name:
        raise errors.bad_request("name must be provided")
    options = parse_update_options(request.query)
    obj = await read_body(request, scope.kind, options.field_validation)
    context = scope.context(options.field_manager, options.dry_run)
    check_name(obj, context.name)
    match_namespace(context, scope.resource, metadata(obj))
    manager = scope.kind.field_manager(context.subresource)

    def replace(old: Object | None) -> Object:
        deduplicate_owners(metadata(obj), context)
        manager.update(old, obj, context.manager, context.now)
        return obj

    uid = metadata(obj).get("uid")
    preconditions = Preconditions(uid) if uid else None
    stored, created = scope.store.update(context, scope.kind, replace, preconditions=preconditions)
    await scope.answer(201 if created else 200, stored, form)


def check_name(obj: Object, name: str) -> None:
    """The body's name has to be the path's, and is filled in when left out. Raises StatusError (400)."""
    given = metadata(obj).get("name") or ""
    if not given:
        raise errors.bad_request(
            f"the name of the object ({name} based on URL) was undeterminable: name must be provided"
        )
    if given != name:
        raise errors.bad_request(f"the name of the object ({given}) does not match the name on the URL ({name})")
