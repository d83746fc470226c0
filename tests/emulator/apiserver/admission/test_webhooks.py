"""Admission webhooks: asked over HTTPS about the writes that they name, and their answers are obeyed."""

from __future__ import annotations

import base64
import itertools
import json

import pytest
from contracts.front_door import FrontDoor, message
from contracts.review_server import ReviewServer

ADMISSION = "/apis/admissionregistration.k8s.io/v1"
MAPS = "/api/v1/namespaces/default/configmaps"
NUMBERS = itertools.count()
CONFIGMAPS = {"apiGroups": [""], "apiVersions": ["v1"], "resources": ["configmaps"], "operations": ["*"]}


class Hook(ReviewServer):
    """A webhook server: ``answer`` maps a request to a response; ``asked`` is what came."""

    def __init__(self, folder) -> None:
        self.asked: list[dict] = []
        self.answer = lambda request: {"allowed": True}
        self.review = {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1"}
        super().__init__(folder, ["hook.default.svc"], self._respond)

    def _respond(self, review: dict, path: str) -> dict:
        request = review["request"]
        self.asked.append({**request, "path": path})
        return {**self.review, "response": {"uid": request["uid"], **self.answer(request)}}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    hook = Hook(tmp_path_factory.mktemp("hook"))
    yield hook
    hook.close()


@pytest.fixture
def hook(server):
    server.asked.clear()
    server.answer = lambda request: {"allowed": True}
    server.review = {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1"}
    return server


@pytest.fixture
def door():
    door = FrontDoor("alice")
    yield door
    door.close()


def configure(
    door, kind: str, client: dict, *, name: str = "check.example.com", rule: dict = CONFIGMAPS, **more
) -> None:
    hook = {
        "name": name,
        "clientConfig": client,
        "rules": [rule],
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        **more,
    }
    body = {"metadata": {"name": f"c{next(NUMBERS):03}"}, "webhooks": [hook]}
    door.make(f"{ADMISSION}/{kind}webhookconfigurations", body)


def patch(*operations: dict) -> dict:
    document = base64.b64encode(json.dumps(operations).encode()).decode()
    return {"allowed": True, "patchType": "JSONPatch", "patch": document}


def test_a_validating_webhook_is_asked(door, hook):
    """It is sent who does what to which object, and the write goes through when it allows."""
    configure(door, "validating", hook.client(), timeoutSeconds=5)
    made = door.make(MAPS, {"metadata": {"name": "a"}, "data": {"k": "v"}})
    (request,) = hook.asked
    assert request["path"] == "/check?timeout=5s"
    assert request["operation"] == "CREATE"
    assert request["kind"] == {"group": "", "version": "v1", "kind": "ConfigMap"}
    assert request["resource"] == {"group": "", "version": "v1", "resource": "configmaps"}
    assert (request["namespace"], request["name"], request["dryRun"]) == ("default", "a", False)
    assert request["userInfo"] == {
        "username": "admin",
        "uid": "admin",
        "groups": ["system:masters", "system:authenticated"],
    }
    assert request["object"]["data"] == {"k": "v"}
    assert request["object"]["metadata"]["uid"] == made["metadata"]["uid"], "what it judged is what was stored"
    assert request["oldObject"] is None
    door.ask("PUT", f"{MAPS}/a", {"metadata": {"name": "a"}, "data": {"k": "w"}})
    door.ask("DELETE", f"{MAPS}/a")
    assert [(each["operation"], each["object"] and each["object"]["data"]["k"]) for each in hook.asked] == [
        ("CREATE", "v"),
        ("UPDATE", "w"),
        ("DELETE", None),
    ]
    assert [each["oldObject"] and each["oldObject"]["data"]["k"] for each in hook.asked] == [None, "v", "w"]


@pytest.mark.parametrize(
    ("status", "code", "text"),
    [
        (None, 400, 'admission webhook "check.example.com" denied the request without explanation'),
        ({"message": "no"}, 400, 'admission webhook "check.example.com" denied the request: no'),
        (
            {"code": 403, "reason": "Forbidden"},
            403,
            'admission webhook "check.example.com" denied the request: Forbidden',
        ),
    ],
)
def test_a_refusal_is_the_clients_answer(door, hook, status, code, text):
    """The webhook's code and message reach the client, and nothing is stored."""
    configure(door, "validating", hook.client())
    hook.answer = lambda request: {"allowed": False, **({"status": status} if status else {})}
    assert message(door.ask("POST", MAPS, {"metadata": {"name": "a"}}), code) == text
    assert door.ask("GET", f"{MAPS}/a").status_code == 404


def test_warnings_reach_the_client(door, hook):
    """A webhook's warnings are Warning headers, each once."""
    configure(door, "validating", hook.client())
    hook.answer = lambda request: {"allowed": True, "warnings": ["careful"]}
    answer = door.ask("POST", MAPS, {"metadata": {"name": "a"}})
    assert answer.headers.get_list("warning") == ['299 - "careful"']


def test_a_mutating_webhook_patches(door, hook):
    """Its JSON patch is applied before the object is validated and stored; the next webhook sees the patched object."""
    configure(door, "mutating", hook.client(), name="one.example.com")
    configure(door, "validating", hook.client(), name="two.example.com")
    hook.answer = lambda request: (
        {"allowed": True}
        if request["object"].get("data")
        else patch({"op": "add", "path": "/data", "value": {"added": "yes"}})
    )
    assert door.make(MAPS, {"metadata": {"generateName": "a-"}})["data"] == {"added": "yes"}
    assert [each["object"].get("data") for each in hook.asked] == [None, {"added": "yes"}]


def test_a_webhook_is_asked_again_when_it_wants_to_be(door, hook):
    """With reinvocationPolicy IfNeeded an earlier webhook sees what a later one changed."""
    configure(door, "mutating", hook.client(), name="one.example.com", reinvocationPolicy="IfNeeded")
    configure(door, "mutating", hook.client(), name="two.example.com")
    count = itertools.count()
    hook.answer = lambda request: (
        patch({"op": "add", "path": "/data", "value": {"added": "yes"}}) if next(count) == 1 else {"allowed": True}
    )
    door.make(MAPS, {"metadata": {"name": "a"}})
    assert [each["object"].get("data") for each in hook.asked] == [None, None, {"added": "yes"}]


def test_a_change_between_question_and_write_is_asked_about_anew(door, hook):
    """While a webhook thinks about an update, somebody else writes: it is asked about the newer object."""
    door.make(MAPS, {"metadata": {"name": "a"}, "data": {"n": "0"}})
    configure(door, "validating", hook.client())
    store = door.assembly.store("", "v1", "configmaps")

    def interfere(request: dict) -> dict:
        if len(hook.asked) == 1:
            current = store.decode(store.get("default", "a"))
            store.write({**current, "data": {"n": "1"}})
        return {"allowed": True}

    hook.answer = interfere
    kind = {"Content_Type": "application/merge-patch+json"}
    answer = door.ask("PATCH", f"{MAPS}/a", {"data": {"m": "2"}}, **kind)
    assert answer.json()["data"] == {"n": "1", "m": "2"}
    assert [each["oldObject"]["data"]["n"] for each in hook.asked] == ["0", "1"]


def test_failure_policy(door, hook):
    """A webhook that cannot be reached stops the write, unless its failurePolicy is Ignore."""
    gone = {**hook.client(), "url": "https://127.0.0.1:9/check"}
    configure(door, "validating", gone, failurePolicy="Ignore", name="ignored.example.com")
    door.make(MAPS, {"metadata": {"name": "a"}})
    configure(door, "validating", gone, name="needed.example.com")
    text = message(door.ask("POST", MAPS, {"metadata": {"name": "b"}}), 500)
    assert text == (
        'Internal error occurred: failed calling webhook "needed.example.com": failed to call webhook: '
        'Post "https://127.0.0.1:9/check?timeout=10s": dial tcp 127.0.0.1:9: connect: connection refused'
    )


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            {"apiVersion": "v2"},
            "expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got /v2, Kind=",
        ),
        ({"uid": "other"}, "expected response.uid="),
        ({"patch": "W10="}, "webhook returned response.patch but not response.patchType"),
    ],
)
def test_nonsense_is_a_failure(door, hook, change, text):
    """An answer that is no review of this request is as bad as none."""
    configure(door, "validating", hook.client())
    if "apiVersion" in change:
        hook.review = change
    else:
        hook.answer = lambda request: {"allowed": True, **change}
    assert text in message(door.ask("POST", MAPS, {"metadata": {"name": "a"}}), 500)


def test_an_untrusted_certificate_is_a_failure(door, hook):
    """Without the CA bundle of who signed the webhook's certificate, it is not asked."""
    configure(door, "validating", {"url": hook.client()["url"]})
    text = message(door.ask("POST", MAPS, {"metadata": {"name": "a"}}), 500)
    assert "tls: failed to verify certificate" in text
    assert not hook.asked


def test_a_service_is_found_by_its_endpoints(door, hook):
    """A clientConfig with a service goes to the Service's Endpoints, under the Service's name."""
    service = {"namespace": "default", "name": "hook", "path": "/svc"}
    client = {"service": service, "caBundle": hook.client()["caBundle"]}
    configure(door, "validating", client)
    text = message(door.ask("POST", MAPS, {"metadata": {"name": "a"}}), 500)
    assert 'Post "https://hook.default.svc:443/svc?timeout=10s": service "hook" not found' in text
    door.make("/api/v1/namespaces/default/services", {"metadata": {"name": "hook"}, "spec": {"ports": [{"port": 443}]}})
    subset = {"addresses": [{"ip": "127.0.0.1"}], "ports": [{"port": hook.port}]}
    endpoints = {"metadata": {"name": "hook"}, "subsets": [subset]}
    answer = door.ask("POST", "/api/v1/namespaces/default/endpoints", endpoints)
    if answer.status_code == 422:  # loopback addresses may not be put into Endpoints: past validation then
        store = door.assembly.store("", "v1", "endpoints")
        meta = {"name": "hook", "namespace": "default"}
        store.write({"apiVersion": "v1", "kind": "Endpoints", "metadata": meta, "subsets": [subset]})
    door.make(MAPS, {"metadata": {"name": "a"}})
    assert hook.asked[-1]["path"] == "/svc?timeout=10s"


@pytest.mark.parametrize(
    ("more", "asked"),
    [
        ({"rule": {**CONFIGMAPS, "operations": ["DELETE"]}}, False),
        ({"rule": {**CONFIGMAPS, "resources": ["secrets"]}}, False),
        ({"rule": {**CONFIGMAPS, "resources": ["configmaps/status"]}}, False),
        ({"rule": {**CONFIGMAPS, "resources": ["*/*"]}}, True),
        ({"rule": {**CONFIGMAPS, "scope": "Cluster"}}, False),
        ({"rule": {**CONFIGMAPS, "scope": "Namespaced"}}, True),
        ({"rule": {**CONFIGMAPS, "apiGroups": ["apps"]}}, False),
        ({"objectSelector": {"matchLabels": {"a": "b"}}}, True),
        ({"objectSelector": {"matchLabels": {"a": "c"}}}, False),
        ({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "default"}}}, True),
        ({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "other"}}}, False),
    ],
)
def test_who_is_asked(door, hook, more, asked):
    """Rules, scope and selectors decide whether a webhook is asked."""
    configure(door, "validating", hook.client(), **more)
    door.make(MAPS, {"metadata": {"name": "a", "labels": {"a": "b"}}})
    assert bool(hook.asked) is asked


def test_a_dry_run_is_asked_about_as_one(door, hook):
    """A dry run is marked in the request, and stores nothing."""
    configure(door, "validating", hook.client())
    assert door.ask("POST", f"{MAPS}?dryRun=All", {"metadata": {"name": "a"}}).status_code == 201
    assert hook.asked[0]["dryRun"] is True
    assert hook.asked[0]["options"]["dryRun"] == ["All"]
    assert door.ask("GET", f"{MAPS}/a").status_code == 404


def test_webhooks_cannot_lock_everybody_out(door, hook):
    """A webhook for everything is not asked about webhook configurations: they can still be deleted."""
    every = {"apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*"], "operations": ["*"]}
    hook.answer = lambda request: {"allowed": False}
    configure(door, "validating", hook.client(), rule=every)
    path = f"{ADMISSION}/validatingwebhookconfigurations"
    assert door.ask("POST", MAPS, {"metadata": {"name": "a"}}).status_code == 400
    name = door.ask("GET", path).json()["items"][0]["metadata"]["name"]
    assert door.ask("DELETE", f"{path}/{name}").status_code == 200
    door.make(MAPS, {"metadata": {"name": "a"}})


def test_a_collection_is_asked_about_one_by_one(door, hook):
    """deletecollection asks for each object, and answers with all of them."""
    for name in ("a", "b", "c"):
        door.make(MAPS, {"metadata": {"name": name, "labels": {"mine": "yes"}}})
    configure(door, "validating", hook.client())
    answer = door.ask("DELETE", f"{MAPS}?labelSelector=mine")
    assert [item["metadata"]["name"] for item in answer.json()["items"]] == ["a", "b", "c"]
    assert [each["name"] for each in hook.asked] == ["a", "b", "c"]
    assert not door.ask("GET", f"{MAPS}?labelSelector=mine").json()["items"]


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("http://h/x", "'https' is the only allowed URL scheme; desired format: https://host[/path]"),
        ("https:///x", "host must be specified; desired format: https://host[/path]"),
        ("https://u@h/x", "user information is not permitted in the URL"),
        ("https://h/x?a=b", "query parameters are not permitted in the URL"),
    ],
)
def test_urls_that_are_refused(door, url, text):
    """A webhook's URL is https, with a host and a path and no more."""
    hook = {
        "name": "a.example.com",
        "clientConfig": {"url": url},
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
    }
    body = {"metadata": {"name": "c"}, "webhooks": [hook]}
    answer = door.ask("POST", f"{ADMISSION}/validatingwebhookconfigurations", body)
    assert f'webhooks[0].clientConfig.url: Invalid value: "{url}": {text}' in message(answer, 422)


@pytest.mark.parametrize(
    ("expression", "asked"),
    [
        ("object.metadata.name == 'a'", 1),
        ("request.userInfo.username == 'alice'", 0),
        ("authorizer.requestResource.check('bless').allowed()", 1),
        ("authorizer.serviceAccount('default', 'x').path('/metrics').check('get').allowed()", 0),
    ],
)
def test_match_conditions_of_a_webhook(door, hook, expression, asked):
    """A webhook is only asked about what its matchConditions let through."""
    configure(door, "validating", hook.client(), matchConditions=[{"name": "c", "expression": expression}])
    door.make(MAPS, {"metadata": {"name": "a"}})
    assert len(hook.asked) == asked
