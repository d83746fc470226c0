"""What is printed: a table of rates with their ratios, then plain quantities; or all of it as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from rates import Sum

HEAD = f"{'':34} {'plane':>12} {'p50 ms':>8} {'p99 ms':>8} {'bare':>12} {'ratio':>6} {'by CPU':>6} {'aim':>6}"


@dataclass(frozen=True)
class Row:
    """One line. *ratio* is how much of the bare server's speed the plane reaches; *aim* is the ratio, or the value, aimed at."""

    name: str
    value: float
    unit: str
    bare: float | None = None
    ratio: float | None = None
    cpu_ratio: float | None = None
    aim: float | None = None
    p50_ms: float | None = None
    p99_ms: float | None = None
    cpu_us: float | None = None

    @classmethod
    def of_rates(cls, name: str, aim: float | None, ours: Sum, theirs: Sum) -> Row:
        """A row of requests per second, the more the better."""
        mine, its = ours.cpu_microseconds, theirs.cpu_microseconds
        return cls(
            name,
            ours.rate,
            "/s",
            theirs.rate,
            ours.rate / theirs.rate,
            its / mine if mine and its else None,
            aim,
            ours.p50,
            ours.p99,
            mine,
        )

    @classmethod
    def of_times(cls, name: str, value: float, bare: float, unit: str = "ms", aim: float | None = None) -> Row:
        """A row of times, the fewer the better; *aim* is a time."""
        return cls(name, value, unit, bare, bare / value, aim=aim)

    def line(self) -> str:
        """The row as printed."""
        cells = [
            f"{self.value:,.{_decimals(self.value)}f} {self.unit}".rjust(12),
            _number(self.p50_ms, 8, 2),
            _number(self.p99_ms, 8, 2),
            f"{self.bare:,.{_decimals(self.bare)}f} {self.unit}".rjust(12) if self.bare is not None else " " * 12,
            _number(self.ratio, 6, 2),
            _number(self.cpu_ratio, 6, 2),
            f"{self.aim:6g}" if self.aim is not None else " " * 6,
        ]
        return " ".join([f"{self.name:34}", *cells]).rstrip()


def _decimals(value: float) -> int:
    return 0 if value >= 100 else 1 if value >= 10 else 2


def _number(value: float | None, width: int, decimals: int) -> str:
    return " " * width if value is None else f"{value:{width}.{decimals}f}"


class Report:
    """Rows, printed as they come unless *quiet*."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._title = ""
        self._rows: list[Row] = []

    def head(self, title: str) -> None:
        """What was done."""
        self._title = title
        if not self._quiet:
            print(f"{title}\n{HEAD}", flush=True)

    def add(self, row: Row) -> None:
        """One more row."""
        self._rows.append(row)
        if not self._quiet:
            print(row.line(), flush=True)

    def document(self) -> dict[str, Any]:
        """All of it."""
        return {"title": self._title, "rows": [asdict(row) for row in self._rows]}
