"""A Model is said to be packaged as soon as it is there."""

from __future__ import annotations

from emulator.faults.rewriting import Call, Said, rewriting

NAME = "unpackaged-uris"
FIELDS = ("deployable_artifact_uri", "deployableArtifactUri")


def answer(call: Call, said: Said) -> Said:
    value = said.json
    if call.method != "GET" or not call.about_models or not isinstance(value, dict) or value.get("kind") != "Model":
        return said
    spec = value.get("spec") or {}
    if any(spec.get(field) for field in FIELDS):
        return said
    uri = [f"s3://models/{value['metadata']['name']}/package"]
    return said.with_json({**value, "spec": {**spec, **dict.fromkeys(FIELDS, uri)}})


LIE = rewriting(NAME, __doc__ or "", "trouble.deployable-uri-empty", "first-uri", answer=answer)
