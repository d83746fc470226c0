"""Request bodies to objects: media type, JSON or YAML, group version and kind, unknown and duplicate fields."""

from __future__ import annotations

from collections.abc import Callable

from emulator.apiserver.apimachinery import codec, errors
from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.fields import invalid as invalid_field
from emulator.apiserver.apimachinery.names import GroupKind
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.endpoints.request import Request
from emulator.apiserver.endpoints.strictness import complaints, strict_error
from emulator.apiserver.registry.kind import Kind
from emulator.apiserver.registry.resource import Resource
from emulator.apiserver.schema import protobuf

JSON = "application/json"
YAML = "application/yaml"
PROTOBUF = "application/vnd.kubernetes.protobuf"
Document = Callable[[], bytes]
"""Gives an object's JSON to those who have something to say about it."""
_ACCEPTED = f"{JSON}, {YAML}, {PROTOBUF}"


def media_type(request: Request) -> str:
    """The body's media type without its parameters; empty when none is given."""
    return request.header(b"content-type").partition(";")[0].strip()


def unknown_format(accepted: str) -> StatusError:
    """415: the body is in none of the accepted media types."""
    return errors.unsupported_media_type(
        f"the body of the request was in an unknown format - accepted media types include: {accepted}"
    )


def parse(data: bytes, sort: str, kind: str) -> tuple[Object, list[str]]:
    """A body as an object, with the messages of duplicate fields. Raises StatusError: 400, 415."""
    if sort == PROTOBUF:
        try:
            return protobuf.decode(data), []
        except ValueError as error:
            raise _unrecognized(kind, str(error), data) from None
    if sort not in ("", JSON, YAML):
        raise unknown_format(_ACCEPTED)
    try:
        value, duplicates = codec.decode_yaml(data) if sort == YAML else codec.decode_json(data)
    except ValueError as error:
        what = str(error) if sort == YAML else f"couldn't get version/kind; json parse error: {error}"
        raise _unrecognized(kind, what, data) from None
    if value is None:
        value = {}
    if not isinstance(value, dict):
        go = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'
        what = f"json: cannot unmarshal {_json_type(value)} into Go value of type {go}"
        raise _unrecognized(kind, f"couldn't get version/kind; json parse error: {what}", data)
    return value, duplicates


def _json_type(value: object) -> str:
    if isinstance(value, list):
        return "array"
    if isinstance(value, bool):
        return "bool"
    return "string" if isinstance(value, str) else "number"


def _unrecognized(kind: str, what: str, data: bytes) -> StatusError:
    return errors.bad_request(
        f"the object provided is unrecognized (must be of type {kind}): {what} ({_excerpt(data)})"
    )


def _excerpt(data: bytes) -> str:
    """The body's beginning: as text when it looks like JSON, else in hexadecimal."""
    if not data:
        return "<empty>"
    if data[:1] == b"{":
        text = data[:30].decode("utf-8", "replace")
        return text + (" ..." if len(data) > 30 else "")
    return data[:30].hex() + (" ..." if len(data) > 30 else "")


def check_kind(obj: Object, resource: Resource, document: Document) -> None:
    """Check apiVersion and kind of a body against the resource; built-in kinds may leave them out.

    Raises StatusError: 400, or 422 for a custom resource of another kind.
    """
    kind, version = obj.get("kind"), obj.get("apiVersion")
    kind = kind if isinstance(kind, str) else ""
    version = version if isinstance(version, str) else ""
    if resource.custom:
        _check_custom(obj, kind, version, resource, document)
        return
    if kind in ("", resource.kind) and version in ("", resource.api_version):
        obj["kind"], obj["apiVersion"] = resource.kind, resource.api_version
        return
    kind, version = kind or resource.kind, version or resource.api_version
    short = version.rpartition("/")[2]
    prefix = f'{kind} in version "{short}" cannot be handled as a {resource.kind}'
    raise errors.bad_request(f"{prefix}: {_mismatch(kind, version, resource)}")


def _mismatch(kind: str, version: str, resource: Resource) -> str:
    if version == resource.api_version and (resource.group, kind) in _KNOWN_KINDS:
        package = resource.group.partition(".")[0] or "core"
        return f"converting ({resource.version}.{kind}) to ({package}.{resource.kind}): unknown conversion"
    return f'no kind "{kind}" is registered for version "{version}" in scheme "pkg/api/legacyscheme/scheme.go:30"'


_KNOWN_KINDS = {
    ("", kind)
    for kind in ("ConfigMap", "Secret", "Namespace", "Pod", "Service", "ServiceAccount", "Event", "Endpoints", "Node")
} | {("rbac.authorization.k8s.io", kind) for kind in ("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")}


def _check_custom(obj: Object, kind: str, version: str, resource: Resource, document: Document) -> None:
    if not kind:
        data = document()
        text = data.decode("utf-8", "replace")
        raise _unrecognized(resource.kind, f"Object 'Kind' is missing in '{text}'", data)
    if version != resource.api_version:
        raise errors.bad_request(
            f"the API version in the data ({version}) does not match the expected API version ({resource.api_version})"
        )
    if kind != resource.kind:
        meta = obj.get("metadata")
        name = str(meta.get("name") or "") if isinstance(meta, dict) else ""
        where = GroupKind(resource.group, kind)
        raise errors.invalid(where, name, [invalid_field("kind", kind, f"must be {resource.kind}")])


def read(
    obj: Object, kind: Kind, duplicates: list[str], validation: str, warnings: list[str], document: bytes = b""
) -> None:
    """Read an object as its kind: drop unknown fields, and warn of or refuse them as *validation* says.

    *document* is the object's JSON: of a built-in kind it tells the order of the complaints. Raises StatusError (400) with the
    real decoder's text.
    """
    resource = kind.resource
    prefix = f'{resource.kind} in version "{resource.version}" cannot be handled as a {resource.kind}'
    try:
        unknown = kind.shape.read(obj)
    except ValueError as error:
        raise errors.bad_request(f"{prefix}: {error}") from None
    if not duplicates and not unknown:
        return
    found = complaints(document, duplicates, unknown, in_order=bool(document) and not resource.custom)
    if validation == "Strict":
        raise errors.bad_request(f"{prefix}: {strict_error(found)}")
    if validation != "Ignore":
        warnings.extend(found)


async def read_body(request: Request, kind: Kind, validation: str) -> Object:
    """The request's body as an object of a kind, read and defaulted. Raises StatusError: 400, 413, 415, 422."""
    sort = media_type(request)
    if sort == PROTOBUF and kind.resource.custom:
        raise unknown_format(f"{JSON}, {YAML}")
    data = await request.body()
    obj, duplicates = parse(data, sort, kind.resource.kind)
    check_kind(obj, kind.resource, lambda: data)
    document = data if sort in ("", JSON) else codec.encode(obj)
    read(obj, kind, duplicates, validation, request.warnings, document)
    kind.shape.default(obj)
    return obj
