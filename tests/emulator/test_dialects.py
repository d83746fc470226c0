"""The two dialects: what the guide prints works in one, what the platform's releases store works in the other."""

from __future__ import annotations

from pathlib import Path

GUIDE = Path("fixtures/manifests/guide")
UPSTREAM = "fixtures/manifests/upstream"


def test_the_guides_manifests_apply_and_show_their_uris(plane, namespace):
    """In the guide dialect the guide's manifests apply unmodified, and its jsonpath commands print the URIs."""
    for name in ("model.yaml", "inferenceserver.yaml"):
        text = (GUIDE / name).read_text().replace("ml-team", namespace)
        plane.kubectl("apply", "-f", "-", input=text)

    def show(path: str) -> str:
        return plane.kubectl("get", "model", "fraud-detector", "-n", namespace, "-o", f"jsonpath={path}")

    assert show("{.spec.model_artifact_uri}") == '["s3://michelangelo-models/fraud-detector/raw"]'
    assert show("{.spec.deployable_artifact_uri[0]}") == "s3://michelangelo-models/fraud-detector/serving"
    assert "fraud-detector" in plane.kubectl("get", "models", "-n", namespace)
    described = plane.kubectl("describe", "model", "fraud-detector", "-n", namespace)
    assert "MODEL_KIND_BINARY_CLASSIFICATION" in described


def test_upstream_refuses_the_guides_spelling_and_takes_its_own(fresh_plane):
    """In the upstream dialect the guide's Model is refused with the strict decoder's words, and camelCase applies."""
    plane = fresh_plane("--dialect", "upstream")
    plane.kubectl("create", "namespace", "ml-team")
    refused = plane.kubectl("apply", "--server-side=false", "-f", f"{GUIDE}/model.yaml", check=False)
    assert "BadRequest" in refused
    assert "strict decoding error" in refused
    for name in ("package_type", "revision_id", "model_artifact_uri", "input_schema"):
        assert f'unknown field "spec.{name}"' in refused
    plane.kubectl("apply", "-f", UPSTREAM)
    uri = plane.kubectl("get", "model", "fraud-detector", "-n", "ml-team", "-o", "jsonpath={.spec.modelArtifactUri[0]}")
    assert uri == "s3://michelangelo-models/fraud-detector/raw"


def test_lower_case_backend_is_refused(plane, namespace):
    """The guide's last troubleshooting row: "triton" is none of the backends, and the refusal names them."""
    text = (GUIDE / "inferenceserver.yaml").read_text().replace("ml-team", namespace)
    answer = plane.kubectl("apply", "-f", "-", input=text.replace("BACKEND_TYPE_TRITON", "triton"), check=False)
    assert 'spec.backendType: Unsupported value: "triton": supported values: "BACKEND_TYPE_INVALID"' in answer
