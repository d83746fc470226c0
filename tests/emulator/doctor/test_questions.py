"""What the doctor can be asked: who may read, which files are wrong, stores and clusters of other people."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import boto3
import pytest
import yaml


@pytest.fixture
def team(plane):
    """The guide's namespace, gone after the test."""
    plane.kubectl("create", "namespace", "ml-team")
    return "ml-team"


def role(plane, team, **rule):
    """A Role of one rule, bound to the user ann."""
    rules = [{"apiGroups": ["michelangelo.api"], "resources": ["models"], "verbs": ["get", "list", "watch"], **rule}]
    kind = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role"}
    body = {**kind, "metadata": {"name": "reads", "namespace": team}, "rules": rules}
    plane.kubectl("apply", "-f", "-", input=json.dumps(body))
    plane.kubectl("create", "rolebinding", "ann-reads", "--role=reads", "--user=ann", "-n", team, check=False)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"apiGroups": [""]}, 'lacks the API group: its apiGroups are [""]'),
        ({"verbs": ["get"]}, "Role reads lacks the verbs list, watch"),
        ({"resources": ["inferenceservers"]}, "Role reads lacks the resource models"),
        ({"resourceNames": ["one"]}, "Role reads grants the Models one only"),
    ],
)
def test_what_a_role_lacks(plane, examine, team, rule, said):
    """Which Role lacks which group, verb or resource; and the manifest that is printed grants it."""
    role(plane, team, **rule)
    found = [one for one in examine("-n", team, "--as", "user:ann")[0] if one["id"] == "rbac.denied"]
    assert len(found) == 1
    assert said in found[0]["title"]
    plane.run("bash", "-c", found[0]["fix"])
    assert not [one for one in examine("-n", team, "--as", "user:ann")[0] if one["id"] == "rbac.denied"]


@pytest.mark.parametrize("subject", ["group:readers", "serviceaccount:ci:bot", "system:serviceaccount:ci:bot", "ann"])
def test_subjects(plane, examine, team, subject):
    """Users, groups and ServiceAccounts are told that nothing binds them, and bound by what is printed."""
    [found] = [one for one in examine("-n", team, "--as", subject)[0] if one["id"] == "rbac.denied"]
    assert "no Role is bound to it there" in found["title"]
    plane.run("bash", "-c", found["fix"])
    assert "rbac.denied" not in {one["id"] for one in examine("-n", team, "--as", subject)[0]}


def test_a_binding_to_nothing(plane, examine, team):
    """A binding that names a Role which is not there is named."""
    plane.kubectl("create", "rolebinding", "ann-reads", "--role=forgotten", "--user=ann", "-n", team)
    [found] = [one for one in examine("-n", team, "--as", "ann")[0] if one["id"] == "rbac.denied"]
    assert "binding ann-reads names the Role forgotten, which is not there" in found["title"]


def test_who_may_read_nothing_is_told_so(examine, team):
    """As the reader, whom nothing is granted, the doctor says what it cannot see, and that this is the guide's row."""
    findings, notes = examine("--context", "reader", "-n", team)
    [found] = [one for one in findings if one["id"] == "rbac.denied"]
    assert found["evidence"][0]["answered"].startswith(
        'models.michelangelo.api is forbidden: User "reader" cannot list'
    )
    assert "kind: User\n  name: reader" in found["fix"]
    assert any(note.startswith("not seen: inferenceservers in namespace ml-team") for note in notes)
    assert "definitions.missing" not in {one["id"] for one in findings}, "discovery says that it is there"


SCRIPT = """#!/bin/sh
CUTOFF=$(date -d '90 days ago' -u +%Y-%m-%dT%H:%M:%SZ)
kubectl wait \\
  --for=condition=Ready \\
  model/fraud-detector
PATH=$(kubectl get model x -o jsonpath='{.spec.deployableArtifactUri[0]}')
kubectl wait inferenceserver/y --for condition=Ready=True
kubectl wait model/x --for=jsonpath='{.spec.deployable_artifact_uri[0]}'
"""
MANIFEST = """kind: InferenceServer
apiVersion: michelangelo.api/v2
metadata: {name: server}
spec:
  backendType: "triton"
  replicas: 2
---
kind: Model
apiVersion: michelangelo.api/v2
metadata: {name: model}
spec: {packageType: X}
---
kind: Role
apiVersion: rbac.authorization.k8s.io/v1
rules:
- apiGroups: [""]
  resources: ["models"]
"""
FOUND = {
    ("scripts.date", 2),
    ("scripts.wait-ready", 3),
    ("scripts.path", 6),
    ("scripts.spelling", 6),
    ("scripts.wait-ready-server", 7),
    ("manifests.backend-type", 5),
    ("manifests.server-field", 6),
    ("manifests.spelling", 11),
    ("manifests.api-group", 16),
}


def test_files(examine, emulator, tmp_path, monkeypatch):
    """Each mistake in a folder is found at its line; what sed is told to change is changed; without a cluster dialects are not judged."""
    (tmp_path / "wait.sh").write_text(SCRIPT)
    (tmp_path / "all.yaml").write_text(MANIFEST)
    (tmp_path / "broken.yaml").write_text("a: [")
    findings, _ = examine("-f", str(tmp_path))
    found = {(one["id"], int(one["title"].partition(", line ")[2].partition(":")[0])) for one in findings}
    assert found == FOUND
    monkeypatch.delenv("KUBECONFIG")
    monkeypatch.setenv("MA_PLANE", str(tmp_path / "nowhere"))
    monkeypatch.setenv("HOME", str(tmp_path))
    code, out, _ = emulator("doctor", "--json", "-f", str(tmp_path))
    report = json.loads(out)
    assert code == 1
    assert {one["id"] for one in report["findings"]} == {name for name, _ in FOUND if not name.endswith("spelling")}


def test_edits_that_are_printed(plane, examine, tmp_path):
    """The edits of a manifest leave nothing to find in it."""
    path = tmp_path / "all.yaml"
    path.write_text(MANIFEST)
    for one in examine("-f", str(path))[0]:
        plane.run("bash", "-c", one["fix"].splitlines()[0])
    assert examine("-f", str(path))[0] == []
    documents = list(yaml.safe_load_all(path.read_text()))
    assert documents[0]["spec"] == {"backendType": "BACKEND_TYPE_TRITON"}
    assert documents[1]["spec"] == {"package_type": "X"}


def test_a_store_that_is_not_a_planes(plane, examine, monkeypatch):
    """At another endpoint permissions are tried, as far as that can be done without writing; a probe is asked for."""
    s3 = boto3.client("s3", endpoint_url=plane.doors["s3_endpoint"])
    before = s3.list_objects_v2(Bucket=plane.doors["models_bucket"])["KeyCount"]
    endpoint = plane.doors["s3_endpoint"].replace("127.0.0.1", "localhost")
    _, notes = examine("--s3-endpoint", endpoint)
    assert any(note.startswith("not tested: s3:PutObject and s3:DeleteObject") for note in notes)
    findings, notes = examine("--s3-endpoint", endpoint, "--allow-probe")
    assert (findings, [note for note in notes if note.startswith("not tested")]) == ([], [])
    assert s3.list_objects_v2(Bucket=plane.doors["models_bucket"])["KeyCount"] == before


@pytest.mark.parametrize(
    ("words", "identifier", "cure"),
    [
        (("--bucket", "no-such-bucket"), "store.bucket-missing", "create-bucket --bucket no-such-bucket"),
        (("--s3-endpoint", "http://127.0.0.1:9"), "store.unreachable", "export AWS_ENDPOINT_URL=http://127.0.0.1:"),
        (("--s3-endpoint", "nonsense"), "store.unreachable", "export AWS_ENDPOINT_URL=http://127.0.0.1:"),
    ],
)
def test_a_store_that_cannot_be_used(examine, words, identifier, cure):
    """A missing bucket and an endpoint at which nothing answers are findings, with what to do."""
    [found] = examine(*words)[0]
    assert (found["id"], cure in found["fix"]) == (identifier, True)


def test_another_region(examine, monkeypatch):
    """A region that is not the bucket's is named with the right one."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    [found] = examine()[0]
    assert (found["id"], found["fix"]) == ("store.region", "export AWS_DEFAULT_REGION=us-east-1")


def test_objects_that_no_model_names(plane, examine):
    """What is left in the bucket by a deleted Model is a finding."""
    s3 = boto3.client(
        "s3",
        endpoint_url=plane.doors["s3_endpoint"],
        aws_access_key_id=plane.doors["s3_access_key_id"],
        aws_secret_access_key=plane.doors["s3_secret_access_key"],
        region_name="us-east-1",
    )
    s3.put_object(Bucket=plane.doors["models_bucket"], Key="left/over/model.bin", Body=b"")
    [found] = examine()[0]
    assert (found["id"], found["evidence"][0]["answered"]) == ("store.orphans", "left/over/model.bin")


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({"server": "https://127.0.0.1:9"}, 4, "cannot be examined"),
        ({"certificate-authority-data": "bm9uc2Vuc2U="}, 3, "certificates cannot be used"),
        ({"server": ""}, 3, "has no server"),
    ],
)
def test_clusters_that_cannot_be_reached(plane, emulator, tmp_path, change, code, said):
    """Nothing answers: 4. The kubeconfig makes no sense: 3. No traceback."""
    config = yaml.safe_load(Path(plane.doors["kubeconfig"]).read_text())
    config["clusters"][0]["cluster"] |= change
    path = tmp_path / "kubeconfig"
    path.write_text(yaml.safe_dump(config))
    found, _, err = emulator("doctor", "--kubeconfig", str(path))
    assert (found, said in err, "Traceback" in err) == (code, True, False), err


def test_a_credential_plugin_and_an_authority_in_a_file(plane, emulator, tmp_path):
    """Kubeconfigs of other clusters: credentials of a plugin, and files beside the kubeconfig."""
    config = yaml.safe_load(Path(plane.doors["kubeconfig"]).read_text())
    cluster = config["clusters"][0]["cluster"]
    (tmp_path / "ca.pem").write_bytes(base64.b64decode(cluster.pop("certificate-authority-data")))
    cluster["certificate-authority"] = "ca.pem"
    answer = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": "admin-token"},
    }
    plugin = {"apiVersion": answer["apiVersion"], "command": "echo", "args": [json.dumps(answer)]}
    for user in config["users"]:
        user["user"] = {"exec": plugin}
    path = tmp_path / "kubeconfig"
    path.write_text(yaml.safe_dump(config))
    code, out, err = emulator("doctor", "--kubeconfig", str(path))
    assert code == 0, out + err
    plugin["command"] = "false"
    path.write_text(yaml.safe_dump(config))
    code, _, err = emulator("doctor", "--kubeconfig", str(path))
    assert (code, "gave no credentials" in err) == (3, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--as", "serviceaccount:only"), "serviceaccount:NAMESPACE:NAME"),
        (("--kubeconfig", "/no/such"), "No such file"),
        (("--context", "none-such"), "known are admin, reader"),
        (("-f", "/no/such"), "neither a file nor a folder"),
        (("--name", "none-such"), "ma-emulator up --detach"),
    ],
)
def test_bad_input(emulator, words, said):
    """Usage errors end with 3 and say what to do."""
    code, _, err = emulator("doctor", *words)
    assert (code, said in err, "Traceback" in err) == (3, True, False), err


def test_a_server_without_a_backend(plane, examine, team):
    """Conditions are explained in the platform's manner (code in message, sentence in reason), and the printed patch makes it serve."""
    spec = {"initSpec": {"resourceSpec": {"cpu": 1}}}
    server = {"apiVersion": "michelangelo.api/v2", "kind": "InferenceServer", "metadata": {"name": "s"}, "spec": spec}
    plane.kubectl("apply", "-n", team, "-f", "-", input=json.dumps(server))
    state = "inferenceserver/s", "-n", team, "--timeout=30s"
    plane.kubectl("wait", *state, "--for=jsonpath={.status.state}=INFERENCE_SERVER_STATE_FAILED")
    [found] = examine("--server", "s")[0]
    assert found["id"] == "servers.backend"
    said = "Validation is false: InvalidBackendType: unsupported backend type: BACKEND_TYPE_INVALID"
    assert said in [one["answered"] for one in found["evidence"]]
    plane.run("bash", "-c", found["fix"])
    plane.kubectl("wait", *state, "--for=jsonpath={.status.state}=INFERENCE_SERVER_STATE_SERVING")
    assert examine("--server", "s")[0] == []
