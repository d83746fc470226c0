"""How long ago: ``5m30s``, ``3d4h``, ``<unknown>``.

Source of the rules: k8s.io/apimachinery/pkg/util/duration and k8s.io/apiserver/pkg/registry/rest/table.go.
"""

from __future__ import annotations

from datetime import UTC, datetime

UNKNOWN = "<unknown>"

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_YEAR = 365 * _DAY


def age(timestamp: str | None, now: datetime) -> str:
    """The time since an RFC 3339 timestamp. Raises ValueError when it is none."""
    if not timestamp or timestamp == "null":
        return UNKNOWN
    then = datetime.fromisoformat(timestamp)
    if then.tzinfo is None:
        raise ValueError(f"{timestamp} has no time zone")
    if now.tzinfo is None:
        now = now.replace(tzinfo=UTC)
    return human_duration((now - then).total_seconds())


def human_duration(elapsed: float) -> str:
    """Seconds in at most two units, the smaller one only where it still matters."""
    seconds = int(elapsed)
    if seconds < -1:
        return "<invalid>"
    if seconds < 0:
        return "0s"
    if seconds < 2 * _MINUTE:
        return f"{seconds}s"
    if seconds < 10 * _MINUTE:
        return _two(seconds, _MINUTE, "m", 1, "s")
    if seconds < 3 * _HOUR:
        return f"{seconds // _MINUTE}m"
    if seconds < 8 * _HOUR:
        return _two(seconds, _HOUR, "h", _MINUTE, "m")
    if seconds < 2 * _DAY:
        return f"{seconds // _HOUR}h"
    if seconds < 8 * _DAY:
        return _two(seconds, _DAY, "d", _HOUR, "h")
    if seconds < 2 * _YEAR:
        return f"{seconds // _DAY}d"
    if seconds < 8 * _YEAR:
        return _two(seconds, _YEAR, "y", _DAY, "d")
    return f"{seconds // _YEAR}y"


def _two(seconds: int, large: int, large_name: str, small: int, small_name: str) -> str:
    rest = seconds % large // small
    return f"{seconds // large}{large_name}{rest}{small_name}" if rest else f"{seconds // large}{large_name}"
