"""``make bench``: how fast the plane is next to a bare server on the same stack, in one run.

Each row asks the plane for a while, then a bare ASGI callable (same TLS, same loop, same response bytes) in the same way. The
ratio is what counts: times differ between machines, ratios hardly.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from cases import CASES, GROUP, NAMESPACE, Case, model
from load import Connection, Request, Result, measure

OBJECTS = 1000


def start(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, text=True)


def first_line(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    line = child.stdout.readline()
    if not line:
        sys.exit(f"it did not start: {child.args}")
    return line


async def fill(server: str) -> None:
    connection = await Connection.open(server)
    for namespace in (NAMESPACE, f"{NAMESPACE}-new"):
        body = json.dumps({"metadata": {"name": namespace}}).encode()
        await connection.ask(Request(f"{server}/api/v1/namespaces", "POST", body, token="admin-token").wire())
    for number in range(OBJECTS):
        body = json.dumps(model(f"m-{number:04}", number)).encode()
        url = f"{server}{GROUP}/{NAMESPACE}/models"
        status, answer = await connection.ask(Request(url, "POST", body, token="admin-token").wire())
        assert status == 201, answer
    connection.close()


async def compare(case: Case, number: int, server: str, bare: str, seconds: float) -> tuple[Result, Result]:
    """The plane's result and the bare server's, which answers the same bytes to the same request."""
    requests = [case.request(server, n).wire() for n in range(20_000 if case.status == 201 else 1_000)]
    wire = requests.__getitem__ if case.status == 201 else lambda n: requests[n % len(requests)]
    connection = await Connection.open(server)
    probe = case.request(server, 10**9) if case.status == 201 else case.request(server, 1)
    _, answer = await connection.ask(probe.wire())
    connection.close()
    connection = await Connection.open(bare)
    await connection.ask(Request(f"{bare}/{number}", "PUT", answer).wire())
    connection.close()
    ours = await measure(server, wire, connections=case.connections, seconds=seconds, expected=case.status)
    same = replace(probe, url=f"{bare}/{number}").wire()
    ceiling = await measure(bare, lambda _: same, connections=case.connections, seconds=seconds, expected=200)
    return ours, ceiling


async def run(server: str, bare: str, seconds: float, chosen: list[str]) -> None:
    await fill(server)
    print(f"{'':28} {'plane/s':>9} {'p50 ms':>8} {'p99 ms':>8} {'bare/s':>9} {'ratio':>7} {'aim':>6}")
    for number, case in enumerate(CASES):
        if chosen and not any(word in case.name for word in chosen):
            continue
        ours, ceiling = await compare(case, number, server, bare, seconds)
        ratio = ours.rate / ceiling.rate
        print(
            f"{case.name:28} {ours.rate:9,.0f} {ours.p50:8.2f} {ours.p99:8.2f} {ceiling.rate:9,.0f} {ratio:7.2f} {case.aim:6.2f}",
            flush=True,
        )


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.partition("\n")[0])
    words.add_argument(
        "--seconds", type=float, default=2.0, help="how long each side of each row is asked (default: 2)"
    )
    words.add_argument("case", nargs="*", help="only rows whose name has one of these words")
    chosen = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tokens = Path(folder, "tokens.csv")
        tokens.write_text('admin-token,admin,admin,"system:masters"\nalice-token,alice,alice,"team"\n')
        ports = ("--kube-port", "0", "--s3-port", "0", "--no-rpc", "--kubeconfig", f"{folder}/kubeconfig")
        plane = start("-m", "emulator", "up", "--json", *ports, "--token-auth-file", str(tokens))
        bare = start(str(Path(__file__).with_name("bare.py")))
        try:
            server = json.loads(first_line(plane))["kube_server"]
            print(f"every row: {chosen.seconds:g} s each side, {OBJECTS:,} Models stored, TLS on")
            asyncio.run(run(server, f"https://127.0.0.1:{first_line(bare).strip()}", chosen.seconds, chosen.case))
        finally:
            for child in (plane, bare):
                child.terminate()
                child.wait(10)


if __name__ == "__main__":
    main()
