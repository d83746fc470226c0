"""Two certificates of a target side by side: what became worse, what better, and what cannot be compared."""

from __future__ import annotations

from typing import Any

_BADNESS = {"pass": 0, "warn": 1, "expected-fail": 2, "fail": 3, "error": 4}  # all others decide nothing


def difference(old: dict[str, Any], new: dict[str, Any]) -> dict[str, list[str]]:
    """By heading: regressed, fixed, newly required, no longer judged, evidence weakened, target, configuration, suite changed."""
    one, two = old["predicate"], new["predicate"]
    before, after = one["clauses"], two["clauses"]
    found: dict[str, list[str]] = {}

    def note(heading: str, text: str) -> None:
        found.setdefault(heading, []).append(text)

    for name in sorted(set(before) & set(after)):
        was, now = before[name], after[name]
        said = f"{name}: {was} -> {now}"
        change = _change(was, now)
        if change:
            note(change, said)
        elif was == now and one["evidence"].get(name, 0) > two["evidence"].get(name, 0):
            note("evidence weakened", f"{name}: {one['evidence'][name]} -> {two['evidence'].get(name, 0)} checks")
    for name in sorted(set(after) - set(before)):
        note("newly required", f"{name}: {after[name]}")
    for name in sorted(set(before) - set(after)):
        note("no longer judged", f"{name}: was {before[name]}")
    for part, was, now in _changed(_flat(one["target"]), _flat(two["target"])):
        note("target changed", f"{part}: {was} -> {now}")
    for part, was, now in _changed(one["configuration"], two["configuration"]):
        if part != "seed":  # every certificate run draws its own
            note("configuration changed", f"{part}: {was} -> {now}")
    for part in ("version", "digest"):
        if one["suite"][part] != two["suite"][part]:
            note("suite changed", f"{part}: {one['suite'][part]} -> {two['suite'][part]}")
    if one["requirements"] != two["requirements"]:
        note("suite changed", f"requirements: {one['requirements'][:19]} -> {two['requirements'][:19]}")
    return found


def _change(was: str, now: str) -> str:
    """What a clause's new verdict means: a failure that is excused, or no longer looked at, is not fixed."""
    if now not in _BADNESS:
        return "evidence weakened" if was in _BADNESS else ""
    if was not in _BADNESS:
        return "regressed" if now in ("fail", "error") else "newly judged"
    if _BADNESS[now] == _BADNESS[was]:
        return ""
    return "regressed" if _BADNESS[now] > _BADNESS[was] else "fixed"


def _flat(target: dict[str, Any]) -> dict[str, Any]:
    return {"name": target["name"], "dialect": target["dialect"], **target["fingerprint"]}


def _changed(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    return [(part, old.get(part), new.get(part)) for part in {**old, **new} if old.get(part) != new.get(part)]
