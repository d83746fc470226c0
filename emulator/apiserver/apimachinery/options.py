"""Query parameters and bodies as the option types of ``meta/v1``, with the server's validation of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from emulator.apiserver.apimachinery import codec, errors, fields
from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.apimachinery.metadata import go_type
from emulator.apiserver.apimachinery.names import GroupKind
from emulator.apiserver.apimachinery.objects import Object

Query = Mapping[str, Sequence[str]]
MANAGER_CHARACTERS = 128
_VALIDATIONS = ("", "Ignore", "Strict", "Warn")
_POLICIES = ("Foreground", "Background", "Orphan")
_INT64 = 1 << 63


@dataclass(frozen=True, slots=True)
class GetOptions:
    """GET of one object."""

    resource_version: str = ""


@dataclass(frozen=True, slots=True)
class ListOptions:
    """GET of a collection, watches and deletecollection."""

    label_selector: str = ""
    field_selector: str = ""
    limit: int = 0
    continue_: str = ""
    resource_version: str = ""
    resource_version_match: str = ""
    allow_watch_bookmarks: bool = False
    send_initial_events: bool | None = None
    timeout_seconds: int | None = None

    def with_name(self, name: str) -> ListOptions:
        """The same for one object only."""
        term = f"metadata.name={name}"
        return replace(self, field_selector=f"{self.field_selector},{term}" if self.field_selector else term)


@dataclass(frozen=True, slots=True)
class CreateOptions:
    """POST."""

    dry_run: bool = False
    field_manager: str = ""
    field_validation: str = ""


@dataclass(frozen=True, slots=True)
class UpdateOptions:
    """PUT."""

    dry_run: bool = False
    field_manager: str = ""
    field_validation: str = ""


@dataclass(frozen=True, slots=True)
class PatchOptions:
    """PATCH."""

    dry_run: bool = False
    field_manager: str = ""
    field_validation: str = ""
    force: bool = False


@dataclass(frozen=True, slots=True)
class Preconditions:
    """What must hold of an object for it to be deleted (or updated)."""

    uid: str | None = None
    resource_version: str | None = None


@dataclass(frozen=True, slots=True)
class DeleteOptions:
    """DELETE."""

    dry_run: bool = False
    grace_period_seconds: int | None = None
    orphan_dependents: bool | None = None
    propagation_policy: str | None = None
    preconditions: Preconditions | None = None


_NO_CREATE, _NO_UPDATE, _NO_PATCH, _NO_LIST = CreateOptions(), UpdateOptions(), PatchOptions(), ListOptions()


def parse_get_options(query: Query) -> GetOptions:
    """Options of a GET."""
    return GetOptions(_first(query, "resourceVersion"))


def parse_create_options(query: Query) -> CreateOptions:
    """Options of a POST. Raises StatusError (422)."""
    if not query:
        return _NO_CREATE
    _validate_write(query, "CreateOptions", [])
    return CreateOptions(_dry_run(query), _first(query, "fieldManager"), _first(query, "fieldValidation"))


def parse_update_options(query: Query) -> UpdateOptions:
    """Options of a PUT. Raises StatusError (422)."""
    if not query:
        return _NO_UPDATE
    _validate_write(query, "UpdateOptions", [])
    return UpdateOptions(_dry_run(query), _first(query, "fieldManager"), _first(query, "fieldValidation"))


def parse_patch_options(query: Query, *, apply: bool) -> PatchOptions:
    """Options of a PATCH; *apply*: a server-side apply, which has to name its manager. Raises StatusError: 400, 422."""
    if not query and not apply:
        return _NO_PATCH
    force = _bool(query, "force")
    found: list[FieldError] = []
    if not apply and force is not None:
        found.append(fields.forbidden("force", "may not be specified for non-apply patch"))
    if apply and not _first(query, "fieldManager"):
        found.append(fields.required("fieldManager", "is required for apply patch"))
    _validate_write(query, "PatchOptions", found)
    return PatchOptions(_dry_run(query), _first(query, "fieldManager"), _first(query, "fieldValidation"), bool(force))


def _validate_write(query: Query, kind: str, found: list[FieldError]) -> None:
    manager = _first(query, "fieldManager")
    found += _manager_errors(manager)
    found += _dry_run_errors(query.get("dryRun") or ())
    validation = _first(query, "fieldValidation")
    if validation not in _VALIDATIONS:
        found.append(fields.not_supported("fieldValidation", validation, list(_VALIDATIONS)))
    if found:
        raise _invalid(kind, found)


def _manager_errors(manager: str) -> list[FieldError]:
    found: list[FieldError] = []
    if len(manager) > MANAGER_CHARACTERS:
        found.append(fields.too_long("fieldManager", MANAGER_CHARACTERS))
    for char in manager:
        if not char.isprintable():
            text = "should only contain printable characters"
            found.append(fields.invalid("fieldManager", manager, text))
            break
    return found


def _dry_run_errors(values: Sequence[str]) -> list[FieldError]:
    if any(value != "All" for value in values):
        shown = fields.go_value(list(values))
        return [FieldError("FieldValueNotSupported", "dryRun", _Raw(shown), 'supported values: "All"')]
    return []


class _Raw(int):
    """A value that prints as given."""

    def __new__(cls, text: str) -> _Raw:
        value = super().__new__(cls)
        value.text = text  # type: ignore[attr-defined]
        return value

    def __str__(self) -> str:
        return str(self.text)  # type: ignore[attr-defined]


def _dry_run(query: Query) -> bool:
    return bool(query.get("dryRun"))


def _invalid(kind: str, found: list[FieldError]) -> errors.StatusError:
    return errors.invalid(GroupKind("meta.k8s.io", kind), "", found)


def parse_list_options(query: Query, *, watch: bool) -> ListOptions:
    """Options of a list or a watch. Raises StatusError: 400, 422."""
    if not query:
        return _NO_LIST
    options = ListOptions(
        label_selector=_first(query, "labelSelector"),
        field_selector=_first(query, "fieldSelector"),
        limit=max(_int(query, "limit") or 0, 0),  # etcd's pages begin at 1: less is no limit
        continue_=_first(query, "continue"),
        resource_version=_first(query, "resourceVersion"),
        resource_version_match=_first(query, "resourceVersionMatch"),
        allow_watch_bookmarks=bool(_bool(query, "allowWatchBookmarks")),
        send_initial_events=_bool(query, "sendInitialEvents"),
        timeout_seconds=_int(query, "timeoutSeconds"),
    )
    found = _watch_errors(options) if watch else _list_errors(options)
    if found:
        raise _invalid("ListOptions", found)
    return options


def _watch_errors(options: ListOptions) -> list[FieldError]:
    found: list[FieldError] = []
    match = options.resource_version_match
    if options.send_initial_events is not None:
        if match != "NotOlderThan":
            text = "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
            found.append(fields.forbidden("resourceVersionMatch", text))
        if match and match != "NotOlderThan":
            found.append(fields.not_supported("resourceVersionMatch", match, ["NotOlderThan"]))
    elif match:
        text = "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
        found.append(fields.forbidden("resourceVersionMatch", text))
    return found


def _list_errors(options: ListOptions) -> list[FieldError]:
    found: list[FieldError] = []
    match, version = options.resource_version_match, options.resource_version
    if match:
        if not version:
            text = "resourceVersionMatch is forbidden unless resourceVersion is provided"
            found.append(fields.forbidden("resourceVersionMatch", text))
        if options.continue_:
            text = "resourceVersionMatch is forbidden when continue is provided"
            found.append(fields.forbidden("resourceVersionMatch", text))
        if match not in ("Exact", "NotOlderThan"):
            found.append(fields.not_supported("resourceVersionMatch", match, ["Exact", "NotOlderThan", ""]))
        if match == "Exact" and version == "0":
            text = 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'
            found.append(fields.forbidden("resourceVersionMatch", text))
    if options.send_initial_events is not None:
        found.append(fields.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"))
    return found


_DELETE_FIELDS = {
    "apiVersion": "string",
    "kind": "string",
    "dryRun": "[]string",
    "gracePeriodSeconds": "int64",
    "orphanDependents": "bool",
    "propagationPolicy": "string",
    "preconditions": "v1.Preconditions",
    "ignoreStoreReadErrorWithClusterBreakingPotential": "bool",
}


def parse_delete_options(query: Query, body: bytes, media_type: str) -> DeleteOptions:
    """Options of a DELETE, from its body, or else from the query. Raises StatusError: 400, 415, 422."""
    if body:
        given = _delete_body(body, media_type)
        dry_run = list(given.get("dryRun") or ())
        grace = given.get("gracePeriodSeconds")
        orphan, policy = given.get("orphanDependents"), given.get("propagationPolicy")
        wanted = given.get("preconditions") or {}
    else:
        dry_run = list(query.get("dryRun") or ())
        grace, orphan = _int(query, "gracePeriodSeconds"), _bool(query, "orphanDependents")
        policy, wanted = _first(query, "propagationPolicy") or None, {}
    found: list[FieldError] = []
    if policy is not None and orphan is not None:
        text = "orphanDependents and deletionPropagation cannot be both set"
        found.append(fields.invalid("propagationPolicy", policy, text))
    if policy is not None and policy not in _POLICIES:
        found.append(fields.not_supported("propagationPolicy", policy, [*_POLICIES, "nil"]))
    found += _dry_run_errors(dry_run)
    if found:
        raise _invalid("DeleteOptions", found)
    preconditions = Preconditions(wanted.get("uid"), wanted.get("resourceVersion")) if wanted else None
    return DeleteOptions(bool(dry_run), grace, orphan, policy, preconditions)


def _delete_body(body: bytes, media_type: str) -> Object:
    if media_type not in ("", "application/json", "application/yaml"):
        raise errors.unsupported_media_type(
            "the body of the request was in an unknown format - accepted media types include: application/json, "
            "application/yaml, application/vnd.kubernetes.protobuf"
        )
    try:
        value, _ = codec.decode_yaml(body) if media_type == "application/yaml" else codec.decode_json(body)
    except ValueError as error:
        prefix = "" if media_type == "application/yaml" else "couldn't get version/kind; json parse error: "
        raise errors.bad_request(f"{prefix}{error}") from None
    if not isinstance(value, dict):
        raise errors.bad_request(f"json: cannot unmarshal {go_type(value)} into Go value of type v1.DeleteOptions")
    kind = value.get("kind") or "DeleteOptions"
    version = value.get("apiVersion") or "v1"
    if kind != "DeleteOptions":
        raise errors.bad_request(
            f'no kind "{kind}" is registered for version "{version}" in scheme "pkg/runtime/scheme.go:110"'
        )
    for name, sort in _DELETE_FIELDS.items():
        given = value.get(name)
        if given is not None and not _is(given, sort):
            text = f"json: cannot unmarshal {go_type(given)} into Go struct field DeleteOptions.{name} of type {sort}"
            raise errors.bad_request(text)
    return value


def _is(value: object, sort: str) -> bool:
    if sort == "bool":
        return isinstance(value, bool)
    if sort == "int64":
        return isinstance(value, int) and not isinstance(value, bool)
    if sort == "string":
        return isinstance(value, str)
    return isinstance(value, list) if sort.startswith("[]") else isinstance(value, dict)


def _first(query: Query, name: str) -> str:
    values = query.get(name)
    return values[0] if values else ""


def _int(query: Query, name: str) -> int | None:
    """An integer parameter. Raises StatusError (400) with Go's text."""
    values = query.get(name)
    if not values:
        return None
    text = values[0]
    digits = text[1:] if text[:1] in ("-", "+") else text
    if not (digits.isascii() and digits.isdigit()):
        raise errors.bad_request(f"strconv.ParseInt: parsing {fields.go_quote(text)}: invalid syntax")
    number = int(text)
    if not -_INT64 <= number < _INT64:
        raise errors.bad_request(f"strconv.ParseInt: parsing {fields.go_quote(text)}: value out of range")
    return number


def _bool(query: Query, name: str) -> bool | None:
    """A boolean parameter as Kubernetes converts it: anything but ``false`` and ``0`` is true."""
    values = query.get(name)
    if not values:
        return None
    return values[0].lower() not in ("false", "0")
