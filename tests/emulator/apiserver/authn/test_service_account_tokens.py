"""ServiceAccount tokens: who gets one, what it says, and until when it is good."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
from contracts.front_door import AUTHENTICATION, FrontDoor, message
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

ACCOUNTS = "/api/v1/namespaces/default/serviceaccounts"
ISSUER = "https://kubernetes.default.svc"


@pytest.fixture(scope="module")
def door():
    door = FrontDoor("alice")
    door.make(ACCOUNTS, {"metadata": {"name": "bot"}})
    yield door
    door.close()


def request(door, spec=None, account="bot", metadata=None):
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec or {"audiences": []}}
    if metadata:
        body["metadata"] = metadata
    return door.ask("POST", f"{ACCOUNTS}/{account}/token", body)


def token_of(door, spec=None, account="bot") -> str:
    answer = request(door, spec, account)
    assert answer.status_code == 201, answer.text
    return answer.json()["status"]["token"]


def review(door, token, **spec):
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token, **spec}}
    return door.make(f"{AUTHENTICATION}/tokenreviews", body)["status"]


def decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_a_stranger_can_verify_a_token_by_the_published_keys(door):
    """The discovery document leads to keys that verify a token's signature, and its issuer is the token's."""
    found = door.ask("GET", "/.well-known/openid-configuration")
    assert found.headers["cache-control"] == "public, max-age=3600"
    assert found.json()["issuer"] == ISSUER
    assert found.json()["jwks_uri"].endswith("/openid/v1/jwks")
    (key,) = door.ask("GET", "/openid/v1/jwks", Accept="application/jwk-set+json").json()["keys"]
    header, claims, signature = token_of(door).split(".")
    assert json.loads(decode(header)) == {"alg": "RS256", "kid": key["kid"]}
    numbers = rsa.RSAPublicNumbers(*(int.from_bytes(decode(key[name]), "big") for name in "en"))
    signed = f"{header}.{claims}".encode()
    numbers.public_key().verify(decode(signature), signed, padding.PKCS1v15(), hashes.SHA256())
    said = json.loads(decode(claims))
    assert (said["iss"], said["sub"], said["aud"]) == (ISSUER, "system:serviceaccount:default:bot", [ISSUER])
    assert said["exp"] - said["iat"] == 3600
    assert said["kubernetes.io"]["serviceaccount"]["name"] == "bot"


def test_the_holder_is_the_account_in_its_groups(door):
    """A token authenticates as the account, with its uid, its two groups and the token's own id."""
    answer = door.ask(
        "POST",
        f"{AUTHENTICATION}/selfsubjectreviews",
        {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"},
        token=token_of(door),
    )
    user = answer.json()["status"]["userInfo"]
    assert user["username"] == "system:serviceaccount:default:bot"
    assert user["uid"] == door.ask("GET", f"{ACCOUNTS}/bot").json()["metadata"]["uid"]
    assert user["groups"] == ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"]
    assert user["extra"]["authentication.kubernetes.io/credential-id"][0].startswith("JTI=")


def test_a_token_expires(door):
    """After its time a token is 401, and a review says so."""
    token = token_of(door, {"audiences": [], "expirationSeconds": 600})
    assert review(door, token)["authenticated"] is True
    clock = door.assembly.seams.clock
    clock.advance(timedelta(seconds=601))
    try:
        assert review(door, token)["error"] == "[invalid bearer token, service account token has expired]"
        assert message(door.ask("GET", "/api/v1/namespaces", token=token), 401) == "Unauthorized"
    finally:
        clock.advance(-timedelta(seconds=601))


def test_a_token_for_others_opens_nothing_here(door):
    """A token for another audience is 401 here, and good where a review asks for that audience."""
    token = token_of(door, {"audiences": ["vault"]})
    assert door.ask("GET", "/version", token=token).status_code == 401
    refused = review(door, token)
    assert refused["error"] == (
        f'[invalid bearer token, token audiences ["vault"] is invalid for the target audiences ["{ISSUER}"]]'
    )
    assert review(door, token, audiences=["vault", "other"])["audiences"] == ["vault"]


@pytest.mark.parametrize("change", ["signature", "claims", "algorithm"])
def test_a_forged_token_is_nobody(door, change):
    """A token whose signature, claims or algorithm were changed is 401."""
    header, claims, signature = token_of(door).split(".")
    if change == "signature":
        signature = base64.urlsafe_b64encode(b"x" * 256).decode().rstrip("=")
    elif change == "claims":
        said = json.loads(decode(claims))
        said["sub"] = "system:serviceaccount:kube-system:namespace-controller"
        said["kubernetes.io"]["namespace"] = "kube-system"
        claims = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    else:
        header = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    forged = f"{header}.{claims}.{signature}"
    assert door.ask("GET", "/version", token=forged).status_code == 401
    assert review(door, forged) == {"user": {}, "error": "invalid bearer token"}


def test_a_token_dies_with_its_account(door):
    """A token of a deleted account is 401, also when an account of the same name comes back."""
    door.make(ACCOUNTS, {"metadata": {"name": "mayfly"}})
    token = token_of(door, account="mayfly")
    assert door.ask("DELETE", f"{ACCOUNTS}/mayfly").status_code == 200
    assert door.ask("GET", "/version", token=token).status_code == 401
    assert review(door, token)["error"] == '[invalid bearer token, serviceaccounts "mayfly" not found]'
    door.make(ACCOUNTS, {"metadata": {"name": "mayfly"}})
    assert door.ask("GET", "/version", token=token).status_code == 401
    assert "does not match claim" in review(door, token)["error"]


def test_a_token_dies_with_the_secret_it_is_bound_to(door):
    """Deleting the bound Secret invalidates the token; a new Secret of that name does not revive it."""
    secrets = "/api/v1/namespaces/default/secrets"
    door.make(secrets, {"metadata": {"name": "anchor"}})
    bound = {"audiences": [], "boundObjectRef": {"kind": "Secret", "apiVersion": "v1", "name": "anchor"}}
    token = token_of(door, bound)
    assert door.ask("GET", "/version", token=token).status_code == 200
    door.ask("DELETE", f"{secrets}/anchor")
    assert door.ask("GET", "/version", token=token).status_code == 401
    assert review(door, token)["error"] == "[invalid bearer token, service account token has been invalidated]"
    door.make(secrets, {"metadata": {"name": "anchor"}})
    assert "does not match service account secret ref claim" in review(door, token)["error"]


def test_a_token_names_its_pod_and_node(door):
    """A token bound to a Pod tells the Pod and its node, and is only given for the Pod's own account."""
    door.make("/api/v1/nodes", {"metadata": {"name": "n1"}})
    spec = {"serviceAccountName": "bot", "nodeName": "n1", "containers": [{"name": "c", "image": "i"}]}
    pod = door.make("/api/v1/namespaces/default/pods", {"metadata": {"name": "p"}, "spec": spec})
    bound = {"audiences": [], "boundObjectRef": {"kind": "Pod", "apiVersion": "v1", "name": "p"}}
    extra = review(door, token_of(door, bound))["user"]["extra"]
    assert extra["authentication.kubernetes.io/pod-name"] == ["p"]
    assert extra["authentication.kubernetes.io/pod-uid"] == [pod["metadata"]["uid"]]
    assert extra["authentication.kubernetes.io/node-name"] == ["n1"]
    text = message(request(door, bound, account="default"), 400)
    assert text == ('cannot bind token for serviceaccount "default" to pod running with different serviceaccount name.')


@pytest.mark.parametrize(
    ("spec", "metadata", "code", "text"),
    [
        (
            {"audiences": [], "expirationSeconds": 60},
            None,
            422,
            'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 60: '
            "may not specify a duration less than 10 minutes",
        ),
        (
            {"audiences": [], "expirationSeconds": 2**32 + 1},
            None,
            422,
            'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 4294967297: '
            "may not specify a duration larger than 2^32 seconds",
        ),
        (
            {"audiences": [], "boundObjectRef": {"kind": "ConfigMap", "apiVersion": "v1", "name": "x"}},
            None,
            400,
            "cannot bind token to object of type /v1, Kind=ConfigMap",
        ),
        (
            {"audiences": [], "boundObjectRef": {"kind": "Secret", "apiVersion": "v1", "name": "x"}},
            None,
            404,
            'secrets "x" not found',
        ),
        (
            {"audiences": []},
            {"name": "other"},
            422,
            'TokenRequest.authentication.k8s.io "bot" is invalid: metadata.name: Invalid value: "other": '
            "must match the service account name if specified",
        ),
    ],
)
def test_requests_that_are_refused(door, spec, metadata, code, text):
    """What a TokenRequest may not ask for, in the real server's words."""
    assert message(request(door, spec, metadata=metadata), code) == text


def test_only_who_may_create_tokens_gets_one(door):
    """Asking for a token is a create of serviceaccounts/token, and RBAC's to allow."""
    answer = door.ask("POST", f"{ACCOUNTS}/bot/token", {"spec": {"audiences": []}}, token="alice-token")
    assert message(answer, 403) == (
        'serviceaccounts "bot" is forbidden: User "alice" cannot create resource "serviceaccounts/token" '
        'in API group "" in the namespace "default"'
    )


def test_a_secret_carries_a_lasting_token(door):
    """A Secret of the token type is filled for its account; its token is good until the Secret goes."""
    secrets = "/api/v1/namespaces/default/secrets"
    notes = {"kubernetes.io/service-account.name": "bot"}
    body = {"metadata": {"name": "lasting", "annotations": notes}, "type": "kubernetes.io/service-account-token"}
    door.make(secrets, body)
    secret = door.ask("GET", f"{secrets}/lasting").json()
    account = door.ask("GET", f"{ACCOUNTS}/bot").json()
    assert secret["metadata"]["annotations"]["kubernetes.io/service-account.uid"] == account["metadata"]["uid"]
    assert base64.b64decode(secret["data"]["namespace"]) == b"default"
    assert base64.b64decode(secret["data"]["ca.crt"]).startswith(b"-----BEGIN CERTIFICATE-----")
    token = base64.b64decode(secret["data"]["token"]).decode()
    user = review(door, token)["user"]
    assert user["username"] == "system:serviceaccount:default:bot"
    assert "exp" not in json.loads(decode(token.split(".")[1]))
    assert door.ask("DELETE", f"{secrets}/lasting").status_code == 200
    assert door.ask("GET", "/version", token=token).status_code == 401


def test_a_token_secret_goes_with_its_account(door):
    """A token Secret of an account that is not there is deleted, and so is one whose account goes."""
    secrets = "/api/v1/namespaces/default/secrets"
    sort = "kubernetes.io/service-account-token"
    notes = {"kubernetes.io/service-account.name": "passing"}
    door.make(secrets, {"metadata": {"name": "early", "annotations": notes}, "type": sort})
    assert door.ask("GET", f"{secrets}/early").status_code == 404
    door.make(ACCOUNTS, {"metadata": {"name": "passing"}})
    door.make(secrets, {"metadata": {"name": "later", "annotations": notes}, "type": sort})
    assert door.ask("GET", f"{secrets}/later").status_code == 200
    door.ask("DELETE", f"{ACCOUNTS}/passing")
    assert door.ask("GET", f"{secrets}/later").status_code == 404


def test_a_token_without_audiences_is_for_the_api_server_alone(door):
    assert review(door, "admin-token", audiences=["vault", ISSUER])["audiences"] == [ISSUER]
    assert review(door, "admin-token", audiences=["vault"]) == {"user": {}, "error": "invalid bearer token"}
