"""``ma-emulator`` as people and scripts use it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from emulator import running
from emulator.doors import Doors


def run(*words: str, timeout: float = 30, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "emulator", *words],
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**os.environ, **environment},
    )


def test_exec_sets_the_variables_and_gives_the_exit_code():
    """exec runs a command with every door's variable set, and none that leads S3 clients elsewhere; it ends with the command's code."""
    script = (
        'test -n "$KUBECONFIG" && test -n "$AWS_ENDPOINT_URL" && test -n "$AWS_ACCESS_KEY_ID" && '
        'test -n "$AWS_SECRET_ACCESS_KEY" && test -n "$AWS_DEFAULT_REGION" && test -n "$MODELS_BUCKET" && '
        'test -n "$MACTL_ADDRESS" && test -n "$MA_API_SERVER" && '
        'test -z "$AWS_ENDPOINT_URL_S3$AWS_PROFILE$AWS_SESSION_TOKEN" && exit 7'
    )
    elsewhere = {"AWS_ENDPOINT_URL_S3": "https://s3.example.com", "AWS_PROFILE": "work", "AWS_SESSION_TOKEN": "t"}
    assert run("exec", "--", "sh", "-c", script, **elsewhere).returncode == 7


@pytest.mark.parametrize("words", [["exec", "--", "true"], ["up", "--detach"]])
def test_a_folder_of_our_name_is_in_nobodys_way(words: list[str], tmp_path: Path):
    """The plane's processes are ours, whatever packages lie where it is started."""
    (tmp_path / "emulator").mkdir()
    (tmp_path / "emulator" / "__init__.py").write_text("raise SystemExit('somebody else')")
    command = [Path(sys.executable).with_name("ma-emulator"), *words]
    if words[0] == "up":
        command += ["--kube-port", "0", "--s3-port", "0", "--rpc-port", "0"]
    home = {**os.environ, "MA_EMULATOR_HOME": str(tmp_path / "home")}
    done = subprocess.run(command, cwd=tmp_path, env=home, capture_output=True, text=True, timeout=60)
    run("down", MA_EMULATOR_HOME=str(tmp_path / "home"))
    assert done.returncode == 0, done.stderr


def test_exec_says_when_there_is_no_such_command():
    """A command that does not exist is 127, as in a shell, without a traceback."""
    done = run("exec", "--", "no-such-command-here")
    assert done.returncode == 127
    assert "no such command: no-such-command-here" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("up", "--dialect", "klingon"), "'guide', 'upstream'"),
        (("up", "--kube-port", "99999"), "0 (pick a free one) to 65535"),
        (("up", "--fault", "none-such"), "known are"),
        (("up", "--token-auth-file", "/nonexistent/tokens.csv"), "/nonexistent/tokens.csv"),
        (("exec",), "give the command to run"),
        (("env", "--format", "klingon"), "'shell', 'dotenv', 'json'"),
        (("up", "--detach", "--folder", "x"), "in the foreground"),
        (("register", "m", "-n", "ns", "--artifact", "."), "not set"),
        (("exec", "--host", "klingon", "--", "true"), "an address of this machine with --host"),
        (("exec", "--models-bucket", "A_b", "--", "true"), "'A_b' is no name for a bucket: 3 to 63 lower-case"),
        (("exec", "--kubeconfig", ".", "--", "true"), "is a folder"),
        (("up", "--detach", "--name", "../x"), "'../x' is no name for a plane"),
        (("down", "--name", ""), "'' is no name for a plane"),
        (("nonsense",), "invalid choice"),
    ],
)
def test_bad_input_says_what_to_do(words, said):
    """A wrong flag ends with a sentence and no traceback, and with a code that is neither 0 nor a crash's."""
    done = run(*words, KUBECONFIG="", AWS_ENDPOINT_URL="")
    assert done.returncode in (1, 3)
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("flag", "door"), [("--kube-port", "the Kubernetes API"), ("--s3-port", "S3"), ("--rpc-port", "gRPC")]
)
def test_a_port_in_use_is_named_with_a_way_out(flag, door):
    """A taken port says which door wanted it, and which flag chooses another."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        words = {"--kube-port": "0", "--s3-port": "0", "--rpc-port": "0", flag: str(port)}
        done = run("up", *[word for pair in words.items() for word in pair])
    assert done.returncode == 1
    assert f":{port} for {door}" in done.stderr
    assert f"{flag} 0" in done.stderr
    assert "Traceback" not in done.stderr


def test_token_file_with_a_short_line_names_the_line(tmp_path: Path):
    """A broken token file is refused with the line's number and the format."""
    path = tmp_path / "tokens.csv"
    path.write_text("good,user,uid\nbad,user\n")
    done = run("up", "--token-auth-file", str(path), "--kube-port", "0", "--s3-port", "0", "--rpc-port", "0")
    assert done.returncode == 3
    assert "line 2" in done.stderr
    assert "token,user,uid" in done.stderr


def test_detached_planes_are_found_reported_and_stopped(tmp_path: Path):
    """up --detach, status, env and down belong together, and down leaves no process behind."""
    home = {"MA_EMULATOR_HOME": str(tmp_path)}
    ports = ["--kube-port", "0", "--s3-port", "0", "--rpc-port", "0"]
    assert run("status", **home).returncode == 1
    started = run("up", "--detach", "--json", *ports, **home)
    assert started.returncode == 0, started.stderr
    doors = json.loads(started.stdout)
    try:
        again = run("up", "--detach", *ports, **home)
        assert again.returncode == 3
        assert "runs already" in again.stderr
        assert json.loads(run("status", "--json", **home).stdout) == doors
        exports = run("env", **home).stdout
        assert f"export KUBECONFIG={doors['kubeconfig']}" in exports
        assert run("env", AWS_PROFILE="work", **home).stdout == f"unset AWS_PROFILE\n{exports}"
        assert f"KUBECONFIG={doors['kubeconfig']}" in run("env", "--format", "dotenv", **home).stdout.splitlines()
        assert json.loads(run("env", "--format", "json", **home).stdout)["KUBECONFIG"] == doors["kubeconfig"]
        nodes = subprocess.run(
            ["sh", "-c", f"{exports}\nkubectl get crd models.michelangelo.api -o name"], capture_output=True, text=True
        )
        assert nodes.stdout == "customresourcedefinition.apiextensions.k8s.io/models.michelangelo.api\n"
    finally:
        down = run("down", **home)
    assert down.returncode == 0
    with pytest.raises(ProcessLookupError):
        os.kill(doors["pid"], 0)
    assert run("status", **home).returncode == 1
    assert run("down", **home).returncode == 0, "down is fine with nothing to stop"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_a_plane_cleanly(number):
    """Ctrl-C ends a plane with 0, says nothing on stderr, and takes the S3 child along."""
    words = ["up", "--json", "--kube-port", "0", "--s3-port", "0", "--rpc-port", "0"]
    child = subprocess.Popen(
        [sys.executable, "-m", "emulator", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    endpoint = json.loads(child.stdout.readline())["s3_endpoint"]
    child.send_signal(number)
    _, errors = child.communicate(timeout=10)
    assert child.returncode == 0
    assert errors == ""
    _assert_closed(endpoint)


def test_a_folder_keeps_what_others_need_to_find_the_plane(tmp_path: Path):
    """up --folder makes it, other commands find the plane by MA_PLANE, health is what the doors say; keys go with the plane."""
    folder = tmp_path / "new" / "state"
    words = [
        "up",
        "--folder",
        str(folder),
        "--no-rpc",
        "--json",
        "--host",
        "0.0.0.0",
        "--kube-port",
        "0",
        "--s3-port",
        "0",
    ]
    child = subprocess.Popen([sys.executable, "-m", "emulator", *words], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    doors = json.loads(child.stdout.readline())
    found = {"MA_PLANE": str(folder)}

    def health() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "emulator.health"]
        return subprocess.run(command, capture_output=True, text=True, timeout=30, env={**os.environ, **found})

    assert doors["kubeconfig"] == str(folder / "kubeconfig")
    assert json.loads(run("status", "--json", **found).stdout) == doors
    assert health().returncode == 0, health().stderr
    os.kill(doors["pid"], signal.SIGSTOP)
    assert "the Kubernetes API does not answer" in health().stderr
    os.kill(doors["pid"], signal.SIGCONT)
    child.terminate()
    child.communicate(timeout=10)
    assert not (folder / "doors.json").exists() and not (folder / "s3-identities.json").exists()
    assert (health().returncode, "no plane is running" in health().stderr) == (1, True)


def test_a_killed_plane_leaves_no_s3_child():
    """Even kill -9 leaves nobody behind."""
    words = ["up", "--json", "--kube-port", "0", "--s3-port", "0", "--rpc-port", "0"]
    child = subprocess.Popen([sys.executable, "-m", "emulator", *words], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    endpoint = json.loads(child.stdout.readline())["s3_endpoint"]
    child.kill()
    child.communicate(timeout=10)
    _assert_closed(endpoint)


def test_a_process_with_a_dead_planes_number_is_left_alone(tmp_path: Path):
    """A plane that was killed left its number behind; whoever has it now is not taken for the plane, nor ended by down."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        control = f"http://127.0.0.1:{closed.getsockname()[1]}"
    needed = {item.name: "" for item in fields(Doors) if item.default is MISSING and item.default_factory is MISSING}
    running.save(tmp_path / "default", Doors(**needed | {"pid": os.getpid(), "control": control}))
    done = run("down", MA_EMULATOR_HOME=str(tmp_path))
    assert (done.returncode, done.stdout) == (0, "no plane named 'default' is running\n")
    assert list((tmp_path / "default").iterdir()) == []


def test_without_a_home_the_way_out_is_said(monkeypatch: pytest.MonkeyPatch):
    """A user that the machine does not know has no home folder: the variable that names another is told."""
    for name in ("HOME", "XDG_STATE_HOME", "MA_EMULATOR_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    with pytest.raises(ValueError, match="MA_EMULATOR_HOME"):
        running.directory()


def _assert_closed(endpoint: str) -> None:
    host, _, port = endpoint.removeprefix("http://").partition(":")
    deadline = time.monotonic() + 5
    while True:
        with socket.socket() as probe:
            if probe.connect_ex((host, int(port))):
                return
        assert time.monotonic() < deadline, "somebody still listens"
        time.sleep(0.05)
