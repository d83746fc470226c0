"""How the two dialects spell the fields of a Model that the platform itself touches."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spelling:
    """Names of Model spec fields in one dialect."""

    model_artifact_uri: str
    deployable_artifact_uri: str
    package_type: str
    revision_id: str
    input_schema: str
    output_schema: str
    schema_items: str
    data_type: str
    training_framework: str = "trainingFramework"


GUIDE = Spelling(
    "model_artifact_uri",
    "deployable_artifact_uri",
    "package_type",
    "revision_id",
    "input_schema",
    "output_schema",
    "schema_items",
    "data_type",
)
UPSTREAM = Spelling(
    "modelArtifactUri",
    "deployableArtifactUri",
    "packageType",
    "revisionId",
    "inputSchema",
    "outputSchema",
    "schemaItems",
    "dataType",
)
SPELLINGS = {"guide": GUIDE, "upstream": UPSTREAM}
