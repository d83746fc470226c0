"""The pytest plugin's fixtures, used as somebody's suite uses them."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from emulator.testing.client import ApiClient, ApiError
from emulator.testing.session import Michelangelo

pytestmark = pytest.mark.xdist_group("testing")  # one plane for all of them

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def seen() -> dict[str, str]:
    """What an earlier test had."""
    return {}


def test_programs_under_test_find_the_plane(michelangelo, michelangelo_client, michelangelo_s3, seen):
    """A registered Model is there by client, S3 and kubectl, in the test's namespace without naming it."""
    seen.update(namespace=michelangelo.namespace, server=michelangelo.doors.kube_server)
    model = michelangelo.register("churn", {"weights.bin": b"abc"}, package="raw", labels={"team": "risk"})
    [uri] = model["spec"]["model_artifact_uri"]
    key = uri.removeprefix(f"s3://{michelangelo.bucket}/")
    assert key.startswith(michelangelo.prefix)
    assert any(found.startswith(key) for found in michelangelo.s3_keys())
    assert michelangelo_client.names("models", labels="team=risk") == ["churn"]
    michelangelo_s3.put_object(Bucket=michelangelo.bucket, Key=f"{michelangelo.prefix}mine", Body=b"x")
    michelangelo.kubectl("create", "namespace", f"{michelangelo.namespace}-other")
    michelangelo.advance("91d")
    assert michelangelo.now() - datetime.now(UTC) > 90 * DAY
    words = ["kubectl", "get", "models", "-o", "name"]
    assert subprocess.check_output(words, env=michelangelo.env, text=True) == "model.michelangelo.api/churn\n"


def test_nothing_is_left_of_the_test_before(michelangelo, michelangelo_client, michelangelo_s3, seen):
    """The plane is the same; namespace, bucket prefix and clock are fresh, and the earlier ones are gone."""
    assert michelangelo.doors.kube_server == seen["server"]
    assert michelangelo.namespace != seen["namespace"]
    assert abs(michelangelo.now() - datetime.now(UTC)) < DAY
    assert michelangelo_client.list("models") == []
    assert michelangelo.s3_keys() == []
    left = michelangelo_s3.list_objects_v2(Bucket=michelangelo.bucket, Prefix=seen["namespace"])
    assert left["KeyCount"] == 0
    assert michelangelo.kubectl("get", "namespaces", "-o", "name").count("/test-") == 1


def test_the_client_speaks_of_any_kind(michelangelo: Michelangelo, michelangelo_client: ApiClient):
    """Objects of Kubernetes are created, patched in both manners, and deleted."""
    client = michelangelo_client
    made = client.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "1"}})
    assert made["metadata"]["namespace"] == michelangelo.namespace
    assert client.patch("v1/configmaps", "c", {"data": {"b": "2"}})["data"] == {"a": "1", "b": "2"}
    assert client.patch("v1/configmaps", "c", [{"op": "remove", "path": "/data/a"}])["data"] == {"b": "2"}
    client.delete("v1/configmaps", "c")
    assert client.find("v1/configmaps", "c") is None


def test_refusals_say_why(michelangelo: Michelangelo, michelangelo_client: ApiClient):
    """Kubernetes' code and reason, kubectl's own words, the registration's sentence."""
    with pytest.raises(ApiError, match="not found") as missing:
        michelangelo_client.get("models", "none")
    assert (missing.value.code, missing.value.reason) == (404, "NotFound")
    with pytest.raises(ApiError, match="klingons"):
        michelangelo_client.list("klingons")
    with pytest.raises(ApiError, match="Klingon"):
        michelangelo_client.create({"apiVersion": "v1", "kind": "Klingon"})
    with pytest.raises(AssertionError, match="NotFound"):
        michelangelo.kubectl("get", "model", "none")
    with pytest.raises(ValueError, match="unknown package"):
        michelangelo.register("m", {"f": b""}, package="klingon")
    with pytest.raises(ValueError, match="91d"):
        michelangelo.advance("soon")


def test_age_is_by_the_machines_clock(michelangelo: Michelangelo, michelangelo_client: ApiClient):
    """A model can have been registered long ago, so that a script which asks the machine for the date finds it old."""
    michelangelo.register("old", {"w": b"1"}, age="91d")
    michelangelo.register("new", {"w": b"1"})
    cutoff = (datetime.now(UTC) - 90 * DAY).strftime("%Y-%m-%dT%H:%M:%SZ")
    models = michelangelo_client.list("models")
    assert {model["metadata"]["name"]: model["metadata"]["creationTimestamp"] < cutoff for model in models} == {
        "old": True,
        "new": False,
    }
