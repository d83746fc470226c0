"""A chart of some curves, both axes logarithmic, as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 860, 480
LEFT, RIGHT, TOP, BOTTOM = 70, 230, 50, 55
COLOURS = ("#1f6feb", "#cf222e", "#1a7f37", "#9a6700", "#8250df", "#bf3989", "#0a7ea4", "#57606a")
LABEL_STEP = 17  # pixels that two labels are apart at least
STYLE = "text{font:13px system-ui,sans-serif;fill:#24292f}.grid{stroke:#d0d7de;stroke-width:1}.axis{fill:#57606a}"


@dataclass
class Curve:
    """A name, and a value for every point of the x axis."""

    title: str
    values: list[float]


def draw(title: str, across: str, up: str, points: Sequence[int], curves: Sequence[Curve]) -> str:
    """The chart."""
    every = [value for curve in curves for value in curve.values]
    low, high = math.floor(math.log10(min(every))), math.ceil(math.log10(max(every)))
    first, last = math.log10(points[0]), math.log10(points[-1])

    def x(point: float) -> float:
        return LEFT + (math.log10(point) - first) / (last - first) * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (math.log10(value) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">',
        f"<style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="24" font-weight="600">{escape(title)}</text>',
        f'<text class="axis" x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 12}" text-anchor="middle">{escape(across)}</text>',
        f'<text class="axis" x="8" y="{TOP - 10}">{escape(up)}</text>',
    ]
    for power in range(low, high + 1):
        at = y(10**power)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>')
        parts.append(f'<text class="axis" x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{10**power:,g}</text>')
    for point in points:
        parts.append(
            f'<text class="axis" x="{x(point):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{point:,}</text>'
        )
    labels = _apart({number: y(curve.values[-1]) for number, curve in enumerate(curves)})
    for number, curve in enumerate(curves):
        colour = COLOURS[number % len(COLOURS)]
        line = " ".join(f"{x(point):.1f},{y(value):.1f}" for point, value in zip(points, curve.values, strict=True))
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for point, value in zip(points, curve.values, strict=True):
            parts.append(f'<circle cx="{x(point):.1f}" cy="{y(value):.1f}" r="3" fill="{colour}"/>')
        text = f"{curve.title}: {curve.values[-1]:,.3g}"
        at = f'x="{WIDTH - RIGHT + 10}" y="{labels[number] + 4:.1f}"'
        parts.append(f'<text {at} style="fill:{colour}">{escape(text)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _apart(wanted: dict[int, float]) -> dict[int, float]:
    """Heights of labels, moved down where they would overlap."""
    placed: dict[int, float] = {}
    lowest = -math.inf
    for number, at in sorted(wanted.items(), key=lambda item: item[1]):
        lowest = placed[number] = max(at, lowest + LABEL_STEP)
    return placed
