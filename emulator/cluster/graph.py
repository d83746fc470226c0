"""Who depends on whom: objects by uid, as watches tell of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from emulator.michelangelo.client import Object, Resource


@dataclass(frozen=True, slots=True)
class Node:
    """An object's metadata, as far as garbage collection goes."""

    uid: str
    resource: Resource
    namespace: str
    name: str
    owners: tuple[tuple[str, bool], ...]  # uid, and whether it waits for us (blockOwnerDeletion)
    finalizers: tuple[str, ...]
    deleting: bool

    @classmethod
    def of(cls, resource: Resource, obj: Object) -> Node:
        """From an object, or nothing but its metadata."""
        meta = obj["metadata"]
        references = meta.get("ownerReferences") or ()
        return cls(
            meta["uid"],
            resource,
            meta.get("namespace") or "",
            meta["name"],
            tuple((item["uid"], bool(item.get("blockOwnerDeletion"))) for item in references),
            tuple(meta.get("finalizers") or ()),
            bool(meta.get("deletionTimestamp")),
        )

    def blocks(self, uid: str) -> bool:
        """Whether an owner that is deleted in the foreground waits for it."""
        return (uid, True) in self.owners


class Graph:
    """Every object there is, and the dependents of each."""

    def __init__(self) -> None:
        self._nodes: dict[str, Node] = {}
        self._dependents: dict[str, set[str]] = {}

    def get(self, uid: str) -> Node | None:
        """An object, or None."""
        return self._nodes.get(uid)

    def dependents(self, uid: str) -> list[Node]:
        """Objects that name it as an owner, whether it is there or not."""
        return [self._nodes[each] for each in sorted(self._dependents.get(uid, ())) if each in self._nodes]

    def put(self, node: Node) -> set[str]:
        """An object appeared or changed; whose turn it is to be looked at."""
        affected = self.drop(node.uid) if node.uid in self._nodes else set()
        self._nodes[node.uid] = node
        for owner, _ in node.owners:
            self._dependents.setdefault(owner, set()).add(node.uid)
        affected -= {node.uid}
        return {uid for uid in affected if uid in self._nodes and self._nodes[uid].deleting} | (
            {node.uid} if node.owners or node.deleting else set()
        )

    def drop(self, uid: str) -> set[str]:
        """An object has gone; whose turn it is: those who depend on it, and owners that wait for it."""
        node = self._nodes.pop(uid, None)
        if node is None:
            return set()
        for owner, _ in node.owners:
            self._dependents.get(owner, set()).discard(uid)
            if not self._dependents.get(owner):
                self._dependents.pop(owner, None)
        return set(self._dependents.get(uid, ())) | {owner for owner, _ in node.owners}

    def replace(self, resource: Resource, nodes: Iterable[Node]) -> set[str]:
        """All objects of a resource, listed anew; whose turn it is."""
        fresh = {node.uid: node for node in nodes}
        gone = [uid for uid, node in self._nodes.items() if node.resource == resource and uid not in fresh]
        affected: set[str] = set()
        for uid in gone:
            affected |= self.drop(uid)
        for node in fresh.values():
            affected |= self.put(node)
        return affected
