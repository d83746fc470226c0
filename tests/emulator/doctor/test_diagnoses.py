"""The doctor names what is wrong, alone and in company, and nothing where nothing is wrong."""

from __future__ import annotations

import json
import subprocess

import pytest

from emulator import scenarios

CRD = "crd-missing"
NAMES = [name for name in scenarios.known() if name != CRD]
HIDDEN = {"nothing-registered", "wrong-namespace"}  # without the definition: "but CRD is present", says the guide
ROW_OF_TWO = {"wrong-namespace": "nothing-registered"}  # one row: which of the two depends on who else registered
EVERYWHERE = {"store.permission", "models.none"}  # a policy is of no namespace; some namespaces here need no Models


def seen(findings: list[dict]) -> set[str]:
    return {ROW_OF_TWO.get(one["scenario"], one["scenario"]) for one in findings}


def expected(*names: str) -> set[str]:
    return {ROW_OF_TWO.get(name, name) for name in names}


def test_each_scenario_in_the_company_of_the_next(emulator, examine):
    """Around the ring of scenarios: two are on at a time, and exactly those two are found; at the end, nothing."""
    assert emulator("scenario", "start", NAMES[0])[0] == 0
    for before, name in zip(NAMES, [*NAMES[1:], NAMES[0]], strict=True):
        assert emulator("scenario", "start", name)[0] == 0
        assert seen(examine()[0]) == expected(before, name), (before, name)
        assert emulator("scenario", "fix", before)[0] == 0
    assert emulator("scenario", "fix", NAMES[0])[0] == 0
    assert examine()[0] == []


def test_all_at_once_and_pair_by_pair(emulator, examine):
    """With everything on, everything is found; asked about two namespaces, what is in them; and all that a missing definition does not hide."""
    for name in NAMES:
        assert emulator("scenario", "start", name)[0] == 0
    assert seen(examine()[0]) == expected(*NAMES)
    for number, name in enumerate(NAMES[::3]):
        other = NAMES[3 * number + 5 - len(NAMES)]
        local = examine("-n", f"scenario-{name}", "-n", f"scenario-{other}")[0]
        found = seen([one for one in local if one["id"] not in EVERYWHERE])
        assert found == expected(name, other) - HIDDEN, (name, other)
        assert bool({name, other} & HIDDEN) <= ("models.none" in {one["id"] for one in local})
    assert emulator("scenario", "start", CRD)[0] == 0
    assert seen(examine()[0]) == expected(CRD, *set(NAMES) - HIDDEN)
    assert emulator("scenario", "fix", CRD)[0] == 0
    assert seen(examine()[0]) == expected(*NAMES), "the Models are back, and what is wrong with them"


def test_nothing_on_a_healthy_plane(emulator, examine, plane, tmp_path):
    """Registered twice, served, rolled out, granted and configured as the guide says: nothing is found."""
    (tmp_path / "model.onnx").write_bytes(b"onnx")
    plane.kubectl("create", "namespace", "ml-team")
    plane.kubectl("create", "namespace", "ci-namespace")
    for name in ("role", "rolebinding", "inferenceserver"):
        plane.kubectl("apply", "-f", f"fixtures/manifests/guide/{name}.yaml")
    for _ in range(2):
        assert emulator("register", "fraud", "-n", "ml-team", "--artifact", str(tmp_path / "model.onnx"))[0] == 0
    serving = "jsonpath={.status.state}=INFERENCE_SERVER_STATE_SERVING"
    plane.kubectl("wait", "-n", "ml-team", "inferenceserver/fraud-detector-server", f"--for={serving}")
    rollout = {
        "apiVersion": "michelangelo.api/v2",
        "kind": "Deployment",
        "metadata": {"name": "fraud", "namespace": "ml-team"},
        "spec": {
            "inferenceServer": {"name": "fraud-detector-server", "namespace": "ml-team"},
            "desiredRevision": {"name": "fraud", "namespace": "ml-team"},
            "strategy": {"rolling": {}},
        },
    }
    plane.kubectl("apply", "-f", "-", input=json.dumps(rollout))
    done = "jsonpath={.status.stage}=DEPLOYMENT_STAGE_ROLLOUT_COMPLETE"
    plane.kubectl("wait", "-n", "ml-team", "deployments.michelangelo.api/fraud", f"--for={done}")
    account = "serviceaccount:ci-namespace:ci-service-account"
    findings, notes = examine("--as", account, "-f", "fixtures/manifests/guide")
    assert findings == []
    assert any("of earlier revisions of Models, such as ml-team/fraud/1/" in note for note in notes)
    assert examine("-n", "ml-team", "--model", "fraud", "--server", "fraud-detector-server")[0] == []


# findings whose cure can be pasted as it is
CURES = {
    "crd-missing": "definitions.missing",
    "role-without-api-group": "rbac.api-group",
    "server-not-healthy": "servers.unhealthy",
    "controller-manager-cannot-write": "store.permission",
    "lower-case-backend-type": "manifests.backend-type",
    "wrong-region-or-endpoint": "store.task-endpoint",
}


@pytest.mark.parametrize(("scenario", "identifier"), CURES.items())
def test_a_cure_that_is_pasted_cures(emulator, examine, plane, scenario, identifier):
    """The command of a finding, run as it is printed, ends that finding."""
    assert emulator("scenario", "start", scenario)[0] == 0
    found = [one for one in examine()[0] if one["id"] == identifier]
    assert found
    for one in found:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", one["fix"]], env=plane.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{one['fix']}\n{done.stdout}{done.stderr}"
    if scenario == "server-not-healthy":
        serving = "jsonpath={.status.state}=INFERENCE_SERVER_STATE_SERVING"
        server = "inferenceserver/fraud-detector-server"
        plane.kubectl("wait", "-n", f"scenario-{scenario}", server, f"--for={serving}")
    assert identifier not in {one["id"] for one in examine()[0]}
