"""The API server's HTTP/1.1, as bytes on a socket: bodies in pieces, pipelines, ends of connections, slow readers."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

HEADERS = "Host: plane\r\nAuthorization: Bearer admin-token\r\nContent-Type: application/json\r\n"


class Wire:
    """One connection, and what has come of it so far."""

    def __init__(self, sock: ssl.SSLSocket) -> None:
        self.sock = sock
        self.data = b""

    def send(self, text: str) -> None:
        self.sock.sendall(text.encode())

    def more(self) -> bool:
        """Receive something; False at the end."""
        received = self.sock.recv(1 << 16)
        self.data += received
        return bool(received)

    def until(self, what: bytes) -> bytes:
        while what not in self.data:
            assert self.more(), f"the connection ended: {self.data!r}"
        found, _, self.data = self.data.partition(what)
        return found + what

    def answer(self) -> tuple[int, bytes]:
        """The next answer of known length: its code and body."""
        head = self.until(b"\r\n\r\n")
        length = int(re.search(rb"content-length: (\d+)", head)[1])
        while len(self.data) < length:
            assert self.more(), "the connection ended"
        body, self.data = self.data[:length], self.data[length:]
        return int(head[9:12]), body

    def end(self) -> bytes:
        """What comes until the server closes."""
        while self.more():
            pass
        return self.data


@contextmanager
def connected(plane) -> Iterator[Wire]:
    where = urlsplit(plane.doors["kube_server"])
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((where.hostname, where.port), 20) as plain, context.wrap_socket(plain) as sock:
        yield Wire(sock)


def config_map(name: str, text: str = "") -> str:
    return json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"text": text}})


def post(path: str, body: str, more: str = "") -> str:
    return f"POST {path} HTTP/1.1\r\n{HEADERS}{more}Content-Length: {len(body)}\r\n\r\n{body}"


def get(path: str, version: str = "1.1", more: str = "") -> str:
    return f"GET {path} HTTP/{version}\r\n{HEADERS}{more}\r\n"


@pytest.fixture
def maps(namespace) -> str:
    return f"/api/v1/namespaces/{namespace}/configmaps"


def test_a_body_may_come_in_pieces(plane, maps):
    """The head alone, then the body cut anywhere: the same as all at once."""
    whole = post(maps, config_map("pieces"))
    head, _, body = whole.partition("\r\n\r\n")
    with connected(plane) as wire:
        for part in (head + "\r\n", "\r\n", body[:7], body[7:]):
            wire.send(part)
        assert wire.answer()[0] == 201
        wire.send(whole)
        assert wire.answer()[0] == 409


def test_who_may_not_is_told_before_the_body(plane, maps):
    """A refusal that needs no body waits for none."""
    with connected(plane) as wire:
        wire.send(post(maps, "x" * 100).replace("admin-token", "nobody")[:-100])
        assert wire.answer()[0] == 401


def test_a_body_that_is_asked_for_first(plane, maps):
    """Expect: 100-continue."""
    head, _, body = post(maps, config_map("expected"), "Expect: 100-continue\r\n").partition("\r\n\r\n")
    with connected(plane) as wire:
        wire.send(head + "\r\n\r\n")
        assert wire.until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        wire.send(body)
        assert wire.answer()[0] == 201


def test_a_pipeline_is_answered_in_order(plane, maps):
    """Requests that come in one packet see each other's writes, and what controllers make of them."""
    group = f"{maps.split('/')[4]}.example.com"
    schema = {"openAPIV3Schema": {"type": "object"}}
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"cogs.{group}"},
        "spec": {
            "group": group,
            "names": {"plural": "cogs", "kind": "Cog"},
            "scope": "Cluster",
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": schema}],
        },
    }
    cog = {"apiVersion": f"{group}/v1", "kind": "Cog", "metadata": {"name": "one"}}
    definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    with connected(plane) as wire:
        wire.send(
            post(maps, config_map("first"))
            + get(f"{maps}/first")
            + get(f"{maps}/second")
            + post(definitions, json.dumps(definition))
            + post(f"/apis/{group}/v1/cogs", json.dumps(cog))
        )
        assert [wire.answer()[0] for _ in range(5)] == [201, 200, 404, 201, 201]
        wire.send(f"DELETE {definitions}/cogs.{group} HTTP/1.1\r\n{HEADERS}\r\n")
        assert wire.answer()[0] == 200


def test_what_follows_an_answer_in_a_packet_comes_behind_it(plane, maps):
    """A stream, a long list, nonsense, a head without end: whatever is not sent by the same way as short answers."""
    with connected(plane) as wire:
        wire.send(get("/version") + get(f"{maps}?watch=1&timeoutSeconds=1"))
        assert wire.answer()[0] == 200
        assert b"transfer-encoding: chunked" in wire.until(b"\r\n\r\n")
    with connected(plane) as wire:
        wire.send(get("/version") + get("/openapi/v2"))
        assert [wire.answer()[0], wire.answer()[0]] == [200, 200]
    for nonsense, code in (("nonsense\r\n\r\n", b"400"), ("GET / HTTP/1.1\r\nx: " + "y" * (2 << 20), b"431")):
        with connected(plane) as wire:
            wire.send(get("/version") + nonsense[:1000])
            assert wire.answer()[0] == 200
            with contextlib.suppress(OSError):  # it may have ended already
                wire.send(nonsense[1000:])
            assert wire.end().startswith(b"HTTP/1.1 " + code)


def test_connections_end_as_asked(plane):
    """Connection: close, and HTTP/1.0, end with the answer; HEAD has no body and ends nothing."""
    for request in (get("/version", more="Connection: close\r\n"), get("/version", version="1.0")):
        with connected(plane) as wire:
            wire.send(request)
            head, _, body = wire.end().partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200") and json.loads(body)["major"]
    with connected(plane) as wire:
        wire.send(get("/version").replace("GET", "HEAD") + get("/version"))
        assert b" 405 " in wire.until(b"\r\n\r\n")  # /version takes GET only
        assert wire.answer()[0] == 200


def test_a_slow_reader_loses_nothing(plane, maps):
    """A watcher that reads nothing for a while gets every event in order; others do not wait for it."""
    text, number = "x" * 20_000, 150
    with connected(plane) as slow, connected(plane) as writer, plane.client() as client:
        version = client.get(maps).json()["metadata"]["resourceVersion"]
        slow.send(get(f"{maps}?watch=1&resourceVersion={version}&timeoutSeconds=30"))
        slow.until(b"\r\n\r\n")
        for each in range(number):
            writer.send(post(maps, config_map(f"m-{each:03}", text)))
            assert writer.answer()[0] == 201
        seen = []
        while len(seen) < number:
            found = re.search(rb'"name":"(m-\d+)"', slow.until(b"}\n"))
            if found is not None:
                seen.append(found[1].decode())
        assert seen == [f"m-{each:03}" for each in range(number)]
