"""Policies: statements allow and deny actions on resources by patterns."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.objectstore.actions import asked
from emulator.objectstore.identities import policy_of
from emulator.objectstore.policy import PolicyError, allows, parse

statements = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Deny"]),
        "Action": st.lists(st.sampled_from(["s3:GetObject", "s3:Get*", "s3:PutObject", "*"]), min_size=1, max_size=2),
        "Resource": st.lists(st.sampled_from(["arn:aws:s3:::b", "arn:aws:s3:::b/*", "*"]), min_size=1, max_size=2),
    }
)
actions = st.sampled_from(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"])
resources = st.sampled_from(["arn:aws:s3:::b", "arn:aws:s3:::b/k", "arn:aws:s3:::c/k"])


@given(st.lists(statements, max_size=3), statements, actions, resources)
def test_a_denial_wins(held, more, action, resource):
    """Another Allow never takes a right away, another Deny never gives one."""
    before = allows([{"Statement": held}], action, resource)
    after = allows([{"Statement": [*held, more]}], action, resource)
    if more["Effect"] == "Allow":
        assert after or not before
    else:
        assert before or not after


def test_the_guides_statement_alone_is_a_policy():
    """The guide prints a statement, not a document: it is taken as it is printed."""
    text = json.dumps(policy_of("task", "b")["Statement"][0])
    assert allows([parse(text)], "s3:PutObject", "arn:aws:s3:::b/x")
    assert not allows([parse(text)], "s3:PutObject", "arn:aws:s3:::c/x")
    assert not allows([parse(text)], "s3:DeleteBucket", "arn:aws:s3:::b")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "no JSON"),
        ("{}", "no Statement"),
        ('{"Statement": [{"Effect": "Perhaps"}]}', "allowed are Allow and Deny"),
        ('{"Effect": "Allow", "Action": "s3:*"}', "one of Resource and NotResource"),
        ('{"Effect": "Allow", "Action": 5, "Resource": "*"}', "Statement[0].Action"),
        ('{"Statement": []}', "its Statement is empty"),
        ('{"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}', "Principal is not supported"),
    ],
)
def test_what_is_no_policy_is_refused(text, said):
    """A document that cannot be enforced is refused with the field that is wrong."""
    with pytest.raises(PolicyError, match=said.replace("[", r"\[")):
        parse(text)


@pytest.mark.parametrize(
    ("method", "path", "query", "action", "resource"),
    [
        ("GET", "/", {}, "s3:ListAllMyBuckets", "*"),
        ("GET", "/b", {"list-type": "2"}, "s3:ListBucket", "arn:aws:s3:::b"),
        ("HEAD", "/b", {}, "s3:ListBucket", "arn:aws:s3:::b"),
        ("PUT", "/b", {}, "s3:CreateBucket", "arn:aws:s3:::b"),
        ("GET", "/b/k/l", {}, "s3:GetObject", "arn:aws:s3:::b/k/l"),
        ("PUT", "/b/k", {"partNumber": "1", "uploadId": "u"}, "s3:PutObject", "arn:aws:s3:::b/k"),
        ("POST", "/b/k", {"uploads": ""}, "s3:PutObject", "arn:aws:s3:::b/k"),
        ("DELETE", "/b/k", {"uploadId": "u"}, "s3:AbortMultipartUpload", "arn:aws:s3:::b/k"),
        ("DELETE", "/b/k", {"versionId": "v"}, "s3:DeleteObjectVersion", "arn:aws:s3:::b/k"),
        ("PUT", "/b/k", {"tagging": ""}, "s3:PutObjectTagging", "arn:aws:s3:::b/k"),
    ],
)
def test_requests_are_actions(method, path, query, action, resource):
    """Each request asks for the action that AWS names for it."""
    [needed] = asked(method, path, query)
    assert (needed.action, needed.resource) == (action, resource)
