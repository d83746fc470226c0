"""``x-kubernetes-validations``: what expressions mean, what they see, and how a failure is said."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.apiserver.schema.compiled import CompiledSchema

SPEC: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "size": {"type": "integer"},
        "ratio": {"type": "number"},
        "on": {"type": "boolean"},
        "when": {"type": "string", "format": "date-time"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "port": {"x-kubernetes-int-or-string": True},
        "my-field": {"type": "string"},
    },
}
OBJECT: dict[str, Any] = {
    "name": "Fraud",
    "size": 5,
    "ratio": 0.5,
    "on": True,
    "when": "2026-01-02T03:04:05Z",
    "tags": ["a", "b", "b"],
    "labels": {"x": "1", "y": "2"},
    "port": "http",
    "my-field": "dashed",
}


def judge(rule: dict[str, Any], spec: Any, old: Any = None) -> list[str]:
    """The errors of a rule on ``spec``."""
    schema = {"type": "object", "properties": {"spec": {**SPEC, "x-kubernetes-validations": [rule]}}}

    def whole(content: Any) -> dict[str, Any]:
        return {"apiVersion": "e/v1", "kind": "T", "metadata": {"name": "t"}, "spec": content}

    errors, _ = CompiledSchema(schema).validate(whole(spec), whole(old) if old is not None else None)
    return [str(error) for error in errors]


@pytest.mark.parametrize(
    "rule",
    [
        "self.size == 5 && self.size != 4",
        "self.size > 4 || 1 / 0 > 0",
        "self.size < 4 ? false : true",
        "!(self.size in [1, 2])",
        "self.size + 1 == 6 && self.size * 2 == 10 && self.size % 2 == 1 && -self.size == -5",
        "self.ratio * 2.0 == 1.0 && double(self.size) == 5.0 && int(self.ratio) == 0",
        "self.on",
        "self.name.startsWith('Fr') && self.name.endsWith('ud') && self.name.contains('rau')",
        "self.name.matches('^F[a-z]+$') && self.name.lowerAscii() == 'fraud' && size(self.name) == 5",
        "self.name.replace('F', 'f').upperAscii() == 'FRAUD' && self.name.substring(0, 2) == 'Fr'",
        "'a,b'.split(',') == ['a', 'b'] && ['a', 'b'].join('-') == 'a-b' && ' x '.trim() == 'x'",
        "self.tags.all(tag, tag in ['a', 'b']) && self.tags.exists(tag, tag == 'a')",
        "self.tags.exists_one(tag, tag == 'a') && !self.tags.exists_one(tag, tag == 'b')",
        "self.tags.filter(tag, tag == 'b').size() == 2 && self.tags.map(tag, tag + '!')[0] == 'a!'",
        "self.tags.isSorted() && self.tags.indexOf('b') == 1 && self.tags.lastIndexOf('b') == 2",
        "[3, 1, 2].max() == 3 && [3, 1, 2].sum() == 6 && [3, 1, 2].min() == 1",
        "'x' in self.labels && self.labels['x'] == '1' && self.labels.x == '1' && self.labels.all(k, self.labels[k] != '')",
        "has(self.name) && !has(self.labels.z)",
        "self.?missing.orValue('none') == 'none'".replace("missing", "labels[?'z']").replace(
            "self.?labels[", "self.labels["
        ),
        "type(self.port) == string ? self.port == 'http' : self.port == 80",
        "timestamp('2026-01-02T03:04:05Z') == self.when && self.when.getFullYear() == 2026 && self.when.getMonth() == 0",
        "duration('90m') > duration('1h') && duration('1h') == duration('3600s')",
        "self.when + duration('1h') > self.when",
        "quantity('1Gi').isGreaterThan(quantity('500Mi')) && isQuantity('100m') && !isQuantity('x')",
        "url('https://example.com:80/p?q=1').getHost() == 'example.com:80' && isURL('https://x/') && !isURL('x y')",
        "isIP('10.0.0.1') && !isIP('10.0.0.999') && cidr('10.0.0.0/8').containsIP('10.1.2.3')",
        "self.my__dash__field == 'dashed'",
        "self.name.find('[a-z]+') == 'raud' && 'a1b2'.findAll('[0-9]') == ['1', '2']",
        "string(self.size) == '5' && int('5') == self.size && dyn(self.size) == 5",
        "[1, 2] + [3] == [1, 2, 3] && {'a': 1}.a == 1 && size({'a': 1}) == 1",
        "'%s has %d'.format([self.name, self.size]) == 'Fraud has 5'",
        "cel.bind(double, self.size * 2, double == 10)",
    ],
)
def test_what_holds(rule):
    """Each of these expressions is true of the object."""
    assert judge({"rule": rule}, OBJECT) == []
    assert judge({"rule": f"!({rule})"}, OBJECT) == [f"spec: Invalid value: failed rule: !({rule})"]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"rule": "self.size < 3", "message": "too big"}, "spec: Invalid value: too big"),
        (
            {"rule": "self.size < 3", "messageExpression": "'size is ' + string(self.size)"},
            "spec: Invalid value: size is 5",
        ),
        (
            {"rule": "self.size < 3", "message": "too big", "fieldPath": ".size", "reason": "FieldValueForbidden"},
            "spec.size: Forbidden: too big",
        ),
        ({"rule": "self.size < 3", "reason": "FieldValueRequired", "message": "m"}, "spec: Required value: m"),
    ],
)
def test_how_a_failure_is_said(rule, said):
    """message, messageExpression, fieldPath and reason shape the error."""
    assert judge(rule, OBJECT) == [said]


def test_transition_rules_compare_with_what_was():
    """A rule that names oldSelf is asked on updates only, and sees the stored object."""
    rule = {"rule": "self.size >= oldSelf.size", "message": "must not shrink"}
    assert judge(rule, {"size": 1}) == []
    assert judge(rule, {"size": 2}, {"size": 1}) == []
    assert judge(rule, {"size": 1}, {"size": 2}) == ["spec: Invalid value: must not shrink"]


def test_optional_old_self_is_asked_on_creates_too():
    """With optionalOldSelf a rule is asked always, and oldSelf is an optional value."""
    rule = {"rule": "oldSelf.hasValue() || self.size == 0", "message": "starts at 0", "optionalOldSelf": True}
    assert judge(rule, {"size": 1}) == ["spec: Invalid value: starts at 0"]
    assert judge(rule, {"size": 0}) == []
    assert judge(rule, {"size": 7}, {"size": 0}) == []


def test_an_error_in_evaluation_is_a_failure():
    """What cannot be evaluated is refused with the reason."""
    [said] = judge({"rule": "self.tags[9] == 'x'"}, {"tags": ["a"]})
    assert said == "spec: Invalid value: \"object\": index out of bounds: 9 evaluating rule: self.tags[9] == 'x'"


def test_unchanged_violations_pass():
    """Ratcheting: what was invalid and is not touched does not stop another change."""
    schema = {
        "type": "object",
        "properties": {
            "spec": {
                "type": "object",
                "properties": {
                    "old": {"type": "object", "properties": SPEC["properties"]},
                    "new": {"type": "string"},
                },
            }
        },
    }
    schema["properties"]["spec"]["properties"]["old"]["x-kubernetes-validations"] = [{"rule": "self.size < 3"}]
    before = {"apiVersion": "e/v1", "kind": "T", "metadata": {"name": "t"}, "spec": {"old": {"size": 9}, "new": "a"}}
    after = {**before, "spec": {"old": {"size": 9}, "new": "b"}}
    worse = {**before, "spec": {"old": {"size": 8}, "new": "b"}}
    compiled = CompiledSchema(schema)
    assert compiled.validate(after, before)[0] == []
    assert [str(error) for error in compiled.validate(worse, before)[0]] == [
        "spec.old: Invalid value: failed rule: self.size < 3"
    ]
