"""A cluster that somebody else owns: asked first, judged, cleaned up after, whatever happens."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
import yaml

from conformance.checks.world import World
from conformance.cli import main
from conformance.driver.ownership import LABEL
from conformance.engine import leaks
from conformance.verdict import ExitCode


@pytest.fixture
def target(plane, monkeypatch: pytest.MonkeyPatch) -> str:
    """The plane as somebody's cluster."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, plane.environment[name])
    doors = plane.doors
    return f"kubeconfig:{doors['kubeconfig']}#admin,s3={doors['s3_endpoint']},bucket={doors['models_bucket']},settle=2"


def left(plane) -> list[str]:
    """Namespaces of any run that are not going away."""
    with plane.client() as client:
        items = client.get("/api/v1/namespaces", params={"labelSelector": LABEL}).json()["items"]
    return [item["metadata"]["name"] for item in items if "deletionTimestamp" not in item["metadata"]]


def foreign_models(plane, namespace: str) -> list[tuple[str, str]]:
    items = json.loads(plane.kubectl("get", "models", "-n", namespace, "-o", "json"))["items"]
    return [(item["metadata"]["name"], item["metadata"]["resourceVersion"]) for item in items]


def test_a_run_leaves_nothing(plane, target: str, tmp_path: Path) -> None:
    """0: what the run made is gone, and what others have is as it was, however many are deleted, paged and cleaned up beside it."""
    foreign = f"foreign-{uuid.uuid4().hex[:6]}"
    plane.kubectl("create", "namespace", foreign)
    with plane.client() as client:
        for name in ("a", "m", "m-0"):
            body = {"apiVersion": "michelangelo.api/v2", "kind": "Model", "metadata": {"name": name}, "spec": {}}
            client.post(f"/apis/michelangelo.api/v2/namespaces/{foreign}/models", json=body).raise_for_status()
    before = foreign_models(plane, foreign)
    names = [
        "stale-update",
        "artifact-permissions",
        "collection-deletion",
        "all-namespaces",
        "cleanup-story",
        "any-cast",
    ]
    words = [word for name in names for word in ("--check", name)]
    assert (
        main(["run", "--target", target, *words, "--budget", "smoke", "--report", str(tmp_path)]) == ExitCode.CONFORMANT
    )
    assert left(plane) == []
    assert len(before) == 3
    assert foreign_models(plane, foreign) == before
    plane.kubectl("delete", "namespace", foreign)
    assert main(["clean", "--target", target]) == ExitCode.CONFORMANT


def test_leaks_are_told_and_cleaned(
    plane, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """5: what is left behind is listed; ``clean`` finds the run, removes what is its, and nothing else."""
    foreign = f"foreign-{uuid.uuid4().hex[:6]}"
    plane.kubectl("create", "namespace", foreign)
    plane.kubectl("label", "namespace", foreign, f"{LABEL}=somebody")
    with monkeypatch.context() as patch:
        patch.setattr(World, "clean_up", lambda world: None)
        patch.setattr(leaks, "WAIT_SECONDS", -2.0)
        words = ["--check", "stale-update", "--check", "artifact-large", "--budget", "smoke"]
        assert main(["run", "--target", target, *words, "--report", str(tmp_path)]) == ExitCode.LEAKED
    report = json.loads((tmp_path / "report.json").read_text())
    run = report["run_id"]
    assert any(path.startswith("/api/v1/namespaces/mac-") for path in report["leaked"])
    assert any(path.startswith("s3://") for path in report["leaked"])
    assert main(["clean", "--target", target]) == ExitCode.LEAKED
    assert run in capsys.readouterr().out
    assert main(["clean", "--target", target, "--run-id", run, "--dry-run"]) == ExitCode.LEAKED
    assert len(left(plane)) > 1
    assert main(["clean", "--target", target, "--run-id", run]) == ExitCode.CONFORMANT
    assert left(plane) == [foreign]
    assert main(["clean", "--target", target, "--run-id", run, "--dry-run"]) == ExitCode.CONFORMANT
    plane.kubectl("delete", "namespace", foreign)


def test_bad_run_ids_are_usage(target: str) -> None:
    """3: what cannot be a run's id is no selector."""
    assert main(["clean", "--target", target, "--run-id", "a,b!=c"]) == ExitCode.USAGE


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_cleans_up(plane, target: str, number: int, tmp_path: Path) -> None:
    """2: interrupted, the run ends early, says so, removes what it made, and its log can be judged."""
    command = [sys.executable, "-m", "conformance", "run", "--target", target, "--profile", "kubernetes"]
    child = subprocess.Popen(
        [*command, "--report", str(tmp_path)], stdout=subprocess.PIPE, text=True, env=plane.environment
    )
    assert child.stdout is not None
    log = tmp_path / "events.jsonl"
    for line in child.stdout:
        if line.startswith("judging"):
            break
    while not log.exists() or b'"result"' not in log.read_bytes():
        assert child.poll() is None
    child.send_signal(number)
    said = child.stdout.read()
    assert child.wait(60) == ExitCode.INCONCLUSIVE, said
    assert left(plane) == []
    assert main(["judge", str(log)]) == ExitCode.INCONCLUSIVE


def test_preflight(plane, target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """0: the admin may do what a run needs. 1: a reader may not, and each missing permission is named. 4: nobody answers."""
    assert main(["preflight", "--target", target]) == ExitCode.CONFORMANT
    said = capsys.readouterr().out
    assert "ready to be judged" in said
    assert re.search(r"^yes +create namespaces", said, re.MULTILINE)
    assert re.search(r"^no +gRPC API", said, re.MULTILINE)
    config = json.loads(plane.kubectl("config", "view", "--raw", "-o", "json"))
    for user in config["users"]:
        user["user"] = {"token": "nobody-knows"}
    stranger = tmp_path / "config"
    stranger.write_text(json.dumps(config))
    assert main(["preflight", "--target", f"kubeconfig:{stranger}#admin"]) == ExitCode.HARNESS
    account = f"stranger-{uuid.uuid4().hex[:6]}"
    plane.kubectl("create", "serviceaccount", account, "-n", "default")
    token = plane.kubectl("create", "token", account, "-n", "default").strip()
    plane.kubectl("create", "clusterrolebinding", account, "--clusterrole=view", f"--serviceaccount=default:{account}")
    for user in config["users"]:
        user["user"] = {"token": token}
    stranger.write_text(json.dumps(config))
    assert main(["preflight", "--target", f"kubeconfig:{stranger}#admin"]) == 1
    assert "create namespaces" in capsys.readouterr().out.rpartition("missing: ")[2]
    run = [
        "run",
        "--target",
        f"kubeconfig:{stranger}#admin,settle=2",
        "--check",
        "stale-update",
        "--report",
        str(tmp_path),
    ]
    assert main(run) == ExitCode.INCONCLUSIVE
    report = json.loads((tmp_path / "report.json").read_text())
    [one] = [one for one in report["clauses"] if one["id"] == "k8s.stale-update"]
    assert "preflight" in json.dumps(one)
    assert main(["judge", str(tmp_path / "events.jsonl")]) == ExitCode.INCONCLUSIVE
    plane.kubectl("delete", "clusterrolebinding", account)


def test_readers_come_with_tokens_where_nobody_may_be_impersonated(plane, tmp_path: Path, namespace: str) -> None:
    """An owner who gives everything but impersonation is judged by ServiceAccounts' tokens; what needs any user is told, not failed."""
    verbs = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"]
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": namespace},
        "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": verbs}],
    }
    plane.kubectl("create", "-f", "-", input=json.dumps(role))
    plane.kubectl("create", "serviceaccount", "judge", "-n", namespace)
    account = f"--serviceaccount={namespace}:judge"
    plane.kubectl("create", "clusterrolebinding", namespace, f"--clusterrole={namespace}", account)
    token = plane.kubectl("create", "token", "judge", "-n", namespace).strip()
    config = yaml.safe_load(Path(plane.doors["kubeconfig"]).read_text())
    config["users"] = [{"name": "admin", "user": {"token": token}}]
    config["contexts"] = [item for item in config["contexts"] if item["name"] == "admin"]
    (tmp_path / "config").write_text(yaml.safe_dump(config))
    words = ["--check", "unbound", "--check", "reader-reads", "--check", "cluster-wide", "--budget", "smoke"]
    try:
        main(["run", "--target", f"kubeconfig:{tmp_path / 'config'},settle=2", *words, "--report", str(tmp_path)])
    finally:
        plane.kubectl("delete", "clusterrole,clusterrolebinding", namespace)
    clauses = {one["id"]: one for one in json.loads((tmp_path / "report.json").read_text())["clauses"]}
    assert clauses["rbac.nothing-without-binding"]["verdict"] == "pass"
    assert clauses["rbac.cluster-wide"]["verdict"] not in ("pass", "fail")
    log = (tmp_path / "events.jsonl").read_text()
    assert "token of system:serviceaccount:" in log and token not in log
