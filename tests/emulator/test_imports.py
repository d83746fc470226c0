"""What is imported when: nothing heavy before a door needs it."""

from __future__ import annotations

import subprocess
import sys

from emulator.plane import BEHIND

HEAVY = ("boto3", "botocore", "flask", "grpc", "hypothesis", "kubernetes", "moto", "pygments", "rich", "testcontainers")

IMPORTED = f"""
import sys
print(*[name for name in {HEAVY} if name in sys.modules])
"""
UP = """
import asyncio, sys, tempfile
from pathlib import Path
from emulator.config import Config
from emulator.plane import Plane

async def up():
    with tempfile.TemporaryDirectory() as folder:
        async with Plane(Config(kube_port=0, s3_port=0, rpc_port=None, kubeconfig=Path(folder, "kubeconfig")), Path(folder)):
            print(*[name for name in HEAVY if name in sys.modules])

asyncio.run(up())
""".replace("HEAVY", repr(HEAVY))
DOOR = """
import os, sys
from emulator import cli
from emulator.apiserver.server import HttpServer

async def opened(self):
    print(*sys.modules, flush=True)
    os._exit(0)

HttpServer.start = opened
cli.main(["up", "--kube-port", "0", "--s3-port", "0"])
"""
LATER = (
    "emulator.apiserver.endpoints.spdy",
    "emulator.apiserver.schema.cel.program",
    "emulator.operations",
    "emulator.streams",
)
LATER += ("h11", "httpx", "wsproto", "yaml", "zipfile")


def _printed(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_package_alone_imports_nothing():
    """``import emulator`` brings neither a library nor a room of its own."""
    assert _printed("import emulator" + IMPORTED) == ""
    rooms = "import emulator, sys; print(*[name for name in sys.modules if name.startswith('emulator.')])"
    assert _printed(rooms) == ""


def test_a_plane_imports_what_its_doors_need():
    """With the gRPC door closed, a plane that is up has imported nothing heavy; S3 lives in a process of its own."""
    assert _printed(UP) == ""


def test_the_kubernetes_api_does_not_wait_for_the_other_doors():
    """When ``ma-emulator up`` opens the API's door, what only other doors need is not imported, and neither is what few requests need."""
    imported = set(_printed(DOOR).split())
    assert imported & {*BEHIND, *LATER} == set()
