"""Quantities."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.apiserver.apimachinery.quantity import WRONG_FORMAT, WRONG_SUFFIX, canonical, compare, parse

SUFFIXES = ["", "n", "u", "m", "k", "M", "G", "Ki", "Mi", "Gi", "e3", "E2", "e-3"]
quantities = st.builds(
    lambda sign, number, fraction, suffix: f"{sign}{number}{'.' + str(fraction) if fraction else ''}{suffix}",
    st.sampled_from(["", "-"]),
    st.integers(0, 10**6),
    st.integers(0, 999),
    st.sampled_from(SUFFIXES),
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        *[("0.5", "500m"), ("1024Mi", "1Gi"), ("1", "1"), ("1000m", "1"), ("1.5Gi", "1536Mi"), ("1000k", "1M")],
        *[("1e3", "1e3"), ("12e6", "12e6"), ("100", "100"), ("1024", "1024"), ("1023Ki", "1023Ki"), ("0", "0")],
        *[("-500m", "-500m"), (".5", "500m"), ("5.", "5"), ("0.0000000001", "1n"), ("0Gi", "0"), ("1500m", "1500m")],
    ],
)
def test_canonical(text: str, shown: str) -> None:
    """A quantity is written with the largest suffix that leaves no fraction."""
    assert canonical(text) == shown


@pytest.mark.parametrize("text", ["", "x", "1.2.3", "1 Gi", "--1", "Gi", "."])
def test_wrong_format(text: str) -> None:
    """What is no number with letters behind it is refused in the real server's words."""
    with pytest.raises(ValueError, match="quantities must match") as caught:
        parse(text)
    assert str(caught.value) == WRONG_FORMAT


def test_wrong_suffix() -> None:
    """Letters that are no suffix are refused as such."""
    with pytest.raises(ValueError) as caught:
        parse("1eM")
    assert str(caught.value) == WRONG_SUFFIX


@given(quantities)
def test_canonical_keeps_the_value(text: str) -> None:
    """The canonical text is the same quantity, and its own canonical text."""
    shown = canonical(text)
    assert compare(shown, text) == 0
    assert canonical(shown) == shown


@given(quantities, quantities)
def test_compare_orders_by_value(one: str, two: str) -> None:
    """Quantities are ordered by what they are worth, however they are written."""
    difference = parse(one).value - parse(two).value
    assert compare(one, two) == (difference > 0) - (difference < 0)
    assert compare(two, one) == -compare(one, two)


def test_large_quantities_are_capped() -> None:
    """Nothing is larger than 64 bits hold."""
    assert parse("100000E").value == Decimal((1 << 63) - 1)
