"""The CRD documents are what the generator makes of the platform's descriptors."""

from __future__ import annotations

import pytest

from emulator.michelangelo.crds import KINDS, documents, generate


@pytest.mark.parametrize("dialect", ["guide", "upstream"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_files_are_generated(kind, dialect):
    """Nobody has edited a file, and no descriptor has changed since it was made. Needs the [ma] extra."""
    assert generate.path(kind, dialect).read_text() == generate.text(kind, dialect)


def test_dialects_differ_in_the_models_spelling_only():
    """InferenceServer and the other kinds are camelCase in both; Model keeps its fields under other names."""
    guide = {crd["spec"]["names"]["kind"]: crd for crd in documents("guide")}
    upstream = {crd["spec"]["names"]["kind"]: crd for crd in documents("upstream")}
    assert set(guide) == set(upstream) == set(KINDS)
    assert {kind for kind in KINDS if guide[kind] != upstream[kind]} == {"Model"}
    spec = guide["Model"]["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    named = {
        "package_type",
        "revision_id",
        "model_artifact_uri",
        "deployable_artifact_uri",
        "input_schema",
        "output_schema",
    }
    assert named | {"trainingFramework"} <= set(spec)
    assert not {"packageType", "training_framework", "modelArtifactUri"} & set(spec)


def test_status_of_a_model_is_an_empty_object():
    """The guide promises that a Model has no status: the schema leaves no room for one."""
    for dialect in ("guide", "upstream"):
        model = next(crd for crd in documents(dialect) if crd["spec"]["names"]["kind"] == "Model")
        assert model["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["status"] == {"type": "object"}
