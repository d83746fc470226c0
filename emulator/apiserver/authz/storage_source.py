"""Roles and bindings out of a storage, decoded once per change."""

from __future__ import annotations

import orjson

from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.storage.interface import Storage

_GROUP = "rbac.authorization.k8s.io"
ROLES, ROLE_BINDINGS = f"roles.{_GROUP}", f"rolebindings.{_GROUP}"
CLUSTER_ROLES, CLUSTER_ROLE_BINDINGS = f"clusterroles.{_GROUP}", f"clusterrolebindings.{_GROUP}"
_ALL = (ROLES, ROLE_BINDINGS, CLUSTER_ROLES, CLUSTER_ROLE_BINDINGS)


class StorageRbacSource:
    """What RBAC needs to know, from where it is stored."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._decoded: dict[tuple[str, str], tuple[int, list[Object]]] = {}

    def revision(self) -> int:
        """The revision of the last write to any of the four resources."""
        changed = self._storage.changed
        return max(changed(ROLES), changed(ROLE_BINDINGS), changed(CLUSTER_ROLES), changed(CLUSTER_ROLE_BINDINGS))

    def roles(self, namespace: str) -> list[Object]:
        """Roles of a namespace."""
        return self._list(ROLES, namespace)

    def role_bindings(self, namespace: str) -> list[Object]:
        """RoleBindings of a namespace."""
        return self._list(ROLE_BINDINGS, namespace)

    def cluster_roles(self) -> list[Object]:
        """All ClusterRoles."""
        return self._list(CLUSTER_ROLES, "")

    def cluster_role_bindings(self) -> list[Object]:
        """All ClusterRoleBindings."""
        return self._list(CLUSTER_ROLE_BINDINGS, "")

    def _list(self, resource: str, namespace: str) -> list[Object]:
        changed = self._storage.changed(resource)
        known = self._decoded.get((resource, namespace))
        if known is not None and known[0] == changed:
            return known[1]
        objects = [orjson.loads(stored.data) for stored in self._storage.list(resource, namespace).items]
        if len(self._decoded) > 512:
            self._decoded.clear()
        self._decoded[resource, namespace] = (changed, objects)
        return objects
