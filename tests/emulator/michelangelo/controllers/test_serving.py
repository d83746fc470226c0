"""From an InferenceServer's manifest to a model that answers, and back, through the doors that users have."""

from __future__ import annotations

import json
import time

import boto3
import httpx
import pytest

SERVER = """apiVersion: michelangelo.api/v2
kind: InferenceServer
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  tenancyType: TENANCY_TYPE_DEDICATED
  backendType: {backend}
  initSpec:
    resourceSpec: {{cpu: 2, memory: "4Gi"}}
    numInstances: 1
"""
DEPLOYMENT = """apiVersion: michelangelo.api/v2
kind: Deployment
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  desiredRevision: {{name: {model}, namespace: {namespace}}}
  inferenceServer: {{name: {server}, namespace: {namespace}}}
  definition: {{type: TARGET_TYPE_INFERENCE_SERVER}}
"""
MODEL = """apiVersion: michelangelo.api/v2
kind: Model
metadata: {{name: {name}, namespace: {namespace}}}
spec: {{deployable_artifact_uri: ["{uri}"]}}
"""
BUCKET = "michelangelo-models"
NOWHERE = f"s3://{BUCKET}/no/such/thing"
ROLLED_OUT = "jsonpath={.status.stage}=DEPLOYMENT_STAGE_ROLLOUT_COMPLETE"
FAILED = "jsonpath={.status.stage}=DEPLOYMENT_STAGE_ROLLOUT_FAILED"


@pytest.fixture
def kubectl(plane, namespace):
    def run(*words: str, check: bool = True, **options) -> str:
        return plane.kubectl("-n", namespace, *words, check=check, **options)

    return run


def got(kubectl, sort: str, name: str) -> dict:
    return json.loads(kubectl("get", sort, name, "-o", "json"))


def serving(kubectl, namespace, name="server") -> dict:
    """An InferenceServer that serves."""
    kubectl("apply", "-f", "-", input=SERVER.format(name=name, namespace=namespace, backend="BACKEND_TYPE_TRITON"))
    state = "jsonpath={.status.state}=INFERENCE_SERVER_STATE_SERVING"
    kubectl("wait", f"inferenceserver/{name}", f"--for={state}", "--timeout=20s")
    return got(kubectl, "inferenceserver", name)


def placed(client: httpx.Client, namespace: str) -> dict:
    """Deployment ``d`` once it waits for its model. kubectl may take longer than that wait."""
    while True:
        found = client.get(f"/apis/michelangelo.api/v2/namespaces/{namespace}/deployments/d").json()
        stage = found.get("status", {}).get("stage", "")
        assert "FAILED" not in stage
        if stage == "DEPLOYMENT_STAGE_PLACEMENT":
            return found


@pytest.fixture
def register(plane, kubectl, namespace):
    """Makes Models whose deployable artifact Triton can load."""
    doors = plane.doors
    store = boto3.client(
        "s3",
        endpoint_url=doors["s3_endpoint"],
        region_name=doors["s3_region"],
        aws_access_key_id=doors["s3_access_key_id"],
        aws_secret_access_key=doors["s3_secret_access_key"],
    )

    def make(name: str) -> None:
        store.put_object(Bucket=BUCKET, Key=f"{namespace}/{name}/1/model.onnx", Body=name.encode() * 10)
        uri = f"s3://{BUCKET}/{namespace}/{name}"
        kubectl("apply", "-f", "-", input=MODEL.format(name=name, namespace=namespace, uri=uri))

    return make


def test_a_server_comes_to_serve(kubectl, namespace):
    """The four conditions of the guide become TRUE, in the platform's encoding, and its objects are there."""
    status = serving(kubectl, namespace)["status"]
    assert [item["type"] for item in status["conditions"]] == [
        "Validation",
        "BackendProvision",
        "ModelConfigProvision",
        "HealthCheck",
    ]
    assert {item["status"] for item in status["conditions"]} == {"CONDITION_STATUS_TRUE"}
    assert all(item["lastUpdatedTimestamp"].isdigit() for item in status["conditions"])
    assert status["observedGeneration"] == "1"
    triton = got(kubectl, "deployments.apps", "triton-server")
    assert triton["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"] == {"cpu": "2", "memory": "4Gi"}
    assert got(kubectl, "service", "server-inference-service")["spec"]["selector"] == {"app": "triton-server"}
    assert "data" not in got(kubectl, "configmap", "server-model-config")
    assert "CreationCompleted" in kubectl("describe", "inferenceserver", "server")
    kubectl("rollout", "status", "deployment.apps/triton-server", "--timeout=5s")


@pytest.mark.parametrize("backend", ["BACKEND_TYPE_LLM_D", "BACKEND_TYPE_TORCHSERVE"])
def test_backends_that_are_not_supported_fail(kubectl, namespace, backend):
    """An unsupported backend is said at Validation; nothing is created for it."""
    kubectl("apply", "-f", "-", input=SERVER.format(name="other", namespace=namespace, backend=backend))
    state = "jsonpath={.status.state}=INFERENCE_SERVER_STATE_FAILED"
    kubectl("wait", "inferenceserver/other", f"--for={state}", "--timeout=20s")
    first = got(kubectl, "inferenceserver", "other")["status"]["conditions"][0]
    assert (first["type"], first["status"]) == ("Validation", "CONDITION_STATUS_FALSE")
    assert (first["message"], first["reason"]) == ("InvalidBackendType", f"unsupported backend type: {backend}")
    assert "NotFound" in kubectl("get", "deployments.apps", "triton-other", check=False)


def test_lower_case_triton_is_refused(kubectl, namespace):
    """The guide's last row: the lower-case word is no backend type, and the refusal names the field."""
    said = kubectl(
        "apply", "-f", "-", input=SERVER.format(name="x", namespace=namespace, backend="triton"), check=False
    )
    assert 'spec.backendType: Unsupported value: "triton"' in said
    assert '"BACKEND_TYPE_TRITON"' in said


def test_decommission_removes_what_serves(kubectl, namespace):
    """Decommissioned: one condition, Cleanup, and Triton, its Service and its model config are gone."""
    serving(kubectl, namespace)
    kubectl("patch", "inferenceserver", "server", "--type=merge", "-p", '{"spec":{"decomSpec":{"decommission":true}}}')
    kubectl("wait", "deployment.apps/triton-server", "--for=delete", "--timeout=20s")
    kubectl("wait", "configmap/server-model-config", "--for=delete", "--timeout=20s")
    kubectl("wait", "inferenceserver/server", "--for=jsonpath={.status.conditions[0].type}=Cleanup", "--timeout=20s")
    [condition] = got(kubectl, "inferenceserver", "server")["status"]["conditions"]
    assert condition["status"] == "CONDITION_STATUS_TRUE"


def test_nothing_is_rolled_out_to_a_decommissioned_server(kubectl, namespace, register):
    """It reads SERVING, as on the platform, but has no Triton: resources are not acquired."""
    serving(kubectl, namespace)
    kubectl("patch", "inferenceserver", "server", "--type=merge", "-p", '{"spec":{"decomSpec":{"decommission":true}}}')
    kubectl("wait", "inferenceserver/server", "--for=jsonpath={.status.conditions[0].type}=Cleanup", "--timeout=20s")
    register("m")
    kubectl("apply", "-f", "-", input=DEPLOYMENT.format(name="d", namespace=namespace, model="m", server="server"))
    kubectl("wait", "deployments.michelangelo.api/d", f"--for={FAILED}", "--timeout=20s")
    status = got(kubectl, "deployments.michelangelo.api", "d")["status"]
    conditions = {item["type"]: item for item in status["conditionsSnapshot"]}
    assert conditions["ResourcesAcquired"]["message"] == "HealthCheckFailed"
    assert conditions["ResourcesAcquired"]["reason"].startswith("Failed to check health of inference server: ")
    assert "conditions" not in status, "zero values are left out"
    kubectl("delete", "deployments.michelangelo.api", "d", "--timeout=20s")


def test_a_triton_that_does_not_come_up_is_an_event(plane, kubectl, namespace):
    """A Deployment that exceeds its deadline: one Warning CreationFailed, and the server reads FAILED."""
    serving(kubectl, namespace)
    late = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "late"}
    patch = json.dumps({"status": {"conditions": [late], "readyReplicas": 0, "availableReplicas": 0}})
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/triton-server"
    with plane.client() as client:
        annotated = {"metadata": {"annotations": {"deployment.kubernetes.io/revision": "1"}}}  # ours lets it be
        kind = {"Content-Type": "application/merge-patch+json"}
        assert client.patch(path, json=annotated, headers=kind).status_code == 200
        assert client.patch(f"{path}/status", content=patch, headers=kind).status_code == 200
    state = "jsonpath={.status.state}=INFERENCE_SERVER_STATE_FAILED"
    kubectl("wait", "inferenceserver/server", f"--for={state}", "--timeout=20s")
    deadline = time.monotonic() + 20
    while "CreationFailed" not in (said := kubectl("get", "events")) and time.monotonic() < deadline:
        pass
    assert said.count("InferenceServer creation failed") == 1


def test_a_model_is_rolled_out_replaced_and_removed(kubectl, plane, namespace, register):
    """A Deployment loads its Model's deployable artifact, a second revision replaces the first, deletion unloads it."""
    serving(kubectl, namespace)
    register("first")
    register("second")
    url = f"{plane.doors['triton_address']}/{namespace}/server/v2"
    kubectl("apply", "-f", "-", input=DEPLOYMENT.format(name="d", namespace=namespace, model="first", server="server"))
    kubectl("wait", "deployments.michelangelo.api/d", f"--for={ROLLED_OUT}", "--timeout=20s")
    assert httpx.get(f"{url}/models/first/ready").status_code == 200
    kubectl(
        "wait",
        "deployments.michelangelo.api/d",
        "--for=jsonpath={.status.state}=DEPLOYMENT_STATE_HEALTHY",
        "--timeout=20s",
    )
    listed = json.loads(got(kubectl, "configmap", "server-model-config")["data"]["model-list.json"])
    uri = got(kubectl, "model", "first")["spec"]["deployable_artifact_uri"][0]
    assert listed == [{"name": "first", "storage_path": uri, "deployment_name": "d"}]
    route = got(kubectl, "httproute", "d-httproute")
    assert route["spec"]["rules"][0]["matches"][0]["path"]["value"] == "/server/d"

    patch = {"spec": {"desiredRevision": {"name": "second"}}}
    kubectl("patch", "deployments.michelangelo.api", "d", "--type=merge", "-p", json.dumps(patch))
    kubectl(
        "wait",
        "deployments.michelangelo.api/d",
        "--for=jsonpath={.status.currentRevision.name}=second",
        "--timeout=20s",
    )
    assert httpx.get(f"{url}/models/second/ready").status_code == 200
    assert httpx.get(f"{url}/models/first/ready").status_code == 400

    kubectl("delete", "deployments.michelangelo.api", "d", "--timeout=20s")
    assert json.loads(got(kubectl, "configmap", "server-model-config")["data"]["model-list.json"]) == []
    assert "NotFound" in kubectl("get", "httproute", "d-httproute", check=False)


def test_a_deployment_of_a_missing_model_fails(kubectl, namespace):
    """No such Model: the rollout fails at AssetsPrepared, says so, and is not tried again."""
    serving(kubectl, namespace)
    kubectl("apply", "-f", "-", input=DEPLOYMENT.format(name="d", namespace=namespace, model="none", server="server"))
    kubectl("wait", "deployments.michelangelo.api/d", f"--for={FAILED}", "--timeout=20s")
    status = got(kubectl, "deployments.michelangelo.api", "d")["status"]
    failed = next(item for item in status["conditionsSnapshot"] if item.get("status") == "CONDITION_STATUS_FALSE")
    assert (failed["type"], failed["message"]) == ("AssetsPrepared", "ModelNotFound")
    kubectl("delete", "deployments.michelangelo.api", "d", "--timeout=20s")


def test_a_deployment_to_a_server_that_is_not_healthy_fails(kubectl, namespace, register):
    """Resources are not acquired from a server that does not serve."""
    register("m")
    kubectl("apply", "-f", "-", input=DEPLOYMENT.format(name="d", namespace=namespace, model="m", server="nowhere"))
    kubectl("wait", "deployments.michelangelo.api/d", f"--for={FAILED}", "--timeout=20s")
    assert "Inference server is not healthy" in kubectl("get", "deployments.michelangelo.api", "d", "-o", "yaml")
    kubectl("delete", "deployments.michelangelo.api", "d", "--timeout=20s")


def test_a_model_without_artifacts_is_not_ready(kubectl, plane, namespace):
    """Triton really reads the store: what is not there is not loaded, and the repository index says why."""
    serving(kubectl, namespace)
    entries = json.dumps([{"name": "ghost", "storage_path": "s3://michelangelo-models/none/such"}])
    patch = json.dumps({"data": {"model-list.json": entries}})
    kubectl("patch", "configmap", "server-model-config", "--type=merge", "-p", patch)
    url = f"{plane.doors['triton_address']}/{namespace}/server/v2"
    deadline = time.monotonic() + 20
    while "model list" in (said := httpx.post(f"{url}/repository/models/ghost/load").text):
        assert time.monotonic() < deadline
    why = "no object beneath s3://michelangelo-models/none/such"
    assert why in said
    log = plane.run("ma-emulator", "logs", "controller-manager").stdout
    assert f"model ghost cannot be loaded from s3://michelangelo-models/none/such: {why}" in log
    [model] = httpx.post(f"{url}/repository/index").json()
    assert (model["name"], model["state"]) == ("ghost", "UNAVAILABLE")
    assert httpx.get(f"{url}/models/ghost/ready").status_code == 400
    assert httpx.get(f"{plane.doors['triton_address']}/{namespace}/none/v2/health/ready").status_code == 400


def test_a_server_that_is_deleted_leaves_what_it_had(kubectl, namespace):
    """No finalizer and no owner: deleting the InferenceServer orphans its Deployment, Service and model config."""
    serving(kubectl, namespace)
    kubectl("delete", "inferenceserver", "server", "--timeout=10s")
    for sort, name in (
        ("deployments.apps", "triton-server"),
        ("service", "server-inference-service"),
        ("configmap", "server-model-config"),
    ):
        assert got(kubectl, sort, name)["metadata"]["name"] == name


def test_a_model_config_that_is_lost_is_made_again(kubectl, namespace):
    """What a server depends on is watched: a deleted model config is there again soon, and the server serves."""
    serving(kubectl, namespace)
    uid = got(kubectl, "configmap", "server-model-config")["metadata"]["uid"]
    kubectl("delete", "configmap", "server-model-config")
    kubectl("wait", "configmap/server-model-config", "--for=create", "--timeout=10s")
    assert got(kubectl, "configmap", "server-model-config")["metadata"]["uid"] != uid
    serving(kubectl, namespace)


def test_a_backend_that_cannot_be_provisioned_says_why(kubectl, plane, namespace):
    """Amounts that are none are refused by Kubernetes: the condition, an Event and the controller manager's log say so."""
    text = SERVER.format(name="bad", namespace=namespace, backend="BACKEND_TYPE_TRITON").replace("4Gi", "lots")
    kubectl("apply", "-f", "-", input=text)
    state = "jsonpath={.status.state}=INFERENCE_SERVER_STATE_FAILED"
    kubectl("wait", "inferenceserver/bad", f"--for={state}", "--timeout=20s")
    conditions = {item["type"]: item for item in got(kubectl, "inferenceserver", "bad")["status"]["conditions"]}
    assert conditions["BackendProvision"]["message"] == "BackendProvisionFailed"
    assert conditions["BackendProvision"]["reason"].startswith("Failed to provision backend: ")
    assert "ReconciliationError" in kubectl("describe", "inferenceserver", "bad")


def test_the_controllers_writes_are_labelled(kubectl, namespace):
    """An object that the platform has written says when, as every write of the platform's does."""
    labels = serving(kubectl, namespace)["metadata"]["labels"]
    assert labels["michelangelo/UpdateTimestamp"].isdigit()
    assert "michelangelo/SpecUpdateTimestamp" not in labels


def test_a_rollout_is_rolled_back_when_another_model_is_desired(kubectl, plane, namespace, register):
    """A model that does not load is given up for the next one: rolled back, then the next is rolled out."""
    serving(kubectl, namespace)
    register("good")
    kubectl("apply", "-f", "-", input=MODEL.format(name="ghost", namespace=namespace, uri=NOWHERE))
    kubectl("apply", "-f", "-", input=DEPLOYMENT.format(name="d", namespace=namespace, model="ghost", server="server"))
    with plane.client() as client:
        conditions = placed(client, namespace)["status"]["conditions"]
        patch = {"spec": {"desiredRevision": {"name": "good"}}}
        path = f"/apis/michelangelo.api/v2/namespaces/{namespace}/deployments/d"
        merge = {"Content-Type": "application/merge-patch+json"}
        assert client.patch(path, json=patch, headers=merge).status_code == 200
    pending = next(item for item in conditions if item["type"] == "RollingRolloutComplete")
    assert ("status" in pending, pending["message"]) == (False, "RollingRolloutPending")
    kubectl("wait", "deployments.michelangelo.api/d", f"--for={ROLLED_OUT}", "--timeout=20s")
    deployment = got(kubectl, "deployments.michelangelo.api", "d")
    assert deployment["status"]["currentRevision"]["name"] == "good"
    assert deployment["metadata"]["annotations"]["deployment.rollout.count"] == "2"
    listed = json.loads(got(kubectl, "configmap", "server-model-config")["data"]["model-list.json"])
    assert [entry["name"] for entry in listed] == ["good"]
    events = json.loads(kubectl("get", "events", "-o", "json", "--field-selector", "involvedObject.name=d"))["items"]
    said = {item["message"].removeprefix("state transition ") for item in events if item["reason"] == "StageChange"}
    assert "from DEPLOYMENT_STAGE_ROLLBACK_IN_PROGRESS to DEPLOYMENT_STAGE_ROLLBACK_COMPLETE" in said or (
        "from DEPLOYMENT_STAGE_PLACEMENT to DEPLOYMENT_STAGE_ROLLBACK_COMPLETE" in said
    )
    log = plane.run("ma-emulator", "logs", "controller-manager").stdout
    assert f"Triton {namespace}/server: model ghost cannot be loaded from {NOWHERE}: no object beneath {NOWHERE}" in log


def test_a_blast_without_trigger_is_not_rolled_back(kubectl, plane, namespace, register):
    """Another model is desired meanwhile: the rollout under way goes on to its end, then the next begins."""
    serving(kubectl, namespace)
    register("next")
    uri = f"s3://{BUCKET}/{namespace}/late"
    kubectl("apply", "-f", "-", input=MODEL.format(name="late", namespace=namespace, uri=uri))
    text = DEPLOYMENT.format(name="d", namespace=namespace, model="late", server="server")
    kubectl("apply", "-f", "-", input=f"{text}  strategy: {{blast: {{withRollbackTrigger: false}}}}\n")
    with plane.client() as client:
        placed(client, namespace)
        patch = {"spec": {"desiredRevision": {"name": "next"}}}
        path = f"/apis/michelangelo.api/v2/namespaces/{namespace}/deployments/d"
        merge = {"Content-Type": "application/merge-patch+json"}
        assert client.patch(path, json=patch, headers=merge).status_code == 200
    register("late")
    current = "jsonpath={.status.currentRevision.name}=next"
    kubectl("wait", "deployments.michelangelo.api/d", f"--for={current}", "--timeout=20s")
    events = kubectl("get", "events", "--field-selector", "involvedObject.name=d")
    assert "ROLLBACK" not in events
    assert events.count("from DEPLOYMENT_STAGE_PLACEMENT to DEPLOYMENT_STAGE_ROLLOUT_COMPLETE") == 2
    kubectl("delete", "deployments.michelangelo.api", "d", "--timeout=20s")


def test_a_deployment_is_cleaned_up_by_its_deletion_spec(kubectl, namespace, register):
    """deletionSpec.deleted unloads the model and leaves the object, EMPTY; deleted in truth it goes at once, as does a namespace."""
    serving(kubectl, namespace)
    register("m")
    kubectl("apply", "-f", "-", input=DEPLOYMENT.format(name="d", namespace=namespace, model="m", server="server"))
    kubectl("wait", "deployments.michelangelo.api/d", f"--for={ROLLED_OUT}", "--timeout=20s")
    patch = '{"spec":{"deletionSpec":{"deleted":true}}}'
    kubectl("patch", "deployments.michelangelo.api", "d", "--type=merge", "-p", patch)
    stage = "jsonpath={.status.stage}=DEPLOYMENT_STAGE_CLEAN_UP_COMPLETE"
    kubectl("wait", "deployments.michelangelo.api/d", f"--for={stage}", "--timeout=20s")
    deployment = got(kubectl, "deployments.michelangelo.api", "d")
    assert deployment["status"]["state"] == "DEPLOYMENT_STATE_EMPTY"
    assert "currentRevision" not in deployment["status"]
    assert json.loads(got(kubectl, "configmap", "server-model-config")["data"]["model-list.json"]) == []
    kubectl("delete", "deployments.michelangelo.api", "d", "--timeout=10s")


def test_a_namespace_with_a_rollout_goes(plane, kubectl, namespace, register):
    """A Deployment's finalizer does not keep its namespace."""
    other = f"{namespace}-going"
    plane.kubectl("create", "namespace", other)
    text = DEPLOYMENT.format(name="d", namespace=other, model="none", server="none")
    plane.kubectl("apply", "-f", "-", input=text)
    plane.kubectl("wait", "-n", other, "deployments.michelangelo.api/d", f"--for={FAILED}", "--timeout=20s")
    plane.kubectl("delete", "namespace", other, "--timeout=20s")


def test_a_rollout_is_rolled_back_when_its_server_fails(plane, kubectl, namespace):
    """A server that is gone under a rollout fires the alert: rolled back, with the reason, and left alone."""
    serving(kubectl, namespace)
    kubectl("apply", "-f", "-", input=MODEL.format(name="ghost", namespace=namespace, uri=NOWHERE))
    kubectl("apply", "-f", "-", input=DEPLOYMENT.format(name="d", namespace=namespace, model="ghost", server="server"))
    with plane.client() as client:
        placed(client, namespace)
        path = f"/apis/michelangelo.api/v2/namespaces/{namespace}/inferenceservers/server"
        assert client.delete(path).status_code == 200
    stage = "jsonpath={.status.stage}=DEPLOYMENT_STAGE_ROLLBACK_COMPLETE"
    kubectl("wait", "deployments.michelangelo.api/d", f"--for={stage}", "--timeout=20s")
    deployment = got(kubectl, "deployments.michelangelo.api", "d")
    assert deployment["metadata"]["annotations"]["deployment.rollback.reason"] == "Alert fired"
    assert json.loads(got(kubectl, "configmap", "server-model-config")["data"]["model-list.json"]) == []
    kubectl("delete", "deployments.michelangelo.api", "d", "--timeout=20s")
