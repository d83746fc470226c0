"""What a resourceVersion may be."""

from __future__ import annotations

import pytest

from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.registry.listing import parse_revision


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("0" * 30 + "7", 7), (str(2**64 - 1), 2**64 - 1)])
def test_a_resource_version_is_an_unsigned_number_of_64_bits(text: str, number: int) -> None:
    assert parse_revision(text) == number


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("-1", "invalid syntax"),
        ("abc", "invalid syntax"),
        (str(2**64), "value out of range"),
        ("9" * 5000, "value out of range"),
    ],
)
def test_anything_else_is_refused_as_go_says_it(text: str, why: str) -> None:
    with pytest.raises(StatusError, match=f'strconv.ParseUint: parsing "{text}": {why}$'):
        parse_revision(text)
