"""Registration through the command line: the order of the guide, and what is left when a step fails."""

from __future__ import annotations

import hashlib
import json
import subprocess

import boto3
import pytest


def s3(plane):
    environment = plane.environment
    return boto3.client(
        "s3",
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        region_name=environment["AWS_DEFAULT_REGION"],
    )


def model(plane, namespace, name):
    return json.loads(plane.kubectl("get", "model", name, "-n", namespace, "-o", "json"))


def register(plane, *words, check=True):
    return plane.run("ma-emulator", "register", *words, check=check)


def digests(plane, uri):
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    client = s3(plane)
    keys = [item["Key"] for item in client.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]]
    return {
        key.removeprefix(f"{prefix}/"): hashlib.sha256(
            client.get_object(Bucket=bucket, Key=key)["Body"].read()
        ).hexdigest()
        for key in keys
    }


def test_a_registered_model_has_its_files_in_both_places(plane, namespace, tmp_path):
    """Raw artifacts and the Triton package are where the Model says, byte for byte."""
    data = b"\x08\x08 pretend this is onnx" * 100
    (tmp_path / "model.onnx").write_bytes(data)
    register(plane, "fraud", "-n", namespace, "--artifact", str(tmp_path), "--owner", "ann")
    spec = model(plane, namespace, "fraud")["spec"]
    wanted = hashlib.sha256(data).hexdigest()
    assert digests(plane, spec["model_artifact_uri"][0]) == {"model.onnx": wanted}
    package = digests(plane, spec["deployable_artifact_uri"][0])
    assert package["1/model.onnx"] == wanted
    assert set(package) == {"1/model.onnx", "config.pbtxt"}
    assert (spec["revision_id"], spec["owner"]) == (1, {"name": "ann"})


def test_registering_again_keeps_the_earlier_revision(plane, namespace, tmp_path):
    """A second registration counts the revision up, and the first one's artifacts stay."""
    (tmp_path / "weights.bin").write_bytes(b"one")
    register(plane, "twice", "-n", namespace, "--artifact", str(tmp_path))
    first = model(plane, namespace, "twice")["spec"]["model_artifact_uri"][0]
    (tmp_path / "weights.bin").write_bytes(b"two")
    register(plane, "twice", "-n", namespace, "--artifact", str(tmp_path))
    spec = model(plane, namespace, "twice")["spec"]
    assert spec["revision_id"] == 2
    assert digests(plane, first) == {"weights.bin": hashlib.sha256(b"one").hexdigest()}
    assert digests(plane, spec["model_artifact_uri"][0]) == {"weights.bin": hashlib.sha256(b"two").hexdigest()}


def test_packaging_that_fails_leaves_an_empty_uri_and_an_event(plane, namespace, tmp_path):
    """The guide's row: deployable_artifact_uri is empty when packaging failed; an Event on the Model says why."""
    for name in ("a.onnx", "b.onnx"):
        (tmp_path / name).write_bytes(b"x")
    done = register(plane, "broken", "-n", namespace, "--artifact", str(tmp_path), check=False)
    assert done.returncode == 1
    assert "packaging failed" in done.stderr
    assert "Traceback" not in done.stderr
    spec = model(plane, namespace, "broken")["spec"]
    assert spec["model_artifact_uri"]
    assert not spec.get("deployable_artifact_uri")
    events = plane.kubectl("get", "events", "-n", namespace)
    assert "PackagingFailed" in events
    (tmp_path / "b.onnx").unlink()
    register(plane, "broken", "-n", namespace, "--artifact", str(tmp_path))
    assert model(plane, namespace, "broken")["spec"]["deployable_artifact_uri"], "a retry completes it"


def test_a_missing_artifact_is_said(plane, namespace, tmp_path):
    """A path with nothing to register is refused before anything is made."""
    done = register(plane, "none", "-n", namespace, "--artifact", str(tmp_path / "nowhere"), check=False)
    assert done.returncode == 3
    assert "neither a file nor a directory" in done.stderr
    assert "NotFound" in plane.kubectl("get", "model", "none", "-n", namespace, check=False)


def policy(plane, identity, actions, tmp_path):
    """Gives an S3 identity these actions on everything; no actions: denies it everything."""
    path = tmp_path / "policy.json"
    effect = "Allow" if actions else "Deny"
    path.write_text(json.dumps({"Effect": effect, "Action": actions or "*", "Resource": "*"}))
    plane.run("ma-emulator", "s3-policy", identity, "--set", str(path))


def test_without_write_permission_the_raw_uri_stays_empty(plane, namespace, tmp_path):
    """S3 writes denied to the task: the Model is there, its URI fields are empty, an Event says why; a retry completes it."""
    artifact = tmp_path / "artifact"
    artifact.mkdir()
    (artifact / "w.bin").write_bytes(b"w")
    before = plane.run("ma-emulator", "s3-policy", "task").stdout
    policy(plane, "task", ["s3:GetObject", "s3:ListBucket"], tmp_path)
    try:
        failed = register(plane, "denied", "-n", namespace, "--artifact", str(artifact), check=False)
    finally:
        (tmp_path / "before.json").write_text(before)
        plane.run("ma-emulator", "s3-policy", "task", "--set", str(tmp_path / "before.json"))
    assert failed.returncode == 1
    assert "uploading raw artifacts failed" in failed.stderr
    assert "AccessDenied" in failed.stderr
    spec = model(plane, namespace, "denied")["spec"]
    assert not spec.get("model_artifact_uri")
    assert not spec.get("deployable_artifact_uri")
    said = plane.kubectl("describe", "model", "denied", "-n", namespace)
    assert "ArtifactUploadFailed" in said
    assert f"{namespace}/denied: ArtifactUploadFailed" in plane.run("ma-emulator", "logs", "controller-manager").stdout
    register(plane, "denied", "-n", namespace, "--artifact", str(artifact))
    assert model(plane, namespace, "denied")["spec"]["deployable_artifact_uri"]


def test_without_the_controller_managers_permission_the_deployable_uri_stays_empty(plane, namespace, tmp_path):
    """The package cannot be written: raw artifacts are registered, the deployable URI is empty."""
    artifact = tmp_path / "artifact"
    artifact.mkdir()
    (artifact / "w.bin").write_bytes(b"w")
    before = plane.run("ma-emulator", "s3-policy", "controller-manager").stdout
    policy(plane, "controller-manager", [], tmp_path)
    try:
        failed = register(plane, "half", "-n", namespace, "--artifact", str(artifact), check=False)
    finally:
        (tmp_path / "before.json").write_text(before)
        plane.run("ma-emulator", "s3-policy", "controller-manager", "--set", str(tmp_path / "before.json"))
    assert failed.returncode == 1
    spec = model(plane, namespace, "half")["spec"]
    assert spec["model_artifact_uri"]
    assert not spec.get("deployable_artifact_uri")
    assert "PackageUploadFailed" in plane.kubectl("describe", "model", "half", "-n", namespace)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--artifact", "/none/here"), "/none/here"),
        (("--layout", "{name}/{part}"), "lacks {namespace}"),
        (("--layout", "{name}/{colour}"), "known are name, namespace, part, revision"),
        (("--kind", "MODEL_KIND_WRONG"), "spec.kind"),
    ],
)
def test_bad_input_leaves_nothing(plane, namespace, tmp_path, words, said):
    """What cannot be registered is refused with the field or path that is wrong, and no Model is made."""
    (tmp_path / "w.bin").write_bytes(b"w")
    given = ("--artifact", str(tmp_path)) if "--artifact" not in words else ()
    failed = register(plane, "bad", "-n", namespace, *given, *words, check=False)
    assert failed.returncode in (1, 3)
    assert said in failed.stderr
    assert "Traceback" not in failed.stderr
    assert "NotFound" in plane.kubectl("get", "model", "bad", "-n", namespace, check=False)


def test_an_empty_folder_is_refused(plane, namespace, tmp_path):
    """An artifact folder without files is no artifact."""
    failed = register(plane, "empty", "-n", namespace, "--artifact", str(tmp_path), check=False)
    assert failed.returncode == 3
    assert str(tmp_path) in failed.stderr


def test_the_layout_is_a_setting(plane, namespace, tmp_path):
    """Where artifacts are is a template's matter; the Model says it."""
    (tmp_path / "w.bin").write_bytes(b"w")
    register(
        plane,
        "laid",
        "-n",
        namespace,
        "--artifact",
        str(tmp_path),
        "--layout",
        "x/{part}/{namespace}-{name}-{revision}",
    )
    spec = model(plane, namespace, "laid")["spec"]
    assert spec["model_artifact_uri"] == [f"s3://michelangelo-models/x/raw/{namespace}-laid-1"]


def elsewhere(plane, endpoint, *words):
    """Registers with the variables of a store that is none of the plane's."""
    return subprocess.run(
        ["ma-emulator", "register", *words],
        env={**plane.environment, "AWS_ENDPOINT_URL": endpoint},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_store_elsewhere_is_written_as_who_the_variables_say(plane, namespace, tmp_path):
    """At a store of other variables than the plane's, a registration is carried out with the keys that they name."""
    (tmp_path / "w.bin").write_bytes(b"w")
    endpoint = plane.environment["AWS_ENDPOINT_URL"].replace("127.0.0.1", "localhost")
    done = elsewhere(plane, endpoint, "far", "-n", namespace, "--artifact", str(tmp_path))
    assert done.returncode == 0, done.stderr
    spec = model(plane, namespace, "far")["spec"]
    assert digests(plane, spec["model_artifact_uri"][0]) == {"w.bin": hashlib.sha256(b"w").hexdigest()}
    log = plane.run("ma-emulator", "logs", "s3").stdout.splitlines()
    put = [json.loads(line) for line in log if '"s3:PutObject"' in line and f"{namespace}/far" in line]
    assert {line["who"] for line in put} == {"admin"}


def test_an_unreachable_store_is_said(plane, namespace, tmp_path):
    """Nothing answers at the store's address: the Model has no URIs, and the Event and the command say where."""
    (tmp_path / "w.bin").write_bytes(b"w")
    done = elsewhere(plane, "http://127.0.0.1:1", "lost", "-n", namespace, "--artifact", str(tmp_path))
    assert done.returncode == 1
    assert "http://127.0.0.1:1" in done.stderr
    assert "Traceback" not in done.stderr
    assert not model(plane, namespace, "lost")["spec"].get("model_artifact_uri")
    assert "ArtifactUploadFailed" in plane.kubectl("describe", "model", "lost", "-n", namespace)


def test_each_part_is_uploaded_by_its_identity(plane, namespace, tmp_path):
    """Raw artifacts are the task's, the package is the controller manager's: the store's access log says so."""
    (tmp_path / "w.bin").write_bytes(b"w")
    register(plane, "whose", "-n", namespace, "--artifact", str(tmp_path))
    log = plane.run("ma-emulator", "logs", "s3").stdout.splitlines()
    put = [json.loads(line) for line in log if '"s3:PutObject"' in line and f"{namespace}/whose" in line]
    assert {(line["key"].split("/")[3], line["who"]) for line in put} == {
        ("raw", "task"),
        ("deployable", "controller-manager"),
    }
