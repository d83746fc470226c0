"""Puts an API server together: storage, built-in kinds, bootstrap objects, controllers, filters. Opens no socket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from emulator.apiserver.admission.chain import Chain
from emulator.apiserver.admission.namespace_lifecycle import NamespaceLifecycle
from emulator.apiserver.admission.rbac_escalation import RbacEscalation
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.users import UserInfo
from emulator.apiserver.authn.anonymous import Anonymous
from emulator.apiserver.authn.certificates import Authority
from emulator.apiserver.endpoints.app import ApiServer
from emulator.apiserver.endpoints.documents import Documents
from emulator.apiserver.registry.builtin.kinds import builtin_kinds
from emulator.apiserver.registry.catalog import Catalog, Served
from emulator.apiserver.registry.definitions import DefinitionController
from emulator.apiserver.registry.garbage import GarbageCollector
from emulator.apiserver.registry.namespaces import NamespaceController
from emulator.apiserver.registry.store import Backing, Store
from emulator.apiserver.seams import Application, Seams

START_NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")


class Assembly:
    """An API server, ready for a socket: ``application`` is its ASGI callable."""

    def __init__(self, seams: Seams, authority: Authority, tokens: Mapping[str, UserInfo]) -> None:
        self.seams = seams
        self.authority = authority
        self.tokens = tokens
        self.catalog = Catalog()
