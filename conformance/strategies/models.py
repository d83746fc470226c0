"""Models, valid and not: recipes without distribution hints. Field names are the dialect's."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

Object = dict[str, Any]

# Names of the fields that the two dialects spell differently.
GUIDE = {
    "package": "package_type",
    "revision": "revision_id",
    "raw": "model_artifact_uri",
    "deployable": "deployable_artifact_uri",
    "input": "input_schema",
    "output": "output_schema",
    "items": "schema_items",
    "type": "data_type",
}
UPSTREAM = {
    "package": "packageType",
    "revision": "revisionId",
    "raw": "modelArtifactUri",
    "deployable": "deployableArtifactUri",
    "input": "inputSchema",
    "output": "outputSchema",
    "items": "schemaItems",
    "type": "dataType",
}
SPELLINGS: Mapping[str, Mapping[str, str]] = {"guide": GUIDE, "upstream": UPSTREAM}
KINDS = ("MODEL_KIND_CUSTOM", "MODEL_KIND_REGRESSION", "MODEL_KIND_BINARY_CLASSIFICATION")
PACKAGES = ("DEPLOYABLE_MODEL_PACKAGE_TYPE_TRITON", "DEPLOYABLE_MODEL_PACKAGE_TYPE_RAW")
DATA_TYPES = ("DATA_TYPE_FLOAT", "DATA_TYPE_DOUBLE", "DATA_TYPE_STRING", "DATA_TYPE_INT")


def uris() -> st.SearchStrategy[list[str]]:
    """Lists of artifact URIs: repeats, unicode and odd schemes included."""
    paths = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)
    schemes = st.sampled_from(["s3://bucket/", "s3://b/", "gs://other/", "https://host/", "file:///"])
    return st.lists(st.builds("".join, st.tuples(schemes, paths)), max_size=5)


def schemas(dialect: str) -> st.SearchStrategy[Object]:
    """Data schemas with named, typed items."""
    spelling = SPELLINGS[dialect]
    names = st.text(string.ascii_lowercase + "_", min_size=1, max_size=12)
    item = st.fixed_dictionaries({"name": names, spelling["type"]: st.sampled_from(DATA_TYPES)})
    return st.fixed_dictionaries({spelling["items"]: st.lists(item, min_size=1, max_size=3)})


def specs(dialect: str) -> st.SearchStrategy[Object]:
    """Specs that a conformant registry takes."""
    spelling = SPELLINGS[dialect]
    return st.fixed_dictionaries(
        {spelling["raw"]: uris(), spelling["deployable"]: uris()},
        optional={
            "owner": st.fixed_dictionaries({"name": st.text(string.ascii_lowercase, min_size=1, max_size=10)}),
            "description": st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=40),
            "algorithm": st.sampled_from(["xgboost", "resnet", ""]),
            "trainingFramework": st.sampled_from(["sklearn", "pytorch"]),
            "kind": st.sampled_from(KINDS),
            "source": st.just("TRAINING"),
            spelling["package"]: st.sampled_from(PACKAGES),
            spelling["revision"]: st.integers(0, 2**31 - 1),
            spelling["input"]: schemas(dialect),
            spelling["output"]: schemas(dialect),
        },
    )


def statuses() -> st.SearchStrategy[Object]:
    """Statuses that somebody might try to set."""
    return st.one_of(
        st.just({"phase": "Ready"}),
        st.just({"conditions": [{"type": "Ready", "status": "True"}]}),
        st.just({"registeredAt": "2026-01-01T00:00:00Z"}),
        st.dictionaries(st.text(string.ascii_letters, min_size=1, max_size=8), st.integers(), min_size=1, max_size=3),
    )


def wrong_enums(dialect: str) -> st.SearchStrategy[Object]:
    """Specs that are wrong in one enumeration."""
    word = st.text(string.ascii_letters + "_", min_size=1, max_size=12)
    return st.one_of(
        st.fixed_dictionaries({"kind": word.filter(lambda text: not text.startswith("MODEL_KIND"))}),
        st.fixed_dictionaries({SPELLINGS[dialect]["package"]: word.filter(lambda text: not text.startswith("DEPLOY"))}),
    )


def model(namespace: str, name: str, spec: Object, **more: Any) -> Object:
    """A Model with this spec."""
    meta = {"name": name, "namespace": namespace}
    return {"apiVersion": "michelangelo.api/v2", "kind": "Model", "metadata": meta, "spec": spec, **more}
