"""The Dockerfile, whose steps run here without an engine, and the Compose file, which its schema and our own parser read."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from emulator.arguments import parser
from emulator.testing import images

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
pytestmark = pytest.mark.xdist_group("packaging")


def instructions(word: str) -> list[str]:
    """A Dockerfile's instructions of a kind, without line breaks."""
    return re.findall(rf"^{word} (.*)$", DOCKERFILE.replace("\\\n", ""), re.MULTILINE)


def test_the_steps_of_the_image_work(image) -> None:
    """Installed by somebody unprivileged into an empty directory, started on a read-only file system, healthy, stopped."""
    assert image.done.returncode == 0, image.done.stdout + image.done.stderr
    assert "installed, started, healthy, stopped" in image.done.stdout


def test_the_dockerfile_does_these_steps_and_no_others() -> None:
    """Every RUN of ours goes through docker/steps; the image starts and is asked by it, and runs as nobody special."""
    assert len(instructions("FROM")) == 2
    assert "steps build . /dist && steps install /dist /opt/emulator" in instructions("RUN")[1]
    assert json.loads(instructions("ENTRYPOINT")[0]) == ["steps", "run"]
    assert instructions("HEALTHCHECK")[0].endswith('CMD ["steps", "healthy"]')
    assert instructions("USER") == ["10001"]
    options = parser().parse_args(json.loads(instructions("CMD")[0]))
    assert (options.command, str(options.folder)) == ("up", "/state")
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        for name in source.split():
            assert (ROOT / name).exists(), f"COPY {name}"


def test_what_is_copied_is_sent_to_the_engine() -> None:
    """.dockerignore lets through what the Dockerfile copies, and nothing else of the checkout."""
    lines = (ROOT / ".dockerignore").read_text().split()
    copied = {
        name for source in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE) for name in source.split()
    }
    assert lines[0] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == copied


def test_the_compose_file_keeps_to_its_schema() -> None:
    """The Compose specification's own schema."""
    command = [Path(sys.executable).with_name("check-jsonschema"), "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, ROOT / "docker-compose.yml"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout


def test_up_is_the_emulator_alone() -> None:
    """Without a profile one service starts, from our image, with the ports that it has without Docker."""
    assert [name for name, service in SERVICES.items() if not service.get("profiles")] == ["emulator"]
    emulator = SERVICES["emulator"]
    assert emulator["build"]["context"] == "."
    assert [port.split(":")[-1] for port in emulator["ports"]] == instructions("EXPOSE")[0].split()
    assert all(port.startswith("127.0.0.1:") for service in SERVICES.values() for port in service["ports"])
    assert emulator["read_only"] is True
    assert emulator["depends_on"]["minio"]["required"] is False


def test_the_profile_minio_points_the_plane_at_a_pinned_store() -> None:
    """The store's image has a digest and does not come from where it is gone; its keys are the plane's; another store is a variable."""
    minio, emulator = SERVICES["minio"], SERVICES["emulator"]
    assert minio["profiles"] == ["minio"]
    chosen = re.fullmatch(r"\$\{STORE_IMAGE:-(.+)\}", minio["image"])
    assert chosen is not None
    assert re.fullmatch(r"quay\.io/minio/minio:RELEASE\.\S+@sha256:[0-9a-f]{64}", chosen[1])
    assert chosen[1] == images.MINIO.image
    assert re.fullmatch(r"\$\{STORE_COMMAND:-(.+)\}", minio["command"])[1].split() == images.MINIO.command
    for other in (images.RUSTFS, images.SEAWEEDFS):
        assert other.image in (ROOT / "docker-compose.yml").read_text()
    for others in re.findall(r"STORE_IMAGE=(\S+)", (ROOT / "docker-compose.yml").read_text()):
        assert re.fullmatch(r"\S+:\S+@sha256:[0-9a-f]{64}", others)
    assert minio["environment"]["MINIO_ROOT_USER"] == emulator["environment"]["AWS_ACCESS_KEY_ID"]
    assert minio["environment"]["MINIO_ROOT_PASSWORD"] == emulator["environment"]["AWS_SECRET_ACCESS_KEY"]
    [alias] = minio["networks"]["default"]["aliases"]
    assert emulator["environment"]["STORE_BESIDE"] == f"http://{alias}:9000"


@pytest.mark.parametrize("name", ["emulator", "plane-on-kind"])
def test_commands_are_commands_of_ours(name: str) -> None:
    """What a service runs, our own parser takes."""
    words = SERVICES[name].get("command") or json.loads(instructions("CMD")[0])
    assert parser().parse_args(words).command == "up"


def test_a_store_beside_the_plane_is_used(tmp_path: Path) -> None:
    """`steps run up` adds --object-store once a host of that name answers, and leaves other commands and other places alone."""
    told = tmp_path / "ma-emulator"
    told.write_text('#!/bin/sh\necho "$@"\n')
    told.chmod(0o755)

    def run(beside: str, *words: str) -> str:
        environment = {"PATH": f"{tmp_path}:{Path(sys.executable).parent}:/usr/bin:/bin", "STORE_BESIDE": beside}
        done = subprocess.run(
            ["sh", ROOT / "docker" / "steps", "run", *words],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    with socket.create_server(("127.0.0.1", 0)) as store:
        url = f"http://localhost:{store.getsockname()[1]}"
        assert run(url, "up", "--json") == f"up --json --object-store {url}"
        assert run(url, "faults") == "faults"
    assert run("http://no-such-host.invalid:9000", "up") == "up"
    assert run("", "up") == "up"


def test_an_unknown_step_names_the_known_ones() -> None:
    done = subprocess.run(["sh", ROOT / "docker" / "steps", "fly"], capture_output=True, text=True, timeout=10)
    assert done.returncode == 3
    assert "build, install, run, healthy" in done.stderr
