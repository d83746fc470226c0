"""How values are written in cells: ages, labels, lists."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.schema.ages import UNKNOWN, human_duration
from emulator.apiserver.schema.ages import age as age_of

NONE = "<none>"
UNSET = "<unset>"


def age(timestamp: Any, now: datetime) -> str:
    """How long ago a timestamp was."""
    if not isinstance(timestamp, str):
        return UNKNOWN
    try:
        return age_of(timestamp, now)
    except ValueError:
        return UNKNOWN


def created(obj: Object, now: datetime) -> str:
    """How old an object is."""
    return age(metadata(obj).get("creationTimestamp"), now)


def between(start: Any, end: Any) -> str:
    """The time from one timestamp to another."""
    seconds = (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
    return human_duration(seconds)


def labels(given: Any) -> str:
    """A map as ``a=b,c=d``."""
    return ",".join(f"{key}={value}" for key, value in sorted((given or {}).items())) or NONE


def selector(given: Any) -> str:
    """A label selector in one line."""
    if not given:
        return NONE
    parts = [(key, f"{key}={value}") for key, value in (given.get("matchLabels") or {}).items()]
    words = {"In": "in", "NotIn": "notin"}
    for item in given.get("matchExpressions") or ():
        name, operator = item.get("key", ""), item.get("operator", "")
        if operator in words:
            values = ",".join(sorted(item.get("values") or ()))
            parts.append((name, f"{name} {words[operator]} ({values})"))
        else:
            parts.append((name, name if operator == "Exists" else f"!{name}"))
    return ",".join(text for _, text in sorted(parts)) or NONE


def some(items: list[str], limit: int, none: str = NONE) -> str:
    """A list of which only the first few are shown."""
    if not items:
        return none
    shown = ",".join(items[:limit])
    return shown if len(items) <= limit else f"{shown} + {len(items) - limit} more..."


def containers(template: Object) -> tuple[str, str]:
    """The names and the images of a template's containers."""
    found = ((template.get("spec") or {}).get("containers")) or []
    return ",".join(item.get("name", "") for item in found), ",".join(item.get("image", "") for item in found)
