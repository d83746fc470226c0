"""What applications of the store are: WSGI, and what they ask of a request's environment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

Environ = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environ, Start], Iterable[bytes]]


class Answer(NamedTuple):
    """An application's answer, collected."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def good(self) -> bool:
        """Whether it was carried out."""
        return self.status.startswith("200")

    def give(self, start: Start, *more: tuple[str, str]) -> Iterable[bytes]:
        """Pass it on, with its length."""
        headers = [item for item in self.headers if item[0].lower() != "content-length"]
        start(self.status, [*headers, ("Content-Length", str(len(self.body))), *more])
        return [self.body]


def ask(application: Application, environ: Environ) -> Answer:
    """An application's answer to a request."""
    held: list[Any] = []
    body = b"".join(application(environ, lambda *given: held.append(given)))
    return Answer(held[0][0], list(held[0][1]), body)


def headers_of(environ: Mapping[str, Any]) -> dict[str, str]:
    """A request's headers, by names in lower case."""
    headers = {name[5:].lower().replace("_", "-"): str(value) for name, value in environ.items() if name[:5] == "HTTP_"}
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.lower().replace("_", "-")] = environ[name]
    return headers


def target_of(environ: Mapping[str, Any]) -> tuple[str, str]:
    """Path and query as they are on the request line."""
    raw = environ.get("RAW_URI") or environ.get("REQUEST_URI") or environ["PATH_INFO"]
    path, _, query = raw.partition("?")
    return path, query


def length_of(environ: Mapping[str, Any]) -> int:
    """How long a request's body is."""
    length = environ.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdigit() else 0
