"""Timestamps as Go's metav1.Time and metav1.MicroTime read and write them.

Source of the rules: Go's time.Parse (the texts of its errors), k8s.io/apimachinery/pkg/apis/meta/v1/{time,micro_time}.go.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

RFC3339 = "2006-01-02T15:04:05Z07:00"
RFC3339_MICRO = "2006-01-02T15:04:05.000000Z07:00"
_PLAIN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def read_time(text: str) -> str | None:
    """A metav1.Time in UTC, whole seconds; None for the zero time. Raises ValueError with Go's text."""
    if _PLAIN.fullmatch(text) and text[:4] != "0001":
        try:
            datetime.fromisoformat(text)
        except ValueError:
            pass
        else:
            return text
    moment = _parse(text, RFC3339)
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def read_micro_time(text: str) -> str | None:
    """A metav1.MicroTime in UTC, with microseconds; None for the zero time. Raises ValueError with Go's text."""
    moment = _parse(text, RFC3339_MICRO)
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class _Reader:
    """Takes a text apart as time.Parse does, and fails as it fails."""

    def __init__(self, text: str, layout: str) -> None:
        self.text = text
        self.rest = text
        self.layout = layout

    def fail(self, element: str, rest: str | None = None) -> ValueError:
        left = self.rest if rest is None else rest
        return ValueError(f'parsing time "{self.text}" as "{self.layout}": cannot parse "{left}" as "{element}"')

    def number(self, element: str, name: str, low: int, high: int, digits: int = 2) -> int:
        held = self.rest[:digits]
        if len(held) < digits or not (held.isascii() and held.isdigit()):
            raise self.fail(element)
        self.rest = self.rest[digits:]
        value = int(held)
        if not low <= value <= high:
            raise self.out_of_range(name)
        return value

    def out_of_range(self, name: str) -> ValueError:
        return ValueError(f'parsing time "{self.text}": {name} out of range')

    def literal(self, wanted: str) -> None:
        if not self.rest.startswith(wanted):
            raise self.fail(wanted)
        self.rest = self.rest[len(wanted) :]

    def fraction(self, required: bool) -> int:
        """Microseconds."""
        if required:
            held = self.rest[:7]
            if len(held) < 7 or held[0] not in ".," or not held[1:].isdigit():
                raise self.fail(".000000")
            self.rest = self.rest[7:]
            return int(held[1:])
        match = re.match(r"[.,](\d+)", self.rest)
        if match is None:
            return 0
        self.rest = self.rest[match.end() :]
        return int(match[1][:6].ljust(6, "0"))

    def zone(self) -> timezone:
        if self.rest.startswith("Z"):
            self.rest = self.rest[1:]
            return UTC
        match = re.match(r"([+-])(\d\d):(\d\d)", self.rest)
        if match is None:
            raise self.fail("Z07:00")
        hours, minutes = int(match[2]), int(match[3])
        if hours > 24:
            raise self.out_of_range("time zone offset hour")
        if minutes > 60:
            raise self.out_of_range("time zone offset minute")
        self.rest = self.rest[match.end() :]
        offset = timedelta(hours=hours, minutes=minutes)
        return timezone(-offset if match[1] == "-" else offset)


def _parse(text: str, layout: str) -> datetime | None:
    reader = _Reader(text, layout)
    year = reader.number("2006", "year", 0, 9999, 4)
    reader.literal("-")
    month = reader.number("01", "month", 1, 12)
    reader.literal("-")
    day = reader.number("02", "day", 0, 99)
    reader.literal("T")
    hour = reader.number("15", "hour", 0, 23)
    reader.literal(":")
    minute = reader.number("04", "minute", 0, 59)
    reader.literal(":")
    second = reader.number("05", "second", 0, 59)
    micro = reader.fraction(layout == RFC3339_MICRO)
    zone = reader.zone()
    if reader.rest:
        raise ValueError(f'parsing time "{text}": extra text: "{reader.rest}"')
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if not 1 <= day <= (28 if month == 2 and not leap else _DAYS[month - 1]):
        raise reader.out_of_range("day")
    try:
        moment = datetime(year, month, day, hour, minute, second, micro, zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return None if moment == datetime(1, 1, 1, tzinfo=UTC) else moment
