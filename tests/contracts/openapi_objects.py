"""Objects of built-in kinds, made from their schemas: well-typed, and otherwise as odd as they come."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from emulator.apiserver.schema.kubernetes import (
    INT_OR_STRING,
    META,
    OBJECT_META,
    QUANTITY,
    REFERENCE,
    definitions,
)

DEPTH = 5
TEXTS = [
    "",
    "a",
    "b-1",
    "Always",
    "TCP",
    "In",
    "Exists",
    "Bad_Name!",
    "10.0.0.1",
    "example.com/x",
    "None",
    "RollingUpdate",
    "*",
]
_LEAVES = {
    META + "Time": st.just("2020-01-02T03:04:05Z"),
    META + "MicroTime": st.just("2020-01-02T03:04:05.000000Z"),
    META + "FieldsV1": st.just({}),
    QUANTITY: st.sampled_from(["1", "500m", "2Gi", "-1", "0"]),
    INT_OR_STRING: st.sampled_from([0, 1, 80, "http", "25%", "0%", -1]),
    OBJECT_META: st.builds(
        lambda labels: {"labels": labels}, st.dictionaries(st.sampled_from("ab"), st.sampled_from("xy"), max_size=2)
    ),
}


def objects(name: str) -> st.SearchStrategy[Any]:
    """Values of a definition."""
    return _value({"$ref": REFERENCE + name}, DEPTH)


def _value(node: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    if "$ref" in node:
        name = node["$ref"].removeprefix(REFERENCE)
        leaf = _LEAVES.get(name)
        return leaf if leaf is not None else _struct(definitions()[name], depth)
    sort = node.get("type")
    if sort == "array":
        return st.lists(_value(node["items"], depth - 1), max_size=2) if depth > 0 else st.just([])
    if sort == "object" and "additionalProperties" in node:
        item = _value(node["additionalProperties"], depth - 1)
        return st.dictionaries(st.sampled_from(["a", "cpu", "storage", "bad key"]), item, max_size=2)
    if sort == "string":
        return st.sampled_from(["", "AAEC", "e30="]) if node.get("format") == "byte" else st.sampled_from(TEXTS)
    if sort == "integer":
        return st.sampled_from([0, 1, 5, 80, 70000, -1])
    return st.booleans() if sort == "boolean" else st.just({})


def _struct(node: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    properties = node.get("properties") or {}
    if depth <= 0 or not properties:
        return st.just({})

    @st.composite
    def build(draw: Any) -> dict[str, Any]:
        names = draw(st.lists(st.sampled_from(sorted(properties)), max_size=6, unique=True))
        wanted = set(names) | {name for name in ("spec", "template") if name in properties}
        return {
            name: draw(_value(properties[name], depth - 1))
            for name in sorted(wanted)
            if name not in ("apiVersion", "kind")
        }

    return build()
