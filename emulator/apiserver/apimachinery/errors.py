"""Every refusal of the API server: one exception that is a ``metav1.Status``.

::

    StatusError              answered to the client as it is
      built by: bad_request unauthorized forbidden not_found method_not_supported not_acceptable already_exists conflict
                expired too_large unsupported_media_type invalid internal service_unavailable ...

Storage has errors of its own (``storage.interface``); ``registry.interpret`` turns them into these.
Source of codes, reasons and texts: k8s.io/apimachinery/pkg/api/errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emulator.apiserver.apimachinery.fields import FieldError, cause
from emulator.apiserver.apimachinery.names import GroupKind, GroupResource
from emulator.apiserver.apimachinery.objects import Object


class StatusError(Exception):
    """A refusal that the client sees as a Status object with this HTTP code."""

    def __init__(
        self, code: int, reason: str, message: str, details: Object | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
        self.headers = headers or {}
        self.list_meta: Object = {}  # the Status's metadata (a fresh continue token)

    def status(self) -> Object:
        """The Status object, as the real server writes it (empty fields left out)."""
        body: Object = {"kind": "Status", "apiVersion": "v1", "metadata": self.list_meta, "status": "Failure"}
        body["message"] = self.message
        if self.reason:
            body["reason"] = self.reason
        if self.details is not None:
            body["details"] = self.details
        body["code"] = self.code
        return body


def details(name: str = "", group: str = "", kind: str = "", **more: Any) -> Object:
    """A ``StatusDetails`` without its empty fields."""
    given = {"name": name, "group": group, "kind": kind, **more}
    return {key: value for key, value in given.items() if value}


def bad_request(message: str) -> StatusError:
    """400: the request cannot be understood."""
    return StatusError(400, "BadRequest", message)


def unauthorized(message: str = "Unauthorized") -> StatusError:
    """401: credentials were given and are wrong."""
    return StatusError(401, "Unauthorized", message)


def forbidden(resource: GroupResource, name: str, why: str) -> StatusError:
    """403 about a resource: ``models.michelangelo.api "x" is forbidden: WHY``."""
    if name:
        message = f'{resource} "{name}" is forbidden: {why}'
    else:
        message = f"{resource} is forbidden: {why}" if resource.resource else f"forbidden: {why}"
    return StatusError(403, "Forbidden", message, details(name, resource.group, resource.resource))


def not_found(resource: GroupResource, name: str) -> StatusError:
    """404: ``models.michelangelo.api "x" not found``."""
    message = f'{resource} "{name}" not found'
    return StatusError(404, "NotFound", message, details(name, resource.group, resource.resource))


def unknown_resource(resource: GroupResource | None = None, name: str = "") -> StatusError:
    """404 for a path under a served group version that names no resource."""
    where = details(name, resource.group, resource.resource) if resource else {}
    return StatusError(404, "NotFound", "the server could not find the requested resource", where)


def method_not_supported(resource: GroupResource, verb: str) -> StatusError:
    """405: the resource exists and does not do this."""
    message = f'{verb} is not supported on resources of kind "{resource}"'
    return StatusError(405, "MethodNotAllowed", message, details("", resource.group, resource.resource))


def not_acceptable(message: str) -> StatusError:
    """406: none of the accepted media types can be written."""
    return StatusError(406, "NotAcceptable", message)


def already_exists(resource: GroupResource, name: str) -> StatusError:
    """409 on create."""
    message = f'{resource} "{name}" already exists'
    return StatusError(409, "AlreadyExists", message, details(name, resource.group, resource.resource))


def conflict(resource: GroupResource, name: str, why: str) -> StatusError:
    """409 on update, patch and delete: ``Operation cannot be fulfilled on RESOURCE "x": WHY``."""
    message = f'Operation cannot be fulfilled on {resource} "{name}": {why}'
    return StatusError(409, "Conflict", message, details(name, resource.group, resource.resource))


def expired(message: str) -> StatusError:
    """410: the asked resourceVersion is compacted."""
    return StatusError(410, "Expired", message)


def too_large(message: str) -> StatusError:
    """413: the request body is over the limit."""
    return StatusError(413, "RequestEntityTooLarge", message)


def unsupported_media_type(message: str) -> StatusError:
    """415: the body's media type is not one this verb reads."""
    return StatusError(415, "UnsupportedMediaType", message)


def invalid(kind: GroupKind, name: str, errors: Sequence[FieldError]) -> StatusError:
    """422 with every field error, not only the first."""
    texts = list(dict.fromkeys(str(error) for error in errors))
    if not texts:
        aggregate = "<nil>"
    elif len(texts) == 1:
        aggregate = texts[0]
    else:
        aggregate = f"[{', '.join(texts)}]"
    message = f'{kind} "{name}" is invalid: {aggregate}' if errors else f'{kind} "{name}" is invalid'
    causes = [cause(error) for error in errors]
    return StatusError(422, "Invalid", message, details(name, kind.group, kind.kind, causes=causes))


def internal(message: str) -> StatusError:
    """500: ``Internal error occurred: MESSAGE``."""
    return StatusError(500, "InternalError", f"Internal error occurred: {message}", {"causes": [{"message": message}]})


def service_unavailable(message: str) -> StatusError:
    """503: try again."""
    return StatusError(503, "ServiceUnavailable", message)
