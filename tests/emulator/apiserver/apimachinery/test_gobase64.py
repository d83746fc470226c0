"""Base64 as Go reads it."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.apiserver.apimachinery.gobase64 import canonical


@given(st.binary(max_size=80), st.integers(1, 80))
def test_line_ends_are_skipped(data: bytes, width: int) -> None:
    """Bytes wrapped into lines are the same bytes."""
    text = base64.b64encode(data).decode()
    wrapped = "\n".join(text[at : at + width] for at in range(0, len(text), width))
    assert canonical(wrapped) == text


@pytest.mark.parametrize(
    ("text", "position"),
    [("not base64", 3), ("A", 0), ("AAEC=", 4), ("AA=A", 2), ("AA", 0), ("====", 0), ("AAE=AAEC", 4)],
)
def test_errors_say_where(text: str, position: int) -> None:
    """Text that is no base64 is refused with the position where decoding fails."""
    with pytest.raises(ValueError, match=f"illegal base64 data at input byte {position}$"):
        canonical(text)


@given(st.text(alphabet="AQgw/+=\n", max_size=12))
def test_accepts_what_it_says_it_accepts(text: str) -> None:
    """What is accepted decodes, and its canonical form is accepted unchanged."""
    try:
        shown = canonical(text)
    except ValueError:
        return
    assert canonical(shown) == shown
    assert base64.b64encode(base64.b64decode(shown, validate=True)).decode() == shown
