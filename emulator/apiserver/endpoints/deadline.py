"""``?timeout=``: how long a client gives the server. Every answer here comes in time, so that only its spelling matters.

Source: k8s.io/apiserver/pkg/endpoints/filters (request_deadline), Go's time.ParseDuration.
"""

from __future__ import annotations

import re

from emulator.apiserver.apimachinery import errors, fields
from emulator.apiserver.endpoints.request import Request

_LONG = frozenset({"attach", "exec", "log", "portforward", "proxy"})
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)([^\d.]*)")
_UNITS = frozenset({"ns", "us", "\u00b5s", "\u03bcs", "ms", "s", "m", "h"})


def check(request: Request) -> None:
    """Raises StatusError (400) for a timeout that is no duration; watches and streams have none."""
    text = request.first("timeout")
    if not text or request.info.verb in ("watch", "proxy") or request.info.subresource in _LONG:
        return
    if why := problem(text):
        raise errors.bad_request(f"invalid timeout specified in the request URL - {why}")


def problem(text: str) -> str:
    """What Go says of a text that is no duration; empty for a duration."""
    quoted = fields.go_quote(text)
    rest = text[1:] if text[:1] in ("-", "+") else text
    if rest == "0":
        return ""
    invalid = f"time: invalid duration {quoted}"
    while rest:
        part = _PART.match(rest)
        if part is None:
            return invalid
        unit = part.group(2)
        if not unit:
            return f"time: missing unit in duration {quoted}"
        if unit not in _UNITS:
            return f"time: unknown unit {fields.go_quote(unit)} in duration {quoted}"
        rest = rest[part.end() :]
    return "" if text.lstrip("-+") else invalid
