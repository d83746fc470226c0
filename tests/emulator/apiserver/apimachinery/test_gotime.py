"""Timestamps as Go reads them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.apiserver.apimachinery.gotime import RFC3339, RFC3339_MICRO, read_micro_time, read_time

moments = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1))
zones = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(moments, zones)
def test_time_is_read_in_utc(moment: datetime, zone: timezone) -> None:
    """Whatever zone a time is written in, it is kept in UTC and whole seconds."""
    written = moment.replace(tzinfo=zone).isoformat()
    expected = moment.replace(tzinfo=zone, microsecond=0).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert read_time(written) == expected


@given(moments)
def test_micro_time_keeps_its_fraction(moment: datetime) -> None:
    """A MicroTime keeps six digits."""
    text = moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert read_micro_time(text) == text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2020-01-02", f'parsing time "2020-01-02" as "{RFC3339}": cannot parse "" as "T"'),
        ("yesterday", f'parsing time "yesterday" as "{RFC3339}": cannot parse "yesterday" as "2006"'),
        ("2020-13-02T03:04:05Z", 'parsing time "2020-13-02T03:04:05Z": month out of range'),
        ("2021-02-29T03:04:05Z", 'parsing time "2021-02-29T03:04:05Z": day out of range'),
        ("2020-01-02T03:04:05", f'parsing time "2020-01-02T03:04:05" as "{RFC3339}": cannot parse "" as "Z07:00"'),
        ("2020-01-02T03:04:05Zx", 'parsing time "2020-01-02T03:04:05Zx": extra text: "x"'),
    ],
)
def test_time_errors(text: str, why: str) -> None:
    """What is no time is refused in the words of Go's time.Parse."""
    with pytest.raises(ValueError) as caught:
        read_time(text)
    assert str(caught.value) == why


def test_micro_time_needs_its_fraction() -> None:
    """A MicroTime without a fraction is refused."""
    text = "2020-01-02T03:04:07Z"
    with pytest.raises(ValueError) as caught:
        read_micro_time(text)
    assert str(caught.value) == f'parsing time "{text}" as "{RFC3339_MICRO}": cannot parse "Z" as ".000000"'


def test_zero_time_is_none() -> None:
    """Go's zero time is no time at all."""
    assert read_time("0001-01-01T00:00:00Z") is None
