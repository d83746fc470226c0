"""What types expressions have, and how a type that does not fit is complained about."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.apiserver.schema.cel.check import check_rules

NODE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "text": {"type": "string", "maxLength": 10},
        "count": {"type": "integer"},
        "on": {"type": "boolean"},
        "any": {"x-kubernetes-int-or-string": True},
        "when": {"type": "string", "format": "date-time"},
        "words": {"type": "array", "maxItems": 5, "items": {"type": "string", "maxLength": 5}},
        "inner": {"type": "object", "properties": {"a-b": {"type": "number"}}},
        "whole": {"type": "object", "x-kubernetes-embedded-resource": True},
    },
}


def complaints(rule: str, **more: Any) -> list[str]:
    """What is said about a rule, without the rule itself."""
    found = check_rules({**NODE, "x-kubernetes-validations": [{"rule": rule, **more}]}, "s")
    return [str(error).rpartition('"OptionalOldSelf":')[2].partition(": ")[2] for error in found]


@pytest.mark.parametrize(
    ("rule", "column", "text"),
    [
        ("self.text == 1", 11, "found no matching overload for '_==_' applied to '(string, int)'"),
        ("self.text + 1 == 'a'", 11, "found no matching overload for '_+_' applied to '(string, int)'"),
        ("!self.count", 1, "found no matching overload for '!_' applied to '(int)'"),
        ("self.text.startsWith(1)", 21, "found no matching overload for 'startsWith' applied to 'string.(int)'"),
        ("size(self.count) > 1", 5, "found no matching overload for 'size' applied to '(int)'"),
        ("self.count in self.words", 12, "found no matching overload for '@in' applied to '(int, list(string))'"),
        ("self.on ? 1 : 'a'", 9, "found no matching overload for '_?_:_' applied to '(bool, int, string)'"),
        ("self.words.sum() == 1", 15, "found no matching overload for 'sum' applied to 'list(string).()'"),
        ("self.words.nope()", 16, "undeclared reference to 'nope' (in container '')"),
        ("nope == 1", 1, "undeclared reference to 'nope' (in container '')"),
        ("self.inner.a == 1", 11, "undefined field 'a'"),
        ("self.text.a == 1", 10, "type 'string' does not support field selection"),
        ("[1, 'a'].size() == 2", 5, "expected type 'int' but found 'string'"),
        ("self.words.all(x, x)", 15, "found no matching overload for '_&&_' applied to '(bool, string)'"),
        ("self.text.matches('[')", 19, "invalid matches argument"),
        ("duration('1y') > duration('1h')", 10, "invalid duration argument"),
        ("self.text == null", 11, "found no matching overload for '_==_' applied to '(string, null)'"),
        ("self.whole.metadata.labels == 1", 20, "undefined field 'labels'"),
        (
            "self.count.all(x, x)",
            5,
            "expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)",
        ),
    ],
)
def test_what_does_not_fit_is_complained_about_where_it_stands(rule: str, column: int, text: str) -> None:
    assert complaints(rule) == [
        f"compilation failed: ERROR: <input>:1:{column}: {text}\n | {rule}\n | {'.' * (column - 1)}^"
    ]


@pytest.mark.parametrize(
    "rule",
    [
        "self.any == 1 || self.any == 'a'",
        "self.count < 1.5 && self.inner.a__dash__b > 1",
        "self.when < timestamp('2026-01-01T00:00:00Z') && self.when != null",
        "self.words.map(w, size(w)).sum() > 1 && self.words.filter(w, w != '')[0] == 'a'",
        "self.?text.orValue('') == 'a' && self.words[?0].hasValue()",
        "self.words.exists(i, w, i > 0 && w == 'a') && {'a': 1}.transformList(k, v, v).isSorted()",
        "self.whole.metadata.name == self.whole.kind",
        "quantity(self.text).add(quantity('1')).isLessThan(quantity('2')) && semver('1.2.3').major() == 1",
        "cidr('10.0.0.0/8').containsIP(ip(self.text)) && url(self.text).getQuery()['a'] == ['b']",
        "!format.dns1123Label().validate(self.text).hasValue() && type(self.count) == int",
        "cel.bind(x, self.text, x.split(',').all(y, y in ['a'])) && dyn(self.text) == 1",
    ],
)
def test_what_fits_is_taken(rule: str) -> None:
    assert complaints(rule) == []


def test_every_complaint_is_given_in_the_order_of_the_text() -> None:
    (found,) = complaints("a == 1 && b == 1")
    assert found.count("ERROR") == 2
    assert found.index("'a'") < found.index("'b'")


def test_a_rule_is_a_bool_and_a_message_a_string() -> None:
    assert complaints("self.words.size()") == ["cel expression must evaluate to a bool"]
    assert complaints("self.on", messageExpression="self.count") == ["messageExpression must evaluate to a string"]


def test_an_optional_old_self_is_an_optional() -> None:
    assert complaints("oldSelf.hasValue()", optionalOldSelf=True) == []
    assert "'(optional_type(selfType), selfType)'" in complaints("oldSelf == self", optionalOldSelf=True)[0]
