"""Puts an API server together: storage, built-in kinds, bootstrap objects, controllers, filters. Opens no socket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from emulator.apiserver import own_objects
from emulator.apiserver.admission.certificates import CertificateRequests
from emulator.apiserver.admission.chain import Chain
from emulator.apiserver.admission.conversions import OutsideClient
from emulator.apiserver.admission.limit_ranger import LimitRanger
from emulator.apiserver.admission.mutating_policies import MutatingPolicies
from emulator.apiserver.admission.namespace_lifecycle import NamespaceLifecycle
from emulator.apiserver.admission.policies import Policies
from emulator.apiserver.admission.priority import Priority, system_classes
from emulator.apiserver.admission.rbac_escalation import RbacEscalation
from emulator.apiserver.admission.resource_quota import ResourceQuotas
from emulator.apiserver.admission.runtime_class import RuntimeClass
from emulator.apiserver.admission.service_account import ServiceAccount
from emulator.apiserver.admission.webhooks import Webhooks
from emulator.apiserver.apimachinery import codec
from emulator.apiserver.apimachinery.names import GroupVersion
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.selectors import selects
from emulator.apiserver.apimachinery.users import UserInfo
from emulator.apiserver.authn.account_secrets import AccountSecrets
from emulator.apiserver.authn.certificates import Authority
from emulator.apiserver.authn.client_certs import ClientCertificates
from emulator.apiserver.authn.request_signer import RequestSigner
from emulator.apiserver.authn.reviews import TokenReviews
from emulator.apiserver.authn.service_accounts import ServiceAccountTokens
from emulator.apiserver.authn.union import Tokens, Union
from emulator.apiserver.authz import bootstrap
from emulator.apiserver.authz.rbac import RbacAuthorizer
from emulator.apiserver.authz.reviews import AccessReviews
from emulator.apiserver.authz.storage_source import CLUSTER_ROLES, StorageRbacSource
from emulator.apiserver.endpoints.app import ApiServer
from emulator.apiserver.endpoints.discovery import Discovery
from emulator.apiserver.endpoints.documents import READY_CHECKS, Documents
from emulator.apiserver.endpoints.handlers.node_proxy import NodeProxy
from emulator.apiserver.endpoints.oidc import OidcDocuments
from emulator.apiserver.endpoints.openapi import OpenApi
from emulator.apiserver.endpoints.root import RootPaths
from emulator.apiserver.registry.api_services import ApiServices
from emulator.apiserver.registry.builtin.kinds import builtin_kinds
from emulator.apiserver.registry.builtin.pod_connects import PodConnects
from emulator.apiserver.registry.builtin.rows import GROUPS
from emulator.apiserver.registry.catalog import Catalog, Connect, Served
from emulator.apiserver.registry.definition_controller import DefinitionController
from emulator.apiserver.registry.garbage import GarbageCollector
from emulator.apiserver.registry.namespaces import NamespaceController, root_ca
from emulator.apiserver.registry.policy_status import PolicyStatus
from emulator.apiserver.registry.quotas import RESOURCE as RESOURCE_QUOTAS
from emulator.apiserver.registry.quotas import QuotaController
from emulator.apiserver.registry.remote_services import RemoteServices
from emulator.apiserver.registry.store import Backing, Store
from emulator.apiserver.seams import Application, Seams
from emulator.apiserver.storage.interface import Event, Key, KeyNotFoundError

START_NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")
_REVIEW_GROUPS = frozenset({"authentication.k8s.io", "authorization.k8s.io"})


class Assembly:
    """An API server, ready for a socket: ``application`` is its ASGI callable."""

    def __init__(
        self, seams: Seams, authority: Authority, tokens: Mapping[str, UserInfo], *, controllers: bool = True
    ) -> None:
        """*controllers*: with what a kube-controller-manager does; without, it is as bare as a kube-apiserver alone."""
        self.seams = seams
        self.authority = authority
        self.storage = seams.storage
        self.catalog = Catalog()
        self._server_address = ""
        self.rbac = RbacAuthorizer(StorageRbacSource(self.storage))
        self.authorizer = seams.authorizer(self.rbac)
        plugins = [
            NamespaceLifecycle(self.storage),
            LimitRanger(self.storage),
            ServiceAccount(self.find),
            Priority(self.storage),
            RuntimeClass(self.storage),
            RbacEscalation(self.rbac),
            CertificateRequests(self.rbac),
            MutatingPolicies(self.storage, self.catalog, self.authorizer),
            Policies(self.storage, self.catalog, self.authorizer),
            Webhooks(self.storage, self.catalog, self.authorizer),
            ResourceQuotas(self.storage),
        ]
        chain = Chain(plugins)
        self.backing = Backing(self.storage, seams.admission(chain), seams.clock)
        self.tokens = ServiceAccountTokens(self.find, seams.clock.now)
        self.authenticator = Union([Tokens(tokens), self.tokens, ClientCertificates()], tokens)
        self.documents = Documents(self.catalog, GROUPS)
        self._serve_builtins()
        self.definitions = self.store("apiextensions.k8s.io", "v1", "customresourcedefinitions")
        self.namespaces = self.store("", "v1", "namespaces")
        self.definition_controller = DefinitionController(self.catalog, self.backing, self.definitions, seams.kind)
        if controllers:
            self._start_controllers()
        self._write_bootstrap(aggregated=controllers)
        if controllers:
            self.storage.subscribe(self._aggregate)
        self.storage.compact(self.storage.revision)
        self.documents.add(Discovery(self.catalog, self._address).answer)
        self.documents.add(OpenApi(self.catalog).answer)
        self.documents.add(OidcDocuments(self.tokens, self._address).answer)
        self.documents.add(RootPaths(self.catalog, READY_CHECKS).answer)
        self.nodes = NodeProxy(self.authorizer)
        server = ApiServer(
            self.catalog,
            seams.authenticator(self.authenticator),
            self.authorizer,
            seams.clock,
            self.documents,
            self.nodes.handlers(),
            OutsideClient(self.storage),
            self.backing.afterwards,
        )
        self.server = server
        self.application: Application = seams.application(server)

    def advertise(self, address: str) -> None:
        """Say under which URL the server is reached: discovery tells clients, the Service ``kubernetes`` everybody else."""
        self._server_address = address
        self._write_own(own_objects.reached_at(address))

    def _address(self) -> str:
        return self._server_address

    def find(self, resource: str, namespace: str, name: str) -> Object | None:
        """An object by its resource's name in storage, or None."""
        try:
            return codec.load(self.storage.get(Key(resource, namespace, name)).data)
        except KeyNotFoundError:
            return None

    def store(self, group: str, version: str, plural: str) -> Store:
        """The store of a built-in resource."""
        served = self.catalog.lookup(group, version, plural)
        assert served is not None and served.store is not None, f"{plural} are stored"
        return served.store

    # Built-in kinds

    def _serve_builtins(self) -> None:
        access = AccessReviews(self.authorizer, self.rbac)
        reviews = TokenReviews(lambda: self.authenticator, self.tokens, self.find)
        answers: dict[str, Connect] = {
            "SubjectAccessReview": access.subject,
            "LocalSubjectAccessReview": access.local,
            "SelfSubjectAccessReview": access.own,
            "SelfSubjectRulesReview": access.rules,
            "TokenReview": reviews.token,
            "SelfSubjectReview": reviews.own,
        }
        stores: dict[str, Store] = {}
        for honest in builtin_kinds():
            kind = self.seams.kind(honest)
            resource = kind.resource
            if resource.group in _REVIEW_GROUPS:
                self.catalog.add(Served(kind, None, {"": answers[resource.kind]}))
                continue
            if resource.verbs == ("create",):
                self.catalog.add(Served(kind, None, {}))  # Binding: connected below
                continue
            name = "events" if resource.plural == "events" else str(resource.group_resource)
            store = stores.setdefault(
                name, Store(self.backing, kind, name)
            )  # events and autoscalers: one store, two versions
            connects: dict[str, Connect] = {"token": reviews.request} if resource.plural == "serviceaccounts" else {}
            self.catalog.add(Served(kind, store, connects))
        self._connect_pods()

    def _connect_pods(self) -> None:
        pods = PodConnects(self.store("", "v1", "pods"), self.store("policy", "v1", "poddisruptionbudgets"))
        answers: tuple[tuple[str, str, Connect], ...] = (
            ("pods", "binding", pods.bind),
            ("pods", "eviction", pods.evict),
            ("bindings", "", pods.bind),
        )
        for plural, subresource, connect in answers:
            served = self.catalog.lookup("", "v1", plural)
            assert served is not None, f"{plural} are served"
            served.connects[subresource] = connect

    def _start_controllers(self) -> None:
        """What a cluster does by itself."""
        NamespaceController(self.catalog, self.backing, self.namespaces, self._fill_namespace)
        GarbageCollector(self.catalog, self.backing)
        QuotaController(self.store("", "v1", RESOURCE_QUOTAS))
        PolicyStatus(self.catalog, self.store("admissionregistration.k8s.io", "v1", "validatingadmissionpolicies"))
        secrets, accounts = self.store("", "v1", "secrets"), self.store("", "v1", "serviceaccounts")
        AccountSecrets(self.backing, secrets, accounts, self.tokens, self.authority.certificate_pem)
        requests = self.store("certificates.k8s.io", "v1", "certificatesigningrequests")
        RequestSigner(self.backing, requests, self.authority)

    # What a cluster starts with

    def _write_bootstrap(self, *, aggregated: bool) -> None:
        now = self.seams.clock.timestamp()
        for name in START_NAMESPACES:
            meta = {"name": name, "labels": {"kubernetes.io/metadata.name": name}, "creationTimestamp": now}
            spec = {"finalizers": ["kubernetes"]}
            self.namespaces.write(
                {"apiVersion": "v1", "kind": "Namespace", "metadata": meta, "spec": spec, "status": {"phase": "Active"}}
            )
        classes = self.store("scheduling.k8s.io", "v1", "priorityclasses")
        for each in system_classes():
            classes.write(each)
        roles = self.store(bootstrap.GROUP, "v1", "clusterroles")
        for role in bootstrap.cluster_roles(aggregated=aggregated):
            roles.write(role)
        bindings = self.store(bootstrap.GROUP, "v1", "clusterrolebindings")
        for binding in bootstrap.cluster_role_bindings():
            bindings.write(binding)
        services = self.store("apiregistration.k8s.io", "v1", "apiservices")
        RemoteServices(self.catalog, services)
        ApiServices(self.catalog, services)
        self._write_own(bootstrap.in_namespaces())
        self._write_own(own_objects.sharing(now))
        self._write_own([own_objects.trust(self.authority.certificate_pem)])

    def _write_own(self, objects: Iterable[Object]) -> None:
        for obj in objects:
            group, _, version = obj["apiVersion"].rpartition("/")
            served = self.catalog.by_kind(GroupVersion(group, version), obj["kind"])
            assert served is not None and served.store is not None, f"{obj['kind']} is stored"
            served.store.write(obj)

    def _fill_namespace(self, name: str) -> Iterable[tuple[str, Object]]:
        """What the controller manager puts into every namespace."""
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}
        yield "serviceaccounts", account
        yield "configmaps", root_ca(self.authority.certificate_pem)

    def _aggregate(self, event: Event) -> None:
        """Keep aggregated ClusterRoles in step with those that they select."""
        if event.stored.key.resource != CLUSTER_ROLES:
            return
        store = self.store(bootstrap.GROUP, "v1", "clusterroles")
        roles = [store.decode(stored) for stored in self.storage.list(CLUSTER_ROLES).items]
        for role in roles:
            rules = bootstrap.aggregate(role, roles, selects)
            if rules is not None and rules != (role.get("rules") or []):
                role["rules"] = rules or None
                store.write(role)
                return  # writing brings us here again, until nothing changes any more
