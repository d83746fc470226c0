"""YAML as sigs.k8s.io/yaml reads and writes it; imported with the first body in YAML, as PyYAML takes a while."""

from __future__ import annotations

import re
from typing import Any

import yaml

from emulator.apiserver.apimachinery.aliases import check_aliases
from emulator.apiserver.apimachinery.objects import Object


class _Loader(yaml.CSafeLoader):
    """YAML as sigs.k8s.io/yaml reads it: timestamps are strings, duplicate keys are noticed."""

    duplicates: list[str]


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Object:
    loader.flatten_mapping(node)
    result: Object = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if isinstance(key, bool):
            key = "true" if key else "false"
        key = str(key) if not isinstance(key, str) else key
        if key in result:
            line = key_node.start_mark.line + 1
            loader.duplicates.append(f'line {line}: key "{key}" already set in map')
        result[key] = loader.construct_object(value_node, deep=True)
    return result


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
# Plain scalars as sigs.k8s.io/yaml/goyaml.v2 resolves them: 12:30 is no number of base 60, but 1e3 is one.
_INT, _FLOAT = "tag:yaml.org,2002:int", "tag:yaml.org,2002:float"
_NUMBERS = [
    (_INT, re.compile(r"[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]+|0|[1-9][0-9_]*)$")),
    (_FLOAT, re.compile(r"[-+]?(?:(?:\.[0-9_]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?|\.(?:inf|Inf|INF))$")),
    (_FLOAT, re.compile(r"\.(?:nan|NaN|NAN)$")),
]
_OTHERS = frozenset({_INT, _FLOAT, "tag:yaml.org,2002:timestamp"})
_Loader.yaml_implicit_resolvers = {
    first: [*(_NUMBERS if first in "+-.0123456789" else ()), *(one for one in resolvers if one[0] not in _OTHERS)]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def decode(body: bytes) -> tuple[Any, list[str]]:
    """A value and its duplicate keys. Raises ValueError with go-yaml's text, as near as we know it."""
    try:
        loader = _Loader(body)
        loader.duplicates = []
        try:
            node = loader.get_node() if loader.check_node() else None  # the first document
            if node is not None and b"*" in body:
                check_aliases(node)
            value = None if node is None else loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.context_mark if error.context_mark and error.context_mark.line else error.problem_mark
        line = (mark.line if mark else 0) + isinstance(error, yaml.scanner.ScannerError)
        where = f"line {line}: " if line else ""
        raise ValueError(f"yaml: {where}{error.problem}") from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"yaml: {error}") from None
    return _plain(value), loader.duplicates


def _plain(value: Any) -> Any:
    """Only what JSON has: no sets, bytes or dates."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    return str(value)


class _Dumper(yaml.CSafeDumper):
    """YAML as sigs.k8s.io/yaml writes it."""


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)
for _tag, _pattern in _NUMBERS:  # a text that reads as a number is quoted
    _Dumper.add_implicit_resolver(_tag, _pattern, list("+-.0123456789"))


def encode(obj: Any) -> bytes:
    """A value as YAML: sorted keys, lists not indented."""
    text: str = yaml.dump(obj, Dumper=_Dumper, sort_keys=True, allow_unicode=True, width=1 << 30)
    return text.encode()
