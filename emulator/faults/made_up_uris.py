"""A Model without artifacts shows a URI."""

from __future__ import annotations

from emulator.faults.rewriting import Call, Said, rewriting

NAME = "made-up-uris"
FIELDS = ("model_artifact_uri", "deployable_artifact_uri", "modelArtifactUri", "deployableArtifactUri")


def answer(call: Call, said: Said) -> Said:
    value = said.json
    if call.method != "GET" or not call.about_models or not isinstance(value, dict) or value.get("kind") != "Model":
        return said
    spec = value.get("spec") or {}
    if any(spec.get(field) for field in FIELDS):
        return said
    uri = f"s3://models/{value['metadata']['name']}"
    return said.with_json({**value, "spec": {**spec, "model_artifact_uri": [uri], "modelArtifactUri": [uri]}})


LIE = rewriting(NAME, __doc__ or "", "trouble.raw-uri-empty", "first-uri", answer=answer)
