"""``run --certificate``: the key comes first, and what could not be certified is not begun."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conformance.cli import main
from conformance.verdict import ExitCode


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A key of the user's."""
    path = tmp_path / "key.pem"
    form = serialization.PrivateFormat.PKCS8
    secret = Ed25519PrivateKey.generate().private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    path.write_bytes(secret)
    return path


def test_a_run_is_certified_and_verified(key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """0: one profile at the standard budget, signed, verified against its log; the start says how long it will take, its end where the time went."""
    report, certificate = tmp_path / "report", tmp_path / "certificate.json"
    words = ["--target", "emulator", "--profile", "troubleshooting", "--report", str(report), "--profile-time"]
    assert main(["run", *words, "--certificate", str(certificate), "--signing-key", str(key)]) == ExitCode.CONFORMANT
    said = capsys.readouterr().out
    assert "; about " in said and "s, spent with:" in said and "  Hypothesis " in said
    log = str(report / "events.jsonl")
    assert main(["verify", str(certificate), "--log", log, "--public-key", str(key)]) == ExitCode.CONFORMANT


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--certificate", "c.json"], "go together"),
        (["--certificate", "c.json", "--signing-key", "KEY", "--seed", "1"], "fresh seed"),
        (["--certificate", "c.json", "--signing-key", "KEY", "--budget", "smoke"], "every check"),
        (["--certificate", "c.json", "--signing-key", "KEY", "--check", "stale-update"], "every check"),
        (["--certificate", "c.json", "--signing-key", "nowhere.pem"], "nowhere.pem"),
        (["-n", "0"], "1 or more"),
    ],
)
def test_what_cannot_be_certified_is_usage(
    key: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """3: told before the target is opened."""
    given = [str(key) if word == "KEY" else word for word in words]
    assert main(["run", "--target", "emulator", *given]) == ExitCode.USAGE
    captured = capsys.readouterr()
    assert said in captured.err
    assert "judging" not in captured.out
