"""What people type: the real kubectl against the plane."""

from __future__ import annotations

import subprocess
import sys
import time

import kubernetes
import pytest
from kubernetes.dynamic import DynamicClient

MODEL = """apiVersion: michelangelo.api/v2
kind: Model
metadata:
  name: fraud
  labels: {{tier: gold}}
spec:
  description: {description}
  kind: MODEL_KIND_BINARY_CLASSIFICATION
  package_type: DEPLOYABLE_MODEL_PACKAGE_TYPE_TRITON
  revision_id: {revision}
  model_artifact_uri: ["s3://bucket/raw/a", "s3://bucket/raw/b"]
"""


@pytest.fixture
def kubectl(plane, namespace):
    """kubectl in a namespace of the test's own."""

    def run(*words: str, check: bool = True, **options) -> str:
        return plane.kubectl("-n", namespace, *words, check=check, **options)

    return run


@pytest.fixture
def model(kubectl, tmp_path):
    """A Model applied from a file, and the file."""
    path = tmp_path / "model.yaml"
    path.write_text(MODEL.format(description="first", revision=1))
    assert kubectl("apply", "-f", str(path)) == "model.michelangelo.api/fraud created\n"
    return path


def test_apply_says_what_changed(kubectl, model):
    """Client-side apply: created, unchanged, configured; diff shows what would change and changes nothing."""
    assert kubectl("apply", "-f", str(model)) == "model.michelangelo.api/fraud unchanged\n"
    model.write_text(MODEL.format(description="second", revision=2))
    difference = kubectl("diff", "-f", str(model), check=False)
    assert "-  revision_id: 1" in difference
    assert "+  revision_id: 2" in difference
    assert kubectl("get", "model", "fraud", "-o", "jsonpath={.spec.revision_id}") == "1"
    assert kubectl("apply", "-f", str(model)) == "model.michelangelo.api/fraud configured\n"
    assert kubectl("get", "model", "fraud", "-o", "jsonpath={.spec.revision_id}") == "2"


def test_server_side_apply_conflicts_by_name(kubectl, model):
    """Two appliers of one field conflict; the message names field and manager, and --force-conflicts takes it over."""
    model.write_text(MODEL.format(description="theirs", revision=5))
    kubectl("apply", "--server-side", "--field-manager=them", "--force-conflicts", "-f", str(model))
    model.write_text(MODEL.format(description="ours", revision=5))
    refused = kubectl("apply", "--server-side", "--field-manager=us", "-f", str(model), check=False)
    assert 'conflict with "them"' in refused
    assert ".spec.description" in refused
    assert ".spec.revision_id" not in refused, "equal values do not conflict"
    kubectl("apply", "--server-side", "--field-manager=us", "--force-conflicts", "-f", str(model))
    assert kubectl("get", "model", "fraud", "-o", "jsonpath={.spec.description}") == "ours"


def test_patch_edit_label_annotate(kubectl, model, monkeypatch, plane, namespace):
    """The three patches that kubectl sends, its editor, labels and annotations."""
    kubectl("patch", "model", "fraud", "--type=merge", "-p", '{"spec":{"revision_id":7}}')
    kubectl("patch", "model", "fraud", "--type=json", "-p", '[{"op":"remove","path":"/spec/model_artifact_uri/0"}]')
    assert kubectl("get", "model", "fraud", "-o", "jsonpath={.spec.model_artifact_uri}") == '["s3://bucket/raw/b"]'
    refused = kubectl("patch", "model", "fraud", "-p", "{}", check=False)
    assert "the body of the request was in an unknown format" in refused
    done = subprocess.run(
        ["kubectl", "-n", namespace, "edit", "model", "fraud"],
        env={**plane.environment, "KUBE_EDITOR": "sed -i s/revision_id:.*/revision_id:\\ 8/"},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.stdout == "model.michelangelo.api/fraud edited\n", done.stderr
    assert kubectl("label", "model", "fraud", "tier-", "stage=live") == "model.michelangelo.api/fraud labeled\n"
    assert kubectl("get", "models", "-l", "stage=live", "-o", "name") == "model.michelangelo.api/fraud\n"
    kubectl("annotate", "model", "fraud", "note=yes")
    assert "Annotations:  " in kubectl("describe", "model", "fraud")


def test_get_watch_sees_changes_as_they_happen(plane, namespace, kubectl):
    """`kubectl get -w` prints a line for each change, in order."""
    child = subprocess.Popen(
        f"kubectl -n {namespace} get configmaps -w --no-headers --field-selector=metadata.name=seen --output-watch-events".split(),
        env=plane.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        time.sleep(0.5)
        kubectl("create", "configmap", "seen", "--from-literal=a=b")
        kubectl("patch", "configmap", "seen", "-p", '{"data":{"c":"d"}}')
        kubectl("delete", "configmap", "seen")
        assert child.stdout is not None
        lines = [child.stdout.readline().split()[:3] for _ in range(3)]
    finally:
        child.terminate()
        child.wait(5)
    assert lines == [["ADDED", "seen", "1"], ["MODIFIED", "seen", "2"], ["DELETED", "seen", "2"]]


def test_an_object_is_found_by_name_in_all_namespaces(plane, namespace):
    """A field selector that names an object selects; it makes no path of an object without a namespace."""
    plane.kubectl("create", "configmap", f"only-{namespace}", "-n", namespace)
    found = plane.kubectl("get", "configmaps", "-A", f"--field-selector=metadata.name=only-{namespace}", "-o", "name")
    assert found == f"configmap/only-{namespace}\n"


def test_wait(kubectl, model, plane, namespace):
    """kubectl waits for fields, conditions, creation and deletion, and says so when time is up."""
    kubectl("wait", "model/fraud", "--for=jsonpath={.spec.revision_id}=1", "--timeout=5s")
    kubectl("wait", "model/fraud", "--for=create", "--timeout=5s")
    kubectl("wait", "crd/models.michelangelo.api", "--for=condition=Established", "--timeout=5s")
    late = kubectl("wait", "model/fraud", "--for=condition=Ready", "--timeout=1s", check=False)
    assert "timed out waiting for the condition on models/fraud" in late
    waiting = subprocess.Popen(
        ["kubectl", "-n", namespace, "wait", "model/fraud", "--for=delete", "--timeout=20s"], env=plane.environment
    )
    kubectl("delete", "model", "fraud", "--wait=true")
    assert waiting.wait(20) == 0


def test_explain_and_api_resources(kubectl):
    """OpenAPI and discovery are good enough for explain --recursive and api-resources."""
    text = kubectl("explain", "model.spec", "--recursive")
    assert "model_artifact_uri\t<[]string>" in text
    assert "enum: " in text
    assert "FIELD: data_type <string>" in kubectl("explain", "model.spec.input_schema.schema_items.data_type")
    listed = kubectl("api-resources", "--api-group=michelangelo.api", "--no-headers")
    assert {line.split()[-1] for line in listed.splitlines()} >= {"Model", "InferenceServer", "Deployment"}


def test_chunked_lists_are_whole(kubectl):
    """A list fetched in chunks has every object once."""
    for number in range(12):
        kubectl("create", "configmap", f"c-{number}")
    names = kubectl("get", "configmaps", "--chunk-size=5", "-o", "name").split()
    assert sorted(names) == sorted({*(f"configmap/c-{number}" for number in range(12)), "configmap/kube-root-ca.crt"})


def test_who_may(kubectl, namespace):
    """auth whoami, can-i --list, --as, and tokens made for a ServiceAccount."""
    assert "admin" in kubectl("auth", "whoami")
    assert "*.*" in kubectl("auth", "can-i", "--list")
    kubectl("create", "serviceaccount", "ci")
    token = kubectl("create", "token", "ci", "--duration=10m").strip()
    assert token.count(".") == 2
    kubectl("create", "rolebinding", "view", "--clusterrole=view", f"--serviceaccount={namespace}:ci")
    account = f"system:serviceaccount:{namespace}:ci"
    assert kubectl("auth", "can-i", "list", "configmaps", f"--as={account}") == "yes\n"
    assert kubectl("auth", "can-i", "list", "secrets", f"--as={account}", check=False).startswith("no")
    assert kubectl("--as=nobody", "get", "pods", check=False).startswith(
        'Error from server (Forbidden): pods is forbidden: User "nobody" cannot list resource "pods"'
    )


def test_pods_without_a_node(kubectl):
    """No node runs what no scheduler places: it stays Pending, has no logs yet, and nothing to exec in."""
    kubectl("run", "lonely", "--image=nginx", '--overrides={"spec": {"schedulerName": "nobody"}}')
    assert kubectl("get", "pod", "lonely", "--no-headers").split()[1:3] == ["0/1", "Pending"]
    assert kubectl("logs", "lonely") == ""
    assert "pod lonely does not have a host assigned" in kubectl("exec", "lonely", "--", "ls", check=False)


def test_namespaces_take_everything_with_them(plane):
    """Deleting a namespace deletes what is in it, and kubectl waits for that."""
    plane.kubectl("create", "namespace", "short-lived")
    plane.kubectl("-n", "short-lived", "create", "configmap", "kept")
    assert plane.kubectl("delete", "namespace", "short-lived", "--timeout=20s") == 'namespace "short-lived" deleted\n'
    assert "NotFound" in plane.kubectl("get", "namespace", "short-lived", check=False)
    plane.kubectl("create", "namespace", "short-lived")
    assert "NotFound" in plane.kubectl("-n", "short-lived", "get", "configmap", "kept", check=False)
    plane.kubectl("delete", "namespace", "short-lived", "--wait=false")


OPERATOR = """
import kopf


@kopf.on.create("michelangelo.api", "v2", "models")
def created(spec, patch, **_):
    patch.metadata.annotations["example.com/seen"] = str(spec.get("revision_id"))
"""


def test_an_operator_runs(kubectl, plane, namespace, tmp_path):
    """A small kopf operator watches Models, is told of a new one, and writes to it (finalizers, patches, events)."""
    (tmp_path / "operator.py").write_text(OPERATOR)
    words = [sys.executable, "-m", "kopf", "run", "--standalone", "-n", namespace, str(tmp_path / "operator.py")]
    child = subprocess.Popen(words, env=plane.environment, stderr=subprocess.PIPE, text=True)
    try:
        path = tmp_path / "model.yaml"
        path.write_text(MODEL.format(description="watched", revision=3))
        kubectl("apply", "-f", str(path))
        kubectl("wait", "model/fraud", r"--for=jsonpath={.metadata.annotations.example\.com/seen}=3", "--timeout=15s")
        assert kubectl("delete", "model", "fraud", "--timeout=15s") == 'model.michelangelo.api "fraud" deleted\n'
    finally:
        child.terminate()
        _, said = child.communicate(timeout=10)
    assert "Traceback" not in said


def test_the_dynamic_client(plane, namespace):
    """The kubernetes package's dynamic client discovers, creates, watches and deletes Models."""
    client = DynamicClient(kubernetes.config.new_client_from_config(plane.doors["kubeconfig"]))
    models = client.resources.get(api_version="michelangelo.api/v2", kind="Model")
    body = {"apiVersion": "michelangelo.api/v2", "kind": "Model", "metadata": {"name": "m"}, "spec": {"revision_id": 1}}
    made = models.create(body=body, namespace=namespace)
    models.patch(
        name="m", namespace=namespace, body={"spec": {"revision_id": 2}}, content_type="application/merge-patch+json"
    )
    seen = models.watch(namespace=namespace, resource_version=made.metadata.resourceVersion, timeout=3)
    event = next(iter(seen))
    assert (event["type"], event["object"].spec.revision_id) == ("MODIFIED", 2)
    models.delete(name="m", namespace=namespace)
    assert models.get(namespace=namespace).items == []
