"""Where the data files are: ``fixtures/`` in a checkout, ``emulator/_fixtures`` in an installed wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGED = Path(__file__).with_name("_fixtures")
ROOT = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parents[1] / "fixtures"


def path(*parts: str) -> Path:
    """The path of a data file."""
    return ROOT.joinpath(*parts)
