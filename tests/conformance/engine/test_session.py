"""An interrupt is an interrupt, also when what it interrupted complains."""

from __future__ import annotations

import pytest

from conformance.engine.session import interrupted


def complain() -> None:
    try:
        raise KeyboardInterrupt
    finally:
        raise AssertionError("half done")


def test_what_began_with_an_interrupt_is_one() -> None:
    with pytest.raises(AssertionError) as complained:
        complain()
    assert interrupted(complained.value)
    assert interrupted(KeyboardInterrupt())
    assert not interrupted(AssertionError("something else"))
