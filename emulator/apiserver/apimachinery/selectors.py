"""Label and field selectors: parsed once, matched often. Grammar and texts as k8s.io/apimachinery labels and fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from emulator.apiserver.apimachinery.fields import go_quote
from emulator.apiserver.apimachinery.syntax import label_value, qualified_name

_TOKEN = re.compile(r"\s*(==|!=|=|>|<|!|\(|\)|,|[^\s=!<>(),]+)")
_SYMBOLS = frozenset({"==", "!=", "=", ">", "<", "!", "(", ")", ","})
_WORDS = frozenset({"in", "notin"})
_OPERATORS = "in, notin, =, ==, !=, gt, lt"


class Requirement(NamedTuple):
    """``key operator values``; operators: in, notin, exists, !, gt, lt (``=`` is in, ``!=`` is notin)."""

    key: str
    operator: str
    values: frozenset[str]

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether a set of labels satisfies it; a missing key satisfies the negative operators."""
        value = labels.get(self.key)
        if self.operator == "in":
            return value in self.values
        if self.operator == "notin":
            return value not in self.values
        if self.operator == "exists":
            return value is not None
        if self.operator == "!":
            return value is None
        try:
            number, bound = int(value or ""), int(next(iter(self.values)))
        except ValueError:
            return False
        return number > bound if self.operator == "gt" else number < bound


@dataclass(frozen=True, slots=True)
class LabelSelector:
    """Requirements that all have to hold."""

    requirements: tuple[Requirement, ...] = ()
    nothing: bool = False  # selects no object at all (a null selector)

    @property
    def empty(self) -> bool:
        """Whether everything is selected."""
        return not self.requirements and not self.nothing

    @property
    def certain(self) -> tuple[str, str] | None:
        """A label that every selected object has, if the selector asks for one by equality."""
        at = self._certain
        return None if at is None else (self.requirements[at].key, next(iter(self.requirements[at].values)))

    @property
    def rest(self) -> LabelSelector:
        """The requirements but for the one that ``certain`` gives."""
        at = self._certain
        return self if at is None else LabelSelector(self.requirements[:at] + self.requirements[at + 1 :])

    @property
    def _certain(self) -> int | None:
        if self.nothing:
            return None
        for at, requirement in enumerate(self.requirements):
            if requirement.operator == "in" and len(requirement.values) == 1:
                return at
        return None

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether an object with these labels is selected."""
        if self.nothing:
            return False
        return all(requirement.matches(labels) for requirement in self.requirements)


class _Parser:
    """One selector's tokens, and where we are in them."""

    def __init__(self, text: str) -> None:
        self.tokens = _TOKEN.findall(text)
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def next(self) -> str:
        token = self.peek()
        self.at += 1
        return token

    def parse(self) -> tuple[Requirement, ...]:
        found: list[Requirement] = []
        while True:
            token = self.peek()
            if token == "!" or (token and token not in _SYMBOLS):
                found.append(self._requirement())
                token = self.next()
                if token == "":
                    return tuple(sorted(found, key=lambda requirement: requirement.key))
                if token != ",":
                    raise ValueError(f"found '{token}', expected: ',' or 'end of string'")
                following = self.peek()
                if following != "!" and (following in _SYMBOLS or following == ""):
                    raise ValueError(f"found '{following}', expected: identifier after ','")
            elif token == "":
                return tuple(found)
            else:
                raise ValueError(f"found '{token}', expected: !, identifier, or 'end of string'")

    def _requirement(self) -> Requirement:
        try:
            return self._checked(*self._parts())
        except ValueError as error:
            raise ValueError(f"unable to parse requirement: {error}") from None

    def _parts(self) -> tuple[str, str, list[str]]:
        negated = self.peek() == "!"
        if negated:
            self.next()
        key = self.next()
        if key == "" or key in _SYMBOLS:
            raise ValueError(f"found '{key}', expected: identifier")
        if complaints := qualified_name(key):
            raise ValueError(f"<nil>: Invalid value: {go_quote(key)}: {'; '.join(complaints)}")
        token = self.peek()
        if negated or token in ("", ","):
            return key, "!" if negated else "exists", []
        self.next()
        if token in ("in", "notin"):
            return key, token, self._values()
        operators = {"=": "in", "==": "in", "!=": "notin", ">": "gt", "<": "lt"}
        if token not in operators:
            raise ValueError(f"found '{token}', expected: {_OPERATORS}")
        return key, operators[token], [self._exact()]

    def _exact(self) -> str:
        token = self.peek()
        if token in ("", ","):
            return ""
        if token in _SYMBOLS:
            raise ValueError(f"found '{token}', expected: identifier")
        return self.next()

    def _values(self) -> list[str]:
        token = self.next()
        if token != "(":
            raise ValueError(f"found '{token}' expected: '('")
        values: list[str] = []
        expects_value = True
        while True:
            token = self.next()
            if token == ")":
                if expects_value:
                    values.append("")
                return values
            if token == ",":
                if expects_value:
                    values.append("")
                expects_value = True
            elif token == "" or token in _SYMBOLS or not expects_value:
                raise ValueError(f"found '{token}', expected: ',' or ')'")
            else:
                values.append(token)
                expects_value = False

    def _checked(self, key: str, operator: str, values: list[str]) -> Requirement:
        if operator in ("gt", "lt"):
            try:
                int(values[0])
            except ValueError:
                raise ValueError(
                    f"values[0]: Invalid value: {go_quote(values[0])}: for 'Gt', 'Lt' operators, the value must be an integer"
                ) from None
        for position, value in enumerate(values):
            if complaints := label_value(value):
                raise ValueError(
                    f"values[{position}][{key}]: Invalid value: {go_quote(value)}: {'; '.join(complaints)}"
                )
        return Requirement(key, operator, frozenset(values))


@lru_cache(maxsize=1024)
def parse_labels(text: str) -> LabelSelector:
    """A label selector. Raises ValueError with Kubernetes' text."""
    return LabelSelector(_Parser(text).parse()) if text else LabelSelector()


def label_selector_from_object(selector: Mapping[str, Any] | None) -> LabelSelector:
    """``matchLabels`` and ``matchExpressions``; null selects nothing, an empty one everything. Raises ValueError."""
    if selector is None:
        return LabelSelector(nothing=True)
    found = [Requirement(key, "in", frozenset([value])) for key, value in (selector.get("matchLabels") or {}).items()]
    operators = {"In": "in", "NotIn": "notin", "Exists": "exists", "DoesNotExist": "!"}
    for expression in selector.get("matchExpressions") or ():
        operator = operators.get(expression.get("operator", ""))
        if operator is None:
            raise ValueError(f"{go_quote(expression.get('operator', ''))} is not a valid label selector operator")
        found.append(Requirement(expression.get("key", ""), operator, frozenset(expression.get("values") or ())))
    return LabelSelector(tuple(found))


@dataclass(frozen=True, slots=True)
class FieldSelector:
    """``field = value`` terms that all have to hold."""

    requirements: tuple[tuple[str, str, str], ...] = ()  # (field, "=" or "!=", value)

    @property
    def empty(self) -> bool:
        """Whether everything is selected."""
        return not self.requirements

    def matches(self, fields: Mapping[str, str]) -> bool:
        """Whether an object with these field values is selected."""
        return all((fields.get(name, "") == value) == (operator == "=") for name, operator, value in self.requirements)

    def value_of(self, name: str) -> str | None:
        """The value that a field is pinned to, if it is."""
        return next((value for field, operator, value in self.requirements if field == name and operator == "="), None)


_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_TERMS = re.compile(r"((?:\\.|[^,\\])*)(?:,|$)", re.DOTALL)
_TERM = re.compile(r"((?:\\.|[^\\=!])*?)(!=|==|=)(.*)", re.DOTALL)


@lru_cache(maxsize=1024)
def parse_fields(text: str) -> FieldSelector:
    """A field selector; ``\\``, ``,`` and ``=`` in values are escaped by a backslash. Raises ValueError."""
    found: list[tuple[str, str, str]] = []
    for term in _TERMS.findall(text):
        if not term:
            continue
        match = _TERM.fullmatch(term)
        if match is None:
            raise ValueError(f"invalid selector: '{text}'; can't understand '{term}'")
        name, operator, value = match.groups()
        found.append((name, "!=" if operator == "!=" else "=", _unescape(value)))
    return FieldSelector(tuple(found))


def _unescape(value: str) -> str:
    for match in _ESCAPED.finditer(value):
        if match.group(1) not in "\\,=":
            raise ValueError(f"invalid field selector: invalid escape sequence: \\{match.group(1)}")
    return _ESCAPED.sub(r"\1", value)


def selects(selector: dict[str, Any], obj: Mapping[str, Any]) -> bool:
    """Whether a LabelSelector matches an object's labels. Raises ValueError for a selector that is none."""
    return label_selector_from_object(selector).matches(obj["metadata"].get("labels") or {})
