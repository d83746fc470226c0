"""Spans of time, as people write them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.durations import parse


@given(st.integers(0, 500), st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
def test_parts_add_up(days, hours, minutes, seconds):
    """A span is the sum of its parts."""
    expected = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    assert parse(f"{days}d{hours}h{minutes}m{seconds}s") == expected


@pytest.mark.parametrize("text", ["", "91", "d", "-1d", "1y", "1 d", "99999999999999999999d"])
def test_what_is_no_span_is_refused(text):
    """Everything else is refused, with an example of what is meant."""
    with pytest.raises(ValueError, match="span of time"):
        parse(text)
