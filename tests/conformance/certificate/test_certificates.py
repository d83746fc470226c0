"""Certificates: signed from a log, verified against it, and refused for each reason by name."""

from __future__ import annotations

import base64
import copy
import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from conformance.certificate import envelope
from conformance.certificate.difference import difference
from conformance.certificate.statement import requirements
from conformance.certificate.verification import verify
from conformance.cli import main
from conformance.engine.events import load

NOW = datetime.now(UTC)


def key(folder: Path, name: str = "key.pem") -> Path:
    path = folder / name
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(path)], check=True, capture_output=True)
    return path


@pytest.fixture(scope="module")
def certified(tmp_path_factory) -> Path:
    """A small run, its log, a key, and the certificate made of them."""
    folder = tmp_path_factory.mktemp("certified")
    words = ["--target", "emulator", "--budget", "standard", "--check", "stale-update", "--check", "create-once"]
    assert main(["run", *words, "--profile", "kubernetes", "--report", str(folder)]) in (0, 2)
    assert main(["certify", str(folder / "events.jsonl"), "--key", str(key(folder))]) in (0, 2)
    return folder


def statement(folder: Path) -> dict:
    return envelope.open_envelope(json.loads((folder / "certificate.json").read_text()), None)[0]


def whole(folder: Path) -> dict:
    """The statement as if the run had not been partial: everything else is as it was."""
    value = statement(folder)
    value["predicate"]["configuration"]["partial"] = False
    value["predicate"]["verdict"] = "pass"
    return value


def test_everything_that_matters_is_certified(certified):
    """Verdicts per clause, requirements, suite, target, seed and log are in the statement; test-result and badge are beside it."""
    predicate = statement(certified)["predicate"]
    assert predicate["clauses"]["k8s.stale-update"] == "pass"
    assert predicate["requirements"] == requirements()["digest"]
    assert predicate["target"]["dialect"] == "guide"
    assert predicate["log"]["digest"] == f"sha256:{load(certified / 'events.jsonl')[1]}"
    result = envelope.open_envelope(json.loads((certified / "test-result.json").read_text()), None)[0]
    assert "k8s.stale-update" in result["predicate"]["passedTests"]
    badge = (certified / "badge.svg").read_text()
    assert "<svg" in badge
    assert ">inconclusive</text>" in badge, "a partial run calls nobody conformant"


def test_a_partial_run_is_no_certificate(certified, capsys):
    """A run of a few checks is signed, and refused when it is verified."""
    assert main(["verify", str(certified / "certificate.json"), "--log", str(certified / "events.jsonl")]) == 1
    assert "the run was partial" in capsys.readouterr().out


def test_a_whole_and_recent_one_holds():
    """Nothing to refuse in a conformant, whole, recent statement of this suite's requirements."""
    from conformance.certificate.statement import PREDICATE, STATEMENT
    from conformance.engine.identity import suite

    value = {
        "_type": STATEMENT,
        "predicateType": PREDICATE,
        "predicate": {
            "verdict": "pass",
            "requirements": requirements()["digest"],
            "suite": suite(),
            "configuration": {"partial": False, "budget": "standard", "known_failures": []},
            "leaked": [],
            "run": {"started": NOW.isoformat()},
        },
    }
    assert verify(value, None, NOW).refusals == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: p["configuration"].update(budget="smoke"), "smoke"),
        (lambda p: p.update(verdict="fail"), "does not say conformant"),
        (lambda p: p.update(requirements="sha256:0"), "another requirement set"),
        (lambda p: p["run"].update(started=(NOW - timedelta(days=400)).isoformat()), "stale"),
        (lambda p: p.update(leaked=["/api/v1/namespaces/mac-1"]), "left 1 objects behind"),
        (lambda p: p["run"].update(started=(NOW + timedelta(days=2)).isoformat()), "future"),
        (lambda p: p.pop("configuration"), "incomplete"),
        (lambda p: p["clauses"].update({"k8s.stale-update": "warn"}), "its clauses is not what the log gives"),
        (lambda p: p["target"].update(name="another"), "its target is not what the log gives"),
        (lambda p: p["log"].update(digest="sha256:0"), "not the one that it was made from"),
    ],
)
def test_each_reason_to_refuse_is_named(certified, change, said):
    """Edited, partial, stale and unknown statements are refused, each for its reason."""
    value = whole(certified)
    change(value["predicate"])
    found = verify(value, load(certified / "events.jsonl"), NOW)
    assert any(said in refusal for refusal in found.refusals), found.refusals


def test_an_edited_envelope_is_refused(certified, tmp_path, capsys):
    """A payload that is not what was signed does not verify, nor does another signer's key."""
    value = json.loads((certified / "certificate.json").read_text())
    edited = copy.deepcopy(value)
    payload = base64.b64decode(edited["payload"]).replace(b'"verdict":"', b'"verdict":"x')
    edited["payload"] = base64.b64encode(payload).decode()
    (tmp_path / "edited.json").write_text(json.dumps(edited))
    assert main(["verify", str(tmp_path / "edited.json")]) == 1
    assert "it was edited" in capsys.readouterr().out
    other = key(tmp_path)
    assert main(["verify", str(certified / "certificate.json"), "--public-key", str(other)]) == 1
    assert "not by the given one" in capsys.readouterr().out


def test_an_edited_log_makes_no_certificate(certified, tmp_path, capsys):
    """A log that was changed by a single letter is not certified."""
    text = (certified / "events.jsonl").read_text().replace('"status":409', '"status":200', 1)
    (tmp_path / "events.jsonl").write_text(text)
    assert main(["certify", str(tmp_path / "events.jsonl"), "--key", str(certified / "key.pem")]) == 4
    assert "no certificate" in capsys.readouterr().out
    assert not (tmp_path / "certificate.json").exists()


def test_keys_are_asked_for_in_words(certified, tmp_path, capsys):
    """No key is made silently; a file that is none says how to make one."""
    (tmp_path / "none.pem").write_text("nothing")
    assert main(["certify", str(certified / "events.jsonl"), "--key", str(tmp_path / "none.pem")]) == 3
    assert "openssl genpkey -algorithm ed25519" in capsys.readouterr().err
    assert main(["verify", str(tmp_path / "missing.json")]) == 3


def test_differences_are_sorted_by_what_they_mean(certified, tmp_path, capsys):
    """Regressed, fixed, weakened, newly required, target and suite changed."""
    old, new = whole(certified), whole(certified)
    old["predicate"]["clauses"] |= {"a": "pass", "b": "fail", "c": "pass", "d": "pass", "x": "fail", "y": "pass"}
    new["predicate"]["clauses"] |= {"a": "fail", "b": "pass", "c": "not-applicable", "e": "pass"}
    new["predicate"]["clauses"] |= {"x": "not-scored", "y": "expected-fail"}
    new["predicate"]["configuration"]["budget"] = "deep"
    new["predicate"]["target"]["fingerprint"]["kubernetes"] = "v9"
    new["predicate"]["target"]["dialect"] = "upstream"
    new["predicate"]["suite"] = {**new["predicate"]["suite"], "version": "9"}
    found = difference(old, new)
    assert found["regressed"] == ["a: pass -> fail", "y: pass -> expected-fail"]
    assert found["fixed"] == ["b: fail -> pass"]
    assert found["evidence weakened"] == ["c: pass -> not-applicable", "x: fail -> not-scored"]
    assert found["configuration changed"] == ["budget: standard -> deep"]
    assert found["newly required"] == ["e: pass"]
    assert found["no longer judged"] == ["d: was pass"]
    assert found["target changed"][0] == "dialect: guide -> upstream"
    assert found["target changed"][1].endswith("-> v9")
    assert len(found["target changed"]) == 2
    assert any(line.startswith("version") for line in found["suite changed"])
    path = str(certified / "certificate.json")
    assert main(["diff", path, path]) == 0
    assert "no difference" in capsys.readouterr().out
