"""Each way in which ``ma-conformance run`` can end, through its command line."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
import yaml

from conformance.cli import main


def run(*words: str) -> int:
    return main(["run", *words])


def test_honest_plane_is_acquitted(tmp_path: Path) -> None:
    """0: the honest emulator is conformant at the smoke budget, and all three files say so."""
    assert run("--target", "emulator", "--budget", "smoke", "--report", str(tmp_path)) == 0
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["verdict"] == "pass"
    assert report["dialect"] == "guide"
    assert report["log"]["digest"].startswith("sha256:")
    assert 'failures="0" errors="0"' in (tmp_path / "junit.xml").read_text()
    assert main(["judge", str(tmp_path / "events.jsonl")]) == 0


def test_a_lie_is_convicted_by_name(tmp_path: Path) -> None:
    """1: an update with a stale resourceVersion that succeeds breaks k8s.stale-update, says check stale-update; the log says so alone."""
    assert run("--target", "emulator:fault=blind-update", "--budget", "smoke", "--report", str(tmp_path)) == 1
    report = json.loads((tmp_path / "report.json").read_text())
    broken = {one["id"]: one for one in report["clauses"] if one["verdict"] == "fail"}
    assert "k8s.stale-update" in broken
    assert broken["k8s.stale-update"]["trouble"]["check"] == "stale-update"
    assert main(["judge", str(tmp_path / "events.jsonl")]) == 1
    assert main(["run", "--target", f"replay:{tmp_path / 'events.jsonl'}"]) == 1
    assert main(["run", "--target", f"replay:{tmp_path / 'events.jsonl'}", "--seed", "1"]) == 3


def test_nothing_judged_is_inconclusive(tmp_path: Path) -> None:
    """2: a profile of which nothing could be judged is no pass."""
    assert run("--target", "emulator", "--check", "artifacts-survive", "--profile", "rbac") == 2


@pytest.mark.parametrize(
    "words",
    [
        ["--target", "klingon"],
        ["--target", "emulator:fault"],
        ["--target", "emulator", "--profile", "klingon"],
        ["--target", "emulator", "--check", "klingon"],
    ],
)
def test_bad_words_are_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """3: what cannot be understood is told, with what is known."""
    assert run(*words) == 3
    assert "known are" in capsys.readouterr().err.replace("use emulator", "known are").replace("see `ma-", "known are")


def test_unknown_flags_are_usage() -> None:
    """3: unknown flags, a missing target and an unknown budget end alike."""
    for words in (["run", "--targte", "x"], ["run"], ["run", "--target", "emulator", "--budget", "huge"], ["walk"], []):
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 3


def kubeconfig(path: Path, server: str) -> Path:
    document = {
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": {"token": "t"}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }
    path.write_text(yaml.safe_dump(document))
    return path


def test_unreachable_target_gives_no_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """4: a target that nobody answers for is not judged."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    path = kubeconfig(tmp_path / "config", f"http://127.0.0.1:{port}")
    assert run("--target", f"kubeconfig:{path}") == 4
    assert "no verdict" in capsys.readouterr().out
    assert run("--target", "kubeconfig:/nowhere/config") == 4


def test_a_plane_that_does_not_start_gives_no_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    """4: an emulator that does not come up is not judged, and what it said is told."""
    assert run("--target", "envtest:/nowhere/bin") == 4
    assert "/nowhere/bin" in capsys.readouterr().out


def test_a_target_that_cannot_be_meant_is_usage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """3: a lie that there is none of, and a store without a bucket or credentials."""
    assert run("--target", "emulator:fault=no-such-lie") == 3
    assert "unknown fault 'no-such-lie'" in capsys.readouterr().err
    for name in ("MODELS_BUCKET", "AWS_ACCESS_KEY_ID"):
        monkeypatch.delenv(name, raising=False)
    assert run("--target", f"kubeconfig:{__file__},s3=http://127.0.0.1:1") == 3
    assert "bucket=NAME" in capsys.readouterr().err
    assert run("--target", f"kubeconfig:{__file__},s3=http://127.0.0.1:1,bucket=b") == 3
    assert "AWS_ACCESS_KEY_ID" in capsys.readouterr().err


def test_every_core_clause_is_judged_in_either_dialect(tmp_path: Path) -> None:
    """0: at the standard budget the honest plane is conformant in the upstream dialect as well, and no core clause goes without a verdict."""
    assert run("--target", "emulator,dialect=upstream", "--budget", "standard", "--report", str(tmp_path)) == 0
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["dialect"] == "upstream"
    assert [one["id"] for one in report["clauses"] if one["level"] == "core" and one["verdict"] != "pass"] == []
