"""Conditions of policies, and the variables that they may name."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.objectstore import conditions
from emulator.objectstore.policy import PolicyError, allows, parse

FACTS = {
    "aws:username": "task",
    "aws:sourceip": "127.0.0.1",
    "aws:securetransport": "false",
    "aws:currenttime": "2026-01-31T12:00:00+00:00",
    "s3:prefix": "teams/a/x",
    "s3:max-keys": "100",
}


def granted(condition, effect: str = "Allow", facts=FACTS) -> bool:
    """Whether a statement with a condition concerns a request."""
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    statements = [{**everything, "Effect": effect, "Condition": condition}]
    held = statements if effect == "Allow" else [everything, *statements]
    return allows([{"Statement": held}], "s3:ListBucket", "arn:aws:s3:::b", facts) is (effect == "Allow")


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"StringEquals": {"s3:prefix": "teams/a/x"}}, True),
        ({"StringEquals": {"s3:prefix": ["", "teams/b"]}}, False),
        ({"StringLike": {"S3:Prefix": ["teams/*"]}}, True),
        ({"StringLike": {"s3:prefix": "${aws:username}/*"}}, False),
        ({"StringNotLike": {"s3:prefix": ["teams/*", "x"]}}, False),
        ({"StringNotEquals": {"s3:prefix": ["teams/b", "x"]}}, True),
        ({"StringEqualsIgnoreCase": {"aws:username": "TASK"}}, True),
        ({"StringEquals": {"aws:username": ["task"], "s3:prefix": "no"}}, False),
        ({"StringEquals": {"aws:username": "task"}, "Bool": {"aws:SecureTransport": False}}, True),
        ({"Bool": {"aws:SecureTransport": "true"}}, False),
        ({"NumericLessThanEquals": {"s3:max-keys": 100}}, True),
        ({"NumericGreaterThan": {"s3:max-keys": "100"}}, False),
        ({"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "127.0.0.0/8"]}}, True),
        ({"NotIpAddress": {"aws:SourceIp": "127.0.0.1"}}, False),
        ({"DateLessThan": {"aws:CurrentTime": "2026-02-01T00:00:00Z"}}, True),
        ({"DateGreaterThan": {"aws:CurrentTime": "2026-02-01"}}, False),
        ({"Null": {"s3:delimiter": "true"}}, True),
        ({"Null": {"s3:prefix": "true"}}, False),
        ({"StringEquals": {"s3:delimiter": "/"}}, False),
        ({"StringEqualsIfExists": {"s3:delimiter": "/"}}, True),
        ({"StringNotEquals": {"s3:delimiter": "/"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/t*"}}, False),
        ({}, True),
    ],
)
def test_a_statement_concerns_what_its_condition_holds_for(condition, holds):
    """Operators and keys are all asked, of their values one has to match; Allow and Deny alike."""
    parse(json.dumps({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}))
    assert granted(condition) is holds
    assert granted(condition, "Deny") is holds


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ([], "Condition is no object"),
        ({"StringIs": {}}, "Condition.StringIs is no operator"),
        ({"StringEquals": ["a"]}, "Condition.StringEquals is no object of keys"),
        ({"StringEquals": {"ec2:Region": "x"}}, "the key ec2:Region is not supported; known are aws:CurrentTime"),
        ({"NumericEquals": {"s3:max-keys": "many"}}, "'many' is no value for s3:max-keys"),
        ({"NotIpAddress": {"aws:SourceIp": "home"}}, "'home' is no value for aws:SourceIp"),
        ({"DateLessThan": {"aws:CurrentTime": "soon"}}, "'soon' is no value for aws:CurrentTime"),
    ],
)
def test_what_cannot_be_asked_is_refused(condition, said):
    """A condition that cannot be decided is said; one that gets in by IAM's own API never opens anything."""
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}
    with pytest.raises(PolicyError) as refused:
        parse(json.dumps(statement))
    assert said in str(refused.value)
    if condition:
        assert not granted(condition)
        assert granted(condition, "Deny")


def test_variables_stand_for_the_caller():
    """${aws:username} in a Resource is who asks; ${*} is a star."""
    own = {"Effect": "Allow", "Action": "*", "Resource": ["arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/${*}"]}
    for path, expected in (("task/x", True), ("reader/x", False), ("*", True), ("y", False)):
        assert allows([{"Statement": own}], "s3:GetObject", f"arn:aws:s3:::b/{path}", FACTS) is expected


@given(st.text(max_size=8), st.text(max_size=8))
def test_names_are_not_patterns(user, other):
    """Whatever somebody is called, a variable matches their name and no other."""
    found = allows(
        [{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "${aws:username}"}}],
        "a",
        other,
        {"aws:username": user},
    )
    assert found is (user == other)


@given(st.sampled_from(sorted(conditions.OPERATORS)), st.text(max_size=6), st.text(max_size=6))
def test_nothing_that_is_accepted_crashes(operator, value, asked):
    """What passes the check can be asked of any request."""
    condition = {operator: {"s3:prefix": value}}
    if not conditions.check(condition):
        assert conditions.holds(condition, {"s3:prefix": asked}) in (True, False)
