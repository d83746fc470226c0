"""Printer columns and ages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from emulator.apiserver.schema.ages import age, human_duration
from emulator.apiserver.schema.columns import AGE, NAME, cells, columns_of

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def row(sort: str, value: object) -> object:
    columns = columns_of({"additionalPrinterColumns": [{"name": "X", "type": sort, "jsonPath": ".spec.x"}]})
    spec = {} if value is ... else {"x": value}
    name, cell = cells(columns, {"metadata": {"name": "a"}, "spec": spec}, NOW)
    assert name == "a"
    return cell


@pytest.mark.parametrize(
    ("sort", "value", "cell"),
    [
        ("integer", 3, 3),
        ("integer", 3.7, 3),
        ("integer", "3", None),
        ("number", 1.5, 1.5),
        ("number", 2, 2),
        ("boolean", True, True),
        ("boolean", "true", None),
        ("string", "text", "text"),
        ("string", 7, "7"),
        ("string", True, "true"),
        ("string", ["a", 1], '["a",1]'),
        ("string", {"b": 1.0}, '{"b":1}'),
        ("date", "2026-01-02T03:03:05Z", "60s"),
        ("date", "", "<unknown>"),
        ("date", "soon", "<invalid>"),
        ("date", 5, None),
        ("string", ..., None),
        ("date", ..., None),
    ],
)
def test_a_cell_has_the_type_of_its_column(sort, value, cell):
    """Values of another type, and absent ones, are null; text columns print anything."""
    assert row(sort, value) == cell


def test_without_columns_there_are_name_and_age():
    """A definition that names no columns has the server's."""
    assert columns_of({}) == (NAME, AGE)
    obj = {"metadata": {"name": "m", "creationTimestamp": "2026-01-01T03:04:05Z"}}
    assert cells(columns_of({}), obj, NOW) == ["m", "24h"]


def test_a_column_without_description_says_where_it_looks():
    """As the server describes it."""
    column = columns_of({"additionalPrinterColumns": [{"name": "A", "type": "string", "jsonPath": ".spec.a"}]})[1]
    assert column.description == "Custom resource definition column (in JSONPath format): .spec.a"


@pytest.mark.parametrize(
    ("elapsed", "text"),
    [
        (timedelta(seconds=-5), "<invalid>"),
        (timedelta(0), "0s"),
        (timedelta(seconds=119), "119s"),
        (timedelta(minutes=2), "2m"),
        (timedelta(minutes=9, seconds=59), "9m59s"),
        (timedelta(minutes=179), "179m"),
        (timedelta(hours=3), "3h"),
        (timedelta(hours=7, minutes=5), "7h5m"),
        (timedelta(hours=47), "47h"),
        (timedelta(days=7, hours=3), "7d3h"),
        (timedelta(days=8), "8d"),
        (timedelta(days=729), "729d"),
        (timedelta(days=731), "2y1d"),
        (timedelta(days=3000), "8y"),
    ],
)
def test_durations_have_two_units_at_most(elapsed, text):
    """The smaller unit is left out where it does not matter any more."""
    assert human_duration(elapsed.total_seconds()) == text


def test_an_object_without_a_creation_time_has_no_age():
    """``<unknown>``."""
    assert age(None, NOW) == "<unknown>"
