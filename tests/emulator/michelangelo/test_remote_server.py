"""The layer's client at an API server that is far away, busy, restarted, or broken: it copes, and never spins."""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest

from emulator.apiserver.authn.certificates import Authority
from emulator.apiserver.server import tls_context
from emulator.michelangelo import kubeconfig, retrying
from emulator.michelangelo.client import Access, ApiError, KubeClient, Resource
from emulator.michelangelo.credentials import FileToken

THINGS = Resource("", "v1", "things")
LIST = {"metadata": {"resourceVersion": "100"}, "items": []}
EVENT = json.dumps({"type": "ADDED", "object": {"metadata": {"name": "a", "resourceVersion": "101"}}}) + "\n"


class Request:
    """What came in."""

    def __init__(self, head: bytes) -> None:
        self.method, self.target, _ = head.split(b"\r\n")[0].decode().split(" ")
        lines = (line.decode().partition(": ") for line in head.split(b"\r\n")[1:] if line)
        self.headers = {name.lower(): value for name, _, value in lines}
        self.watches = "watch=true" in self.target


class Misbehaving:
    """An HTTP server that answers as a function says: bytes to send, and None to say nothing for ever. It counts."""

    def __init__(self, answer: Callable[[Request, int], bytes | None]) -> None:
        self.answer = answer
        self.requests: list[Request] = []
        self.port = 0
        self._server: asyncio.Server | None = None

    async def open(self, context: ssl.SSLContext | None = None) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        assert self._server is not None
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            request = Request(head)
            await reader.readexactly(int(request.headers.get("content-length", 0)))
            self.requests.append(request)
            said = self.answer(request, len(self.requests))
            if said is None:
                writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
                await writer.drain()
                await asyncio.sleep(60)
            else:
                writer.write(said)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def answer(code: int, body: object = "", **headers: str) -> bytes:
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    extra = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {code} X\r\nconnection: close\r\n{extra}\r\n".encode() + data


def refused(code: int, **headers: str) -> bytes:
    return answer(code, {"kind": "Status", "code": code, "message": "told to"}, **headers)


def played(
    server: Misbehaving, act: Callable[[KubeClient], Awaitable], watch_seconds: float = 60, **access: object
) -> object:
    """What comes of a client's acts on a server."""

    async def run() -> object:
        await server.open()
        client = KubeClient(Access(f"http://127.0.0.1:{server.port}", **access), watch_seconds=watch_seconds)
        try:
            return await act(client)
        finally:
            await client.close()
            server.close()

    return asyncio.run(asyncio.wait_for(run(), 30))


def hears(count: int, seconds: float = 20.0) -> Callable[[KubeClient], Awaitable[list[str]]]:
    """Follow until so many reports were heard, or for so long."""

    async def act(client: KubeClient) -> list[str]:
        heard: list[str] = []
        try:
            async with asyncio.timeout(seconds):
                async for sort, _ in client.follow(THINGS):
                    heard.append(sort)
                    if len(heard) == count:
                        break
        except TimeoutError:
            pass
        return heard

    return act


def creates(client: KubeClient) -> Awaitable:
    return client.create(THINGS, {"metadata": {"name": "a"}})


def test_a_busy_server_is_asked_again_when_it_says():
    """429 was not carried out: even a create is sent again, and not before the server said."""
    moments: list[float] = []

    def busy(request: Request, number: int) -> bytes:
        moments.append(asyncio.get_running_loop().time())
        return refused(429, retry_after="1") if number == 1 else answer(201, {"metadata": {"name": "a"}})

    assert played(Misbehaving(busy), creates) == {"metadata": {"name": "a"}}
    assert len(moments) == 2 and moments[1] - moments[0] >= 1


@pytest.mark.parametrize(
    ("act", "times"), [(creates, 1), (lambda client: client.get(THINGS, "", "a"), retrying.ATTEMPTS)]
)
def test_what_may_have_been_carried_out_is_not_sent_again(monkeypatch, act, times):
    """A create that met 500 is not repeated; a get is, a few times."""
    monkeypatch.setattr(retrying, "BACKOFF_SECONDS", (0.01,))
    server = Misbehaving(lambda request, number: refused(500))
    with pytest.raises(ApiError, match="told to"):
        played(server, act)
    assert len(server.requests) == times


def test_waits_are_read_as_seconds_or_dates():
    """And never for longer than two minutes, whatever a server says."""
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert retrying.said({"retry-after": "3"}) == 3
    assert 0 < retrying.said({"retry-after": soon}) <= 60
    assert retrying.said({"retry-after": "99999"}) == retrying.LONGEST_SECONDS
    assert retrying.said({"retry-after": "Mon, 01 Jan 2001 00:00:00 GMT"}) == 0
    assert retrying.said({"retry-after": "soon"}) is None
    assert retrying.said({}) is None


def test_a_rotated_token_is_taken_up(tmp_path: Path):
    """The file is read again as soon as its token is refused, by requests and watches alike, and the position is not lost."""
    path = tmp_path / "token"
    path.write_text("first\n")

    def judged(request: Request, number: int) -> bytes | None:
        if request.watches and number == 2:
            path.write_text("second\n")
        if number >= 2 and request.headers["authorization"] != "Bearer second":
            return refused(401)
        return answer(200, EVENT) if request.watches else answer(200, LIST)

    server = Misbehaving(judged)
    assert played(server, hears(2), credentials=FileToken(path)) == ["SYNC", "ADDED"]
    assert [request.headers["authorization"][7:] for request in server.requests] == ["first", "first", "second"]
    server = Misbehaving(lambda request, number: refused(401))
    with pytest.raises(ApiError, match="told to"):  # nobody rotates it: one request, one refusal
        played(server, lambda client: client.list(THINGS), credentials=FileToken(path))
    assert len(server.requests) == 1


def test_a_restarted_server_is_found_again():
    """While nobody listens it waits; the watch goes on from where it was, without another list."""
    server = Misbehaving(lambda request, number: answer(200, EVENT) if request.watches else answer(200, LIST))

    async def act(client: KubeClient) -> list[str]:
        heard = []
        async for sort, _ in client.follow(THINGS):
            heard.append(sort)
            if len(heard) == 2:
                server.close()
                asyncio.get_running_loop().call_later(0.5, lambda: asyncio.ensure_future(server.open()))
            if len(heard) == 3:
                return heard
        return heard

    assert played(server, act) == ["SYNC", "ADDED", "ADDED"]
    assert [request.watches for request in server.requests] == [False, True, True]
    assert "resourceVersion=101" in server.requests[-1].target


def test_a_connection_that_leads_nowhere_is_given_up():
    """A watch that outlives the time it was asked to last is dead, and another is opened."""
    server = Misbehaving(
        lambda request, number: (None if number == 2 else answer(200, EVENT)) if request.watches else answer(200, LIST)
    )
    assert played(server, hears(2), watch_seconds=1) == ["SYNC", "ADDED"]
    assert [request.watches for request in server.requests] == [False, True, True]


@pytest.mark.parametrize(
    "answers",
    [
        lambda request, number: b"",
        lambda request, number: b"nonsense\r\n\r\n",
        lambda request, number: refused(503),
        lambda request, number: refused(429),
        lambda request, number: refused(403),
        lambda request, number: refused(410) if request.watches else answer(200, LIST),
        lambda request, number: answer(200, '{"type": "ERR') if request.watches else answer(200, LIST),
        lambda request, number: answer(200) if request.watches else answer(200, LIST),
        lambda request, number: refused(404),
        lambda request, number: answer(200, EVENT) if request.watches else answer(200, LIST),
    ],
    ids=["closed", "no-http", "503", "429", "403", "410", "half-an-event", "empty", "404", "one-event-each"],
)
def test_no_trouble_makes_it_spin(answers):
    """Whatever a server does for a second and a half, it is asked a dozen times, not hundreds."""
    server = Misbehaving(answers)
    played(server, hears(10**6, seconds=1.5))
    assert 1 <= len(server.requests) <= 16


def test_a_handshake_that_fails_is_tried_again_with_patience():
    """A server whose certificate is somebody else's is never believed, and not hammered."""
    tried = 0
    context = tls_context(Authority.create(), ["127.0.0.1"])

    def count(*_: object) -> None:
        nonlocal tried
        tried += 1

    context.sni_callback = count

    async def run() -> None:
        server = Misbehaving(lambda request, number: answer(200, LIST))
        await server.open(context)
        client = KubeClient(Access(f"https://localhost:{server.port}", "secret", Authority.create().certificate_pem))
        assert await hears(1, seconds=1.5)(client) == []
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            await client.get(THINGS, "", "a")
        await client.close()
        server.close()
        assert server.requests == []

    asyncio.run(run())
    assert 1 <= tried <= 16


PLUGIN = """import json, os, pathlib
asked = json.loads(os.environ["KUBERNETES_EXEC_INFO"])
assert asked["kind"] == "ExecCredential" and asked["spec"]["cluster"]["server"].startswith("http")
count = pathlib.Path(__file__).with_name("count")
number = int(count.read_text()) + 1 if count.exists() else 1
count.write_text(str(number))
status = {"token": f"token-{number}", "expirationTimestamp": os.environ["UNTIL"]}
print(json.dumps({"apiVersion": asked["apiVersion"], "kind": "ExecCredential", "status": status}))
"""


@pytest.mark.parametrize(("until", "tokens"), [("2099-01-01T00:00:00Z", [1, 1]), ("2001-01-01T00:00:00Z", [2, 3])])
def test_a_credential_plugin_is_asked_when_its_answer_expires(tmp_path: Path, until: str, tokens: list[int]):
    """Not for every request; and again when the server refuses its token."""
    (tmp_path / "plugin.py").write_text(PLUGIN)
    user = {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": sys.executable,
            "args": [str(tmp_path / "plugin.py")],
            "env": [{"name": "UNTIL", "value": until}],
            "provideClusterInfo": True,
        }
    }
    config = {
        "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:1"}}],
        "users": [{"name": "u", "user": user}],
    }
    (tmp_path / "config").write_text(json.dumps(config))
    credentials = kubeconfig.access(tmp_path / "config").credentials
    server = Misbehaving(lambda request, number: refused(401) if number == 3 else answer(200, LIST))

    async def act(client: KubeClient) -> None:
        for _ in range(3):
            await client.list(THINGS)

    played(server, act, credentials=credentials)
    shown = [request.headers["authorization"].removeprefix("Bearer token-") for request in server.requests]
    assert [int(token) for token in shown[:2]] == tokens
    assert len(shown) == 4 and shown[3] != shown[2]


def test_what_a_kubeconfig_says_of_a_user_is_sent(tmp_path: Path):
    """Whom it acts as, with every group; who the server is beside its address, and how it is reached."""
    config = {
        "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [
            {"name": "c", "cluster": {"server": "https://h", "tls-server-name": "n", "proxy-url": "http://p:1"}}
        ],
        "users": [{"name": "u", "user": {"as": "jane", "as-groups": ["a", "b"], "as-user-extra": {"x/y": ["1"]}}}],
    }
    (tmp_path / "config").write_text(json.dumps(config))
    access = kubeconfig.access(tmp_path / "config")
    assert (access.server_name, access.proxy) == ("n", "http://p:1")
    assert access.headers == (
        ("Impersonate-User", "jane"),
        ("Impersonate-Group", "a"),
        ("Impersonate-Group", "b"),
        ("Impersonate-Extra-x%2Fy", "1"),
    )
    server = Misbehaving(lambda request, number: answer(200, LIST))
    played(server, lambda client: client.list(THINGS), headers=access.headers)
    assert server.requests[0].headers["impersonate-user"] == "jane"
