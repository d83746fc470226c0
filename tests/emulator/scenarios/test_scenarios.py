"""Each trouble of the guide: started, seen by the real kubectl as it is documented, fixed as documented, proven gone."""

from __future__ import annotations

import json
import subprocess

import conftest
import pytest
from contracts.command_line import at

from emulator import scenarios

NAMES = scenarios.known()
# those that name what the dialects spell differently
SPELLED = ("crd-missing", "packaging-did-not-run", "waiting-for-ready-on-a-model")


@pytest.fixture(scope="module")
def plane(tmp_path_factory):
    """A plane of this file's own: a definition is deleted on it."""
    child, running = conftest.start(tmp_path_factory.mktemp("plane"), "--no-rpc")
    yield running
    child.terminate()
    child.wait(10)


@pytest.fixture
def emulator(plane, monkeypatch, capsys):
    """The command line in this process, at the plane; gives exit code and what was printed."""
    return at(plane, monkeypatch, capsys)


@pytest.mark.parametrize("name", NAMES)
def test_symptom_as_documented_and_cured(emulator, name):
    """start, every command that shows it, verify says it is there, fix, verify says it is gone."""
    play(emulator, name)


def test_the_same_in_the_other_dialect(fresh_plane, monkeypatch, capsys):
    """What the platform's own spelling changes in commands and files is changed."""
    emulator = at(fresh_plane("--dialect", "upstream", "--no-rpc"), monkeypatch, capsys)
    for name in SPELLED:
        play(emulator, name)


TWIN = {"nothing-registered": "wrong-namespace"}  # one row: which it is depends on who else has registered


def play(emulator, name):
    assert emulator("scenario", "verify", name)[0] == 3, "nothing to verify before it is on"
    code, out, err = emulator("scenario", "start", name, "--json")
    assert code == 0, err
    looks = json.loads(out)["looks"]
    assert looks
    for look in looks:
        done = subprocess.run(look["command"], shell=True, capture_output=True, text=True, timeout=30)
        assert look["says"] in done.stdout + done.stderr, look
        assert done.returncode == look["exit_code"], look
    code, out, _ = emulator("scenario", "verify", name, "--json")
    assert (code, json.loads(out)["gone"]) == (1, False)
    assert json.loads(out)["evidence"]
    code, out, _ = emulator("scenario", "start", name)
    assert (code, "is on already" in out) == (0, True)
    code, out, _ = emulator("doctor", "--json")
    findings = json.loads(out)["findings"]
    assert code == 1
    assert {one["scenario"] for one in findings} in ({name}, {TWIN.get(name, name)}), out
    assert scenarios.load(name).row.as_dict() in [one["guide"] for one in findings]
    assert all(one["fix"] and one["evidence"] for one in findings)
    code, out, err = emulator("scenario", "fix", name)
    assert code == 0, err
    code, out, _ = emulator("scenario", "verify", name)
    assert code == 0, out
    code, out, _ = emulator("doctor")
    assert code == 0, out
    assert emulator("scenario", "fix", name)[0] == 0, "a fix may be applied again"
    code, out, _ = emulator("scenario", "verify", name)
    assert code == 0, out


def test_a_scenario_starts_anew_where_it_was_fixed(emulator):
    """After the fix the trouble can be had again, in a namespace of the caller's choice."""
    for _ in range(2):
        assert emulator("scenario", "start", "role-without-api-group", "-n", "mine")[0] == 0
        assert emulator("scenario", "verify", "role-without-api-group", "-n", "mine")[0] == 1
        assert emulator("scenario", "fix", "role-without-api-group", "-n", "mine")[0] == 0
        assert emulator("scenario", "verify", "role-without-api-group", "-n", "mine")[0] == 0


def test_models_come_back_with_their_definition(emulator, plane, tmp_path):
    """Whoever deletes the definition deletes every Model: the scenario keeps them, and its fix puts them back."""
    weights = tmp_path / "weights.bin"
    weights.write_bytes(b"w")
    plane.kubectl("create", "namespace", "bystander")
    assert emulator("register", "kept", "-n", "bystander", "--artifact", str(weights))[0] == 0
    before = json.loads(plane.kubectl("get", "model", "kept", "-n", "bystander", "-o", "json"))
    code, out, _ = emulator("scenario", "start", "crd-missing")
    assert (code, "the fix puts them back" in out) == (0, True)
    assert emulator("scenario", "fix", "crd-missing")[0] == 0
    after = json.loads(plane.kubectl("get", "model", "kept", "-n", "bystander", "-o", "json"))
    assert after["spec"] == before["spec"]


def test_nobodys_models_are_replaced(emulator, plane, tmp_path):
    """A namespace with Models of its own is left alone; an empty one is taken, and for several scenarios."""
    weights = tmp_path / "weights.bin"
    weights.write_bytes(b"w")
    for name in ("theirs", "empty"):
        plane.kubectl("create", "namespace", name)
    assert emulator("register", "fraud-detector", "-n", "theirs", "--artifact", str(weights))[0] == 0
    code, _, err = emulator("scenario", "start", "nothing-registered", "-n", "theirs")
    assert (code, "has Models or InferenceServers of its own" in err) == (3, True)
    assert "fraud-detector" in plane.kubectl("get", "models", "-n", "theirs")
    for name in ("role-without-api-group", "waiting-for-ready-on-a-model"):
        assert emulator("scenario", "start", name, "-n", "empty")[0] == 0
        assert emulator("scenario", "fix", name, "-n", "empty")[0] == 0


def test_the_wrong_namespace_is_left_as_it_was(emulator, plane, tmp_path):
    """What the scenario made there goes with the fix; a namespace of somebody else stays, and one with Models is not entered."""
    weights = tmp_path / "weights.bin"
    weights.write_bytes(b"w")
    plane.kubectl("create", "namespace", "there-other")
    for name, stays in (("new", False), ("there", True)):
        assert emulator("scenario", "start", "wrong-namespace", "-n", name)[0] == 0
        assert "fraud-detector" in plane.kubectl("get", "models", "-n", f"{name}-other")
        assert emulator("scenario", "fix", "wrong-namespace", "-n", name)[0] == 0
        assert (f"namespace/{name}-other" in plane.kubectl("get", "namespaces", "-o", "name").split()) is stays
        assert plane.kubectl("get", "models", "-n", f"{name}-other", "-o", "name") == ""
        assert "named by no Model" not in emulator("doctor")[1]
    assert emulator("register", "fraud-detector", "-n", "there-other", "--artifact", str(weights))[0] == 0
    code, _, err = emulator("scenario", "start", "wrong-namespace", "-n", "there")
    assert (code, "there-other has Models or InferenceServers of its own" in err) == (3, True)
    assert "fraud-detector" in plane.kubectl("get", "models", "-n", "there-other")


def test_other_namespaces_may_still_be_written(emulator, tmp_path):
    """A denial is of the scenario's artifacts: others register meanwhile."""
    weights = tmp_path / "weights.bin"
    weights.write_bytes(b"w")
    assert emulator("scenario", "start", "controller-manager-cannot-write")[0] == 0
    assert emulator("register", "other", "-n", "default", "--artifact", str(weights))[0] == 0
    assert emulator("scenario", "fix", "controller-manager-cannot-write")[0] == 0


def test_a_reset_ends_scenarios(emulator):
    """After a reset nothing is on."""
    assert emulator("scenario", "start", "nothing-registered", "-n", "gone")[0] == 0
    assert emulator("reset")[0] == 0
    code, _, err = emulator("scenario", "verify", "nothing-registered", "-n", "gone")
    assert code == 3
    assert "ma-emulator scenario start nothing-registered" in err


def test_show_and_list(emulator):
    """Each scenario says what the guide says, and what to type."""
    listed = json.loads(emulator("scenario", "list", "--json")[1])
    assert [row["name"] for row in listed] == NAMES
    for row in listed:
        shown = emulator("scenario", "show", row["name"])[1]
        assert row["row"]["symptom"] in shown
        assert row["row"]["resolution"] in shown
        assert "  $ " in shown


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("start", "none-such"), 3, "known are bucket-missing, controller-manager-cannot-write"),
        (("start", "crd-missing", "-n", "No_Name"), 3, "lower-case letters"),
        (("fix", "crd-missing", "--name", "none-such"), 1, "ma-emulator up --detach"),
        ((), 3, "ACTION"),
        (("undo", "crd-missing"), 3, "choose from"),
    ],
)
def test_bad_input(emulator, words, code, said):
    """What is wrong is said, with what to do."""
    found, _, err = emulator("scenario", *words)
    assert (found, "Traceback" in err) == (code, False)
    assert said in err
