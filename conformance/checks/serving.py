"""InferenceServers: their definition, their life, and the words of the guide about them."""

from __future__ import annotations

from hypothesis import strategies as st

from conformance.checks.check import Case, Need, check
from conformance.checks.world import World
from conformance.driver.answers import Answer, Json, at
from conformance.driver.resources import CONFIGMAPS, SERVERS, SERVICES, WORKLOADS
from conformance.strategies.servers import BACKENDS, GUIDE_EXAMPLE, TENANCIES, TRITON, specs

LIVING = ("HealthCheck", "BackendProvision", "ModelConfigProvision", "Validation")
TYPES = (*LIVING, "Cleanup")
STATUSES = ("CONDITION_STATUS_UNKNOWN", "CONDITION_STATUS_TRUE", "CONDITION_STATUS_FALSE")
SERVING = "INFERENCE_SERVER_STATE_SERVING"
PATIENCE = 10.0  # times the settle time: servers take longer than single writes


def create(w: World, name: str, spec: Json, **query: str) -> Answer:
    """Create an InferenceServer as the admin."""
    return w.admin.create(SERVERS, w.namespace, SERVERS.object(name, w.namespace, spec=spec), **query)


def statuses(answer: Answer) -> dict[str, str]:
    """Condition types with their statuses; a condition without a status is not known yet."""
    conditions = answer.at("status.conditions", [])
    listed = conditions if isinstance(conditions, list) else []
    return {str(at(item, "type", "")): str(at(item, "status", STATUSES[0])) for item in listed}


def is_true(status: str) -> bool:
    """Whether a condition's status says true, in either encoding."""
    return status in ("CONDITION_STATUS_TRUE", "True")


def serving(w: World, name: str) -> Answer:
    """An InferenceServer of the guide's example that serves; a Finding when it does not come to."""
    w.made(create(w, name, GUIDE_EXAMPLE), "serving.example")
    return came_to_serve(w, name)


def came_to_serve(w: World, name: str) -> Answer:
    """Wait until both gates are true."""

    def good(answer: Answer) -> bool:
        found = statuses(answer)
        gates = all(is_true(found.get(gate, "")) for gate in ("BackendProvision", "ModelConfigProvision"))
        return gates and answer.at("status.state") == SERVING

    last = w.eventually(lambda: w.admin.get(SERVERS, w.namespace, name), good, PATIENCE * w.settle)
    w.expect(
        good(last),
        f"BackendProvision and ModelConfigProvision to become true and state {SERVING}",
        {"conditions": statuses(last), "state": last.at("status.state")},
        "serving.gate",
    )
    return last


def configured(w: World) -> str:
    """Everything that ConfigMaps of the namespace say."""
    maps = w.made(w.admin.list(CONFIGMAPS, w.namespace)).items
    return "\n".join(str(value) for item in maps for value in (at(item, "data", {}) or {}).values())


@check("server-example", "serving.example", needs=(Need.SERVERS,))
def server_example(w: World, case: Case) -> None:
    """The guide's InferenceServer is accepted strictly and comes back field by field."""
    spec = {**GUIDE_EXAMPLE, "backendType": BACKENDS[1]}  # one that nothing is started for
    for name, sent in (("as-printed", GUIDE_EXAMPLE), ("other", spec)):
        w.made(create(w, name, sent, fieldValidation="Strict"))
        read = w.made(w.admin.get(SERVERS, w.namespace, name))
        for field, wanted in sent.items():
            w.equal(read.at(f"spec.{field}"), wanted, f"spec.{field}")


@check("server-round-trip", "serving.round-trip", "serving.num-instances", given=specs, needs=(Need.SERVERS,))
def server_round_trip(w: World, case: Case) -> None:
    """Any valid spec is what get reads and list shows."""
    name = w.name("server")
    w.made(create(w, name, case, fieldValidation="Strict"))
    read = w.made(w.admin.get(SERVERS, w.namespace, name))
    w.equal(
        read.at("spec.initSpec.numInstances"),
        at(case, "initSpec.numInstances"),
        "numInstances",
        "serving.num-instances",
    )
    w.equal(read.at("spec"), case, "the spec in get")
    w.equal(w.made(w.admin.list(SERVERS, w.namespace)).at("items.0.spec"), case, "the spec in list")


_words = st.sampled_from(
    ["triton", "TRITON", "BACKEND_TYPE_TRITON ", "Triton", "BACKEND_TYPE_VLLM", "", "dedicated", "DEDICATED"]
)


@check(
    "server-enums",
    "serving.backend-enum",
    "serving.tenancy-enum",
    "serving.lower-case-backend",
    "trouble.lower-case-triton",
    given=_words,
    needs=(Need.SERVERS,),
)
def server_enums(w: World, case: Case) -> None:
    """BackendType and tenancyType take the guide's words and no others; the lower-case triton is refused, its cure accepted."""
    for word in BACKENDS[1:]:
        w.made(create(w, w.name("b"), {"backendType": word}), "serving.backend-enum")
    for word in TENANCIES:
        w.made(create(w, w.name("t"), {"backendType": BACKENDS[1], "tenancyType": word}), "serving.tenancy-enum")
    for field, clause in (("backendType", "serving.backend-enum"), ("tenancyType", "serving.tenancy-enum")):
        answer = create(w, w.name("w"), {"backendType": BACKENDS[1], field: case})
        w.refused(answer, 422, "Invalid", f"{field} {case!r}", clause)
    lower = create(w, "lower", {"backendType": "triton"})
    w.expect(lower.code == 422, "backendType triton to be refused", lower.said(), "serving.lower-case-backend")
    w.expect(
        "backendType" in lower.message, "a refusal that names backendType", lower.message, "trouble.lower-case-triton"
    )
    cured = create(w, "lower", {"backendType": TRITON})
    w.expect(cured.ok, "BACKEND_TYPE_TRITON to be the cure", cured.said(), "trouble.lower-case-triton")


@check(
    "server-fields",
    "serving.no-model-version",
    "serving.no-replicas",
    "serving.no-model-reference",
    "serving.num-instances",
    given=st.sampled_from(["modelVersion", "replicas", "model", "modelName", "modelRef"]),
    needs=(Need.SERVERS,),
)
def server_fields(w: World, case: Case) -> None:
    """Fields that the guide denies are refused under strict validation and never stored; numInstances is an integer."""
    clause = {"modelVersion": "serving.no-model-version", "replicas": "serving.no-replicas"}.get(
        case, "serving.no-model-reference"
    )
    spec = {"backendType": BACKENDS[1], case: 2 if case == "replicas" else "fraud-detector"}
    strict = create(w, "strict", spec, fieldValidation="Strict")
    w.refused(strict, 400, "BadRequest", f"spec.{case} under strict validation", clause)
    w.made(create(w, "lax", spec, fieldValidation="Ignore"), clause)
    w.equal(w.admin.get(SERVERS, w.namespace, "lax").at(f"spec.{case}"), None, f"spec.{case} as it is stored", clause)
    wrong = create(w, "wrong", {"backendType": BACKENDS[1], "initSpec": {"numInstances": "two"}})
    w.expect(wrong.code == 422, "numInstances 'two' to be refused", wrong.said(), "serving.num-instances")


@check("server-status", "serving.status-is-the-controllers", needs=(Need.SERVERS,))
def server_status(w: World, case: Case) -> None:
    """A status that a client sends with the object is not stored, by create nor by update."""
    obj = SERVERS.object("s", w.namespace, spec={"backendType": BACKENDS[1]}, status={"inferenceServerId": "made-up"})
    w.made(w.admin.create(SERVERS, w.namespace, obj))
    w.equal(w.admin.get(SERVERS, w.namespace, "s").at("status.inferenceServerId"), None, "the id after create")
    w.made(w.admin.patch(SERVERS, w.namespace, "s", {"status": {"inferenceServerId": "made-up"}}))
    w.equal(w.admin.get(SERVERS, w.namespace, "s").at("status.inferenceServerId"), None, "the id after a patch")


@check(
    "server-lives",
    "serving.gate",
    "serving.conditions",
    "serving.no-ready",
    "serving.condition-encoding",
    needs=(Need.SERVERS,),
    slow=True,
)
def server_lives(w: World, case: Case) -> None:
    """A Triton server comes to serve; it reports the four conditions of the living, in the platform's encoding, and no Ready."""
    version = w.made(w.admin.list(SERVERS, w.namespace)).resource_version
    last = serving(w, "server")
    found = statuses(last)
    _never_early(w, version, last.resource_version)
    w.equal(sorted(set(found) - set(TYPES)), [], "condition types beyond the five", "serving.conditions")
    w.equal(
        sorted(set(LIVING) - set(found)), [], "conditions of a living server that are missing", "serving.conditions"
    )
    w.expect("Ready" not in found, "no Ready condition", found, "serving.no-ready")
    odd = {sort: status for sort, status in found.items() if status not in STATUSES}
    w.equal(odd, {}, "statuses in another encoding", "serving.condition-encoding")


def _never_early(w: World, version: str, until: str) -> None:
    """At no moment of its life does a server say that it serves before both gates are true, or report Ready."""
    with w.admin.watch(SERVERS, w.namespace, resourceVersion=version) as watching:
        watching.until(lambda event: event.resource_version == until, w.settle)
    for event in watching.events:
        conditions = at(event.object, "status.conditions") or []
        found = {str(at(item, "type", "")): str(at(item, "status", "")) for item in conditions}
        gates = all(is_true(found.get(gate, "")) for gate in ("BackendProvision", "ModelConfigProvision"))
        state = at(event.object, "status.state")
        seen = {"state": state, **found}
        w.expect(gates or state != SERVING, "no state of serving before both gates are true", seen, "serving.gate")
        w.expect("Ready" not in found, "no Ready condition", found, "serving.no-ready")


@check(
    "server-unsupported", "serving.validation", needs=(Need.SERVERS,), given=st.sampled_from(BACKENDS[1:]), slow=True
)
def server_unsupported(w: World, case: Case) -> None:
    """A backend that the platform cannot run is said in Validation, and the server does not serve; one that it can run serves."""
    w.made(create(w, "server", {**GUIDE_EXAMPLE, "backendType": case}))

    def decided(answer: Answer) -> bool:
        return "Validation" in statuses(answer) and statuses(answer)["Validation"] != STATUSES[0]

    last = w.eventually(lambda: w.admin.get(SERVERS, w.namespace, "server"), decided, PATIENCE * w.settle)
    w.expect(decided(last), "a Validation that is true or false", statuses(last))
    if is_true(statuses(last)["Validation"]):
        came_to_serve(w, "server")
    else:
        w.expect(last.at("status.state") != SERVING, "a server that is not valid not to serve", last.at("status.state"))


def _held(w: World) -> set[str]:
    """What a server may have beside itself, by path: what every namespace has does not count."""
    paths = set()
    for resource in (CONFIGMAPS, SERVICES, WORKLOADS):
        names = w.made(w.admin.list(resource, w.namespace)).names
        paths |= {resource.path(w.namespace, name) for name in names if name != "kube-root-ca.crt"}
    return paths


@check("server-decommission", "serving.decommission", "serving.conditions", needs=(Need.SERVERS,), slow=True)
def server_decommission(w: World, case: Case) -> None:
    """A decommissioned server reports Cleanup, and what it had is removed."""
    before = _held(w)
    serving(w, "server")
    had = _held(w) - before
    w.expect(any("/configmaps/" in path for path in had), "a model config to be there", sorted(had))
    w.made(w.admin.patch(SERVERS, w.namespace, "server", {"spec": {"decomSpec": {"decommission": True}}}))
    last = w.eventually(
        lambda: w.admin.get(SERVERS, w.namespace, "server"),
        lambda answer: is_true(statuses(answer).get("Cleanup", "")),
        PATIENCE * w.settle,
    )
    w.expect(is_true(statuses(last).get("Cleanup", "")), "Cleanup to become true", statuses(last))
    w.equal(sorted(set(statuses(last)) - set(TYPES)), [], "condition types beyond the five", "serving.conditions")
    left = w.eventually(lambda: had & _held(w), lambda paths: not paths, PATIENCE * w.settle)
    w.equal(sorted(left), [], "what is left of the server")
