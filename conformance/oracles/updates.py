"""Optimistic concurrency, judged from what was said."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.driver.history import Exchange
from conformance.oracles.finding import Finding

CLAUSE = "kubernetes.stale-update-conflicts"


def stale_updates(history: Iterable[Exchange]) -> list[Finding]:
    """PUTs that named a resourceVersion that was no longer current and were taken all the same, or refused in another way."""
    current: dict[str, str] = {}
    found: list[Finding] = []
    for exchange in history:
        if exchange.door != "kubernetes" or not isinstance(exchange.answer, dict):
            continue
        path = exchange.path.partition("?")[0]
        if exchange.method == "PUT" and path in current:
            asked = ((exchange.body or {}).get("metadata") or {}).get("resourceVersion")
            if asked and asked != current[path] and exchange.code != 409:
                expected = "409 Conflict"
                observed = f"{exchange.code} {exchange.answer.get('reason', '')}".strip()
                found.append(Finding(CLAUSE, "an update for an old resourceVersion was not refused", expected, observed))
        version = (exchange.answer.get("metadata") or {}).get("resourceVersion")
        if exchange.code in (200, 201) and version and exchange.answer.get("kind") != "Status":
            name = exchange.answer["metadata"].get("name")
            key = path if exchange.method != "POST" else f"{path}/{name}"
            current[key] = version
        if exchange.method == "DELETE" and exchange.code == 200:
            current.pop(path, None)
    return found
