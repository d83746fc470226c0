"""How much a YAML document's aliases come to: a few lines can say billions of nodes (go.yaml.in/yaml/v2, decode.go)."""

from __future__ import annotations

import yaml

_FEW_ALIASED, _FEW = 100, 1000
_LENIENT, _STRICT = 400_000, 4_000_000  # up to which size nearly all may be aliased, from which on a tenth


def check_aliases(root: yaml.Node) -> None:
    """Raises ValueError, with go-yaml's text, for a document that is mostly repetition or contains itself."""
    nodes, aliased = _count(root, {})
    if aliased > _FEW_ALIASED and nodes > _FEW and aliased / nodes > _allowed(nodes):
        raise ValueError("yaml: document contains excessive aliasing")


def _allowed(nodes: int) -> float:
    if nodes <= _LENIENT:
        return 0.99
    if nodes >= _STRICT:
        return 0.10
    return 0.99 - 0.89 * (nodes - _LENIENT) / (_STRICT - _LENIENT)


def _count(node: yaml.Node, known: dict[int, tuple[int, int] | None]) -> tuple[int, int]:
    """How many nodes a node comes to when aliases are written out, and how many of them are behind an alias."""
    known[id(node)] = None  # on the way
    nodes, aliased = 1, 0
    for child in _children(node):
        if id(child) in known:
            there = known[id(child)]
            if there is None:
                raise ValueError("yaml: anchor value contains itself")
            nodes, aliased = nodes + there[0], aliased + there[0]
        else:
            more = _count(child, known)
            nodes, aliased = nodes + more[0], aliased + more[1]
    known[id(node)] = nodes, aliased
    return nodes, aliased


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []
