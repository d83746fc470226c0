"""The real ``ma`` against the gRPC door."""

from __future__ import annotations

import json
from pathlib import Path


def test_ma_applies_gets_lists_and_deletes(plane, namespace, tmp_path):
    """The guide's three forms of ``ma model get``, and apply and delete around them."""
    manifest = tmp_path / "model.yaml"
    manifest.write_text(Path("fixtures/manifests/guide/model.yaml").read_text().replace("ml-team", namespace))
    plane.run("ma", "model", "apply", "-f", str(manifest))
    assert "fraud-detector" in plane.run("ma", "model", "get", "-n", namespace).stdout
    assert "fraud-detector" in plane.run("ma", "model", "get", "-n", namespace, "--limit", "20").stdout
    shown = plane.run("ma", "model", "get", "-n", namespace, "--name", "fraud-detector", "-o", "json").stdout
    spec = json.loads(shown[shown.index("{") :])["model"]["spec"]
    assert spec["deployable_artifact_uri"] == ["s3://michelangelo-models/fraud-detector/serving"]
    stored = json.loads(plane.kubectl("get", "model", "fraud-detector", "-n", namespace, "-o", "json"))
    assert stored["spec"]["package_type"] == "DEPLOYABLE_MODEL_PACKAGE_TYPE_TRITON", "stored in the dialect in force"
    assert set(stored["metadata"]["labels"]) >= {"michelangelo/UpdateTimestamp", "michelangelo/SpecUpdateTimestamp"}
    plane.run("ma", "model", "delete", "-n", namespace, "--name", "fraud-detector")
    assert plane.kubectl("get", "models", "-n", namespace, check=False).startswith("No resources found")


def test_ma_is_told_what_is_missing(plane, namespace):
    """A Model that is not there is NOT_FOUND, in the platform's words."""
    done = plane.run("ma", "model", "get", "-n", namespace, "--name", "none", check=False)
    assert done.returncode != 0
    said = f'failed to get API object. namespace: {namespace}, name: none: models.michelangelo.api "none" not found'
    assert said in done.stderr.replace('\\"', '"')
