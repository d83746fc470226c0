"""The options of ``pods/log`` (k8s.io/kubernetes/pkg/apis/core/validation, ValidatePodLogOptions)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from emulator.apiserver.apimachinery import errors, fields
from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.apimachinery.names import GroupKind
from emulator.streams import LogOptions

_TRUE = frozenset({"1", "t", "T", "true", "True", "TRUE"})
_STREAMS = ("All", "Stdout", "Stderr")


def log_options(query: Mapping[str, list[str]], name: str, container: str) -> LogOptions:
    """What a query asks for. Raises StatusError: 400, 422."""
    found: list[FieldError] = []

    def number(option: str, least: int) -> int | None:
        values = query.get(option)
        if not values:
            return None
        try:
            value = int(values[0])
        except ValueError:
            text = f'strconv.ParseInt: parsing "{values[0]}": invalid syntax'
            raise errors.bad_request(text) from None
        if value < least:
            bound = "greater than 0" if least else "greater than or equal to 0"
            found.append(fields.invalid(option, value, f"must be {bound}"))
        return value

    def flag(option: str) -> bool:
        return (query.get(option) or [""])[0] in _TRUE

    tail, limit, seconds = number("tailLines", 0), number("limitBytes", 1), number("sinceSeconds", 1)
    since = _instant((query.get("sinceTime") or [""])[0])
    if since is not None and seconds is not None:
        found.append(fields.forbidden("", "at most one of `sinceTime` or `sinceSeconds` may be specified"))
    stream = (query.get("stream") or ["All"])[0]
    if stream not in _STREAMS:
        found.append(fields.not_supported("stream", stream, list(_STREAMS)))
    elif stream != "All" and tail is not None:
        text = "`tailLines` and specific `stream` are mutually exclusive for now"
        found.append(fields.forbidden("", text))
    if found:
        raise errors.invalid(GroupKind("", "PodLogOptions"), name, found)
    return LogOptions(
        container,
        follow=flag("follow"),
        previous=flag("previous"),
        timestamps=flag("timestamps"),
        tail_lines=tail,
        limit_bytes=limit,
        since=since,
        since_seconds=seconds,
        stream="" if stream == "All" else stream.lower(),
    )


def _instant(text: str) -> datetime | None:
    """RFC 3339, or nothing. Raises StatusError (400)."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise errors.bad_request(
            f'parsing time "{text}" as "2006-01-02T15:04:05Z07:00": cannot parse "{text}"'
        ) from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
