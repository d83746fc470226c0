"""Whatever somebody sends to say who they are, the answer is a decision, not an accident."""

from __future__ import annotations

import base64

import pytest
from contracts.front_door import AUTHENTICATION, AUTHORIZATION, FrontDoor
from hypothesis import example, given, settings
from hypothesis import strategies as st

from emulator.apiserver.authn.union import bearer_token

header = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=60)
part = st.one_of(
    st.binary(max_size=20).map(lambda data: base64.urlsafe_b64encode(data).decode().rstrip("=")),
    st.sampled_from(["e30", "W10", "bnVsbA", "eyJhbGciOiJSUzI1NiJ9", "eyJhbGciOiJub25lIn0", ""]),
    st.text(max_size=8),
)
scalars = st.one_of(st.none(), st.booleans(), st.integers(-(2**40), 2**40), st.text(max_size=6))
values = st.recursive(
    scalars, lambda each: st.lists(each, max_size=2) | st.dictionaries(st.text(max_size=6), each, max_size=2)
)


@pytest.fixture(scope="module")
def door():
    door = FrontDoor("alice")
    yield door
    door.close()


@settings(max_examples=150, deadline=None)
@given(header)
@example("Bearer  admin-token")
@example("bearer admin-token")
@example("Bearer admin-token,x")
@example("Basic YWRtaW46YWRtaW4=")
@example("Bearer")
@example("")
def test_any_authorization_header(door, text):
    """An Authorization header is somebody's, nobody's or 401; it never lets a stranger be an admin by accident."""
    answer = door.ask("GET", "/api/v1/secrets", token="", Authorization=text.encode("latin-1"))
    assert answer.status_code in (200, 401, 403), answer.text
    if answer.status_code == 200:
        assert text.strip().lower().startswith("bearer") and "admin-token" in text


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(min_size=1, max_size=40), st.tuples(part, part, part).map(".".join)))
@example("\r")
def test_any_token_can_be_reviewed(door, token):
    """A TokenReview of nonsense says that it is nobody's; a token of nothing but blanks is none, which is anonymous."""
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token}}
    answer = door.ask("POST", f"{AUTHENTICATION}/tokenreviews", review)
    assert answer.status_code == 201, answer.text
    status = answer.json()["status"]
    if bearer_token(f"Bearer {token}") is None:
        assert status["user"] == {"username": "system:anonymous", "groups": ["system:unauthenticated"]}
    else:
        assert status == {"user": {}, "error": "invalid bearer token"}


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            ["Impersonate-User", "Impersonate-Group", "Impersonate-Uid", "Impersonate-Extra-%zz", "Impersonate-Extra-"]
        ),
        header,
        max_size=4,
    )
)
def test_any_impersonation_is_refused_to_who_may_not(door, headers):
    """Without rights on the identity, impersonation is 403, malformed 400; without a user there is none."""
    shown = {name: value.strip().encode("latin-1") for name, value in headers.items()}
    answer = door.ask("GET", "/api/v1/secrets", token="alice-token", **shown)
    assert answer.status_code in (400, 403), answer.text


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["user", "groups", "extra", "uid", "resourceAttributes", "nonResourceAttributes", "x"]), values
    )
)
def test_any_review_is_answered_or_refused(door, spec):
    """A SubjectAccessReview of any shape is answered, or refused as 400 or 422."""
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec}
    answer = door.ask("POST", f"{AUTHORIZATION}/subjectaccessreviews", review)
    assert answer.status_code in (201, 400, 422), answer.text


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["audiences", "expirationSeconds", "boundObjectRef", "x"]), values),
)
def test_any_token_request_is_answered_or_refused(door, spec):
    """A TokenRequest of any shape gets a token, or is refused as 400, 404 or 422."""
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
    answer = door.ask("POST", "/api/v1/namespaces/default/serviceaccounts/default/token", body)
    assert answer.status_code in (201, 400, 404, 422), answer.text
