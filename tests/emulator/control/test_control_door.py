"""The control door: who may call, how handlers are found, and what a refusal says."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from emulator.apiserver.server import HttpServer, bind
from emulator.control import Call, ControlClient, ControlDoor, ControlError


def ask(door, method="POST", path="/v1/echo", token="secret", **words):
    """One request to a door, without a socket."""

    async def once():
        transport = httpx.ASGITransport(door)
        headers = {"Authorization": f"Bearer {token}"} | words.pop("headers", {})
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
            return await client.request(method, path, headers=headers, **words)

    return asyncio.run(once())


@pytest.fixture
def door():
    made = ControlDoor("secret")

    async def echo(call: Call):
        return {"values": call.values, "body": call.body.read().decode() if call.body else None}

    async def picky(call: Call):
        call.text("name")
        raise LookupError("there is no such thing")

    made.add("echo", echo)
    made.add("picky", picky)
    return made


def test_handlers_are_called_by_name(door):
    """Values come from the query and a JSON body; any other body is a file."""
    assert ask(door, path="/v1/echo?a=1", json={"b": [2]}).json() == {"values": {"a": "1", "b": [2]}, "body": None}
    sent = ask(door, content=b"tar", headers={"Content-Type": "application/x-tar"})
    assert sent.json() == {"values": {}, "body": "tar"}
    assert ask(door, "GET", "/v1").json() == {"handlers": ["echo", "picky"]}


def test_handlers_run_in_a_task():
    """Handlers make requests of their own, which need one; a server may call us without (``apiserver/protocol.py``)."""

    async def once() -> list:
        listening = bind("127.0.0.1", 0)
        door, tasks = ControlDoor("secret"), []

        async def note(call: Call) -> None:
            tasks.append(asyncio.current_task())

        door.add("note", note)
        server = HttpServer(door, listening, None)
        await server.start()
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            head = b"POST /v1/note HTTP/1.1\r\nhost: h\r\nauthorization: Bearer secret\r\ncontent-length: 2\r\n\r\n{}"
            writer.write(head)  # the whole request in one packet
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            writer.close()
        finally:
            await server.stop()
        return tasks

    (task,) = asyncio.run(once())
    assert task is not None


@pytest.mark.parametrize("token", ["", "wrong", "secret "])
def test_the_token_is_asked_for(door, token):
    """Without the token nothing is called."""
    answer = ask(door, token=token)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    ("method", "path", "body", "code", "said"),
    [
        ("POST", "/v1/unknown", b"{}", 404, "one of echo, picky"),
        ("POST", "/", b"{}", 404, "one of echo, picky"),
        ("GET", "/v1/echo", b"", 405, "POST"),
        ("POST", "/v1/echo", b"{", 400, "no JSON"),
        ("POST", "/v1/echo", b"[]", 400, "JSON object"),
        ("POST", "/v1/picky", b"{}", 400, "name is missing"),
        ("POST", "/v1/picky", b'{"name": 1}', 400, "name is to be a text"),
        ("POST", "/v1/picky", b'{"name": "x"}', 404, "no such thing"),
    ],
)
def test_refusals_are_sentences(door, method, path, body, code, said):
    """What cannot be done is said in one sentence."""
    answer = ask(door, method, path, content=body)
    assert answer.status_code == code
    assert said in answer.json()["error"]


def test_a_running_planes_door(plane):
    """The door of a plane answers those who know its token, at the address that the plane prints."""
    doors = plane.doors
    assert doors["control"].startswith("http://127.0.0.1:")
    listed = httpx.get(f"{doors['control']}/v1", headers={"Authorization": f"Bearer {doors['control_token']}"})
    assert listed.status_code == 200
    with pytest.raises(ControlError, match="control token"):
        ControlClient(doors["control"], "wrong").call("anything")
    with pytest.raises(ControlError, match="does not answer"):
        ControlClient("http://127.0.0.1:1", "x").call("anything")
    assert isinstance(listed.json()["handlers"], list)
