"""attach, exec and log over the wire: every version of the protocol, who may, and what is refused."""

from __future__ import annotations

import base64
import json
import ssl
import time
from urllib.parse import urlencode

import kubernetes
import pytest
import websocket
from contracts.node_processes import alive
from kubernetes.stream import stream

STDIN, STDOUT, STDERR, ERROR, RESIZE = range(5)


@pytest.fixture(scope="module")
def pod(plane):
    """A Pod that runs until it is deleted, and its path."""
    plane.kubectl("create", "namespace", "streams")
    plane.kubectl("run", "box", "-n", "streams", "--image=busybox", "--restart=Never", "--", "sleep", "600")
    plane.kubectl("wait", "-n", "streams", "pod/box", "--for=condition=Ready", "--timeout=30s")
    yield "/api/v1/namespaces/streams/pods/box"
    plane.kubectl("delete", "namespace", "streams", "--wait=false")


def connect(plane, path: str, protocols: list[str] | None, token: str = "admin-token", **query) -> websocket.WebSocket:
    """A WebSocket on a subresource."""
    url = plane.doors["kube_server"].replace("https", "wss") + f"{path}?{urlencode(query, doseq=True)}"
    return websocket.create_connection(
        url,
        subprotocols=protocols,
        sslopt={"cert_reqs": ssl.CERT_NONE},
        header=[f"Authorization: Bearer {token}"],
        timeout=30,
    )


def frames(socket: websocket.WebSocket) -> list[bytes]:
    """What comes until the server hangs up."""
    found = []
    while True:
        code, data = socket.recv_data()
        if code == websocket.ABNF.OPCODE_CLOSE:
            return found
        found.append(data)


def on(channel: int, seen: list[bytes], *, text: bool = False) -> bytes:
    """What came on a channel."""
    if text:
        return b"".join(base64.b64decode(each[1:]) for each in seen if each[:1] == str(channel).encode())
    return b"".join(each[1:] for each in seen if each[:1] == bytes([channel]))


@pytest.mark.parametrize("protocol", ["v5.channel.k8s.io", "v4.channel.k8s.io", "v4.base64.channel.k8s.io"])
def test_exec_ends_with_a_status(plane, pod, protocol):
    """Output on its channel, then a Status that carries the exit code."""
    words = {"stdout": "true", "stderr": "true"}
    text = "base64" in protocol
    seen = frames(connect(plane, f"{pod}/exec", [protocol], command=["echo", "a", "b"], **words))
    assert on(STDOUT, seen, text=text) == b"a b\n"
    assert json.loads(on(ERROR, seen, text=text)) == {"metadata": {}, "status": "Success"}
    seen = frames(connect(plane, f"{pod}/exec", [protocol], command=["cat", "missing"], **words))
    assert on(STDERR, seen, text=text) == b"cat: can't open 'missing': No such file or directory\n"
    status = json.loads(on(ERROR, seen, text=text))
    assert (status["status"], status["reason"]) == ("Failure", "NonZeroExitCode")
    assert status["details"]["causes"] == [{"reason": "ExitCode", "message": "1"}]


@pytest.mark.parametrize("protocol", ["channel.k8s.io", "base64.channel.k8s.io", None])
def test_older_protocols_end_with_a_text(plane, pod, protocol):
    """The oldest versions, and none at all: nothing when all went well, a sentence when not."""
    offered = [protocol] if protocol else None
    text = bool(protocol) and "base64" in protocol
    seen = frames(connect(plane, f"{pod}/exec", offered, command="true", stdout="true"))
    assert on(ERROR, seen, text=text) == b""
    seen = frames(connect(plane, f"{pod}/exec", offered, command="false", stdout="true"))
    assert on(ERROR, seen, text=text).endswith(b"command terminated with exit code 1")


def test_version_5_closes_input(plane, pod):
    """A client says that there is no more input, and the process reads its end."""
    socket = connect(
        plane, f"{pod}/exec", ["v5.channel.k8s.io", "v4.channel.k8s.io"], command="cat", stdin="true", stdout="true"
    )
    assert socket.getsubprotocol() == "v5.channel.k8s.io", "the newest that is offered"
    socket.send_binary(b"\x00typed\n")
    socket.send_binary(bytes([255, STDIN]))
    seen = frames(socket)
    assert on(STDOUT, seen) == b"typed\n"
    assert json.loads(on(ERROR, seen))["status"] == "Success"


def test_an_unknown_protocol_is_refused(plane, pod):
    """Offering only what nobody speaks fails the handshake, with the list of what is spoken."""
    with pytest.raises(websocket.WebSocketBadStatusException) as caught:
        connect(plane, f"{pod}/exec", ["v9.channel.k8s.io"], command="true", stdout="true")
    assert caught.value.status_code == 400
    assert b"supports [v5.channel.k8s.io, v4.channel.k8s.io" in caught.value.resp_body


def test_a_terminal_has_a_size(plane, pod):
    """With a terminal there is one output, with its line ends; sizes are taken, input is echoed, Ctrl-C interrupts."""
    socket = connect(
        plane, f"{pod}/exec", ["v5.channel.k8s.io"], command="cat", stdin="true", stdout="true", tty="true"
    )
    socket.send_binary(bytes([RESIZE]) + b'{"Width": 132, "Height": 43}')
    socket.send_binary(bytes([RESIZE]) + b"no size")
    socket.send_binary(b"\x00hello\r")
    got = b""
    while got.count(b"hello\r\n") < 2:  # once as the echo, once as cat's output
        got += socket.recv()[1:]
    socket.send_binary(b"\x00\x03")
    status = json.loads(on(ERROR, frames(socket)))
    assert status["details"]["causes"][0]["message"] == "130"


def test_the_official_client_executes(plane, pod):
    """The Python client speaks v4: output, errors and exit code."""
    configuration = kubernetes.client.Configuration(host=plane.doors["kube_server"])
    configuration.verify_ssl = False
    configuration.api_key = {"authorization": "Bearer admin-token"}
    api = kubernetes.client.CoreV1Api(kubernetes.client.ApiClient(configuration))
    words = {"stderr": True, "stdin": True, "stdout": True, "tty": False, "_preload_content": False}
    answer = stream(api.connect_get_namespaced_pod_exec, "box", "streams", command=["cat", "nothing"], **words)
    answer.run_forever(timeout=30)
    assert "can't open 'nothing'" in answer.read_stderr()
    assert answer.returncode == 1


def test_streams_take_two_permissions(plane, pod, namespace):
    """A WebSocket begins as a GET; since 1.35 that takes create as well as get."""

    def tried() -> tuple[int, str]:
        with pytest.raises(websocket.WebSocketBadStatusException) as caught:
            connect(plane, f"{pod}/exec", None, "alice-token", command="true", stdout="true")
        return caught.value.status_code, json.loads(caught.value.resp_body)["message"]

    text = 'pods "box" is forbidden: User "alice" cannot {} resource "pods/exec" in API group "" in the namespace "streams"'
    assert tried() == (403, text.format("get"))
    plane.kubectl("create", "role", "looks", "-n", "streams", "--verb=get", "--resource=pods/exec")
    plane.kubectl("create", "rolebinding", "looks", "-n", "streams", "--role=looks", "--user=alice")
    assert tried() == (403, text.format("create"))
    plane.kubectl("create", "role", "does", "-n", "streams", "--verb=create", "--resource=pods/exec")
    plane.kubectl("create", "rolebinding", "does", "-n", "streams", "--role=does", "--user=alice")
    assert frames(connect(plane, f"{pod}/exec", None, "alice-token", command="true", stdout="true")) == [b"\x01"]


def test_refusals(plane, pod):
    """What cannot be streamed is refused with a reason, before or after the handshake."""
    with plane.client() as http:
        asked = http.post(f"{pod}/exec", params={"command": "true", "stdout": "true"})
        assert (asked.status_code, asked.json()["message"]) == (400, "Upgrade request required")
        spdy = {"Connection": "Upgrade", "Upgrade": "SPDY/3.1", "X-Stream-Protocol-Version": "v9.channel.k8s.io"}
        asked = http.post(f"{pod}/exec", params={"command": "true", "stdout": "true"}, headers=spdy)
        assert asked.status_code == 403
        assert "client supports [v9.channel.k8s.io], server accepts [v4.channel.k8s.io" in asked.json()["message"]
        asked = http.post(f"{pod}/portforward", params={"ports": "80"}, headers=spdy)
        assert asked.json()["message"] == "pod box listens on no ports: this node forwards none"
        asked = http.get("/api/v1/namespaces/streams/pods/nobody/log")
        assert (asked.status_code, asked.json()["message"]) == (404, 'pods "nobody" not found')
        assert http.delete(f"{pod}/log").status_code == 405
    for query, code, text in (
        ({"stdout": "true"}, 400, "you must specify at least one command"),
        ({"command": "true"}, 400, "you must specify at least 1 of stdin, stdout, stderr"),
        ({"command": "true", "stdout": "true", "container": "x"}, 400, "container x is not valid for pod box"),
    ):
        with pytest.raises(websocket.WebSocketBadStatusException) as caught:
            connect(plane, f"{pod}/exec", None, **query)
        assert caught.value.status_code == code
        assert text in json.loads(caught.value.resp_body)["message"]


def test_log_options_are_checked(plane, pod):
    """As the real server checks them."""
    with plane.client() as http:
        for query, code, text in (
            ({"tailLines": "-1"}, 422, "tailLines: Invalid value: -1: must be greater than or equal to 0"),
            ({"limitBytes": "0"}, 422, "limitBytes: Invalid value: 0: must be greater than 0"),
            (
                {"sinceSeconds": "1", "sinceTime": "2026-01-01T00:00:00Z"},
                422,
                "at most one of `sinceTime` or `sinceSeconds`",
            ),
            ({"container": "x"}, 400, "container x is not valid for pod box"),
            ({"previous": "true"}, 400, 'previous terminated container "box" in pod "box" not found'),
        ):
            answer = http.get(f"{pod}/log", params=query)
            assert answer.status_code == code, answer.text
            assert text in answer.json()["message"]


def test_a_follower_that_leaves_is_forgotten(plane, namespace):
    """Logs are followed as they come, and nobody minds when their reader goes; the first who attaches sees all."""
    path = f"/api/v1/namespaces/{namespace}/pods/reader"
    plane.kubectl(
        "run", "reader", "-n", namespace, "--image=busybox", "--restart=Never", "-i", "--attach=false", "--", "cat"
    )
    plane.kubectl("wait", "-n", namespace, "pod/reader", "--for=condition=Ready", "--timeout=30s")
    first = connect(plane, f"{path}/attach", ["v5.channel.k8s.io"], stdin="true", stdout="true")
    first.send_binary(b"\x00one\n")
    with plane.client() as http, http.stream("GET", f"{path}/log", params={"follow": "true"}, timeout=30) as answer:
        assert next(answer.iter_lines()) == "one"
    second = connect(plane, f"{path}/attach", ["v5.channel.k8s.io"], stdin="true", stdout="true")
    first.send_binary(b"\x00two\n")
    got = b""
    while not got.endswith(b"two\n"):
        got += second.recv()[1:]
    assert got == b"two\n", "who comes second sees what comes from now on"
    second.close()
    first.send_binary(bytes([255, STDIN]))  # stdinOnce: the end of the input is the process'
    seen = frames(first)
    assert on(STDOUT, seen) == b"one\ntwo\n"
    done = plane.kubectl(
        "wait", "-n", namespace, "pod/reader", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=20s"
    )
    assert "met" in done
    late = frames(connect(plane, f"{path}/attach", ["v5.channel.k8s.io"], stdout="true"))
    assert f"container reader not found in pod reader_{namespace}" in json.loads(on(ERROR, late))["message"]


def test_exec_is_stopped_when_its_client_leaves(plane, pod):
    """No process is left behind by somebody who has gone."""
    socket = connect(plane, f"{pod}/exec", None, command=["sleep", "4711"], stdout="true")
    assert socket.recv() == b"\x01"
    deadline = time.monotonic() + 20
    while not alive("4711") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert alive("4711")
    socket.close()
    while alive("4711") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive("4711")
