"""Several clients at once: one order that all can agree on."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from conformance.checks.check import Case, check
from conformance.checks.world import World
from conformance.driver.answers import at
from conformance.driver.history import Exchange
from conformance.driver.kube import BUSY, Kube
from conformance.driver.resources import MODELS
from conformance.oracles.finding import Undecided
from conformance.oracles.linearizable import Call, linearize

WRITERS = 3
_action = st.sampled_from(["get", "patch", "update", "delete", "create", "patch", "get"])
_programs = st.lists(st.lists(_action, min_size=2, max_size=5), min_size=2, max_size=4)
ABSENT = ("absent", "", "")


def _carried_out(w: World) -> list[Exchange]:
    """The exchanges so far, without those that the server put off."""
    return [exchange for exchange in w.history if exchange.status != BUSY]


@check("one-winner", "k8s.one-winner", given=st.integers(2, 6), weight=0.5)
def one_winner(w: World, case: Case) -> None:
    """Of several updates at once with the same resourceVersion one succeeds, and the object is as that one left it."""
    first = w.register({"revision_id": 0}, "m")

    def writer(number: int) -> Callable[[Kube], None]:
        body = {**first.body, "spec": w.dialect.spell({"revision_id": number})}

        def act(client: Kube) -> None:
            client.update(MODELS, w.namespace, "m", body)

        return act

    w.together([writer(number + 1) for number in range(case)])
    updates = [exchange for exchange in _carried_out(w) if exchange.method == "PUT"]
    codes = sorted(exchange.status for exchange in updates)
    w.equal(codes, [200] + [409] * (case - 1), "the codes of all updates")
    winner = next(exchange for exchange in updates if exchange.status == 200)
    read = w.made(w.admin.get(MODELS, w.namespace, "m"))
    w.equal(read.at("spec"), at(json.loads(winner.body), "spec"), "the spec after the race")


@check("concurrent-history", "k8s.linearizable", given=_programs, weight=1.2)
def concurrent_history(w: World, case: Case) -> None:
    """What several clients see of one Model can be put into one order in which every answer is right."""
    namespace = w.namespace

    def actor(program: list[str], who: int) -> Callable[[Kube], None]:
        def act(client: Kube) -> None:
            known = ""
            for number, action in enumerate(program):
                spec = w.dialect.spell({"revision_id": who * 100 + number})
                if action == "create":
                    answer = client.create(MODELS, namespace, w.model("m", {"revision_id": who * 100 + number}))
                elif action == "get":
                    answer = client.get(MODELS, namespace, "m")
                elif action == "patch":
                    answer = client.patch(MODELS, namespace, "m", {"spec": spec})
                elif action == "delete":
                    answer = client.delete(MODELS, namespace, "m")
                    continue
                else:
                    obj = w.model("m", {"revision_id": who * 100 + number})
                    obj["metadata"]["resourceVersion"] = known or "1"
                    answer = client.update(MODELS, namespace, "m", obj)
                known = answer.resource_version if answer.ok else known

        return act

    w.register({"revision_id": 0}, "m")
    w.together([actor(program, who + 1) for who, program in enumerate(case)])
    w.admin.get(MODELS, namespace, "m")
    calls = [_call(w, exchange) for exchange in _carried_out(w) if "/models" in exchange.path]
    judgement = linearize(calls, ABSENT, _next)
    if judgement.undecided:
        raise Undecided("too many orders to try")
    w.expect(judgement.order is not None, "one order that explains every answer", _story(calls, judgement.longest))


def _call(w: World, exchange: Exchange) -> Call:
    sent = json.loads(exchange.body) if exchange.body else {}
    revision = at(w.dialect.read(at(sent, "spec", {})), "revision_id")
    version = at(sent, "metadata.resourceVersion", "")
    said: Any = json.loads(exchange.answer) if exchange.answer else {}
    state = ABSENT
    if exchange.status in (200, 201) and exchange.method != "DELETE":
        spec = w.dialect.read(at(said, "spec", {}))
        state = (
            str(at(said, "metadata.uid")),
            str(at(said, "metadata.resourceVersion")),
            json.dumps(at(spec, "revision_id")),
        )
    asked = (exchange.method, revision, version)
    return Call(exchange.asked_at, exchange.answered_at, asked, (exchange.status, state))


def _next(state: tuple[str, str, str], asked: Any, answer: Any) -> tuple[str, str, str] | None:
    """One Model as a register: its uid, version and revision. Ambiguous answers (5xx) change nothing here."""
    method, revision, version = asked
    code, shown = answer
    there = state != ABSENT
    if method == "GET":
        return state if (code == 200 and shown == state) or (code == 404 and not there) else None
    if method == "POST":
        if there:
            return state if code == 409 else None
        return shown if code == 201 and shown[2] == json.dumps(revision) else None
    if not there:
        return state if code == 404 else None
    if method == "DELETE":
        return ABSENT if code == 200 else None
    if method == "PUT" and version != state[1]:
        return state if code == 409 else None
    if code == 409 and method == "PATCH":
        return state  # a patch may lose too often and give up
    wanted = json.dumps(revision)
    if code != 200 or shown[2] != wanted or shown[0] != state[0]:
        return None
    if wanted == state[2]:
        return state if shown == state else None
    return shown if shown[1] != state[1] else None


def _story(calls: list[Call], longest: tuple[Call, ...]) -> str:
    def told(call: Call) -> str:
        method, revision, version = call.asked
        with_version = f" at {version}" if version else ""
        return f"{method}{'' if revision is None else f' revision {revision}'}{with_version} [{call.asked_at:.4f}–{call.answered_at:.4f}] → {call.answer[0]} {call.answer[1][2]}@{call.answer[1][1]}"

    rest = [call for call in calls if call not in longest]
    return (
        f"{len(longest)} of {len(calls)} can be ordered: "
        + "; ".join(map(told, longest))
        + " | left: "
        + "; ".join(map(told, rest))
    )


@check(
    "watch-crowd",
    "k8s.watch-all",
    "k8s.watch-live",
    given=st.lists(st.integers(1, 4), min_size=2, max_size=4),
    weight=0.4,
)
def watch_crowd(w: World, case: Case) -> None:
    """While several clients write at once, a watch tells of each object every version that its writer was answered, in order."""
    namespace = w.namespace

    def actor(who: int, writes: int) -> Callable[[Kube], None]:
        def act(client: Kube) -> None:
            name = f"m-{who}"
            w.made(client.create(MODELS, namespace, w.model(name, {"revision_id": 0})))
            for number in range(1, writes + 1):
                w.made(client.patch(MODELS, namespace, name, {"spec": w.dialect.spell({"revision_id": number})}))

        return act

    version = w.made(w.admin.list(MODELS, namespace)).resource_version
    with w.admin.watch(MODELS, namespace, resourceVersion=version) as watching:
        w.together([actor(who, writes) for who, writes in enumerate(case)])
        w.register({}, "zz-last")
        came = watching.until(lambda event: event.name == "zz-last", w.settle)
        w.expect(came, "the watch to go on until the last write", [event.name for event in watching.events])
        told = [(event.name, event.resource_version) for event in watching.events if event.type != "BOOKMARK"]
    written: dict[str, list[str]] = {}
    for exchange in _carried_out(w):
        if exchange.method in ("POST", "PATCH") and f"{namespace}/models" in exchange.path:
            answer = json.loads(exchange.answer)
            written.setdefault(str(at(answer, "metadata.name")), []).append(str(at(answer, "metadata.resourceVersion")))
    for name, versions in written.items():
        w.equal([one for about, one in told if about == name], versions, f"the versions of {name} in the watch")
