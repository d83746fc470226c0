from __future__ import annotations

from typing import Any

from hypothesis import given

from conformance.model.dialect import Dialect, Spelling, observe
from conformance.strategies.models import specs

UPSTREAM = Dialect(Spelling.UPSTREAM)


@given(specs)
def test_there_and_back(spec: Any) -> None:
    """A spec spelled for a plane and read back is the same."""
    for spelling in Spelling:
        dialect = Dialect(spelling)
        assert dialect.read(dialect.spell(spec)) == spec


def test_upstream_spelling() -> None:
    """Releases store camelCase; what users put into free maps stays as it is."""
    spec = {
        "model_artifact_uri": ["s3://a_b/c_d"],
        "trainingFramework": "x",
        "input_schema": {"schema_items": [{"data_type": "DATA_TYPE_INT"}]},
        "quality_scores": [{"metadata": {"snake_case": 1}}],
        "feature_importance_list": [{"feature_importance": {"my_feature": {"abs_mean": 1}}}],
    }
    assert UPSTREAM.spell(spec) == {
        "modelArtifactUri": ["s3://a_b/c_d"],
        "trainingFramework": "x",
        "inputSchema": {"schemaItems": [{"dataType": "DATA_TYPE_INT"}]},
        "qualityScores": [{"metadata": {"snake_case": 1}}],
        "featureImportanceList": [{"featureImportance": {"my_feature": {"absMean": 1}}}],
    }


def test_observe() -> None:
    """The dialect is read from the definition, and a definition that is none says unknown."""

    def definition(*fields: str) -> Any:
        spec = {"properties": {field: {} for field in fields}}
        return {"spec": {"versions": [{"schema": {"openAPIV3Schema": {"properties": {"spec": spec}}}}]}}

    assert observe(definition("model_artifact_uri")).spelling is Spelling.GUIDE
    assert observe(definition("modelArtifactUri")).spelling is Spelling.UPSTREAM
    for other in (definition("x"), {}, None, {"spec": {"versions": None}}, {"kind": "Status"}):
        assert observe(other).spelling is Spelling.UNKNOWN
