"""Subresources of Pods that a kubelet answers (log, exec, attach, portforward), where no node does."""

from __future__ import annotations

from emulator.apiserver.apimachinery import errors
from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.names import GroupResource
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.endpoints.scope import Scope

SUBRESOURCES = ("log", "exec", "attach", "portforward")


def host_of(scope: Scope) -> tuple[Object, str]:
    """The Pod in the path, and the name of the node it runs on. Raises StatusError: 400, 404."""
    info = scope.request.info
    stored = scope.store.find(info.namespace, info.name)
    if stored is None:
        raise errors.not_found(scope.resource.group_resource, info.name)
    pod = scope.store.decode(stored, scope.kind)
    node = (pod.get("spec") or {}).get("nodeName") or ""
    if not node:
        raise errors.bad_request(f"pod {info.name} does not have a host assigned")
    return pod, node


async def unreachable(scope: Scope) -> None:
    """There is no kubelet to ask. Raises StatusError: 400, 404, 500."""
    _, node = host_of(scope)
    nodes = scope.catalog.lookup("", "v1", "nodes")
    if nodes is None or nodes.store is None or nodes.store.find("", node) is None:
        raise errors.not_found(GroupResource("", "nodes"), node)
    raise StatusError(500, "", "no preferred addresses found; known addresses: []")
