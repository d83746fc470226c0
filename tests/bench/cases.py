"""What is measured: each benchmark is a row; ``wire(n)`` gives its n-th request to the plane."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from load import Request

GROUP = "/apis/michelangelo.api/v2/namespaces"
NAMESPACE = "bench"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"


def model(name: str, number: int) -> dict:
    """A Model of about 800 bytes as it is stored; one of ten has the label ``tier: gold``."""
    return {
        "apiVersion": "michelangelo.api/v2",
        "kind": "Model",
        "metadata": {"name": name, "labels": {"tier": "gold" if number % 10 == 0 else "base", "team": "fraud"}},
        "spec": {
            "description": f"model number {number}",
            "kind": "MODEL_KIND_BINARY_CLASSIFICATION",
            "package_type": "DEPLOYABLE_MODEL_PACKAGE_TYPE_TRITON",
            "revision_id": number,
            "model_artifact_uri": [f"s3://michelangelo-models/bench/{name}/raw"],
            "deployable_artifact_uri": [f"s3://michelangelo-models/bench/{name}/deployable"],
        },
    }


@dataclass(frozen=True)
class Case:
    """One benchmark: its name, the ratio it aims at, and its requests."""

    name: str
    aim: float
    request: Callable[[str, int], Request]
    connections: int = 8
    status: int = 200


def _get(server: str, number: int) -> Request:
    return Request(f"{server}{GROUP}/{NAMESPACE}/models/m-{number % 1000:04}", token="admin-token")


def _listed(query: str, accept: str = "application/json") -> Callable[[str, int], Request]:
    return lambda server, _: Request(f"{server}{GROUP}/{NAMESPACE}/models{query}", token="admin-token", accept=accept)


def _denied(server: str, number: int) -> Request:
    return Request(f"{server}{GROUP}/{NAMESPACE}/models/m-{number % 1000:04}", token="alice-token")


def _create(server: str, number: int) -> Request:
    body = json.dumps(model(f"new-{number}", number)).encode()
    return Request(f"{server}{GROUP}/{NAMESPACE}-new/models", "POST", body, token="admin-token")


def _patch(sort: str) -> Callable[[str, int], Request]:
    def request(server: str, number: int) -> Request:
        body = {"spec": {"description": f"patched {number}"}}
        name, query = f"m-{number % 1000:04}", ""
        if "apply" in sort:
            body |= {"apiVersion": "michelangelo.api/v2", "kind": "Model"}
            query = "?fieldManager=bench&force=true"
        url = f"{server}{GROUP}/{NAMESPACE}/models/{name}{query}"
        return Request(url, "PATCH", json.dumps(body).encode(), sort, token="admin-token")

    return request


CASES = [
    Case("get, 1 connection", 0.5, _get, connections=1),
    Case("get", 0.5, _get),
    Case("denied by RBAC", 0.5, _denied, status=403),
    Case("list of 1,000", 0.6, _listed("")),
    Case("list by label, 100 of 1,000", 0.4, _listed("?labelSelector=tier%3Dgold")),
    Case("page of 50", 0.4, _listed("?limit=50")),
    Case("table of 1,000", 0.3, _listed("", TABLE)),
    Case("create", 0.18, _create, status=201),
    Case("merge patch", 0.18, _patch("application/merge-patch+json")),
    Case("server-side apply", 0.08, _patch("application/apply-patch+yaml")),
]
