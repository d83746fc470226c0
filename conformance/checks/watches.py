"""Watches: everything that is written is told, once, in order, to those who asked for it."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from conformance.checks.check import Case, check
from conformance.checks.world import World
from conformance.driver.answers import Answer, at
from conformance.driver.resources import CONFIGMAPS, MODELS
from conformance.driver.watching import Event, Watching
from conformance.oracles.finding import NotApplicable
from conformance.oracles.watching import Seen, disagreements, lives

NAMES = ("a", "b", "c")
SENTINEL = "zz-sentinel"
LIFE = (("create", "life"), ("patch", "life"), ("delete", "life"))  # whatever is drawn, this is seen
QUIET_SECONDS = 0.15  # how long a watch stays open for what must not come
_writes = st.lists(
    st.tuples(st.sampled_from(["create", "patch", "delete", "nothing"]), st.sampled_from(NAMES)).map(list),
    min_size=1,
    max_size=10,
)


class Writer:
    """Writes Models one after the other and remembers what a watch must tell of it."""

    def __init__(self, w: World, namespace: str = "") -> None:
        self.w = w
        self.namespace = namespace or w.namespace
        self.there: dict[str, Answer] = {}
        self.told: list[Seen] = []
        self.objects: dict[tuple[str, str], Any] = {}  # (name, version) to what a get shows
        self._revision = 0

    def write(self, action: str, name: str) -> None:
        """Do it if it can be done: create what is absent, patch or delete what is there."""
        w = self.w
        if action == "create" and name not in self.there:
            self._keep("ADDED", name, w.register({"revision_id": 0}, name, self.namespace))
        elif action == "patch" and name in self.there:
            self._revision += 1
            patch = {"spec": w.dialect.spell({"revision_id": self._revision})}
            self._keep("MODIFIED", name, w.made(w.admin.patch(MODELS, self.namespace, name, patch)))
        elif action == "nothing" and name in self.there:
            current = self.there[name]
            w.made(w.admin.update(MODELS, self.namespace, name, current.body))  # no change, no event
        elif action == "delete" and name in self.there:
            w.made(w.admin.delete(MODELS, self.namespace, name))
            del self.there[name]
            self.told.append(Seen("DELETED", name, ""))

    def _keep(self, kind: str, name: str, answer: Answer) -> None:
        self.there[name] = answer
        self.told.append(Seen(kind, name, answer.resource_version))
        self.objects[name, answer.resource_version] = answer.body

    def sentinel(self) -> None:
        """Write what a watch must tell last."""
        self.write("create", SENTINEL)


def seen(event: Event) -> Seen:
    """An event as far as order goes; the version of a deletion is the server's own."""
    return Seen(event.type, event.name, "" if event.type == "DELETED" else event.resource_version)


def to_the_end(w: World, watching: Watching, clause: str = "") -> list[Event]:
    """The events until the sentinel's, which must come."""

    def last(event: Event) -> bool:
        """Ours, not that of a check that runs at the same time."""
        return event.name == SENTINEL and at(event.object, "metadata.namespace") == w.namespace

    came = watching.until(lambda event: last(event) or event.type in ("ERROR", "MALFORMED"), w.settle)
    types = [f"{event.type} {event.name}" for event in watching.events]
    w.expect(
        came and last(watching.events[-1]),
        "the watch to go on until the last write",
        [*types, watching.ended],
        clause,
    )
    return [event for event in watching.events if event.type != "BOOKMARK"]


def agree(w: World, writer: Writer, events: list[Event], clause: str = "") -> None:
    """Raise a finding unless the events tell what was written."""
    differ = disagreements(writer.told, [seen(event) for event in events])
    w.expect(not differ, "every write once, in order", differ, clause)


@check(
    "watch-from-list",
    "k8s.watch-all",
    "k8s.list-version",
    "k8s.watch-types",
    "k8s.watch-agrees",
    given=st.tuples(_writes, _writes).map(list),
)
def watch_from_list(w: World, case: Case) -> None:
    """A watch from a list's version tells every later write once, in order, with the object as it was; and nothing earlier."""
    before, after = case
    writer = Writer(w)
    for action, name in before:
        writer.write(action, name)
    listed = w.made(w.admin.list(MODELS, w.namespace))
    writer.told.clear()
    for action, name in (*after, *LIFE):
        writer.write(action, name)
    writer.sentinel()
    with w.admin.watch(MODELS, w.namespace, resourceVersion=listed.resource_version) as watching:
        w.expect(watching.status == 200, "a watch", watching.status)
        events = to_the_end(w, watching)
    agree(w, writer, events)
    for event in events:
        w.expect(
            event.type in ("ADDED", "MODIFIED", "DELETED"), "ADDED, MODIFIED or DELETED", event.type, "k8s.watch-types"
        )
        if event.type != "DELETED":
            w.equal(
                event.object,
                writer.objects[event.name, event.resource_version],
                f"the object in {event.type} {event.name}",
                "k8s.watch-agrees",
            )
        else:
            whole = [at(body, "spec") for (name, _), body in writer.objects.items() if name == event.name]
            w.expect(at(event.object, "spec") in whole, "the whole object in DELETED", event.object, "k8s.watch-types")
            before = [version for name, version in writer.objects if name == event.name]
            w.expect(
                event.resource_version not in before,
                "a version of its own for a deletion",
                event.resource_version,
                "k8s.list-version",
            )


@check("watch-live", "k8s.watch-live", given=_writes, weight=0.8)
def watch_live(w: World, case: Case) -> None:
    """A watch that is open while others write tells every write once, in order."""
    writer = Writer(w)
    listed = w.made(w.admin.list(MODELS, w.namespace))
    with w.admin.watch(MODELS, w.namespace, resourceVersion=listed.resource_version) as watching:
        w.expect(watching.status == 200, "a watch", watching.status)
        for action, name in (*case, *LIFE):
            writer.write(action, name)
        writer.sentinel()
        events = to_the_end(w, watching)
    agree(w, writer, events)


@check("watch-resumed", "k8s.watch-all", given=st.tuples(_writes, st.integers(0, 9)).map(list), weight=0.8)
def watch_resumed(w: World, case: Case) -> None:
    """A watch that goes on from the version of an event tells everything after that event, and not the event again."""
    writes, cut = case
    writer = Writer(w)
    listed = w.made(w.admin.list(MODELS, w.namespace))
    for action, name in writes:
        writer.write(action, name)
    writer.sentinel()
    with w.admin.watch(MODELS, w.namespace, resourceVersion=listed.resource_version) as watching:
        first = to_the_end(w, watching)
    deletions = [event for event in first if event.type == "DELETED"]
    point = deletions[cut % len(deletions)] if deletions and cut % 2 else first[min(cut, len(first) - 1)]
    told = writer.told[first.index(point) + 1 :]
    w.register({}, "after-" + SENTINEL)
    with w.admin.watch(MODELS, w.namespace, resourceVersion=point.resource_version) as watching:
        came = watching.until(lambda event: event.name == "after-" + SENTINEL, w.settle)
        again = [seen(event) for event in watching.events if event.type != "BOOKMARK"]
    w.expect(came, "the watch to go on until the last write", [event.name for event in again])
    differ = disagreements(told, again[:-1])
    w.expect(not differ, f"what was written after {point.type} {point.name}, once and in order", differ)


@check(
    "watch-initial",
    "k8s.watch-initial",
    given=st.tuples(st.lists(st.sampled_from(NAMES), max_size=3, unique=True), st.sampled_from(["", "0"])).map(list),
)
def watch_initial(w: World, case: Case) -> None:
    """A watch from nowhere (or from 0) begins with an ADDED for each Model that exists, and goes on with what is written."""
    held, version = case
    writer = Writer(w)
    for name in held:
        writer.write("create", name)
    watch = (
        w.admin.watch(MODELS, w.namespace, resourceVersion=version) if version else w.admin.watch(MODELS, w.namespace)
    )
    with watch as watching:
        w.expect(watching.status == 200, "a watch", watching.status)
        if held:
            watching.until(
                lambda event: len([one for one in watching.events if one.type == "ADDED"]) >= len(held), w.settle
            )
        writer.sentinel()
        events = to_the_end(w, watching)
    first = [(event.type, event.name) for event in events]
    w.equal(
        sorted(map(list, first[:-1])), sorted(["ADDED", name] for name in held), "the events before the first write"
    )


@check(
    "watch-bookmark", "k8s.watch-bookmarks", given=st.lists(st.sampled_from(NAMES), max_size=3, unique=True), weight=0.5
)
def watch_bookmark(w: World, case: Case) -> None:
    """A watch that asks for initial events has them, then a bookmark that says so, then what is written later."""
    writer = Writer(w)
    for name in case:
        writer.write("create", name)
    initial = "NotOlderThan"
    with w.admin.watch(
        MODELS, w.namespace, sendInitialEvents=True, allowWatchBookmarks=True, resourceVersionMatch=initial
    ) as watching:
        if watching.status == 422 and b"sendInitialEvents" in watching.refusal(w.settle):
            raise NotApplicable(
                "the API server is of a version, or configured, that streams no lists (feature WatchList)"
            )
        w.expect(watching.status == 200, "a watch", watching.status)
        marked = watching.until(lambda event: event.type == "BOOKMARK", w.settle)
        kinds = [(event.type, event.name) for event in watching.events]
        w.expect(marked, "a bookmark after the initial events", kinds)
        note = at(watching.events[-1].object, "metadata.annotations", {})
        w.equal(
            note.get("k8s.io/initial-events-end") if isinstance(note, dict) else note,
            "true",
            "the bookmark's annotation k8s.io/initial-events-end",
        )
        w.expect(watching.events[-1].resource_version, "a resourceVersion on the bookmark", watching.events[-1].object)
        w.equal(sorted(name for kind, name in kinds if kind == "ADDED"), sorted(case), "the names before the bookmark")
        version = watching.events[-1].resource_version
        writer.sentinel()
        w.expect(
            watching.until(lambda event: event.name == SENTINEL, w.settle),
            "later writes after the bookmark",
            watching.ended,
        )
    with w.admin.watch(MODELS, w.namespace, resourceVersion=version) as watching:
        events = to_the_end(w, watching)
    w.equal([event.name for event in events], [SENTINEL], "what a watch from the bookmark's version tells")


@check(
    "watch-selectors",
    "k8s.watch-selectors",
    given=st.fixed_dictionaries(
        {
            "steps": st.lists(
                st.tuples(st.sampled_from(NAMES), st.sampled_from(["in", "out", "spec", "delete"])).map(list),
                min_size=1,
                max_size=8,
            ),
            "selector": st.sampled_from(["stage=in", "stage in (in,inner)", "stage!=out", "stage notin (out),stage"]),
        }
    ),
)
def watch_selectors(w: World, case: Case) -> None:
    """To a watch with a selector, objects that begin to match are ADDED, those that cease to are DELETED, others do not exist."""
    listed = w.made(w.admin.list(MODELS, w.namespace))
    held: dict[str, bool] = {}
    wanted: list[tuple[str, str]] = []
    for number, (name, action) in enumerate(case["steps"]):
        if name not in held:
            inside = action == "in"
            w.register({"revision_id": number}, name, labels={"stage": "in" if inside else "out"})
            held[name] = inside
            wanted += [("ADDED", name)] if inside else []
            continue
        if action == "delete":
            w.made(w.admin.delete(MODELS, w.namespace, name))
            wanted += [("DELETED", name)] if held.pop(name) else []
            continue
        was, now = held[name], held[name] if action == "spec" else action == "in"
        patch = {
            "spec": w.dialect.spell({"revision_id": 100 + number}),
            "metadata": {"labels": {"stage": "in" if now else "out"}},
        }
        w.made(w.admin.patch(MODELS, w.namespace, name, patch))
        held[name] = now
        if was or now:
            wanted.append(("ADDED" if not was else "MODIFIED" if now else "DELETED", name))
    w.register({}, SENTINEL, labels={"stage": "in"})
    with w.admin.watch(
        MODELS, w.namespace, resourceVersion=listed.resource_version, labelSelector=case["selector"]
    ) as watching:
        events = to_the_end(w, watching)
    w.equal([[event.type, event.name] for event in events[:-1]], [list(pair) for pair in wanted], "the events")
    impossible = lives({name: [event.type for event in events if event.name == name] for name in NAMES})
    w.expect(not impossible, "events that make up lives", impossible)


@check("watch-scope", "k8s.watch-scope", given=_writes, weight=0.5)
def watch_scope(w: World, case: Case) -> None:
    """A watch of a namespace tells nothing of another's; one of all namespaces tells of both; one by name of that object only."""
    other = Writer(w, w.new_namespace())
    own = Writer(w)
    version = w.made(w.admin.list(MODELS, w.namespace)).resource_version
    for action, name in case:
        other.write(action, name)
        own.write(action, name)
    w.made(w.admin.create(CONFIGMAPS, w.namespace, CONFIGMAPS.object("a", w.namespace)))
    own.sentinel()
    with w.admin.watch(MODELS, w.namespace, resourceVersion=version) as watching:
        events = to_the_end(w, watching)
    agree(w, own, events)
    with w.admin.watch(MODELS, resourceVersion=version) as watching:
        mine = [
            event
            for event in to_the_end(w, watching)
            if at(event.object, "metadata.namespace") in (w.namespace, other.namespace)
        ]
    w.equal(len(mine), len(own.told) + len(other.told), "the number of events of both namespaces")
    with w.admin.watch(
        MODELS, w.namespace, resourceVersion=version, fieldSelector=f"metadata.name={SENTINEL}"
    ) as watching:
        events = to_the_end(w, watching)
    w.equal([event.name for event in events], [SENTINEL], "the names in a watch by name")


@check("watch-ends", "k8s.watch-ends", slow=True)
def watch_ends(w: World, case: Case) -> None:
    """A watch with timeoutSeconds ends by itself, and is not cut off before."""
    version = w.made(w.admin.list(MODELS, w.namespace)).resource_version
    began = w.lane.answered_at
    with w.admin.watch(MODELS, w.namespace, resourceVersion=version, timeoutSeconds=1) as watching:
        watching.rest(w.settle + 3)
        ended = watching.ended
    lasted = w.lane.answered_at - began
    w.equal(ended, "server", "how the watch ended")
    w.expect(0.8 <= lasted <= 1 + w.settle, "an end after about a second", f"{lasted:.2f} s")


@check("watch-expired", "k8s.watch-expired", given=st.sampled_from(["x", "-1", "1.5", "99999999999999999999999"]))
def watch_expired(w: World, case: Case) -> None:
    """A watch from a version that is none is refused, at once, with a reason."""
    with w.admin.watch(MODELS, w.namespace, resourceVersion=case) as watching:
        event = watching.next(w.settle)
        refused = watching.status >= 400 or (event is not None and event.type == "ERROR")
        w.expect(
            refused and event is not None,
            "a refusal with a reason",
            (watching.status, event.type if event else "nothing"),
        )
