"""What a check works with: identities at the target, an object store, fresh namespaces, and how hard to try."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from conformance.driver.history import History, Object
from conformance.driver.kubernetes import Identity, Kubernetes, identity
from conformance.driver.s3 import ObjectStore
from conformance.errors import HarnessError
from conformance.strategies.models import SPELLINGS
from conformance.targets.base import Endpoints

CRD = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/models.michelangelo.api"
RUN_LABEL = "conformance.michelangelo.api/run"
BUDGETS = {"smoke": 5, "standard": 60, "deep": 600}  # examples per check
SETTLE_SECONDS = 10.0


@dataclass(slots=True)
class Session:
    """One run against one open target."""

    endpoints: Endpoints
    examples: int
    seed: int
    run_id: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    history: History = field(default_factory=History)
    began: float = field(default_factory=time.monotonic)
    dialect: str = ""
    _admin: Kubernetes | None = None
    _store: ObjectStore | None = None
    _count: int = 0
    _made: list[str] = field(default_factory=list)

    @property
    def admin(self) -> Kubernetes:
        """The identity of the target's kubeconfig."""
        if self._admin is None:
            who = identity(self.endpoints.kubeconfig, self.endpoints.context)
            self._admin = Kubernetes(who, self.history, self.began)
        return self._admin

    @property
    def store(self) -> ObjectStore | None:
        """The object store, if the target has one."""
        if self._store is None and self.endpoints.s3 is not None:
            self._store = ObjectStore(self.endpoints.s3, self.history, self.began)
        return self._store

    @property
    def spelling(self) -> dict[str, str]:
        """How the target spells Model fields."""
        return dict(SPELLINGS[self.dialect])

    def observe(self) -> Object:
        """Look at the target before anything is judged: its CRD, and from it the dialect. Raises HarnessError."""
        answer = self.admin.send("GET", CRD)
        if answer.code in (401, 403):
            raise HarnessError(f"the target refuses to show its CRD: {answer.value.get('message')}")
        if answer.code != 200:
            self.dialect = "guide"
            return {}
        versions = answer.value["spec"]["versions"]
        schema = versions[0]["schema"]["openAPIV3Schema"]["properties"]["spec"].get("properties", {})
        self.dialect = "upstream" if "modelArtifactUri" in schema else "guide"
        crd: Object = answer.value
        return crd

    def named(self, stem: str) -> str:
        """A name that nobody else uses."""
        self._count += 1
        return f"{stem}-{self.run_id}-{self._count}"

    @contextmanager
    def namespace(self, stem: str = "mc") -> Iterator[str]:
        """A namespace of this run's own, gone afterwards."""
        name = self.named(stem)
        meta = {"name": name, "labels": {RUN_LABEL: self.run_id}}
        answer = self.admin.send("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": meta})
        if answer.code != 201:
            raise HarnessError(f"the target made no namespace: {answer.code} {answer.value}")
        self._made.append(name)
        try:
            yield name
        finally:
            self.admin.send("DELETE", f"/api/v1/namespaces/{name}")

    @contextmanager
    def account(self, namespace: str, name: str) -> Iterator[Kubernetes]:
        """A ServiceAccount, and a client that acts as it. Raises HarnessError when the target mints no token."""
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts"
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace}}
        self.admin.send("POST", path, account)
        wanted = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 3600}}
        answer = self.admin.send("POST", f"{path}/{name}/token", wanted)
        if answer.code != 201:
            raise HarnessError(f"the target gave no token for a ServiceAccount: {answer.code} {answer.value}")
        admin = self.admin.who
        who = Identity(f"{namespace}:{name}", admin.server, admin.authority_pem, answer.value["status"]["token"])
        client = Kubernetes(who, self.history, self.began)
        try:
            yield client
        finally:
            client.close()

    def leaks(self) -> list[str]:
        """Namespaces of this run that are still there after it, and not on their way out."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while True:
            listed = self.admin.send("GET", f"/api/v1/namespaces?labelSelector={RUN_LABEL}%3D{self.run_id}")
            items = listed.value.get("items", []) if isinstance(listed.value, dict) else []
            left = [item["metadata"]["name"] for item in items]
            if not left or time.monotonic() > deadline:
                return left
            time.sleep(0.05)

    def close(self) -> None:
        """Close connections."""
        if self._admin is not None:
            self._admin.close()
