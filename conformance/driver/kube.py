"""A Kubernetes client for one identity: raw requests, every one recorded, and nothing written that is not ours."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from conformance.driver.answers import Answer, Json
from conformance.driver.history import Exchange
from conformance.driver.kubeconfig import Cluster
from conformance.driver.lane import Lane
from conformance.driver.ownership import Permission
from conformance.driver.resources import Resource
from conformance.driver.watching import Watching
from conformance.driver.wire import Question

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
OK = 200
REFUSAL_SECONDS = 5.0  # a refusal's body comes with its head
BUSY = 429  # not carried out: the server has too much to do, or begins to serve a resource; it says when to come again
BUSY_ATTEMPTS = 10
BUSY_SECONDS = 5.0  # no longer, whatever it says
Query = Mapping[str, str | int | bool]


@dataclass(frozen=True)
class Kube:
    """Speaks to the API server as somebody. ``identity`` is what reports and kubectl's ``--as`` call it; empty is the admin."""

    cluster: Cluster | None  # None: answered from a recording
    lane: Lane
    ownership: Permission
    user_agent: str = "ma-conformance"
    identity: str = ""
    groups: tuple[str, ...] = ()
    token: str = ""  # a bearer token of its own instead of impersonation
    anonymous: bool = False

    def as_user(self, identity: str, groups: tuple[str, ...] = ()) -> Kube:
        """The same door, as another user (impersonation, as ``kubectl --as``)."""
        return replace(self, identity=identity, groups=groups, token="", anonymous=False)

    def as_service_account(self, namespace: str, name: str) -> Kube:
        """The same door, as a ServiceAccount."""
        return self.as_user(f"system:serviceaccount:{namespace}:{name}")

    def with_token(self, identity: str, token: str) -> Kube:
        """The same door, with another bearer token."""
        return replace(self, identity=f"token of {identity}", groups=(), token=token, anonymous=False)

    def nobody(self) -> Kube:
        """The same door, without credentials."""
        return replace(self, identity="anonymous", groups=(), token="", anonymous=True)

    def on(self, lane: Lane) -> Kube:
        """The same identity, on another lane (a thread of its own)."""
        return replace(self, lane=lane)

    def _question(
        self, method: str, path: str, query: Query | None, headers: Mapping[str, str], body: bytes
    ) -> Question:
        if query:
            path += "?" + urlencode({k: str(v).lower() if isinstance(v, bool) else v for k, v in query.items()})
        secret = dict(self.cluster.secret_headers) if self.cluster and not self.anonymous else {}
        sent = {"Accept": JSON, "User-Agent": self.user_agent, **headers}
        if self.token:
            secret = {"Authorization": f"Bearer {self.token}"}
        elif self.identity and not self.anonymous:
            sent["Impersonate-User"] = self.identity
            if self.groups:
                sent["Impersonate-Group"] = "\n".join(self.groups)  # one header for each, see ``wire``
        return Question(method, path, sent, body, secret)

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        body: Json = None,
        raw: bytes | None = None,
    ) -> Answer:
        """Any request; a server that asks to come again later is asked again later.

        Raises TargetError when no answer comes, NotOursError before something foreign would be written.
        """
        self.ownership.demand(method, path, body)
        data = (
            raw
            if raw is not None
            else (json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode() if body is not None else b"")
        )
        sent = {**({"Content-Type": JSON} if data else {}), **(headers or {})}
        origin = self.cluster.origin if self.cluster else None
        question = self._question(method, path, query, sent, data)
        for _ in range(BUSY_ATTEMPTS):
            exchange = self.lane.ask("kube", origin, self.identity, question)
            later = exchange.answer_headers.get("retry-after", "")
            if exchange.status != BUSY or not later.isdecimal():
                break
            self.lane.pause(min(float(later), BUSY_SECONDS))
        return Answer(exchange, body)

    def get(
        self, resource: Resource, namespace: str, name: str, subresource: str = "", **query: str | int | bool
    ) -> Answer:
        """Get one object."""
        return self.request("GET", resource.path(namespace, name, subresource), query=query)

    def list(self, resource: Resource, namespace: str = "", accept: str = JSON, **query: str | int | bool) -> Answer:
        """List those of a namespace, or all."""
        query = {"continue" if key == "continue_" else key: value for key, value in query.items()}
        return self.request("GET", resource.path(namespace), query=query, headers={"Accept": accept})

    def create(self, resource: Resource, namespace: str, obj: Json, **query: str | int | bool) -> Answer:
        """Create an object, which gets the label of the run where it can carry one."""
        return self.request("POST", resource.path(namespace), query=query, body=self.ownership.label(obj))

    def update(
        self, resource: Resource, namespace: str, name: str, obj: Json, subresource: str = "", **query: str | int | bool
    ) -> Answer:
        """Replace an object."""
        return self.request(
            "PUT", resource.path(namespace, name, subresource), query=query, body=self.ownership.label(obj)
        )

    def patch(
        self,
        resource: Resource,
        namespace: str,
        name: str,
        patch: Json,
        content_type: str = MERGE_PATCH,
        subresource: str = "",
        **query: str | int | bool,
    ) -> Answer:
        """Patch an object."""
        headers = {"Content-Type": content_type}
        return self.request(
            "PATCH", resource.path(namespace, name, subresource), query=query, headers=headers, body=patch
        )

    def delete(
        self, resource: Resource, namespace: str, name: str, options: Json = None, **query: str | int | bool
    ) -> Answer:
        """Delete an object."""
        return self.request("DELETE", resource.path(namespace, name), query=query, body=options)

    def delete_collection(self, resource: Resource, namespace: str, **query: str | int | bool) -> Answer:
        """Delete those of a namespace that are selected."""
        return self.request("DELETE", resource.path(namespace), query=query)

    @contextmanager
    def watch(
        self, resource: Resource, namespace: str = "", path: str = "", **query: str | int | bool
    ) -> Iterator[Watching]:
        """Watch those of a namespace, or all; what it delivers is read from the Watching."""
        target = path or resource.path(namespace)
        origin = self.cluster.origin if self.cluster else None
        question = self._question("GET", target, {"watch": True, **query}, {}, b"")
        for attempt in range(1, BUSY_ATTEMPTS + 1):
            with self.lane.stream("kube", origin, self.identity, question) as stream:
                if stream.status != BUSY or attempt == BUSY_ATTEMPTS:
                    yield Watching(stream)
                    return
            self.lane.pause(1.0)

    def try_watch(self, resource: Resource, namespace: str = "") -> Answer:
        """Whether a watch is let in: the answer's status, and its body when it is a refusal. Nothing is awaited."""
        with self.watch(resource, namespace, timeoutSeconds=1) as watching:
            body = b"" if watching.status == OK else watching.refusal(REFUSAL_SECONDS)
            status = watching.status
        path = f"{resource.path(namespace)}?watch=true&timeoutSeconds=1"
        return Answer(Exchange(0, self.lane.name, "kube", self.identity, "GET", path, status=status, answer=body))
