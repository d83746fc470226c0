"""clock, reset, snapshot and seed, on planes of the tests' own."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile

import boto3
import pytest

MODEL = """apiVersion: michelangelo.api/v2
kind: Model
metadata: {name: fraud, namespace: seeded, labels: {from: seed}}
spec: {description: seeded, deployable_artifact_uri: ["s3://michelangelo-models/fraud/model"]}
"""


@pytest.fixture(scope="module")
def seed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("seed")
    (folder / "model.yaml").write_text(MODEL)
    blob = folder / "s3" / "michelangelo-models" / "fraud" / "model" / "weights.bin"
    blob.parent.mkdir(parents=True)
    blob.write_bytes(b"weights")
    return folder


def s3(running):
    environment = running.environment
    return boto3.client(
        "s3",
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        region_name="us-east-1",
    )


def keys(running) -> list[str]:
    return [item["Key"] for item in s3(running).list_objects_v2(Bucket="michelangelo-models").get("Contents", ())]


def test_a_plane_starts_with_its_seed(fresh_plane, seed):
    """--seed applies manifests, making their namespaces, and uploads files; reset comes back to that."""
    plane = fresh_plane("--seed", str(seed), "--no-rpc")
    assert (
        plane.kubectl("get", "models", "-n", "seeded", "-l", "from=seed", "-o", "name")
        == "model.michelangelo.api/fraud\n"
    )
    assert keys(plane) == ["fraud/model/weights.bin"]


def test_reset_empties_a_running_plane(fresh_plane):
    """reset removes what came since the start, from the API and from S3, tells watchers, and brings back what is gone."""
    plane = fresh_plane("--no-rpc")
    plane.kubectl("create", "namespace", "mine")
    plane.kubectl("-n", "mine", "create", "configmap", "a")
    plane.kubectl("delete", "crd", "clusters.michelangelo.api")
    s3(plane).put_object(Bucket="michelangelo-models", Key="k", Body=b"x")
    s3(plane).create_bucket(Bucket="other")
    waiting = subprocess.Popen(
        ["kubectl", "-n", "mine", "wait", "configmap/a", "--for=delete", "--timeout=20s"], env=plane.environment
    )
    assert "S3 emptied" in plane.run("ma-emulator", "reset").stdout
    assert waiting.wait(20) == 0
    assert "NotFound" in plane.kubectl("get", "namespace", "mine", check=False)
    assert keys(plane) == []
    assert "other" not in {item["Name"] for item in s3(plane).list_buckets()["Buckets"]}
    plane.kubectl("wait", "crd/clusters.michelangelo.api", "--for=condition=Established", "--timeout=10s")
    plane.kubectl("create", "namespace", "mine")
    plane.kubectl("get", "clusters.michelangelo.api", "-n", "mine")


def test_a_snapshot_restores_another_plane(fresh_plane, seed, tmp_path):
    """snapshot save and load carry API objects, S3 objects and the clock to another plane, in one file with a version."""
    first = fresh_plane("--no-rpc", "--seed", str(seed))
    uid = first.kubectl("get", "model", "fraud", "-n", "seeded", "-o", "jsonpath={.metadata.uid}")
    first.run("ma-emulator", "clock", "advance", "91d")
    first.run("ma-emulator", "snapshot", "save", str(tmp_path / "plane.zip"))
    with zipfile.ZipFile(tmp_path / "plane.zip") as archive:
        assert json.loads(archive.read("manifest.json"))["format"] == "michelangelo-emulator-snapshot/1"
    second = fresh_plane("--no-rpc")
    second.kubectl("create", "namespace", "gone-after-load")
    second.run("ma-emulator", "snapshot", "load", str(tmp_path / "plane.zip"))
    assert second.kubectl("get", "model", "fraud", "-n", "seeded", "-o", "jsonpath={.metadata.uid}") == uid
    assert keys(second) == ["fraud/model/weights.bin"]
    assert "NotFound" in second.kubectl("get", "namespace", "gone-after-load", check=False)
    assert "+7,862," in second.run("ma-emulator", "clock").stdout
    assert second.kubectl("auth", "whoami"), "the plane's own authority and tokens stay"


def test_the_clock_can_be_advanced(fresh_plane):
    """After 91 days Models are 91 days old, new ones are not, and tokens have expired."""
    plane = fresh_plane("--no-rpc", "--clock-start", "2026-01-31T12:00:00Z")
    plane.kubectl("apply", "-f", "-", input=MODEL.replace("seeded", "default"))
    created = plane.kubectl("get", "model", "fraud", "-o", "jsonpath={.metadata.creationTimestamp}")
    assert created.startswith("2026-01-31T12:0")
    token = plane.kubectl("create", "token", "default", "--duration=1h").strip()
    assert plane.kubectl("--token", token, "auth", "whoami")
    assert plane.run("ma-emulator", "clock", "advance", "91d").stdout.startswith("2026-05-02T12:0")
    assert plane.kubectl("get", "models", "--no-headers").split()[1] == "91d"
    with plane.client(token) as client:
        assert client.get("/api").status_code == 401


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("clock", "advance", "soon"), "91d"),
        (("clock", "advance"), "91d"),
        (("clock", "advance", "-5d"), "the clock only goes forward: advance it by 5d"),
        (("snapshot", "load", "/none/such"), "/none/such"),
        (("snapshot", "save", "/none/such/file"), "/none/such"),
        (("snapshot", "load", __file__), "is no snapshot"),
        (("credentials", "nobody"), "known are admin, controller-manager, reader, task"),
        (("snapshot", "save", "."), "is a folder"),
        (("s3-policy", "task", "--set", __file__), "is no policy"),
        (("s3-policy", "task", "--set", "/bin/true"), "is no policy: it is no text"),
    ],
)
def test_bad_input_is_said(plane, words, said):
    """Wrong spans and files end with a sentence and change nothing."""
    done = plane.run("ma-emulator", *words, check=False)
    assert done.returncode in (1, 3)
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--seed", "/none/such"), "is no folder"),
        (("--seed", "SEED/yaml"), "bad.yaml is no YAML"),
        (("--seed", "SEED/stray"), "is in no bucket"),
        (("--clock-start", "noon"), "2026-01-31T12:00:00Z"),
        (("--clock-start", "0001-01-01"), "from 1970 to 9000"),
        (("--timings", "slow"), "'fast', 'realistic'"),
    ],
)
def test_a_plane_does_not_start_from_bad_input(tmp_path, words, said):
    """A seed or a clock that cannot be is said at once."""
    for path, content in (("yaml/bad.yaml", "a: ["), ("stray/s3/file", "x")):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(content)
    words = [word.replace("SEED", str(tmp_path)) for word in words]
    done = subprocess.run(
        [sys.executable, "-m", "emulator", "exec", "--no-rpc", *words, "--", "true"],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 3
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "Warning" not in done.stderr
