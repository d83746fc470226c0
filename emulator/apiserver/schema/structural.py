"""A structural schema as a tree of nodes: what pruning, defaulting and list uniqueness read of it.

Value validations (bounds, patterns, anyOf ...) are not here; ``validation`` compiles those.
Source of the rules: k8s.io/apiextensions-apiserver/pkg/apiserver/schema.
"""

from __future__ import annotations

from typing import Any

from emulator.apiserver.apimachinery.objects import Object


class Node:
    """One place in a schema. Absent keywords have the values that mean "nothing said"."""

    __slots__ = (
        "additional",
        "default",
        "defaults",
        "embedded",
        "has_default",
        "holds_embedded",
        "holds_unique",
        "items",
        "list_type",
        "map_keys",
        "nullable",
        "open",
        "preserve",
        "properties",
    )

    def __init__(self, schema: Object) -> None:
        self.properties: dict[str, Node] = {
            name: Node(sub) for name, sub in (schema.get("properties") or {}).items() if isinstance(sub, dict)
        }
        additional = schema.get("additionalProperties")
        self.additional = Node(additional) if isinstance(additional, dict) else None
        self.open = self.additional is not None or additional is True
        items = schema.get("items")
        self.items = Node(items) if isinstance(items, dict) else None
        self.preserve = bool(schema.get("x-kubernetes-preserve-unknown-fields"))
        self.embedded = bool(schema.get("x-kubernetes-embedded-resource"))
        self.nullable = bool(schema.get("nullable"))
        self.default: Any = schema.get("default")
        self.has_default = self.default is not None
        self.list_type: str = schema.get("x-kubernetes-list-type") or ""
        self.map_keys: tuple[str, ...] = tuple(schema.get("x-kubernetes-list-map-keys") or ())
        self.defaults = [(name, node) for name, node in self.properties.items() if node.has_default]
        below = [*self.properties.values(), *(node for node in (self.additional, self.items) if node is not None)]
        self.holds_embedded: bool = self.embedded or any(node.holds_embedded for node in below)
        self.holds_unique: bool = self.list_type in ("set", "map") or any(node.holds_unique for node in below)

    def child(self, name: str) -> Node | None:
        """The schema of a field's value, if the schema says anything about it."""
        return self.properties.get(name, self.additional)
