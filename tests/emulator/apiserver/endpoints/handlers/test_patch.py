"""Merge patches of custom resources: what a patch leaves alone is shared with the object before it, which nobody may notice."""

from __future__ import annotations

from typing import Any

import httpx

MERGE = {"content-type": "application/merge-patch+json"}
SPEC = {"description": "first", "kind": "MODEL_KIND_CUSTOM", "model_artifact_uri": ["s3://a/b"]}


def _created(client: httpx.Client, namespace: str) -> str:
    where = f"/apis/michelangelo.api/v2/namespaces/{namespace}/models"
    meta = {"name": "m", "labels": {"tier": "gold"}}
    model = {"apiVersion": "michelangelo.api/v2", "kind": "Model", "metadata": meta, "spec": SPEC}
    answer = client.post(f"{where}?fieldManager=maker", json=model)
    assert answer.status_code == 201, answer.text
    return f"{where}/m"


def _owned(obj: dict[str, Any]) -> dict[str, Any]:
    return {entry["manager"]: entry["fieldsV1"] for entry in obj["metadata"]["managedFields"]}


def test_a_patch_changes_what_it_names_and_counts_generations(plane, namespace: str) -> None:
    with plane.client() as client:
        url = _created(client, namespace)
        patch = {"metadata": {"labels": {"team": "fraud", "tier": None}}, "spec": {"description": "second"}}
        patched = client.patch(f"{url}?fieldManager=patcher", json=patch, headers=MERGE).json()
        assert patched["metadata"]["labels"] == {"team": "fraud"} and patched["metadata"]["generation"] == 2
        assert patched["spec"] == {**SPEC, "description": "second"}
        assert _owned(patched)["patcher"] == {
            "f:metadata": {"f:labels": {"f:team": {}}},
            "f:spec": {"f:description": {}},
        }
        assert _owned(patched)["maker"]["f:spec"].keys() == {".", "f:kind", "f:model_artifact_uri"}
        again = client.patch(f"{url}?fieldManager=patcher", json=patch, headers=MERGE).json()
        assert again == patched, "a patch that changes nothing is no new version"


def test_what_the_schema_does_not_know_is_dropped_from_the_patched_object_alone(plane, namespace: str) -> None:
    with plane.client() as client:
        url = _created(client, namespace)
        answer = client.patch(url, json={"spec": {"bogus": {"deep": 1}}}, headers=MERGE)
        assert answer.json()["spec"] == SPEC
        assert answer.headers["warning"] == '299 - "unknown field \\"spec.bogus\\""'


def test_a_strict_patch_is_shown_as_it_came(plane, namespace: str) -> None:
    with plane.client() as client:
        url = _created(client, namespace)
        owner = {"apiVersion": "v1", "kind": "Namespace", "name": namespace, "uid": "u", "surprise": 1}
        patch = {"metadata": {"ownerReferences": [owner]}}
        refused = client.patch(f"{url}?fieldValidation=Strict", json=patch, headers=MERGE)
        message = refused.json()["message"]
        assert refused.status_code == 422 and 'unknown field "metadata.ownerReferences[0].surprise"' in message
        assert '"surprise":1' in message.replace("\\", ""), "the object is shown with what was refused"
        assert "ownerReferences" not in client.get(url).json()["metadata"]


def test_what_is_no_object_any_more_is_refused(plane, namespace: str) -> None:
    with plane.client() as client:
        url = _created(client, namespace)
        for patch in ({"metadata": "no map"}, {"metadata": None}, {"kind": None}, {"spec": [1]}):
            assert client.patch(url, json=patch, headers=MERGE).status_code in (400, 422), patch
        assert client.get(url).json()["spec"] == SPEC
