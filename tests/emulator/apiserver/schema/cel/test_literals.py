"""What literals are worth, and which are none."""

from __future__ import annotations

import pytest
from contracts.front_door import FrontDoor, message

from emulator.apiserver.schema.cel.program import program
from emulator.apiserver.schema.cel.syntax import CelSyntaxError, parse


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        (r""" "\a\b\f\n\r\t\v\\\"\'\`\?" """, "\a\b\f\n\r\t\v\\\"'`?"),
        (r"'\x41\X42\u0043\U00000044\105'", "ABCDE"),
        (r"'\ud800'", "\ufffd"),
        (r"b'\xff\377\u00e9é\n'", b"\xff\xff\xc3\xa9\xc3\xa9\n"),
        (r"br'\n'", b"\\n"),
        ('r"\\"', "\\"),
        ('"""a"b\r\nc"""', 'a"b\nc'),
        ("''''a'b'''", "'a'b"),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ("-0x8000000000000000", -(2**63)),
        ("18446744073709551615u", 2**64 - 1),
        ("0xFFu", 255),
        ("- 5", -5),
        ("--5", 5),
        ("00000000000000000000000000000000000000001", 1),
        ("-1.5e3", -1500.0),
    ],
)
def test_worth(text, worth):
    assert program(text)({}) == worth


@pytest.mark.parametrize(
    ("text", "why", "at"),
    [
        (r'"\q"', "Syntax error: token recognition error at: '\"\\q'", 0),
        (r"1 + 'a\u12'", "Syntax error: token recognition error at: ''a\\u12''", 4),
        (r"'\400'", "Syntax error: token recognition error at: ''\\4'", 0),
        ('"abc', "Syntax error: token recognition error at: '\"abc'", 0),
        ('r"\\""', "Syntax error: token recognition error at: '\"'", 4),
        ("x # y", "Syntax error: token recognition error at: '#'", 2),
        (r"'\U00110000'", "unable to unescape string", 0),
        ("9223372036854775808", "invalid int literal", 0),
        ("1 == -9223372036854775809", "invalid int literal", 5),
        ("0x10000000000000000", "invalid int literal", 0),
        ("18446744073709551616u", "invalid uint literal", 0),
        ("9" * 6000, "invalid int literal", 0),
        ("1e999", "invalid double literal", 0),
    ],
)
def test_what_is_no_literal(text, why, at):
    with pytest.raises(CelSyntaxError) as caught:
        parse(text)
    assert (caught.value.message, caught.value.at) == (why, at)


def test_a_definition_with_such_a_rule_is_refused():
    """With the definition, at the rule, as cel-go shows it."""
    door = FrontDoor()
    rule = {"rule": r'self.name != "\q"'}
    spec = {"type": "object", "properties": {"name": {"type": "string"}}, "x-kubernetes-validations": [rule]}
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}
    names = {"plural": "gears", "singular": "gear", "kind": "Gear", "listKind": "GearList"}
    version = {"name": "v1", "served": True, "storage": True, "schema": schema}
    definition = {"group": "b.example", "scope": "Cluster", "names": names, "versions": [version]}
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    text = message(door.ask("POST", path, {"metadata": {"name": "gears.b.example"}, "spec": definition}), 422)
    assert "ERROR: <input>:1:14: Syntax error: token recognition error at: '\"\\q'" in text
    door.close()
