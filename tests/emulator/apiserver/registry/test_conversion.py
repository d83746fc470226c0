"""Custom resources that a webhook converts: read, written, listed and watched in either version."""

from __future__ import annotations

import json

import pytest
from contracts.front_door import FrontDoor, message
from contracts.review_server import ReviewServer

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
HOSTS = "/apis/stable.example.com/{}/namespaces/default/hosts"
OLD = {"type": "object", "properties": {"hostPort": {"type": "string"}}}
NEW = {"type": "object", "properties": {"host": {"type": "string"}, "port": {"type": "string"}}}


def convert(obj: dict, wanted: str) -> dict:
    """``hostPort`` is what ``host`` and ``port`` are in v2."""
    out = {**obj, "apiVersion": wanted}
    if wanted.endswith("/v2"):
        out["host"], out["port"] = out.pop("hostPort").split(":")
    else:
        out["hostPort"] = f"{out.pop('host')}:{out.pop('port')}"
    return out


class Converter(ReviewServer):
    """A conversion webhook that counts its questions; ``answer`` makes the response of a request."""

    def __init__(self, folder) -> None:
        self.asked = 0
        self.answer = self.converted
        super().__init__(folder, ["127.0.0.1"], self._respond)

    def _respond(self, review: dict, path: str) -> dict:
        self.asked += 1
        request = review.pop("request")
        return {**review, "response": {"uid": request["uid"], **self.answer(request)}}

    @staticmethod
    def converted(request: dict) -> dict:
        objects = [convert(obj, request["desiredAPIVersion"]) for obj in request["objects"]]
        return {"convertedObjects": objects, "result": {"status": "Success"}}

    def definition(self, storage: str) -> dict:
        versions = [
            {"name": name, "served": True, "storage": name == storage, "schema": {"openAPIV3Schema": schema}}
            for name, schema in (("v1", OLD), ("v2", NEW))
        ]
        webhook = {"clientConfig": self.client(), "conversionReviewVersions": ["v1", "v1beta1"]}
        names = {"plural": "hosts", "singular": "host", "kind": "Host", "listKind": "HostList"}
        spec = {"group": "stable.example.com", "scope": "Namespaced", "names": names, "versions": versions}
        spec["conversion"] = {"strategy": "Webhook", "webhook": webhook}
        return {"metadata": {"name": "hosts.stable.example.com"}, "spec": spec}


@pytest.fixture(scope="module")
def converter(tmp_path_factory):
    converter = Converter(tmp_path_factory.mktemp("converter"))
    yield converter
    converter.close()


@pytest.fixture
def door(converter):
    converter.asked, converter.answer = 0, converter.converted
    door = FrontDoor()
    door.make(DEFINITIONS, converter.definition("v1"))
    yield door
    door.close()


def host(version: str, name: str, **content: str) -> dict:
    return {"apiVersion": f"stable.example.com/{version}", "kind": "Host", "metadata": {"name": name}, **content}


def content(obj: dict) -> dict:
    return {name: obj[name] for name in ("apiVersion", "host", "port", "hostPort") if name in obj}


V1 = {"apiVersion": "stable.example.com/v1", "hostPort": "localhost:8080"}
V2 = {"apiVersion": "stable.example.com/v2", "host": "localhost", "port": "8080"}


def test_each_version_reads_and_writes_what_the_other_wrote(door):
    """POST, GET, PATCH and DELETE in either version are about the same object."""
    one, two = HOSTS.format("v1"), HOSTS.format("v2")
    assert content(door.make(one, host("v1", "a", hostPort="localhost:8080"))) == V1
    assert content(door.ask("GET", f"{two}/a").json()) == V2
    made = door.make(two, host("v2", "b", host="localhost", port="8080"))
    assert content(made) == V2
    seen = door.ask("GET", f"{one}/b").json()
    assert content(seen) == V1
    assert seen["metadata"] == made["metadata"] | {"managedFields": seen["metadata"]["managedFields"]}
    put = door.ask("PUT", f"{two}/a", {**door.ask("GET", f"{two}/a").json(), "port": "9090"})
    assert content(put.json()) == {**V2, "port": "9090"}
    assert door.ask("GET", f"{one}/a").json()["hostPort"] == "localhost:9090"
    assert door.ask("DELETE", f"{two}/a").status_code == 200
    assert door.ask("GET", f"{one}/a").status_code == 404


def test_a_list_of_both_is_asked_about_once(door, converter):
    """After the storage version has changed, a list has objects of both, and one question is enough for it."""
    one, two = HOSTS.format("v1"), HOSTS.format("v2")
    for name in ("a", "b", "c"):
        door.make(one, host("v1", name, hostPort="localhost:8080"))
    there = door.ask("GET", f"{DEFINITIONS}/hosts.stable.example.com").json()
    there["spec"] = converter.definition("v2")["spec"]
    assert door.ask("PUT", f"{DEFINITIONS}/hosts.stable.example.com", there).status_code == 200
    door.make(two, host("v2", "d", host="localhost", port="8080"))
    converter.asked = 0
    listed = door.ask("GET", two).json()["items"]
    assert [content(item) for item in listed] == [V2] * 4
    assert converter.asked == 1
    assert [content(item) for item in door.ask("GET", one).json()["items"]] == [V1] * 4
    watched = door.ask("GET", f"{two}?watch=1&timeoutSeconds=1&resourceVersion=0").text
    assert [content(json.loads(line)["object"]) for line in watched.splitlines()] == [V2] * 4
    gone = door.ask("DELETE", f"{DEFINITIONS}/hosts.stable.example.com")  # its instances go, in whatever version
    assert gone.status_code == 200
    assert door.ask("GET", f"{DEFINITIONS}/hosts.stable.example.com").status_code == 404


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"result": {"status": "Failure", "message": "no such host"}}, "failed: no such host"),
        ({"result": {}}, "failed: unable to convert; response.result.status was '', not 'Success'"),
        ({"result": {"status": "Success"}, "convertedObjects": []}, "returned 0 objects, expected 1"),
        ({"result": {"status": "Success"}, "uid": "other"}, 'failed: expected response.uid="'),
    ],
)
def test_what_does_not_convert_is_said(door, converter, answer, why):
    """500 with the webhook's reason; the object can still be read as it was written."""
    one, two = HOSTS.format("v1"), HOSTS.format("v2")
    door.make(one, host("v1", "a", hostPort="localhost:8080"))
    converter.answer = lambda request: answer
    said = message(door.ask("GET", f"{two}/a"), 500)
    assert said.startswith(f"conversion webhook for stable.example.com/v1, Kind=Host {why}")
    assert door.ask("GET", f"{one}/a").status_code == 200


def test_what_was_changed_beyond_labels_is_kept(door, converter):
    """A webhook may change labels and annotations, and no other metadata."""

    def meddle(request: dict) -> dict:
        answer = converter.converted(request)
        for obj in answer["convertedObjects"]:
            obj["metadata"] = {**obj["metadata"], "labels": {"by": "hook"}, "finalizers": ["a/b"]}
        return answer

    door.make(HOSTS.format("v1"), host("v1", "a", hostPort="localhost:8080"))
    converter.answer = meddle
    meta = door.ask("GET", f"{HOSTS.format('v2')}/a").json()["metadata"]
    assert meta["labels"] == {"by": "hook"}
    assert "finalizers" not in meta
