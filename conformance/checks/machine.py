"""The stateful check: any sequence of operations on Models, answered as the pure model of the registry answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.checks.check import Case, check
from conformance.checks.world import World
from conformance.driver.answers import Answer, at
from conformance.driver.kube import Kube
from conformance.driver.ownership import LABEL
from conformance.driver.resources import MODELS
from conformance.model.registry import Expected, Held, Operation, Registry, step
from conformance.strategies.operations import NAMES, sequences


@dataclass
class _Seen:
    """What the target said of identity and versions, to be compared with what the model says of lives and writes."""

    versions: dict[tuple[str, int, int], str] = field(default_factory=dict)  # (name, life, writes) to resourceVersion
    uids: dict[tuple[str, int], str] = field(default_factory=dict)
    stamps: dict[tuple[str, int], str] = field(default_factory=dict)


CLAUSES = (
    "query.read-own-writes",
    "query.delete-is-final",
    "query.by-namespace",
    "k8s.not-found",
    "k8s.version-required",
    "k8s.versions-change",
    "k8s.generation",
    "k8s.isolation",
)


@check("any-sequence", *CLAUSES, given=sequences, weight=1.6)
def any_sequence(w: World, case: Case) -> None:
    """After any sequence of creates, updates, patches and deletes every answer is the one that a correct registry gives."""
    state, seen = Registry(), _Seen()
    versions: dict[str, list[str]] = {}
    for operation in case:
        if (
            operation["op"] == "update"
            and operation["version"] == "stale"
            and len(versions.get(operation["name"], [])) < 2
        ):
            continue  # there is no old version yet
        expected, following = step(state, operation)
        answer = do(w, operation, versions, w.admin)
        _compare(w, operation, expected, answer, seen)
        state = following
        held = state.models.get(operation.get("name", ""))
        if answer.ok and held is not None and operation["op"] in ("create", "update", "patch"):
            known = versions.setdefault(operation["name"], [])
            if not known or known[-1] != answer.resource_version:
                known.append(answer.resource_version)
    for name in NAMES:
        expected, _ = step(state, {"op": "get", "name": name})
        _compare(w, {"op": "get", "name": name}, expected, w.admin.get(MODELS, w.namespace, name), seen)
    listed = w.made(w.admin.list(MODELS, w.namespace), "query.by-namespace")
    w.equal(listed.names, sorted(state.models), "the names in the namespace", "query.by-namespace")
    for item in listed.items:
        _content(w, state.models[str(at(item, "metadata.name"))], item, "the list", "query.read-own-writes")


def do(w: World, operation: Operation, versions: dict[str, list[str]], client: Kube) -> Answer:
    """Carry out an operation as somebody; *versions* has the resourceVersions that each name had."""
    name = operation.get("name", "")
    match operation["op"]:
        case "create":
            return client.create(MODELS, w.namespace, w.model(name, operation["spec"], labels=operation["labels"]))
        case "get":
            return client.get(MODELS, w.namespace, name)
        case "list":
            return client.list(MODELS, w.namespace)
        case "delete":
            return client.delete(MODELS, w.namespace, name)
        case "patch":
            return client.patch(MODELS, w.namespace, name, {"spec": w.dialect.spell(operation["patch"])})
    obj = w.model(name, operation["spec"], labels=operation["labels"])
    known = versions.get(name) or ["1"]
    version = {"fresh": known[-1], "stale": known[0], "none": None}[operation["version"]]
    if version is not None:
        obj["metadata"]["resourceVersion"] = version
    return client.update(MODELS, w.namespace, name, obj)


def _clause(operation: Operation, expected: Expected) -> str:
    if expected.code == 404:
        return "query.delete-is-final" if operation["op"] == "get" else "k8s.not-found"
    return {
        409: "k8s.stale-update" if operation["op"] == "update" else "k8s.create-once",
        422: "k8s.version-required",
    }.get(expected.code, "query.read-own-writes")


def answered(w: World, operation: Operation, expected: Expected, answer: Answer) -> None:
    """Raise a Finding unless the answer is the expected one."""
    clause = _clause(operation, expected)
    said = f"{operation['op']} {operation.get('name', '')}".strip()
    if expected.reason:
        w.refused(answer, expected.code, expected.reason, said, clause)
        return
    w.expect(answer.code == expected.code, f"{said} to be answered with {expected.code}", answer.said(), clause)
    if expected.names is not None:
        w.equal(answer.names, list(expected.names), "the names in the list", "query.by-namespace")
    if expected.held is not None:
        _content(w, expected.held, answer.body, said, clause)


def _compare(w: World, operation: Operation, expected: Expected, answer: Answer, seen: _Seen) -> None:
    answered(w, operation, expected, answer)
    if expected.held is not None:
        _identity(w, operation["name"], expected.held, answer, seen)


def _content(w: World, held: Held, obj: object, where: str, clause: str) -> None:
    w.equal(w.spec_of(obj), held.spec, f"the spec in {where}", clause)
    labels = {key: value for key, value in (at(obj, "metadata.labels") or {}).items() if key != LABEL}
    w.equal(labels, dict(held.labels), f"the labels in {where}", clause)
    w.equal(at(obj, "metadata.generation"), held.generation, f"the generation in {where}", "k8s.generation")


def _identity(w: World, name: str, held: Held, answer: Answer, seen: _Seen) -> None:
    """Same life, same uid and creationTimestamp; same writes, same version; and every version belongs to one state."""
    life = (name, held.life)
    uid = str(answer.at("metadata.uid", ""))
    w.equal(uid, seen.uids.setdefault(life, uid), f"the uid of {name}", "k8s.identity")
    w.expect(list(seen.uids.values()).count(uid) == 1, "a uid of its own for every object", seen.uids, "k8s.identity")
    stamp = str(answer.at("metadata.creationTimestamp", ""))
    w.equal(stamp, seen.stamps.setdefault(life, stamp), f"the creationTimestamp of {name}", "retention.timestamp-fixed")
    point = (name, held.life, held.writes)
    version = answer.resource_version
    for other, known in seen.versions.items():
        same = other == point
        w.expect(
            (known == version) is same or (other[0] != name),
            f"resourceVersion {known} of {name} to {'stay' if same else 'change'}",
            version,
            "k8s.versions-change",
        )
    seen.versions[point] = version
