"""Retention: our cleanup against the target, aged and cut off at will."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from conformance.checks.check import Case, Need, check
from conformance.checks.world import World
from conformance.cleanup.cleaner import Outcome, clean_up
from conformance.cleanup.doors import KubeRegistry, RefusedError, S3Objects
from conformance.cleanup.records import Record
from conformance.driver.resources import MODELS
from conformance.model.retention import Held, broken, finished
from conformance.model.retention import World as State
from conformance.strategies.retention import ARTIFACTS, stories

CUTOFF = "2026-01-01T00:00:00Z"
FORMAT = "%Y-%m-%dT%H:%M:%SZ"
BYSTANDER = "bystander"


class _CutOff(Exception):  # noqa: N818
    """The cleanup was interrupted."""


@dataclass
class _Meter:
    """Counts the calls of a cleanup, and cuts it off after some."""

    after: int | None = None
    calls: list[str] = field(default_factory=list)

    def call(self, what: str) -> None:
        if self.after is not None and len(self.calls) >= self.after:
            raise _CutOff
        self.calls.append(what)


@dataclass
class _Aged:
    """The Models of this world only, as old as the story wants them."""

    w: World
    meter: _Meter
    ages: dict[tuple[str, str], str]

    def models(self) -> list[Record]:
        found: list[Record] = []
        for namespace in self.w.namespaces:
            self.meter.call("list models")
            found += [
                replace(one, created=self.ages.get((one.namespace, one.name), one.created))
                for one in KubeRegistry(self.w.admin, namespace).models()
            ]
        return found

    def delete(self, model: Record) -> bool:
        self.meter.call(f"delete model {model.name}")
        return KubeRegistry(self.w.admin).delete(model)


@dataclass
class _Metered:
    """The objects, call by call."""

    inner: S3Objects
    meter: _Meter
    undeletable: frozenset[str] = frozenset()

    def under(self, bucket: str, key: str) -> Iterator[tuple[str, str]]:
        self.meter.call(f"list {key}")
        return self.inner.under(bucket, key)

    def delete(self, bucket: str, objects: Iterable[tuple[str, str]]) -> list[str]:
        going = list(objects)
        refused = [f"{key}: AccessDenied" for key, _ in going if key in self.undeletable]
        self.meter.call("delete " + " ".join(key for key, _ in going))
        return refused + self.inner.delete(bucket, [pair for pair in going if pair[0] not in self.undeletable])


class Story:
    """A world of Models and artifacts, and what it should look like."""

    def __init__(self, w: World, cutoff: str = CUTOFF, unit: int = 1) -> None:
        self.w = w
        self.cutoff = cutoff
        self.unit = unit  # seconds that a second of the story lasts
        self.root = w.key("root")
        self.ages: dict[tuple[str, str], str] = {}
        self.models: dict[str, tuple[str, list[str], list[str]]] = {}  # name to namespace, raw and deployable artifacts
        self.places = [w.namespace, w.new_namespace()]
        for name in (*ARTIFACTS, BYSTANDER):
            for key in self.keys(name):
                w.keys_made.append(key)
                answer = w.store.put(key, name.encode())
                w.expect(answer.ok, "PutObject to succeed", answer.said())

    def keys(self, artifact: str) -> list[str]:
        """The objects of an artifact: one, or those of a directory."""
        base = f"{self.root}/{artifact}"
        return [f"{base}/a", f"{base}/b/c"] if artifact.startswith("dir") else [base]

    def uris(self, artifacts: Iterable[str]) -> list[str]:
        """Artifacts as a Model names them."""
        return [self.w.uri(f"{self.root}/{name}" + ("/" if name == "dir2" else "")) for name in artifacts]

    def told(self, operation: Any) -> bool:
        """Carry out what is no cleanup; whether it was none."""
        if operation["op"] == "register":
            self.register(operation)
        elif operation["op"] == "retarget":
            self.retarget(operation)
        else:
            return False
        return True

    def register(self, operation: Any) -> None:
        """A Model of some age."""
        name = f"m-{len(self.models)}"
        namespace = self.places[operation["place"]]
        raw, deployable = operation["raw"], operation["deployable"]
        self.w.register(
            {"model_artifact_uri": self.uris(raw), "deployable_artifact_uri": self.uris(deployable)}, name, namespace
        )
        self.models[name] = (namespace, raw, deployable)
        created = datetime.strptime(self.cutoff, FORMAT) - timedelta(seconds=operation["age"] * self.unit)
        self.ages[namespace, name] = created.strftime(FORMAT)

    def retarget(self, operation: Any) -> None:
        """Another list of raw artifacts for a Model that is still there."""
        name = f"m-{operation['model']}"
        if name not in self.state().models:
            return
        namespace, _, deployable = self.models[name]
        patch = {"spec": self.w.dialect.spell({"model_artifact_uri": self.uris(operation["raw"])})}
        self.w.made(self.w.admin.patch(MODELS, namespace, name, patch))
        self.models[name] = (namespace, operation["raw"], deployable)

    def state(self) -> State:
        """What is there now, read from both doors."""
        there: dict[str, Held] = {}
        for namespace in self.places:
            for name in self.w.made(self.w.admin.list(MODELS, namespace)).names:
                _, raw, deployable = self.models[name]
                keys = frozenset(key for artifact in (*raw, *deployable) for key in self.keys(artifact))
                there[name] = Held(self.ages[namespace, name], keys)
        return State(there, frozenset(self.w.store.keys_under(f"{self.root}/")))

    def cleanup(
        self, after: int | None = None, undeletable: frozenset[str] = frozenset()
    ) -> tuple[Outcome | None, list[str]]:
        """Clean up, cut off after so many calls; the calls that were made."""
        meter = _Meter(after)
        objects = _Metered(S3Objects(self.w.store), meter, undeletable)
        try:
            return clean_up(
                _Aged(self.w, meter, self.ages), objects, CUTOFF, [self.w.facts.bucket], clock=lambda: 0.0
            ), meter.calls
        except _CutOff:
            return None, meter.calls
        except RefusedError as error:
            self.w.expect(False, "Models and objects to be listed", str(error))
            raise


def ended(w: World, before: State, after: State, cutoff: str = CUTOFF) -> None:
    """Raise a finding unless a cleanup that was not cut off did everything."""
    end = finished(before, cutoff)
    w.equal(
        sorted(after.models),
        sorted(end.models),
        "the Models after a cleanup that ran to its end",
        "retention.completes",
    )
    w.equal(
        sorted(after.objects),
        sorted(end.objects),
        "the objects after a cleanup that ran to its end",
        "retention.uris-of-each",
    )


def hold(w: World, before: State, after: State, calls: list[str], cutoff: str = CUTOFF) -> None:
    """Raise a finding for whatever a cleanup, cut off or not, must not have done."""
    for clause, sentence in broken(before, after, cutoff):
        w.expect(False, "a cleanup that keeps to its plan", f"{sentence}; calls: {'; '.join(calls)}", clause)


@check(
    "cleanup-story",
    "retention.interruption-safe",
    "retention.completes",
    "retention.shared-kept",
    "retention.nothing-else",
    "retention.older-than-cutoff",
    "retention.uris-of-each",
    given=stories,
    needs=(Need.S3,),
    weight=0.8,
)
def cleanup_story(w: World, case: Case) -> None:
    """Whatever is registered, changed and cut off: no orphans, nothing young goes, what is shared stays, and a last run completes."""
    story = Story(w)
    for operation in case:
        if not story.told(operation):
            before = story.state()
            _, calls = story.cleanup(operation["after"])
            hold(w, before, story.state(), calls)
    before = story.state()
    outcome, calls = story.cleanup()
    after = story.state()
    hold(w, before, after, calls)
    ended(w, before, after)
    w.expect(
        outcome is not None and outcome.complete,
        "a cleanup that says it is complete",
        outcome.left if outcome else "cut off",
        "retention.completes",
    )


@check(
    "objects-first",
    "retention.objects-first",
    "retention.failed-delete-keeps-model",
    given=st.tuples(st.integers(1, 3), st.booleans()).map(list),
    needs=(Need.S3,),
    weight=0.4,
)
def objects_first(w: World, case: Case) -> None:
    """Objects are deleted before the Model that names them; when one cannot be deleted, the Model stays and the next run goes on."""
    count, denied = case
    story = Story(w)
    for number in range(count):
        story.register({"place": 0, "age": 5, "raw": [ARTIFACTS[number]], "deployable": ["dir"] if number == 0 else []})
    blocked = frozenset(story.keys(ARTIFACTS[0])) if denied else frozenset()
    _, calls = story.cleanup(undeletable=blocked)
    for number in range(count):
        model = f"delete model m-{number}"
        own = [
            place
            for place, call in enumerate(calls)
            if call.startswith("delete ") and story.keys(ARTIFACTS[number])[0] in call.split()
        ]
        if model in calls:
            w.expect(own and max(own) < calls.index(model), f"the objects of m-{number} to be deleted before it", calls)
    after = story.state()
    if denied:
        w.expect(
            "m-0" in after.models,
            "the Model whose object could not be deleted to stay",
            sorted(after.models),
            "retention.failed-delete-keeps-model",
        )
        story.cleanup()
        after = story.state()
    w.equal(sorted(after.models), [], "the Models at the end", "retention.failed-delete-keeps-model")


@check("cutoff-strict", "retention.older-than-cutoff", given=st.integers(-1, 2), needs=(Need.S3,), weight=0.3)
def cutoff_strict(w: World, case: Case) -> None:
    """By the target's own creationTimestamp: at the cutoff a Model stays, one second before it goes."""
    story = Story(w)
    story.register({"place": 0, "age": 0, "raw": ["one"], "deployable": []})
    story.ages.clear()
    read = w.made(w.admin.get(MODELS, w.namespace, "m-0"))
    stamp = datetime.strptime(str(read.at("metadata.creationTimestamp")), FORMAT)
    cutoff = (stamp + timedelta(seconds=case)).strftime(FORMAT)
    meter = _Meter()
    outcome = clean_up(
        _Aged(w, meter, {}), _Metered(S3Objects(w.store), meter), cutoff, [w.facts.bucket], clock=lambda: 0.0
    )
    answer = w.admin.get(MODELS, w.namespace, "m-0")
    w.expect(
        (answer.code == 404) is (case > 0),
        f"a Model of {stamp:{FORMAT}} to {'go' if case > 0 else 'stay'} at cutoff {cutoff}",
        answer.said(),
    )
    w.equal(len(outcome.planned.selected), int(case > 0), "the number of selected Models")


@check(
    "objects-under",
    "retention.uris-of-each",
    given=st.lists(
        st.sampled_from(["", "/x", "/x/y", "2", "2/x", ".bak", "/ü ö", "/a&b<c>", "/+%"]),
        min_size=1,
        max_size=5,
        unique=True,
    ),
    needs=(Need.S3,),
    weight=0.4,
)
def objects_under(w: World, case: Case) -> None:
    """A URI covers the object of its key and everything beneath it, and no key that merely begins alike; odd keys are deleted, too."""
    story = Story(w)
    base = f"{story.root}/place"
    held = []
    for suffix in case:
        w.keys_made.append(base + suffix)
        if w.store.put(base + suffix, b"x").ok:  # some stores do not keep an object beneath another
            held.append(suffix)
    w.expect(held, "PutObject to succeed", case)
    w.register({"model_artifact_uri": [w.uri(base)]}, "m-0")
    story.models["m-0"] = (w.namespace, [], [])
    story.ages[w.namespace, "m-0"] = "2020-01-01T00:00:00Z"
    outcome, _ = story.cleanup()
    left = sorted(key for key in w.store.keys_under(base))
    wanted = sorted(base + suffix for suffix in held if suffix and not suffix.startswith("/"))
    w.equal(left, wanted, f"what is left of {base}*")
    w.expect(
        outcome is not None and outcome.complete,
        "a cleanup that says it is complete",
        outcome.left if outcome else "cut off",
    )
