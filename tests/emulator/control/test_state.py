"""A plane's state: emptied while it runs, kept in a file, restored from it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import zipfile
from uuid import uuid4

import boto3
import pytest
from conftest import start


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A plane of this module's own: its tests empty it."""
    child, running = start(tmp_path_factory.mktemp("state"))
    yield running
    child.terminate()
    child.wait(10)


def s3(plane):
    doors = plane.doors
    return boto3.client(
        "s3",
        endpoint_url=doors["s3_endpoint"],
        region_name=doors["s3_region"],
        aws_access_key_id=doors["s3_access_key_id"],
        aws_secret_access_key=doors["s3_secret_access_key"],
    )


_SERVER = ("kubernetes", "kube-root-ca.crt", "extension-apiserver-authentication")  # what each server says of itself


def objects(plane, *resources):
    listed = plane.kubectl("get", ",".join(resources), "-A", "-o", "json", "--ignore-not-found")
    items = json.loads(listed)["items"] if listed else []
    return [item for item in items if item["metadata"]["name"] not in _SERVER]


def keys(plane):
    client = s3(plane)
    names = [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]
    return {(name, item["Key"]) for name in names for item in client.list_objects_v2(Bucket=name).get("Contents", ())}


def fill(plane, folder):
    """A registered model, a Service, a CRD with an instance, and an object in a bucket of one's own."""
    (folder / "w.bin").write_bytes(b"weights")
    plane.kubectl("create", "namespace", "ml")
    plane.kubectl("create", "service", "nodeport", "web", "-n", "ml", "--tcp=80:80")
    plane.kubectl("apply", "-f", "-", input=json.dumps(CRD))
    plane.kubectl("wait", "--for=condition=Established", "crd/things.example.com")
    thing = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "one", "namespace": "ml"}}
    plane.kubectl("apply", "-f", "-", input=json.dumps({**thing, "size": 7}))
    plane.run("ma-emulator", "register", "m", "-n", "ml", "--artifact", str(folder / "w.bin"))
    s3(plane).create_bucket(Bucket="mine")
    s3(plane).put_object(
        Bucket="mine", Key="k", Body=b"x", ContentType="text/plain", Metadata={"a": "b"}, Tagging="t=1"
    )


FORMAT = "michelangelo-emulator-snapshot/1"
CRD = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "things.example.com"},
    "spec": {
        "group": "example.com",
        "names": {"plural": "things", "kind": "Thing"},
        "scope": "Namespaced",
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
            }
        ],
    },
}


def test_reset_leaves_what_a_plane_starts_with(own, tmp_path):
    """Objects, namespaces, CRDs of one's own, S3 objects and policies go; what a plane starts with is there again."""
    names = ("crd", "clusterrole", "namespace")
    before = {(item["kind"], item["metadata"]["name"]) for item in objects(own, *names)}
    policy = own.run("ma-emulator", "s3-policy", "reader").stdout
    fill(own, tmp_path)
    own.kubectl("delete", "clusterrole", "view")
    own.kubectl("delete", "crd", "modelfamilys.michelangelo.api")
    denied = tmp_path / "denied.json"
    denied.write_text('{"Effect": "Deny", "Action": "*", "Resource": "*"}')
    own.run("ma-emulator", "s3-policy", "reader", "--set", str(denied))
    own.run("ma-emulator", "reset")
    assert {(item["kind"], item["metadata"]["name"]) for item in objects(own, *names)} == before
    assert objects(own, "models", "services", "events") == []
    assert keys(own) == set()
    assert own.run("ma-emulator", "s3-policy", "reader").stdout == policy
    assert "No resources found" in own.kubectl("get", "modelfamilys", "-A", check=False)


@pytest.mark.parametrize("delay", [0, 0.02, 0.1])
def test_a_reset_leaves_nothing_of_what_controllers_were_at(own, delay):
    """A reset in the midst of a server's coming up: nothing that its controller was about to make is there afterwards."""
    server = {"apiVersion": "michelangelo.api/v2", "kind": "InferenceServer", "metadata": {"name": "s"}}
    server["spec"] = {"backendType": "BACKEND_TYPE_TRITON", "initSpec": {"numInstances": 1}}
    own.kubectl("apply", "-f", "-", input=json.dumps(server))
    time.sleep(delay)
    own.run("ma-emulator", "reset")
    time.sleep(0.3)  # anything late would be there by then
    left = objects(own, "inferenceservers", "deployments.apps", "services", "configmaps", "events")
    assert [item["metadata"]["name"] for item in left] == []


def test_watchers_see_a_reset(own):
    """Whoever watches is told of each object that goes."""
    own.kubectl("create", "configmap", "watched")
    with own.client() as client:
        listed = client.get("/api/v1/namespaces/default/configmaps").json()
        position = {"watch": "true", "resourceVersion": listed["metadata"]["resourceVersion"], "timeoutSeconds": "10"}
        with client.stream("GET", "/api/v1/namespaces/default/configmaps", params=position) as events:
            own.run("ma-emulator", "reset")
            seen = json.loads(next(line for line in events.iter_lines()))
    assert (seen["type"], seen["object"]["metadata"]["name"]) == ("DELETED", "watched")


def test_a_snapshot_restores_objects_and_artifacts(own, tmp_path, fresh_plane):
    """What was saved is there again, in the same plane after a reset and in another one: uids, creation times and bytes."""
    fill(own, tmp_path)
    resources = ("models", "services", "things", "namespaces", "serviceaccounts")

    def state(plane):
        shown = {}
        for item in objects(plane, *resources):
            meta = item["metadata"]
            del meta["resourceVersion"]
            shown[item["kind"], meta.get("namespace"), meta["name"]] = item
        return shown, keys(plane)

    wanted = state(own)
    file = tmp_path / "plane.snapshot"
    own.run("ma-emulator", "snapshot", "save", str(file))
    own.run("ma-emulator", "reset")
    own.kubectl("create", "namespace", "ml")  # another object of the same name
    own.kubectl("create", "namespace", "later")
    own.run("ma-emulator", "snapshot", "load", str(file))
    assert state(own) == wanted
    other = fresh_plane()
    other.run("ma-emulator", "snapshot", "load", str(file))
    assert state(other) == wanted
    head = s3(other).head_object(Bucket="mine", Key="k")
    assert (head["ContentType"], head["Metadata"]) == ("text/plain", {"a": "b"})
    assert s3(other).get_object_tagging(Bucket="mine", Key="k")["TagSet"] == [{"Key": "t", "Value": "1"}]
    own_ca = other.kubectl("get", "configmap", "kube-root-ca.crt", "-n", "ml", "-o", "jsonpath={.data}")
    assert own_ca == other.kubectl("get", "configmap", "kube-root-ca.crt", "-n", "default", "-o", "jsonpath={.data}")
    clash = other.kubectl("create", "service", "nodeport", "w2", "-n", "ml", "--tcp=80:80", "-o", "json")
    services = [json.loads(clash), *objects(other, "services")]
    addresses = {item["metadata"]["name"]: item["spec"]["clusterIP"] for item in services}
    assert len(set(addresses.values())) == len(addresses), "addresses of restored Services are taken"
    deadline = time.monotonic() + 1
    while time.monotonic() < deadline:  # nothing is collected afterwards
        assert objects(other, "things")
        time.sleep(0.3)


def changed(path, header):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", json.dumps(header))
        archive.writestr("objects.jsonl", "")
    return path


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path / "nowhere", "nowhere"),
        (lambda path: path.joinpath("text"), "is no snapshot"),
        (lambda path: changed(path / "a", {"format": "x/99", "dialect": "guide"}), "x/99"),
        (
            lambda path: changed(path / "b", {"format": FORMAT, "dialect": "upstream", "offset": 0}),
            "--dialect upstream",
        ),
        (
            lambda path: changed(path / "c", {"format": FORMAT, "dialect": "guide", "offset": 0}),
            "no snapshot's archive",
        ),
    ],
)
def test_what_is_no_snapshot_changes_nothing(own, tmp_path, make, said):
    """A file that cannot be loaded is refused with a reason, and the plane is as it was."""
    (tmp_path / "text").write_text("no archive")
    uuid = uuid4().hex
    own.kubectl("create", "configmap", f"kept-{uuid}")
    failed = own.run("ma-emulator", "snapshot", "load", str(make(tmp_path)), check=False)
    assert failed.returncode in (1, 3)
    assert said in failed.stderr
    assert "Traceback" not in failed.stderr
    assert own.kubectl("get", "configmap", f"kept-{uuid}", "-o", "name")


def test_a_damaged_artifact_changes_nothing(own, tmp_path):
    """Every byte of the store's part is read before anything is replaced."""
    file = tmp_path / "plane.zip"
    s3(own).put_object(Bucket="michelangelo-models", Key="whole", Body=b"bytes that can be found, once only")
    own.run("ma-emulator", "snapshot", "save", str(file))
    with zipfile.ZipFile(file) as archive:
        damaged = min(
            (item for item in archive.infolist() if item.filename.startswith("s3/")),
            key=lambda item: item.header_offset,
        )
    data = bytearray(file.read_bytes())
    header = damaged.header_offset
    begins = header + 30 + sum(int.from_bytes(data[header + at : header + at + 2], "little") for at in (26, 28))
    data[begins + damaged.compress_size // 2] ^= 0xFF
    file.write_bytes(data)
    failed = own.run("ma-emulator", "snapshot", "load", str(file), check=False)
    assert failed.returncode == 3
    assert str(file) in failed.stderr
    assert ("michelangelo-models", "whole") in keys(own)


def test_saving_to_nowhere_is_refused(own):
    """A folder that is not there is said."""
    failed = own.run("ma-emulator", "snapshot", "save", "/none/here", check=False)
    assert failed.returncode == 3
    assert "/none is no folder" in failed.stderr


def test_a_detached_plane_starts_with_empty_logs_and_leaves_no_keys(tmp_path):
    """A plane's logs are its own, not those of an earlier one of its name; once it is down, its S3 keys are gone."""
    environment = {**os.environ, "MA_EMULATOR_HOME": str(tmp_path)}

    def run(*words):
        command = [sys.executable, "-m", "emulator", *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True).stdout

    up = ("up", "--detach", "--kube-port", "0", "--s3-port", "0", "--no-rpc")
    run(*up)
    run("s3-policy", "reader")
    assert '"who": "admin"' in run("logs", "s3")
    run("down")
    assert not list((tmp_path / "default").glob("*.json"))
    run(*up)
    try:
        assert run("logs", "s3") == ""
    finally:
        run("down")
