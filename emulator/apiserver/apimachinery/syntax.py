"""What names, label keys and values may look like: functions that give the list of complaints.

Texts and limits as k8s.io/apimachinery/pkg/util/validation. Lists of what comes with every object (labels, namespaces) are
remembered: read them, do not change them.
"""

from __future__ import annotations

import re
from functools import lru_cache

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_LABEL_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?"
_QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_VALUE = f"({_QUALIFIED})?"

_label = re.compile(_LABEL).fullmatch
_subdomain = re.compile(_SUBDOMAIN).fullmatch
_label_1035 = re.compile(_LABEL_1035).fullmatch
_qualified = re.compile(_QUALIFIED).fullmatch
_value = re.compile(_VALUE).fullmatch


def _regex(message: str, pattern: str, *examples: str) -> str:
    shown = "".join(
        f"'{example}', " + (" or " if position < len(examples) - 1 else "") for position, example in enumerate(examples)
    )
    return f"{message} (e.g. {shown}regex used for validation is '{pattern}')"


SUBDOMAIN_TEXT = _regex(
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character",
    _SUBDOMAIN,
    "example.com",
)
LABEL_TEXT = _regex(
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with "
    "an alphanumeric character",
    _LABEL,
    "my-name",
    "123-abc",
)
LABEL_1035_TEXT = _regex(
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and "
    "end with an alphanumeric character",
    _LABEL_1035,
    "my-name",
    "abc-123",
)
_QUALIFIED_TEXT = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
)
NAME_PART_TEXT = _regex(f"name part {_QUALIFIED_TEXT}", _QUALIFIED, "MyName", "my.name", "123-abc")
KEY_TEXT = (
    _regex(f"a valid label key {_QUALIFIED_TEXT}", _QUALIFIED, "MyName", "my.name", "123-abc")
    + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
)
VALUE_TEXT = _regex(
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
    "end with an alphanumeric character",
    _VALUE,
    "MyValue",
    "my_value",
    "12345",
)


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def dns1123_subdomain(text: str) -> list[str]:
    """A DNS subdomain: most names."""
    found = ["must be no more than 253 characters"] if _bytes(text) > 253 else []
    return found if _subdomain(text) else [*found, SUBDOMAIN_TEXT]


_remembered = lru_cache(maxsize=4096)


@_remembered
def dns1123_label(text: str) -> list[str]:
    """A DNS label: names of namespaces."""
    found = ["must be no more than 63 characters"] if _bytes(text) > 63 else []
    if _label(text):
        return found
    if _subdomain(text):
        return [*found, "must not contain dots"]
    return [*found, LABEL_TEXT]


def dns1035_label(text: str) -> list[str]:
    """A DNS label that starts with a letter: names of Services, plural names of resources."""
    found = ["must be no more than 63 characters"] if _bytes(text) > 63 else []
    return found if _label_1035(text) else [*found, LABEL_1035_TEXT]


def path_segment(text: str) -> list[str]:
    """Anything that is one segment of a path: names of RBAC objects."""
    if text in (".", ".."):
        return [f"may not be '{text}'"]
    return [f"may not contain '{char}'" for char in "/%" if char in text]


@_remembered
def qualified_name(text: str) -> list[str]:
    """``name`` or ``example.com/name``: keys of labels and annotations."""
    parts = text.split("/")
    if len(parts) > 2:
        return [KEY_TEXT]
    found: list[str] = []
    name = parts[-1]
    if len(parts) == 2:
        if not parts[0]:
            found.append("prefix part must be non-empty")
        else:
            found += [f"prefix part {complaint}" for complaint in dns1123_subdomain(parts[0])]
    if not name:
        found.append("name part must be non-empty")
    elif _bytes(name) > 63:
        found.append("name part must be no more than 63 bytes")
    if not _qualified(name):
        found.append(NAME_PART_TEXT)
    return found


@_remembered
def label_value(text: str) -> list[str]:
    """The value of a label."""
    found = ["must be no more than 63 bytes"] if _bytes(text) > 63 else []
    return found if _value(text) else [*found, VALUE_TEXT]
