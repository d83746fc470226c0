"""Any endpoint: the plane on an S3 store that shares no code with the one it brings, from registration to cleanup."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from stores.seaweedfs import BUCKET, GUEST, OWNER, SeaweedFS

from emulator.testing.plane import TestPlane
from emulator.testing.session import Michelangelo

pytestmark = pytest.mark.xdist_group("another-store")

BIG = bytes(range(256)) * 40_000  # ten megabytes: over the size at which clients and the store cut objects up


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedFS]:
    with SeaweedFS(tmp_path_factory.mktemp("seaweedfs")) as store:
        yield store


@contextmanager
def plane_on(store: SeaweedFS, keys: dict[str, str], factory: pytest.TempPathFactory) -> Iterator[Michelangelo]:
    """A plane that enters the store with somebody's keys, and a namespace of it."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in keys.items():
            environment.setenv(name, value)
        plane = TestPlane(factory.mktemp("plane"), "--no-rpc", "--object-store", store.url, "--models-bucket", BUCKET)
        with plane:
            session = Michelangelo(plane.doors, factory.mktemp("session"))
            session.open()
            yield session
            session.client.close()


@pytest.fixture(scope="module")
def session(store: SeaweedFS, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Michelangelo]:
    """As the store's owner."""
    with plane_on(store, OWNER, tmp_path_factory) as session:
        yield session


def fetched(session: Michelangelo, uri: str) -> dict[str, bytes]:
    """The objects beneath a URI, by their names there."""
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    s3 = session.s3()
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    keys = [item["Key"] for item in listed]
    return {key.removeprefix(prefix).lstrip("/"): s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def test_it_is_another_store(session: Michelangelo, store: SeaweedFS) -> None:
    """What answers is SeaweedFS, which refuses who has no keys of its own."""
    assert session.doors.s3_endpoint == store.url
    answer = httpx.get(f"{store.url}/{BUCKET}")
    assert (answer.status_code, "seaweed" in answer.headers["server"].lower()) == (403, True)


def test_a_model_is_registered_and_its_bytes_come_back(session: Michelangelo) -> None:
    """Both URI fields lead to what was registered: many files, odd names, more than one part."""
    files = {"weights.bin": BIG, "a b/ü+&.txt": b"odd", "empty": b""}
    model = session.register("churn", files, package="raw")
    assert fetched(session, model["spec"]["model_artifact_uri"][0]) == files
    assert fetched(session, model["spec"]["deployable_artifact_uri"][0])["weights.bin"] == BIG


def test_serving_reads_it(session: Michelangelo) -> None:
    """A Deployment rolls a registered Model out, whose files the server finds in the store."""
    session.register("served", {"model.onnx": b"onnx" * 10})
    server = {
        "apiVersion": "michelangelo.api/v2",
        "kind": "InferenceServer",
        "metadata": {"name": "server"},
        "spec": {"tenancyType": "TENANCY_TYPE_DEDICATED", "backendType": "BACKEND_TYPE_TRITON"},
    }
    session.client.create(server)
    serving = "jsonpath={.status.state}=INFERENCE_SERVER_STATE_SERVING"
    session.kubectl("wait", "inferenceserver/server", f"--for={serving}", "--timeout=60s")
    deployment = {
        "apiVersion": "michelangelo.api/v2",
        "kind": "Deployment",
        "metadata": {"name": "rollout"},
        "spec": {
            "desiredRevision": {"name": "served", "namespace": session.namespace},
            "inferenceServer": {"name": "server", "namespace": session.namespace},
            "definition": {"type": "TARGET_TYPE_INFERENCE_SERVER"},
        },
    }
    session.client.create(deployment)
    done = "jsonpath={.status.stage}=DEPLOYMENT_STAGE_ROLLOUT_COMPLETE"
    session.kubectl("wait", "deployments.michelangelo.api/rollout", f"--for={done}", "--timeout=60s")
    ready = f"{session.doors.triton_address}/{session.namespace}/server/v2/models/served/ready"
    assert httpx.get(ready, trust_env=False).status_code == 200


def test_cleanup_leaves_what_is_young(session: Michelangelo) -> None:
    """The guide's cleanup: old Models go with their objects, others stay."""
    session.register("old", {"w": b"1"}, age="91d")
    session.register("young", {"w": b"2"})
    target = f"kubeconfig:{session.kubeconfig}#admin,s3={session.doors.s3_endpoint},bucket={BUCKET}"
    words = ["cleanup", "--target", target, "-n", session.namespace, "--older-than", "90d", "--yes"]
    done = session.run(sys.executable, "-m", "conformance", *words, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "old" not in session.client.names("models")
    assert "young" in session.client.names("models")
    names = {key.split("/")[1] for key in session.s3_keys()}
    assert "young" in names and "old" not in names


def test_it_is_judged_as_any_store(session: Michelangelo) -> None:
    """The suite finds each of the four permissions there, and that users cannot be made by IAM's API, which judges nothing."""
    target = f"kubeconfig:{session.kubeconfig}#admin,s3={session.doors.s3_endpoint},bucket={BUCKET}"
    words = ["run", "--target", target, "--budget", "smoke", "--verbose"]
    words += ["--check", "artifact-permissions", "--check", "identity-permissions"]
    done = session.run(sys.executable, "-m", "conformance", *words, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"pass +s3\.put", done.stdout)
    assert re.search(r"not-applicable +s3\.each-permission-apart", done.stdout), done.stdout


def test_who_may_not_write_learns_it(
    session: Michelangelo, store: SeaweedFS, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Without write permission the Model is there without URIs, as the guide's table says, and the log names the refusal."""
    with plane_on(store, GUEST, tmp_path_factory) as guest:
        with pytest.raises(OSError, match="AccessDenied"):
            guest.register("m", {"w": b"1"})
        model = json.loads(guest.kubectl("get", "model", "m", "-o", "json"))
        assert not model["spec"].get("model_artifact_uri")
        log = subprocess.check_output(["ma-emulator", "logs", "controller-manager"], env=guest.env, text=True)
        assert "AccessDenied" in log
