"""What a check works in: identities, a namespace of its own, names, and the words to say what is broken."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from conformance.checks.context import Context, slug
from conformance.driver.answers import Answer, Json, at
from conformance.driver.errors import MissingDoorError
from conformance.driver.history import Exchange, History
from conformance.driver.kube import Kube
from conformance.driver.lane import Lane
from conformance.driver.ownership import LABEL
from conformance.driver.permission import permitted
from conformance.driver.resources import MODELS, NAMESPACES, Resource
from conformance.driver.rpc import Rpc
from conformance.driver.s3 import ObjectStore
from conformance.oracles.finding import Finding, Undecided, shown

PAUSE_SECONDS = 0.05
FORBIDDEN = 403
T = TypeVar("T")


class World:
    """One case of one check: everything in it is new, and what it made is known."""

    def __init__(
        self,
        context: Context,
        check_id: str,
        clauses: Sequence[str],
        number: int,
        recorded: Mapping[tuple[str, int], Exchange] | None = None,
    ) -> None:
        self.context = context
        self.facts = context.facts
        self.dialect = context.facts.dialect
        self.clause = clauses[0]
        self.history = History()
        self.number = number
        self._recorded = recorded
        self._purpose = f"check={check_id} case={number}"
        self._stem = f"{slug(check_id)}-{number}"
        self._count = 0
        self._namespace = ""
        self._lanes = 1
        self.namespaces: list[str] = []
        self.objects_made: list[str] = []  # paths of objects outside namespaces
        self.keys_made: list[str] = []
        self.lane: Lane = context.lane("main", self.history, recorded)
        self.admin: Kube = context.kube(self.lane, self._purpose)
        self.random = random.Random(f"{check_id}/{number}")
        self.settle = context.facts.settle_seconds

    # names and places

    def name(self, stem: str = "m") -> str:
        """A name that nothing else in this world has."""
        self._count += 1
        return f"{stem}-{self._count}"

    def owned_name(self, stem: str) -> str:
        """A name for something outside namespaces: it carries the run's id."""
        self._count += 1
        return f"{self.context.ownership.prefix}-{self._stem}-{stem}{self._count}"

    @property
    def namespace(self) -> str:
        """The world's namespace, made when first needed."""
        if not self._namespace:
            self._namespace = self.new_namespace()
        return self._namespace

    def new_namespace(self, labels: Mapping[str, str] | None = None) -> str:
        """One more namespace."""
        name = self.owned_name("ns")
        obj = NAMESPACES.object(name)
        obj["metadata"] = {"name": name, "labels": {**(labels or {})}}
        self.namespaces.append(name)
        self.made(self.admin.create(NAMESPACES, "", obj))
        return name

    def made_outside(self, resource: Resource, obj: Json) -> Answer:
        """Create something outside namespaces; it is removed afterwards."""
        answer = self.admin.create(resource, "", obj)
        if answer.ok:
            self.objects_made.append(resource.path("", str(at(obj, "metadata.name"))))
        return answer

    # the object store

    @property
    def store(self) -> ObjectStore:
        """The object store, as the platform. Raises MissingDoorError."""
        if not self.facts.has_s3:
            raise MissingDoorError("the target has no object store (s3=URL)")
        return self.context.store(self.lane, self._purpose)

    def key(self, stem: str = "artifact") -> str:
        """A key of this world's own in the models bucket."""
        self._count += 1
        key = f"{self.context.ownership.prefix}/{self._stem}/{stem}-{self._count}"
        self.keys_made.append(key)
        return key

    def uri(self, key: str) -> str:
        """A key as the URI that a Model names."""
        return f"s3://{self.facts.bucket}/{key}"

    @property
    def rpc(self) -> Rpc:
        """The gRPC API. Raises MissingDoorError."""
        if not self.facts.rpc:
            raise MissingDoorError("the target has no gRPC API (rpc=HOST:PORT)")
        return Rpc(self.context.rpc, self.lane)

    # models

    def model(self, name: str, spec: Json, namespace: str = "", labels: Mapping[str, str] | None = None) -> Json:
        """A Model whose spec is written in the guide's spelling."""
        obj = MODELS.object(name, namespace or self.namespace, spec=self.dialect.spell(spec))
        if labels is not None:
            obj["metadata"] = {**obj["metadata"], "labels": dict(labels)}  # type: ignore[dict-item]
        return obj

    def register(
        self, spec: Json, name: str = "", namespace: str = "", labels: Mapping[str, str] | None = None
    ) -> Answer:
        """Create a Model as the admin; it must be possible."""
        place = namespace or self.namespace
        return self.made(self.admin.create(MODELS, place, self.model(name or self.name(), spec, place, labels)))

    def spec_of(self, obj: Json) -> Json:
        """The spec of a Model in the guide's spelling."""
        return self.dialect.read(at(obj, "spec", {}))

    # saying what is so

    def expect(self, holds: Any, expected: str, observed: Any, clause: str = "") -> None:
        """Raise a Finding unless it holds. The clause is the check's first unless another is named."""
        if not holds:
            raise Finding(clause or self.clause, expected, observed)

    def equal(self, observed: Any, wanted: Any, what: str, clause: str = "") -> None:
        """Raise a Finding unless both are the same JSON."""
        if observed != wanted or type(observed) is not type(wanted):
            raise Finding(clause or self.clause, f"{what} to be {shown(wanted)}", observed)

    def made(self, answer: Answer, clause: str = "") -> Answer:
        """Raise a Finding unless the request was carried out; Undecided when the suite itself is not let do it."""
        exchange = answer.exchange
        if answer.code == FORBIDDEN and not exchange.identity and not permitted(self.admin, exchange):
            raise Undecided(f"the suite may not {exchange.method} {exchange.path}: see `ma-conformance preflight`")
        self.expect(answer.ok, f"{exchange.method} {exchange.path} to succeed", answer.said(), clause)
        return answer

    def refused(self, answer: Answer, code: int, reason: str, what: str, clause: str = "") -> Answer:
        """Raise a Finding unless the request was refused with this code and reason."""
        self.expect(answer.code == code, f"{what} to be refused with {code} {reason}", answer.said(), clause)
        self.expect(
            answer.at("kind") == "Status" and answer.reason == reason,
            f"a Status with reason {reason} and code {code}",
            answer.text,
            clause,
        )
        return answer

    # time and threads

    def eventually(self, ask: Callable[[], T], good: Callable[[T], bool], within: float = 0.0) -> T:
        """Ask until the answer is good or time is up; the last answer either way."""
        limit = within or self.settle
        first = self.lane.answered_at
        wait = PAUSE_SECONDS
        answer = ask()
        first = first or self.lane.answered_at
        while not good(answer) and self.lane.answered_at - first < limit:
            self.lane.pause(wait)
            wait = min(wait * 1.5, 1.0)
            answer = ask()
        return answer

    def wall_clock(self, exchange: Exchange) -> datetime:
        """What our clock said when an answer came."""
        return self.facts.started + timedelta(seconds=exchange.answered_at)

    @property
    def clock_skew(self) -> float:
        """How far apart two clocks may be: little on our own machine, more elsewhere."""
        return 2.0 if self.facts.disposable else 120.0

    def together(self, actors: Sequence[Callable[[Kube], None]], client: Kube | None = None) -> None:
        """Run them at once, each with a client on a lane of its own. The first of their exceptions is raised."""
        lanes = []
        for _ in actors:
            self._lanes += 1
            lanes.append(self.context.lane(f"actor-{self._lanes}", self.history, self._recorded))
        errors: list[BaseException] = []

        def act(actor: Callable[[Kube], None], lane: Lane) -> None:
            try:
                actor((client or self.admin).on(lane))
            except BaseException as error:
                errors.append(error)

        if self._recorded is not None:
            for actor, lane in zip(actors, lanes, strict=True):
                act(actor, lane)
        else:
            threads = [threading.Thread(target=act, args=pair) for pair in zip(actors, lanes, strict=True)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        if errors:
            raise errors[0]

    def clean_up(self) -> None:
        """Remove what this world made, without waiting; nothing here is judged."""
        for path in self.objects_made:
            self.admin.request("DELETE", path)
        for name in self.namespaces:
            self.admin.delete(NAMESPACES, "", name)
        for key in self.keys_made:
            self.store.delete(key)


__all__ = ["LABEL", "World"]
