"""Browsers' uploads: forms whose policies boto3 signs."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import xml.etree.ElementTree as ElementTree

import httpx
import pytest
from contracts.moto_stores import client_of, moto_store

VERSIONS = pytest.mark.parametrize("version", ["s3v4", "s3"])
DENIED = (403, "AccessDenied")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with moto_store(tmp_path_factory.mktemp("s3") / "access.log") as child:
        yield child


def client(store, who, version: str = "s3v4"):
    return client_of(store, who, signature_version=version)


@pytest.fixture(scope="module")
def s3(store):
    return client(store, store.identities["task"])


def post(form, data: bytes = b"weights", name: str = "w.bin", **changed: str | None) -> httpx.Response:
    """Send a form as a browser does: the fields, and then the file."""
    fields = {key: value for key, value in {**form["fields"], **changed}.items() if value is not None}
    return httpx.post(form["url"], data=fields, files={"file": (name, data)}, trust_env=False)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, ElementTree.fromstring(answer.content).findtext("Code") or ""


@VERSIONS
def test_a_signed_form_puts_its_object(store, s3, version):
    """With its metadata, whoever signed it; nothing is there twice."""
    fields = {"Content-Type": "text/x-weights", "x-amz-meta-run": "7"}
    form = client(store, store.identities["task"], version).generate_presigned_post(
        "models",
        f"{version}/dir one/${{filename}}",
        fields,
        [{"Content-Type": "text/x-weights"}, {"x-amz-meta-run": "7"}],
    )
    for data in (b"weights", b"others"):
        assert post(form, data).status_code == 204
        found = s3.get_object(Bucket="models", Key=f"{version}/dir one/w.bin")
        assert (found["Body"].read(), found["ContentType"], found["Metadata"]) == (data, "text/x-weights", {"run": "7"})
    assert post(form, b"x" * (1 << 20)).status_code == 204
    assert s3.head_object(Bucket="models", Key=f"{version}/dir one/w.bin")["ContentLength"] == 1 << 20


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"key": "others"}, (403, "AccessDenied")),
        ({"x-amz-meta-more": "1"}, (403, "AccessDenied")),
        ({"x-amz-signature": "0" * 64}, (403, "SignatureDoesNotMatch")),
        ({"x-amz-signature": "\u00e9"}, (403, "SignatureDoesNotMatch")),
        ({"policy": base64.b64encode(b"{}").decode()}, (403, "SignatureDoesNotMatch")),
        ({"x-amz-credential": "nobody/20260101/us-east-1/s3/aws4_request"}, (403, "InvalidAccessKeyId")),
        ({"policy": None, "x-amz-signature": None, "x-amz-algorithm": None}, (403, "AccessDenied")),
        ({"key": None}, (400, "InvalidArgument")),
        ({"tagging": "<Tagging/>"}, (400, "InvalidArgument")),
        ({"x-ignore-me": "1"}, None),
    ],
)
def test_a_form_keeps_to_its_policy(s3, changed, said):
    """What is not in the policy, or is otherwise than there, is refused."""
    answer = post(s3.generate_presigned_post("models", "kept"), **changed)
    assert (answer.status_code == 204) if said is None else (refusal(answer) == said), answer.text


@pytest.mark.parametrize(
    ("conditions", "data", "key", "said"),
    [
        ([["starts-with", "$key", "u/"]], b"x", "u/1", None),
        ([["starts-with", "$key", "u/"]], b"x", "v/1", DENIED),
        ([["starts-with", "$key", ""]], b"x", "anything", None),
        ([["eq", "$KEY", "same"]], b"x", "same", None),
        ([["eq", "$key", "same"]], b"x", "other", DENIED),
        ([["starts-with", "$key", ""], ["eq", "$content-type", "a/b"]], b"x", "lacking", DENIED),
        ([["starts-with", "$key", ""], ["content-length-range", 2, 3]], b"xx", "sized", None),
        ([["starts-with", "$key", ""], ["content-length-range", 2, 3]], b"x", "small", (400, "EntityTooSmall")),
        ([["starts-with", "$key", ""], ["content-length-range", 2, 3]], b"xxxx", "large", (400, "EntityTooLarge")),
        ([{"key": "odd"}, ["matches", "$key", "odd"]], b"x", "odd", (400, "InvalidPolicyDocument")),
        ([{"key": "odd"}, ["content-length-range", "a", 1]], b"x", "odd", (400, "InvalidPolicyDocument")),
        ([{"key": "odd"}, 7], b"x", "odd", (400, "InvalidPolicyDocument")),
        ([], b"x", "odd", DENIED),
    ],
)
def test_conditions_are_held(store, s3, conditions, data, key, said):
    """Equal, begins with, and how long; whatever else stands there is no condition."""
    answer = post(signed(store, {"expiration": "2999-01-01T00:00:00Z", "conditions": conditions}), data, key=key)
    assert (answer.status_code == 204) if said is None else (refusal(answer) == said), answer.text
    found = s3.list_objects_v2(Bucket="models", Prefix=key)["KeyCount"]
    assert found == (said is None)
    s3.delete_object(Bucket="models", Key=key)


def signed(store, policy: object) -> dict[str, object]:
    """A form for any policy: its version 2 has nothing else in it."""
    who = store.identities["task"]
    text = base64.b64encode(json.dumps(policy).encode())
    digest = hmac.new(who.secret_access_key.encode(), text, hashlib.sha1).digest()
    fields = {"AWSAccessKeyId": who.access_key_id, "policy": text.decode()}
    return {
        "url": f"{store.endpoint_url}/models",
        "fields": {**fields, "signature": base64.b64encode(digest).decode()},
    }


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ({"expiration": "2020-01-01T00:00:00Z", "conditions": [{"key": "k"}]}, DENIED),
        ({"expiration": "soon", "conditions": []}, (400, "InvalidPolicyDocument")),
        ({"expiration": "2999-01-01T00:00:00Z", "conditions": {}}, (400, "InvalidPolicyDocument")),
        ({"conditions": []}, (400, "InvalidPolicyDocument")),
        ([], (400, "InvalidPolicyDocument")),
    ],
)
def test_a_policy_has_a_time_and_conditions(store, policy, said):
    """One that is over, or is none, lets nothing in."""
    assert refusal(post(signed(store, policy), key="k")) == said


def test_the_signer_needs_to_be_allowed(store):
    """A form gives its sender what its signer may, and nothing more; the log says so."""
    form = client(store, store.identities["reader"]).generate_presigned_post("models", "not/mine")
    assert refusal(post(form)) == DENIED
    line = json.loads(store._access_log.read_text().splitlines()[-1])
    assert (line["who"], line["verdict"], line["action"], line["key"]) == (
        "reader",
        "denied",
        "s3:PutObject",
        "not/mine",
    )
    missing = client(store, store.admin).generate_presigned_post("no-such-bucket", "k")
    assert refusal(post(missing)) == (404, "NoSuchBucket")


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("success_action_status", "200", 200),
        ("success_action_status", "201", 201),
        ("success_action_status", "404", 204),
        ("success_action_redirect", "http://example.com/done?a=1", 303),
    ],
)
def test_success_is_answered_as_the_form_asks(s3, field, value, status):
    """With a status, a document, or elsewhere."""
    form = s3.generate_presigned_post("models", "answered &", {field: value}, [{field: value}])
    answer = post(form)
    tag = s3.head_object(Bucket="models", Key="answered &")["ETag"]
    assert (answer.status_code, answer.headers["ETag"]) == (status, tag)
    if status == 201:
        told = {item.tag: item.text for item in ElementTree.fromstring(answer.content)}
        assert (told["Bucket"], told["Key"], told["ETag"]) == ("models", "answered &", tag)
    if status == 303:
        assert answer.headers["Location"].startswith("http://example.com/done?a=1&bucket=models&key=answered+%26&etag=")
