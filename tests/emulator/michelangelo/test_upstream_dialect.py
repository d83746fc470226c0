"""The released platform's spelling, all the way: ``ma``, kubectl, registration and serving."""

from __future__ import annotations

import json
from pathlib import Path

SERVER = """apiVersion: michelangelo.api/v2
kind: InferenceServer
metadata: {name: server, namespace: default}
spec: {backendType: BACKEND_TYPE_TRITON, initSpec: {resourceSpec: {cpu: 1, memory: "1Gi"}}}
---
apiVersion: michelangelo.api/v2
kind: Deployment
metadata: {name: d, namespace: default}
spec: {desiredRevision: {name: m}, inferenceServer: {name: server}}
"""


def test_everything_works_in_the_upstream_dialect(fresh_plane, tmp_path):
    """``ma`` takes the guide's manifest and stores camelCase; a registered model is rolled out by its deployableArtifactUri."""
    plane = fresh_plane("--dialect", "upstream")
    text = Path("fixtures/manifests/guide/model.yaml").read_text().replace("ml-team", "default")
    path = tmp_path / "model.yaml"
    path.write_text(text)
    plane.run("ma", "model", "apply", "-f", str(path))
    spec = json.loads(plane.kubectl("get", "model", "fraud-detector", "-o", "json"))["spec"]
    assert spec["packageType"] == "DEPLOYABLE_MODEL_PACKAGE_TYPE_TRITON"
    assert spec["inputSchema"]["schemaItems"][0]["dataType"] == "DATA_TYPE_FLOAT"
    assert not [name for name in spec if "_" in name]

    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "model.onnx").write_bytes(b"weights")
    plane.run("ma-emulator", "register", "m", "-n", "default", "--artifact", str(tmp_path / "m"))
    server, deployment = SERVER.split("---\n")
    plane.kubectl("apply", "-f", "-", input=server)
    state = "jsonpath={.status.state}=INFERENCE_SERVER_STATE_SERVING"
    plane.kubectl("wait", "inferenceserver/server", f"--for={state}", "--timeout=20s")
    plane.kubectl("apply", "-f", "-", input=deployment)
    stage = "jsonpath={.status.stage}=DEPLOYMENT_STAGE_ROLLOUT_COMPLETE"
    plane.kubectl("wait", "deployments.michelangelo.api/d", f"--for={stage}", "--timeout=20s")
    uris = json.loads(plane.kubectl("get", "model", "m", "-o", "json"))["spec"]["deployableArtifactUri"]
    listed = json.loads(
        plane.kubectl("get", "configmap", "server-model-config", "-o", r"jsonpath={.data.model-list\.json}")
    )
    assert [entry["storage_path"] for entry in listed] == uris
