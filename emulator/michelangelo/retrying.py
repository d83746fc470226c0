"""When a request is made again, and after how long: what the server says, else longer each time, never all clients at once."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

ATTEMPTS = 5
BACKOFF_SECONDS = (0.05, 0.2, 0.8, 2.0, 5.0)
LONGEST_SECONDS = 120.0
BUSY = 429
AWAY = frozenset({500, 502, 503, 504})
REPEATABLE = frozenset({"GET", "PUT", "PATCH", "DELETE"})


def answered(method: str, answer: httpx.Response) -> bool:
    """Whether an answer asks to be asked again: it was not carried out, or carrying it out twice does no harm."""
    if answer.status_code == BUSY:
        return True
    return answer.status_code in AWAY and (method == "GET" or "retry-after" in answer.headers)


def failed(method: str, error: httpx.TransportError) -> bool:
    """Whether a request that got no answer may be sent again; one that never left may always be."""
    return method in REPEATABLE or isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)


def said(headers: Mapping[str, str]) -> float | None:
    """Seconds that a server asks to wait (Retry-After: seconds, or a date); None when it says nothing."""
    text = (headers.get("retry-after") or "").strip()
    if text.isdigit():
        return min(float(text), LONGEST_SECONDS)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    return min(max((until - datetime.now(UTC)).total_seconds(), 0.0), LONGEST_SECONDS)


def backoff(attempt: int, asked: float | None = None) -> float:
    """Seconds to wait after so many failures."""
    if asked is not None:
        return asked + random.uniform(0, 0.1)
    return BACKOFF_SECONDS[min(attempt, len(BACKOFF_SECONDS) - 1)] * random.uniform(0.5, 1.0)
