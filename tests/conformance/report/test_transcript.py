"""A conviction's transcript shows the defect in a shell, and does not on an honest plane."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from conformance.cli import main
from conformance.driver.history import Exchange
from conformance.report.transcript import transcript


def evidence(folder: Path) -> list[Exchange]:
    """The exchanges of the case that convicts."""
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    result = next(event for event in events if event["event"] == "result" and event.get("trouble"))
    case = next(
        event
        for event in events
        if event["event"] == "case" and event["number"] == result["evidence"] and event["trouble"]
    )
    return [Exchange.from_json(value) for value in case["exchanges"]]


def pasted(script: str, *flags: str) -> subprocess.CompletedProcess[str]:
    words = ["exec", "--no-rpc", *flags, "--", "bash", "-e", "-c", script]
    return subprocess.run(
        [sys.executable, "-m", "emulator", *words], capture_output=True, text=True, timeout=60, check=False
    )


def test_the_commands_can_be_pasted(tmp_path):
    """What the report prints, pasted into a shell, succeeds where it should not on the plane that lies, and fails on the honest one."""
    words = ["--target", "emulator:fault=blind-update", "--budget", "smoke", "--check", "stale-update"]
    assert main(["run", *words, "--report", str(tmp_path)]) == 1
    commands = transcript(evidence(tmp_path))
    assert commands.count("kubectl replace --raw") >= 1
    assert pasted(commands, "--fault", "blind-update").returncode == 0
    honest = pasted(commands)
    assert honest.returncode != 0
    assert "the object has been modified" in honest.stderr


def test_each_door_has_its_tool():
    """kubectl for Kubernetes, aws for S3, grpcurl for gRPC, curl for what these cannot say; identities are kept."""

    def one(door: str, method: str, path: str, **words) -> str:
        return transcript([Exchange(1, "main", door, words.pop("who", ""), method, path, status=200, **words)])

    assert one("kube", "GET", "/api/v1/pods?limit=1", who="bob").startswith(
        "kubectl --as=bob get --raw '/api/v1/pods?limit=1'"
    )
    team = {"Impersonate-User": "bob", "Impersonate-Group": "a team"}
    assert one("kube", "GET", "/version", who="bob", headers=team).startswith(
        "kubectl --as=bob --as-group='a team' get"
    )
    assert one("s3", "PUT", "/b/k", body=b"\xff").startswith(
        "base64 -d > object <<'EOF'\n/w==\nEOF\naws s3api put-object --bucket b --key k --body object"
    )
    merge = {"Content-Type": "application/merge-patch+json"}
    patched = one("kube", "PATCH", "/apis/g.x/v1/namespaces/n/ts/a/status", headers=merge, body=b"{}")
    assert patched.startswith("kubectl patch ts.v1.g.x a -n n --subresource=status --type=merge -o json -p '{}'")
    assert one("kube", "PATCH", "/api/v1/namespaces/n/pods/a?dryRun=All", headers=merge).startswith("curl -sk -X PATCH")
    assert one("s3", "GET", "/b/a%20b", who="reader").startswith(
        "AWS_PROFILE=reader aws s3api get-object --bucket b --key 'a b'"
    )
    assert one("s3", "GET", "/b?list-type=2&prefix=p").startswith("aws s3api list-objects-v2 --bucket b --prefix p")
    assert one("rpc", "POST", "/svc/Get", body=b"{}").startswith("grpcurl -plaintext -d '{}' $MACTL_ADDRESS svc/Get")
