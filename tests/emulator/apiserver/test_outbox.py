"""When answers go out."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from emulator.apiserver import outbox
from emulator.apiserver.outbox import Outbox


class Connection:
    """Notes when it was let send."""

    def __init__(self, name: str, sent: list[str]) -> None:
        self.name, self.sent = name, sent

    def send_now(self) -> None:
        self.sent.append(self.name)


def test_answers_of_one_turn_go_out_together_in_their_order() -> None:
    async def turns() -> list[list[str]]:
        sent: list[str] = []
        box, seen = Outbox(), []
        for names in ("abc", "ba"):
            for name in names:
                box.add(Connection(name, sent))
            seen.append(list(sent))
            await asyncio.sleep(0)
            seen.append(list(sent))
        return seen

    assert asyncio.run(turns()) == [[], ["a", "b", "c"], ["a", "b", "c"], ["a", "b", "c", "b", "a"]]


def test_who_asks_alone_is_answered_at_once() -> None:
    async def turns() -> list[str]:
        sent: list[str] = []
        box, one = Outbox(), Connection("one", sent)
        box.add(one)
        await asyncio.sleep(0)
        box.add(one)
        return list(sent)

    assert asyncio.run(turns()) == ["one", "one"]


def test_no_answer_waits_for_many_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A turn may be long: what has waited for a millisecond goes."""

    async def turn() -> list[str]:
        sent: list[str] = []
        box, now = Outbox(), [0.0]
        monkeypatch.setattr(outbox, "time", SimpleNamespace(monotonic=lambda: now[0]))
        for name in ("a", "b", "c"):
            box.add(Connection(name, sent))
            now[0] += outbox.HELD_SECONDS
        return list(sent)

    assert asyncio.run(turn()) == ["a", "b", "c"]
