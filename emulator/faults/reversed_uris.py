"""Lists of URIs are stored last first."""

from __future__ import annotations

from emulator.faults.rewriting import Call, rewriting

NAME = "reversed-uris"


FIELDS = ("model_artifact_uri", "deployable_artifact_uri", "modelArtifactUri", "deployableArtifactUri")


def ask(call: Call) -> Call:
    value = call.json
    spec = value.get("spec") if isinstance(value, dict) else None
    if not call.about_models or call.method not in ("POST", "PUT") or not isinstance(spec, dict):
        return call
    changed = {key: item[::-1] if key in FIELDS and isinstance(item, list) else item for key, item in spec.items()}
    return call if changed == spec else call.with_json({**value, "spec": changed})


LIE = rewriting(NAME, __doc__ or "", "uri.authoritative", "uris-kept", ask=ask)
