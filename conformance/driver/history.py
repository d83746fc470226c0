"""What was said and when: exchanges, and the history that collects them."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

KEPT_HEADERS = frozenset(
    {"content-type", "warning", "retry-after", "etag", "location", "allow", "x-amz-request-id", "x-amz-version-id"}
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and its answer, or one watch with everything it delivered.

    ``status`` 0 means that no answer came, and ``answer`` says why. Times are seconds since the run began.
    """

    number: int  # of the lane
    lane: str
    door: str  # kube, s3, rpc, proxy, shell
    identity: str
    method: str
    path: str  # with its query
    headers: Mapping[str, str] = field(default_factory=dict)  # sent; never credentials
    body: bytes = b""
    status: int = 0
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    answer: bytes = b""
    asked_at: float = 0.0
    answered_at: float = 0.0

    def redacted(self, answer: bytes) -> Exchange:
        """The same with another answer, for records that must not keep what was said."""
        return self if answer == self.answer else replace(self, answer=answer)

    def as_json(self) -> dict[str, Any]:
        """The exchange as one JSON value; bytes that are not UTF-8 are base64 under ``{"base64": ...}``."""
        value: dict[str, Any] = {
            "n": self.number,
            "lane": self.lane,
            "door": self.door,
            "as": self.identity,
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "at": self.asked_at,
            "until": self.answered_at,
        }
        if self.headers:
            value["headers"] = dict(self.headers)
        if self.body:
            value["body"] = _text(self.body)
        if self.answer_headers:
            value["answer_headers"] = dict(self.answer_headers)
        if self.answer:
            value["answer"] = _text(self.answer)
        return value

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Exchange:
        """The inverse of ``as_json``. Raises KeyError, TypeError on anything else."""
        return Exchange(
            number=value["n"],
            lane=value["lane"],
            door=value["door"],
            identity=value["as"],
            method=value["method"],
            path=value["path"],
            headers=value.get("headers", {}),
            body=_bytes(value.get("body", "")),
            status=value["status"],
            answer_headers=value.get("answer_headers", {}),
            answer=_bytes(value.get("answer", "")),
            asked_at=value["at"],
            answered_at=value["until"],
        )


def _text(data: bytes) -> Any:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def _bytes(value: Any) -> bytes:
    if isinstance(value, str):
        return value.encode()
    return base64.b64decode(value["base64"])


class History:
    """Exchanges in the order of their answers. Several threads may write; each lane counts its own."""

    def __init__(self) -> None:
        self._exchanges: list[Exchange] = []
        self._numbers: dict[str, int] = {}
        self._lock = threading.Lock()

    def next_number(self, lane: str) -> int:
        """The next number of a lane; taken when the question is asked, so that a replay finds long watches by it."""
        with self._lock:
            self._numbers[lane] = self._numbers.get(lane, 0) + 1
            return self._numbers[lane]

    def add(self, exchange: Exchange) -> None:
        """Append one."""
        with self._lock:
            self._exchanges.append(exchange)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(list(self._exchanges))

    def __len__(self) -> int:
        return len(self._exchanges)
