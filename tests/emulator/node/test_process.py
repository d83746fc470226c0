"""Processes of containers: what they can reach, and what they may take."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from emulator.node.container import Container
from emulator.node.limits import Limits
from emulator.node.process import Command, Process


def run(folder, *argv: str, env: dict[str, str] | None = None, limits: Limits | None = None) -> Process:
    """Run a program to its end."""

    async def whole() -> Process:
        process = Process(limits or Limits(), lambda: datetime.now(UTC))
        await process.start(Command(argv, env or {}, folder))
        await process.wait()
        return process

    return asyncio.run(whole())


def test_variables_of_a_pod_configure_nothing_here(tmp_path):
    """Code, configuration and credential programs that a Pod's variables name are not touched; the program sees them as values."""
    (tmp_path / "boto3.py").write_text("open('owned', 'w')")
    (tmp_path / "sitecustomize.py").write_text("open('owned', 'w')")
    (tmp_path / ".aws").mkdir()
    for path in ("config", ".aws/config", ".aws/credentials"):
        (tmp_path / path).write_text("[default]\ncredential_process = touch owned\n")
    env = {
        "PYTHONPATH": str(tmp_path),
        "PYTHONSTARTUP": str(tmp_path / "boto3.py"),
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "HOME": str(tmp_path),
        "LD_PRELOAD": "/nowhere.so",
    }
    process = run(tmp_path, "aws", "s3", "ls", env=env)
    assert process.code == 253, process.output.tail(4000)
    assert "Unable to locate credentials" in process.output.tail(4000)
    assert not (tmp_path / "owned").exists()
    assert "LD_PRELOAD=/nowhere.so\n" in run(tmp_path, "env", env=env).output.tail(4000)


def test_variables_of_this_machine_are_no_containers(tmp_path, monkeypatch):
    """What the plane was started with is the plane's."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAMINE")
    assert "AKIAMINE" not in run(tmp_path, "env").output.tail(4000)
    assert run(tmp_path, "aws", "s3", "ls").code == 253


@pytest.mark.parametrize("path", ["../secret", "/../secret", "link", "a/../../secret"])
def test_files_outside_are_out_of_reach(tmp_path, path):
    """A container sees the files of its folder: an absolute path begins there, and none leads out."""
    (tmp_path / "secret").write_text("mine")
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path / "secret")
    process = run(root, "cat", path)
    assert process.code == 1
    assert "outside of the container" in process.output.tail(4000)
    assert "mine" not in process.output.tail(4000)


def test_memory_is_limited(tmp_path):
    """Who takes more than the limit is killed, which the container's state calls OOMKilled."""
    with (tmp_path / "big").open("wb") as file:
        file.truncate(400 * 1024**2)
    process = run(tmp_path, "cat", "big", limits=Limits(memory_bytes=200 * 1024**2))
    assert process.code == 137, process.output.tail(4000)
    container = Container({"name": "c", "image": "busybox"}, "containers")
    now = datetime.now(UTC)
    container.running(process, now)
    container.ended(process.code, now, stopped=False)
    assert container.state.state["terminated"]["reason"] == "OOMKilled"


def test_input_is_nobodys(tmp_path):
    """Without stdin there is nothing to read, and no waiting."""
    assert run(tmp_path, "cat").code == 0
