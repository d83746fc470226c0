"""A server that puts a request off has not carried it out: it is asked again, as long as it says when to come."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

from conformance.driver.history import History
from conformance.driver.kube import Kube
from conformance.driver.kubeconfig import Cluster
from conformance.driver.lane import LiveLane, ReplayLane
from conformance.driver.resources import MODELS
from conformance.driver.wire import Origin

EVENT = b'{"type":"ADDED","object":{"metadata":{"name":"m"}}}\n'
PERMISSION = SimpleNamespace(demand=lambda *_: None, label=lambda obj: obj)


@contextmanager
def busy(times: int, headers: dict[str, str]) -> Iterator[str]:
    """A server that answers 429 so often, then carries things out; its address."""
    left = [times]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            left[0] -= 1
            self.send_response(429 if left[0] >= 0 else 200)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"{}\n" if left[0] >= 0 else EVENT)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_it_is_asked_again_and_a_replay_decides_alike() -> None:
    """Reads and watches; every exchange is in the history."""
    history = History()
    with busy(2, {"Retry-After": "0"}) as url:
        kube = Kube(Cluster(Origin(url), "", {}), LiveLane("main", history, 0.0), PERMISSION)
        assert kube.list(MODELS, "n").ok
    with busy(1, {"Retry-After": "0"}) as url:
        kube = Kube(Cluster(Origin(url), "", {}), kube.lane, PERMISSION)
        with kube.watch(MODELS, "n") as watching:
            assert watching.next(5.0).name == "m"
    assert [exchange.status for exchange in history] == [429, 429, 200, 429, 200]
    recorded = {(exchange.lane, exchange.number): exchange for exchange in history}
    again = Kube(None, ReplayLane("main", recorded, History()), PERMISSION)
    assert again.list(MODELS, "n").ok
    with again.watch(MODELS, "n") as watching:
        assert watching.next(5.0).name == "m"


def test_who_does_not_say_when_to_come_is_believed() -> None:
    """A 429 alone is an answer like any other."""
    with busy(1, {}) as url:
        kube = Kube(Cluster(Origin(url), "", {}), LiveLane("main", History(), 0.0), PERMISSION)
        assert kube.list(MODELS, "n").code == 429
