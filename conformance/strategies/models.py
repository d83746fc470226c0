"""Specs of Models: valid ones, and valid ones with one thing wrong."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from conformance.strategies.text import any_text, words
from conformance.strategies.uris import repeated_lists, uri_lists, usual

KINDS = (
    "MODEL_KIND_INVALID",
    "MODEL_KIND_CUSTOM",
    "MODEL_KIND_REGRESSION",
    "MODEL_KIND_BINARY_CLASSIFICATION",
    "MODEL_KIND_MULTICLASS_CLASSIFICATION",
    "MODEL_KIND_CLUSTERING",
    "MODEL_KIND_LLM_COMPLETION",
    "MODEL_KIND_LLM_CHAT_COMPLETION",
    "MODEL_KIND_LLM_EMBEDDING",
)
PACKAGES = tuple(
    f"DEPLOYABLE_MODEL_PACKAGE_TYPE_{name}" for name in ("INVALID", "SPARK_PIPELINE", "TRITON", "RAW", "MOBILE")
)
DATA_TYPES = tuple(
    f"DATA_TYPE_{name}"
    for name in ("INVALID", "UNKNOWN", "BOOLEAN", "STRING", "BYTE", "CHAR", "SHORT", "INT", "LONG", "FLOAT", "DOUBLE")
)
int32 = st.one_of(st.integers(0, 9), st.integers(-(2**31), 2**31 - 1), st.sampled_from([-1, 0, 2**31 - 1, -(2**31)]))
doubles = st.one_of(st.integers(-1000, 1000).map(lambda n: n / 8), st.sampled_from([0.5, 1e-7, 1.5e10, -0.25]))
references = st.fixed_dictionaries({}, optional={"namespace": words, "name": any_text})
schema_items = st.fixed_dictionaries(
    {"name": any_text, "data_type": st.sampled_from(DATA_TYPES)},
    optional={"shape": st.lists(st.integers(-1, 2**31 - 1), max_size=3)},
)
schemas = st.fixed_dictionaries({"schema_items": st.lists(schema_items, max_size=4)})
OPTIONAL: dict[str, st.SearchStrategy[Any]] = {
    "owner": st.fixed_dictionaries({"name": any_text}, optional={"proxy_user": any_text}),
    "description": any_text,
    "kind": st.sampled_from(KINDS),
    "algorithm": any_text,
    "trainingFramework": any_text,
    "source": any_text,
    "package_type": st.sampled_from(PACKAGES),
    "revision_id": int32,
    "model_artifact_uri": st.one_of(uri_lists, repeated_lists),
    "deployable_artifact_uri": st.one_of(uri_lists, repeated_lists),
    "input_schema": schemas,
    "output_schema": schemas,
    "predict_fields": schemas,
    "positive_label": any_text,
    "decision_threshold": doubles,
    "sealed": st.booleans(),
    "source_pipeline_run": references,
    "model_family": references,
    "feature_store_features": st.lists(references, max_size=3),
    "llm_spec": st.fixed_dictionaries({}, optional={"vendor": any_text, "model_name": any_text}),
}
specs = st.fixed_dictionaries({}, optional=OPTIONAL)
small_specs = st.fixed_dictionaries(
    {"revision_id": st.integers(0, 9)},
    optional={
        "model_artifact_uri": st.lists(usual, max_size=2),
        "deployable_artifact_uri": st.lists(usual, max_size=2),
        "description": words,
    },
)
wrong_words = st.one_of(
    words,
    words.map(str.upper),
    st.sampled_from(["triton", "TRITON", "", "regression", "MODEL_KIND_REGRESSION ", "model_kind_custom", "null"]),
)
_NO_STRING: st.SearchStrategy[Any] = st.one_of(
    st.integers(-3, 3), st.booleans(), st.just([]), st.just({}), st.just(["text"])
)
_NO_INTEGER: st.SearchStrategy[Any] = st.one_of(
    st.just("3"), st.just(1.5), st.booleans(), st.just([1]), st.just({"value": 1}), st.just("")
)
_NO_LIST: st.SearchStrategy[Any] = st.one_of(
    st.just("s3://bucket/key"), st.just({"0": "s3://bucket/key"}), st.integers(0, 3), st.booleans()
)
wrong_types = st.one_of(
    st.tuples(st.sampled_from(["description", "algorithm", "source", "positive_label"]), _NO_STRING),
    st.tuples(st.just("revision_id"), _NO_INTEGER),
    st.tuples(st.sampled_from(["model_artifact_uri", "deployable_artifact_uri"]), _NO_LIST),
    st.tuples(
        st.sampled_from(["model_artifact_uri", "deployable_artifact_uri"]), st.lists(_NO_STRING, min_size=1, max_size=2)
    ),
    st.tuples(st.just("sealed"), st.sampled_from(["true", 1, "no", []])),
    st.tuples(st.just("decision_threshold"), st.sampled_from(["0.5", True, []])),
    st.tuples(st.sampled_from(["owner", "input_schema", "model_family"]), st.sampled_from(["text", 3, [], True])),
).map(lambda pair: {"field": pair[0], "value": pair[1]})
statuses = st.one_of(
    st.just({"conditions": [{"type": "Ready", "status": "True"}]}),
    st.just({"phase": "Ready"}),
    st.just({"registeredAt": "2026-01-01T00:00:00Z"}),
    st.just({"state": "READY", "observedGeneration": 1}),
    st.dictionaries(words, st.one_of(words, st.integers(0, 9)), min_size=1, max_size=3),
)
GUIDE_EXAMPLE: dict[str, Any] = {
    "owner": {"name": "ml-engineer"},
    "description": "Fraud detection model trained on transaction features",
    "algorithm": "xgboost",
    "trainingFramework": "sklearn",
    "kind": "MODEL_KIND_BINARY_CLASSIFICATION",
    "source": "TRAINING",
    "package_type": "DEPLOYABLE_MODEL_PACKAGE_TYPE_TRITON",
    "revision_id": 3,
    "model_artifact_uri": ["s3://your-bucket/path-to-raw-weights"],
    "deployable_artifact_uri": ["s3://your-bucket/path-to-serving-package"],
    "input_schema": {"schema_items": [{"name": "transaction_features", "data_type": "DATA_TYPE_FLOAT"}]},
    "output_schema": {"schema_items": [{"name": "fraud_score", "data_type": "DATA_TYPE_DOUBLE"}]},
}
