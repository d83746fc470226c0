"""What is asked for as often as possible: each benchmark is a row of requests that differ in their number."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from load import COUNT, NUMBER, VERSION, Request

GROUP = "/apis/michelangelo.api/v2/namespaces"
SMALL, LARGE, FRESH = "bench", "bench-large", "bench-fresh"
OBJECTS = {SMALL: 1_000, LARGE: 10_000, FRESH: 0}
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
TOKEN = "admin-token"


def model(name: str, gold: bool = False) -> dict:
    """A Model of about 800 bytes as it is stored."""
    return {
        "apiVersion": "michelangelo.api/v2",
        "kind": "Model",
        "metadata": {"name": name, "labels": {"tier": "gold" if gold else "base", "team": "fraud"}},
        "spec": {
            "description": f"model number {name}",
            "kind": "MODEL_KIND_BINARY_CLASSIFICATION",
            "package_type": "DEPLOYABLE_MODEL_PACKAGE_TYPE_TRITON",
            "revision_id": 1,
            "model_artifact_uri": [f"s3://michelangelo-models/bench/{name}/raw"],
            "deployable_artifact_uri": [f"s3://michelangelo-models/bench/{name}/deployable"],
        },
    }


@dataclass(frozen=True)
class Case:
    """One benchmark: its name, the ratio to the bare server that it aims at, and its requests.

    ``request`` is given the server's address and, for pages, the token to go on with: the one behind ``skip`` objects.
    """

    name: str
    aim: float | None
    request: Callable[[str, str], Request]
    connections: int = 8
    status: int = 200
    namespace: str = SMALL
    skip: int = 0


def collection(server: str, namespace: str = SMALL) -> str:
    """The URL of a namespace's Models."""
    return f"{server}{GROUP}/{namespace}/models"


def _one(server: str) -> str:
    return f"{collection(server)}/m-{NUMBER}"


def _get(token: str) -> Callable[[str, str], Request]:
    return lambda server, _: Request(_one(server), token=token)


def _listed(query: str = "", accept: str = "application/json", namespace: str = SMALL) -> Callable[[str, str], Request]:
    return lambda server, _: Request(f"{collection(server, namespace)}{query}", token=TOKEN, accept=accept)


def _page(server: str, token: str) -> Request:
    return Request(f"{collection(server)}?limit=50" + (f"&continue={token}" if token else ""), token=TOKEN)


def create_request(server: str, namespace: str, gold: bool = False) -> Request:
    """Creates the Model of a number."""
    return Request(collection(server, namespace), "POST", json.dumps(model(f"m-{NUMBER}", gold)).encode(), token=TOKEN)


def _update(server: str, _: str) -> Request:
    obj = model(f"m-{NUMBER}")
    obj["spec"]["description"] = f"written {COUNT}"
    obj["metadata"]["resourceVersion"] = VERSION.strip('"')
    return Request(_one(server), "PUT", json.dumps(obj).encode(), token=TOKEN)


def _patch(sort: str) -> Callable[[str, str], Request]:
    def request(server: str, _: str) -> Request:
        body: dict = {"spec": {"description": "patched"}}
        if sort.startswith("merge"):
            body["metadata"] = {"annotations": {"example.com/note": COUNT}}
            return Request(_one(server), "PATCH", json.dumps(body).encode(), f"application/{sort}", token=TOKEN)
        body |= {"apiVersion": "michelangelo.api/v2", "kind": "Model"}
        body["metadata"] = {"annotations": {"example.com/applied": COUNT}}
        url = f"{_one(server)}?fieldManager=bench&force=true"
        return Request(url, "PATCH", json.dumps(body).encode(), f"application/{sort}", token=TOKEN)

    return request


CASES = [
    Case("get, 1 connection", 0.5, _get(TOKEN), connections=1),
    Case("get", 0.5, _get(TOKEN)),
    Case("denied by RBAC", 0.5, _get("alice-token"), status=403),
    Case("list of 1,000", 0.6, _listed()),
    Case("list of 10,000", None, _listed(namespace=LARGE), namespace=LARGE, connections=1),
    Case("list by label, 100 of 1,000", 0.4, _listed("?labelSelector=tier%3Dgold")),
    Case("page of 50, at the start", 0.4, _page),
    Case("page of 50, in the middle", 0.4, _page, skip=475),
    Case("page of 50, at the end", 0.4, _page, skip=950),
    Case("table of 1,000", 0.3, _listed(accept=TABLE)),
    Case("create", 0.18, lambda server, _: create_request(server, FRESH), status=201, namespace=FRESH),
    Case("update", 0.18, _update),
    Case("merge patch", 0.18, _patch("merge-patch+json")),
    Case("server-side apply", 0.08, _patch("apply-patch+yaml")),
]
