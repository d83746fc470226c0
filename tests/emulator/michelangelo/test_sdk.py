"""Code written for the released platform, unchanged: its packager, storage backend, pusher and registry client in a task."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

SDK = Path(__file__).with_name("sdk")
SERVING = """apiVersion: michelangelo.api/v2
kind: InferenceServer
metadata: {name: server, namespace: NAMESPACE}
spec: {backendType: BACKEND_TYPE_TRITON, initSpec: {numInstances: 1}}
---
apiVersion: michelangelo.api/v2
kind: Deployment
metadata: {name: churn, namespace: NAMESPACE}
spec:
  desiredRevision: {name: churn, namespace: NAMESPACE}
  inferenceServer: {name: server, namespace: NAMESPACE}
  definition: {type: TARGET_TYPE_INFERENCE_SERVER}
"""


@pytest.fixture
def push(plane, namespace):
    """Runs the training task as the store's task identity."""

    def run(folder: Path) -> subprocess.CompletedProcess[str]:
        folder.mkdir()
        task = plane.doors["s3_identities"]["task"]
        keys = {"AWS_ACCESS_KEY_ID": task["access_key_id"], "AWS_SECRET_ACCESS_KEY": task["secret_access_key"]}
        return subprocess.run(
            [sys.executable, str(SDK / "push_model.py"), namespace, str(folder)],
            env={**plane.environment, **keys, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_task_packages_pushes_and_registers_with_the_sdk(plane, namespace, push, tmp_path):
    """The Model of the pushed package names its files, which come back byte for byte, load, predict, and are served."""
    done = push(tmp_path / "one")
    assert done.returncode == 0, done.stderr
    value = json.loads(done.stdout.splitlines()[-1])["value"]
    model = json.loads(plane.kubectl("get", "model", "churn", "-n", namespace, "-o", "json"))
    assert model["spec"] == {
        "description": "Who leaves",
        "kind": "MODEL_KIND_BINARY_CLASSIFICATION",
        "model_artifact_uri": [value["raw_artifact_uri"]],
        "deployable_artifact_uri": [value["deployable_artifact_uri"]],
    }
    assert model["metadata"]["labels"]["team"] == "growth"
    packaged = files(tmp_path / "one" / "deployable")
    assert {"config.pbtxt", "0/model.py", "0/model/weights.json"} <= set(packaged)
    assert files(tmp_path / "one" / "served") == packaged
    program = "from churn_model import ChurnModel; import numpy as np, sys; "
    program += "print(ChurnModel.load(sys.argv[1]).predict({'features': np.array([2.0, 4.0])})['score'][0])"
    loaded = str(tmp_path / "one" / "served" / "0" / "model")
    said = subprocess.check_output([sys.executable, "-c", program, loaded], cwd=SDK, text=True)
    assert float(said) == 0.5
    server, deployment = SERVING.replace("NAMESPACE", namespace).split("---")
    plane.kubectl("apply", "-f", "-", input=server)
    state = "--for=jsonpath={.status.state}=INFERENCE_SERVER_STATE_SERVING"
    plane.kubectl("wait", "inferenceserver/server", "-n", namespace, state, "--timeout=20s")
    plane.kubectl("apply", "-f", "-", input=deployment)
    state = "--for=jsonpath={.status.stage}=DEPLOYMENT_STAGE_ROLLOUT_COMPLETE"
    plane.kubectl("wait", "deployments.michelangelo.api/churn", "-n", namespace, state, "--timeout=20s")
    ready = f"{plane.doors['triton_address']}/{namespace}/server/v2/models/churn/ready"
    assert httpx.get(ready).status_code == 200


def test_a_second_push_updates_the_model(plane, namespace, push, tmp_path):
    """A name that is registered already is updated, as the SDK does it: created first, then read and replaced."""
    for folder in ("one", "two"):
        done = push(tmp_path / folder)
        assert done.returncode == 0, done.stderr
    meta = json.loads(plane.kubectl("get", "model", "churn", "-n", namespace, "-o", "json"))["metadata"]
    assert meta["labels"]["team"] == "growth"


def test_a_push_without_permission_leaves_no_model(plane, namespace, push, tmp_path):
    """The SDK uploads first: a task that may not write to the store registers nothing, and says AccessDenied."""
    before = plane.run("ma-emulator", "s3-policy", "task").stdout
    (tmp_path / "denied.json").write_text('{"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"}')
    (tmp_path / "before.json").write_text(before)
    plane.run("ma-emulator", "s3-policy", "task", "--set", str(tmp_path / "denied.json"))
    try:
        done = push(tmp_path / "one")
    finally:
        plane.run("ma-emulator", "s3-policy", "task", "--set", str(tmp_path / "before.json"))
    assert done.returncode != 0
    assert "AccessDenied" in done.stderr
    assert "NotFound" in plane.kubectl("get", "model", "churn", "-n", namespace, check=False)
