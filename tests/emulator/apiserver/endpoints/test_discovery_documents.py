"""Discovery: what is served, in both forms."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.endpoints.discovery import Discovery, storage_version_hash, version_priority
from emulator.apiserver.endpoints.request import Request
from emulator.apiserver.endpoints.root import RootPaths
from emulator.apiserver.registry.builtin.kinds import builtin_kinds
from emulator.apiserver.registry.catalog import Catalog, Served

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


@pytest.fixture
def catalog() -> Catalog:
    made = Catalog()
    for kind in builtin_kinds():
        made.add(Served(kind, None, {}))
    return made


def ask(answer: Any, path: str, accept: str = "", method: str = "GET") -> tuple[bool, Any, str]:
    """Whether it answers, its document and its media type."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"accept", accept.encode())] if accept else []
    scope = {"method": method, "path": path, "headers": headers, "query_string": b""}
    if not asyncio.run(answer(Request(scope, None, send))):
        return False, None, ""
    return True, orjson.loads(sent[1]["body"]), dict(sent[0]["headers"])[b"content-type"].decode()


def test_the_core_group(catalog: Catalog) -> None:
    """Resources are listed with their subresources behind them."""
    answer = Discovery(catalog, lambda: "https://127.0.0.1:1").answer
    assert ask(answer, "/api")[1]["serverAddressByClientCIDRs"][0]["serverAddress"] == "127.0.0.1:1"
    listed = {item["name"]: item for item in ask(answer, "/api/v1")[1]["resources"]}
    assert listed["configmaps"]["storageVersionHash"] == storage_version_hash("", "v1", "ConfigMap") == "qFsyl6wFWjQ="
    assert listed["serviceaccounts/token"]["group"] == "authentication.k8s.io"
    assert "storageVersionHash" not in listed["namespaces/status"]


def test_preferred_versions(catalog: Catalog) -> None:
    """A group's newest stable version comes first."""
    answer = Discovery(catalog, lambda: "").answer
    group = ask(answer, "/apis/autoscaling")[1]
    assert [entry["version"] for entry in group["versions"]] == ["v2", "v1"]
    assert group["preferredVersion"]["version"] == "v2"
    versions = ["v1beta1", "foo", "v1", "v10", "v2alpha1", "v2"]
    assert sorted(versions, key=version_priority) == ["v10", "v2", "v1", "v1beta1", "v2alpha1", "foo"]


def test_groups_are_in_the_order_of_their_priority(catalog: Catalog) -> None:
    """Groups are listed as a cluster lists them."""
    groups = [group["name"] for group in ask(Discovery(catalog, lambda: "").answer, "/apis")[1]["groups"]]
    assert groups[:4] == ["apiregistration.k8s.io", "apps", "events.k8s.io", "authentication.k8s.io"]


def test_the_aggregated_form(catalog: Catalog) -> None:
    """One document for everything, for clients that know it; a form that does not exist is refused."""
    answer = Discovery(catalog, lambda: "").answer
    _, document, content = ask(answer, "/apis", f"{AGGREGATED},application/json")
    assert content == AGGREGATED and document["kind"] == "APIGroupDiscoveryList"
    apps = next(item for item in document["items"] if item["metadata"]["name"] == "apps")
    deployments = next(item for item in apps["versions"][0]["resources"] if item["resource"] == "deployments")
    assert deployments["subresources"][0]["responseKind"] == {"group": "autoscaling", "version": "v1", "kind": "Scale"}
    assert deployments["responseKind"] == {"group": "", "version": "", "kind": "Deployment"}
    assert ask(answer, "/apis", f"application/json,{AGGREGATED}")[1]["kind"] == "APIGroupList"
    with pytest.raises(StatusError) as caught:
        ask(answer, "/apis", AGGREGATED.replace("v=v2", "v=v9"))
    assert caught.value.code == 406


def test_other_methods_are_refused(catalog: Catalog) -> None:
    """Discovery can only be read."""
    with pytest.raises(StatusError) as caught:
        ask(Discovery(catalog, lambda: "").answer, "/apis/apps/v1", method="POST")
    assert caught.value.code == 405


def test_unknown_groups_are_left_to_others(catalog: Catalog) -> None:
    """An unknown version of Kubernetes' own groups is a Status; an unknown group is nobody's."""
    answer = Discovery(catalog, lambda: "").answer
    assert not ask(answer, "/apis/example.com/v1")[0]
    with pytest.raises(StatusError) as caught:
        ask(answer, "/apis/apps/v7")
    assert caught.value.code == 404


def test_the_root_lists_every_path(catalog: Catalog) -> None:
    """The root names what is served, sorted."""
    paths = ask(RootPaths(catalog, ["ping"]).answer, "/")[1]["paths"]
    assert paths == sorted(paths)
    assert {"/api/v1", "/apis/apps/v1", "/healthz/ping", "/openapi/v3", "/version"} <= set(paths)
    assert not ask(RootPaths(catalog, []).answer, "/nothing")[0]
