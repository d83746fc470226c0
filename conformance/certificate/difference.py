"""Two certificates of a target side by side: what became worse, what better, and what cannot be compared."""

from __future__ import annotations

from typing import Any

_GOOD = ("pass", "warn", "expected-fail")
_SILENT = ("not-applicable", "not-scored", "unknown")


def difference(old: dict[str, Any], new: dict[str, Any]) -> dict[str, list[str]]:
    """By heading: regressed, fixed, newly required, no longer judged, evidence weakened, target changed, suite changed."""
    one, two = old["predicate"], new["predicate"]
    before, after = one["clauses"], two["clauses"]
    found: dict[str, list[str]] = {}

    def note(heading: str, text: str) -> None:
        found.setdefault(heading, []).append(text)

    for name in sorted(set(before) & set(after)):
        was, now = before[name], after[name]
        said = f"{name}: {was} -> {now}"
        if was in _GOOD and now in ("fail", "error"):
            note("regressed", said)
        elif was in ("fail", "error") and now in _GOOD:
            note("fixed", said)
        elif was in _GOOD and now in _SILENT:
            note("evidence weakened", said)
        elif was == now and one["evidence"].get(name, 0) > two["evidence"].get(name, 0):
            note("evidence weakened", f"{name}: {one['evidence'][name]} -> {two['evidence'].get(name, 0)} checks")
    for name in sorted(set(after) - set(before)):
        note("newly required", f"{name}: {after[name]}")
    for name in sorted(set(before) - set(after)):
        note("no longer judged", f"{name}: was {before[name]}")
    for part in ("name", "dialect", "fingerprint"):
        if one["target"][part] != two["target"][part]:
            note("target changed", f"{part}: {one['target'][part]} -> {two['target'][part]}")
    for part in ("version", "digest"):
        if one["suite"][part] != two["suite"][part]:
            note("suite changed", f"{part}: {one['suite'][part]} -> {two['suite'][part]}")
    if one["requirements"] != two["requirements"]:
        note("suite changed", f"requirements: {one['requirements'][:19]} -> {two['requirements'][:19]}")
    return found
