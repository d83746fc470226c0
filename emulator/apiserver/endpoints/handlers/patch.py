"""PATCH: JSON patch, merge patch, strategic merge patch and server-side apply."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.apiserver.apimachinery import codec, errors
from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.fields import go_print
from emulator.apiserver.apimachinery.fields import invalid as invalid_field
from emulator.apiserver.apimachinery.names import GroupKind
from emulator.apiserver.apimachinery.objects import Object, copy, metadata
from emulator.apiserver.apimachinery.options import PatchOptions, parse_patch_options
from emulator.apiserver.apimachinery.patch import json_patch, merge_patch, strategic
from emulator.apiserver.endpoints.decoding import Document, check_kind, media_type, read, unknown_format
from emulator.apiserver.endpoints.handlers.update import check_name
from emulator.apiserver.endpoints.scope import Scope
from emulator.apiserver.endpoints.strictness import complaints, repeated_keys, strict_error
from emulator.apiserver.registry.before import match_namespace
from emulator.apiserver.registry.kind import Kind
from emulator.apiserver.registry.strategy import Context

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
APPLY = "application/apply-patch+yaml"

Change = Callable[[Object], Object]


async def patch(scope: Scope) -> None:
    """Patch an object. Raises StatusError: 400, 403, 404, 409, 413, 415, 422."""
    request = scope.request
    form = scope.form()
    if not request.info.name:
        raise errors.bad_request("name must be provided")
    sort = media_type(request)
    _check_sort(scope, sort)
    options = parse_patch_options(request.query, apply=sort == APPLY)
    data = await request.body()
    context = scope.context(options.field_manager, options.dry_run)
    if sort == APPLY:
        transform = _apply(scope, context, data, options)
    else:
        transform = _patch(scope, context, lambda: _change(scope, sort, data), options)
    creates = sort == APPLY and not request.info.subresource
    stored, created = scope.store.update(context, scope.kind, transform, creates=creates)
    await scope.answer(201 if created else 200, stored, form)


def _check_sort(scope: Scope, sort: str) -> None:
    accepted = [JSON_PATCH, MERGE_PATCH, APPLY]
    if scope.kind.shape.strategic:
        accepted.insert(2, STRATEGIC)
    if sort in accepted:
        return
    if scope.resource.custom:
        raise unknown_format(", ".join(accepted))
    raise StatusError(415, "UnsupportedMediaType", "415: Unsupported Media Type", {})


def _change(scope: Scope, sort: str, data: bytes) -> tuple[Change, list[str], str]:
    """The patch as a function of the current object, the fields it repeats, and how errors show it (empty: as the result).

    The function gives an object that may be changed without changing the current one.

    Raises StatusError (400) when it cannot be read.
    """
    try:
        value, repeated = codec.decode_json(data)
    except ValueError as error:
        raise errors.bad_request(f"error decoding patch: {error}") from None
    if sort == JSON_PATCH:
        patched = json_patch.compile(value)
        return lambda live: patched(copy(live)), [f"json patch {text}" for text in repeated], ""
    if value is None and sort != MERGE_PATCH:
        value = {}  # null is a map without keys to Go
    if not isinstance(value, dict):
        go = "map[string]interface {}"
        raise errors.bad_request(
            f"error decoding patch: json: cannot unmarshal {_sort(value)} into Go value of type {go}"
        )
    if sort == MERGE_PATCH:
        return lambda live: _merged(scope.kind, live, value), repeated, ""
    source = scope.kind.shape.source
    return (
        lambda live: strategic.apply(copy(live), value, source.node, source.resolve),
        repeated,
        go_print(value),
    )


def _merged(kind: Kind, live: Object, patch: Object) -> Object:
    """A merge patch's result. What it leaves alone may be the current object's own, if nobody is going to change it."""
    new = merge_patch.apply(live, copy(patch))
    if not kind.shape.settled(new):
        private: Object = copy(new)
        return private
    if isinstance(meta := new.get("metadata"), dict):
        new["metadata"] = dict(meta)
    return new


def _sort(value: Any) -> str:
    return {list: "array", str: "string", bool: "bool"}.get(type(value), "number")


def _patch(
    scope: Scope, context: Context, compiled: Callable[[], tuple[Change, list[str], str]], options: PatchOptions
) -> Callable[[Object | None], Object]:
    kind = scope.kind
    manager = kind.field_manager(context.subresource)

    def transform(old: Object | None) -> Object:
        assert old is not None, "a patch never creates"
        change, repeated, shown = compiled()
        try:
            new = change(old)
        except strategic.FormatError as error:
            raise errors.bad_request(str(error)) from None
        except strategic.DirectiveError as error:
            raise StatusError(500, "", str(error)) from None
        except ValueError as error:
            raise StatusError(422, "Invalid", str(error)) from None
        _read_patched(scope, new, options, repeated, shown, lambda: codec.encode(change(old)))
        check_name(new, context.name)
        match_namespace(context, scope.resource, metadata(new))
        manager.update(old, new, context.manager, context.now)
        return new

    return transform


def _read_patched(
    scope: Scope, new: Object, options: PatchOptions, repeated: list[str], shown: str, document: Document
) -> None:
    """Read a patched object as its kind; what strict validation refuses here is 422 about the field ``patch``."""
    if not isinstance(new, dict):
        raise errors.bad_request("the patched object is not an object")
    resource = scope.resource
    try:
        check_kind(new, resource, document)
    except StatusError as error:
        if error.code == 422:
            raise
        raise _refused(shown or document().decode(), error.message) from None
    try:
        unknown = scope.kind.shape.read(new)
    except ValueError as error:
        raise _refused(shown or document().decode(), str(error)) from None
    if unknown or repeated:
        found = [*repeated, *complaints(document(), [], unknown, in_order=not resource.custom)]
        if options.field_validation == "Strict":
            raise _refused(shown or document().decode(), strict_error(found))
        if options.field_validation != "Ignore":
            scope.request.warnings.extend(found)
    scope.kind.shape.default(new)


def _refused(shown: str, why: str) -> StatusError:
    return errors.invalid(GroupKind("", ""), "", [invalid_field("patch", shown, why)])


def _apply(scope: Scope, context: Context, data: bytes, options: PatchOptions) -> Callable[[Object | None], Object]:
    """Server-side apply: merge what the manager wants into what is there."""
    try:
        wanted, duplicates = codec.decode_yaml(data)
    except ValueError as error:
        raise errors.bad_request(f"error decoding YAML: error converting YAML to JSON: {error}") from None
    if not isinstance(wanted, dict):
        go = f"json: cannot unmarshal {_sort(wanted)} into Go value of type map[string]interface {{}}"
        raise errors.bad_request(f"error decoding YAML: error unmarshaling JSON: while decoding JSON: {go}")
    kind = scope.kind
    manager = kind.field_manager(context.subresource)

    def transform(old: Object | None) -> Object:
        _check_applied(wanted, scope)
        new = manager.apply(old, copy(wanted), context.manager, options.force, context.now)
        _complain(scope, duplicates, options)
        metadata(new).setdefault("name", context.name)
        _check_address(metadata(wanted), scope, context)
        read(new, kind, [], "Ignore", [])
        check_name(new, context.name)
        kind.shape.default(new)
        return new

    return transform


def _complain(scope: Scope, duplicates: list[str], options: PatchOptions) -> None:
    """Warn of or refuse keys that an applied YAML document repeats."""
    if not duplicates or options.field_validation == "Ignore":
        return
    why = f"error converting YAML to JSON: {repeated_keys(duplicates)}"
    if options.field_validation == "Strict":
        raise errors.bad_request(f"error strict decoding YAML: {why}")
    scope.request.warnings.append(why)


def _check_applied(wanted: Object, scope: Scope) -> None:
    """What is applied has to say of which kind it is. Raises StatusError (400)."""
    version, kind = str(wanted.get("apiVersion") or ""), str(wanted.get("kind") or "")
    if (version, kind) == (scope.resource.api_version, scope.resource.kind):
        return
    group, _, short = version.rpartition("/")
    raise errors.bad_request(f"invalid object type: {group}/{short}, Kind={kind}")


def _check_address(meta: Object, scope: Scope, context: Context) -> None:
    """What is applied may leave out name and namespace, but not differ from the path in them. Raises StatusError (400)."""
    name = meta.get("name") or context.name
    if name != context.name:
        raise errors.bad_request(f"the name of the object ({name}) does not match the name on the URL ({context.name})")
    match_namespace(context, scope.resource, dict(meta))
