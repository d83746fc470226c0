"""NamespaceLifecycle: nothing is made in a namespace that is not there or is going, and three namespaces stay."""

from __future__ import annotations

from emulator.apiserver.admission.chain import Plugin
from emulator.apiserver.apimachinery import errors
from emulator.apiserver.apimachinery.names import GroupResource
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.resource import Resource
from emulator.apiserver.registry.strategy import Context
from emulator.apiserver.storage.interface import Key, KeyNotFoundError, Storage

IMMORTAL = frozenset({"default", "kube-system", "kube-public"})
NAMESPACES = GroupResource("", "namespaces")


class NamespaceLifecycle(Plugin):
    """k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    def minds(self, operation: str, resource: Resource, subresource: str) -> bool:
        """What is created in a namespace, and namespaces that are deleted."""
        if operation == "CREATE":
            return resource.namespaced and not subresource
        return operation == "DELETE" and resource.group_resource == NAMESPACES

    def admit(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """Refuse to create in a namespace that does not exist (404) or is being deleted (403)."""
        if operation != "CREATE":
            return
        try:
            stored = self.storage.get(Key("namespaces", "", context.namespace))
        except KeyNotFoundError:
            raise errors.not_found(NAMESPACES, context.namespace) from None
        if b'"deletionTimestamp"' not in stored.data:
            return
        error = errors.forbidden(
            context.resource.group_resource,
            context.name,
            f"unable to create new content in namespace {context.namespace} because it is being terminated",
        )
        message = f"namespace {context.namespace} is being terminated"
        cause = {"reason": "NamespaceTerminating", "message": message, "field": "metadata.namespace"}
        error.details = {**(error.details or {}), "causes": [cause]}
        raise error

    def validate(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """Refuse to delete the namespaces that the cluster needs (403)."""
        if operation == "DELETE" and context.name in IMMORTAL:
            raise errors.forbidden(NAMESPACES, context.name, "this namespace may not be deleted")
