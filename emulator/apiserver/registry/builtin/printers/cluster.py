"""Tables of what a cluster is made of: admission, priorities, certificates, devices."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.builtin.printers.columns import AGE, NAME, Printer, column, name_of, part
from emulator.apiserver.registry.builtin.printers.words import NONE, UNSET, created
from emulator.apiserver.schema.ages import human_duration

_ADMISSION = "io.k8s.api.admissionregistration.v1."
_FLOW = "io.k8s.api.flowcontrol.v1."
_CERTIFICATES = "io.k8s.api.certificates.v1.CertificateSigningRequestSpec#"
_SCHEDULING = "io.k8s.api.scheduling.v1.PriorityClass#"


def _webhooks(obj: Object, now: datetime) -> list[Any]:
    return [name_of(obj), len(obj.get("webhooks") or ()), created(obj, now)]


def _policy(obj: Object, now: datetime) -> list[Any]:
    spec = part(obj, "spec")
    kind = spec.get("paramKind")
    shown = f"{kind.get('apiVersion', '')}/{kind.get('kind', '')}" if kind else UNSET
    rules = spec.get("validations") or spec.get("mutations") or ()
    return [name_of(obj), len(rules), shown, created(obj, now)]


def _policy_binding(obj: Object, now: datetime) -> list[Any]:
    spec = part(obj, "spec")
    given = spec.get("paramRef")
    shown = UNSET
    if given is not None:
        named = given.get("name") or "*"
        shown = f"{given['namespace']}/{named}" if given.get("namespace") else named
    return [name_of(obj), spec.get("policyName", ""), shown, created(obj, now)]


def _priority_class(obj: Object, now: datetime) -> list[Any]:
    tail = [created(obj, now), obj.get("preemptionPolicy", "")]
    return [name_of(obj), obj.get("value", 0), bool(obj.get("globalDefault")), *tail]


def _runtime_class(obj: Object, now: datetime) -> list[Any]:
    return [name_of(obj), obj.get("handler", ""), created(obj, now)]


def _signing_request(obj: Object, now: datetime) -> list[Any]:
    spec, status = part(obj, "spec"), part(obj, "status")
    seconds = spec.get("expirationSeconds")
    duration = NONE if seconds is None else human_duration(seconds)
    sorts = [item.get("type") for item in status.get("conditions") or ()]
    words = [word for word in ("Approved", "Denied", "Failed") if word in sorts] or ["Pending"]
    if status.get("certificate"):
        words.append("Issued")
    return [
        name_of(obj),
        created(obj, now),
        spec.get("signerName") or NONE,
        spec.get("username", ""),
        duration,
        ",".join(words),
    ]


def _flow_schema(obj: Object, now: datetime) -> list[Any]:
    spec = part(obj, "spec")
    method = part(spec, "distinguisherMethod").get("type") or NONE
    dangling = [item for item in part(obj, "status").get("conditions") or () if item.get("type") == "Dangling"]
    missing = str(dangling[0].get("status") == "True") if dangling else "?"
    level = part(spec, "priorityLevelConfiguration").get("name", "")
    return [name_of(obj), level, spec.get("matchingPrecedence", 0), method, created(obj, now), missing]


def _priority_level(obj: Object, now: datetime) -> list[Any]:
    spec = part(obj, "spec")
    limited = part(spec, "limited") or part(spec, "exempt")
    queuing = part(part(limited, "limitResponse"), "queuing")
    shares = limited.get("nominalConcurrencyShares")
    numbers = [queuing.get(name, NONE) for name in ("queues", "handSize", "queueLengthLimit")]
    return [name_of(obj), spec.get("type", ""), NONE if shares is None else shares, *numbers, created(obj, now)]


def _api_service(obj: Object, now: datetime) -> list[Any]:
    service = part(obj, "spec").get("service")
    where = f"{service.get('namespace', '')}/{service.get('name', '')}" if service else "Local"
    available = [item for item in part(obj, "status").get("conditions") or () if item.get("type") == "Available"]
    word = "Unknown"
    if available:
        word = available[0].get("status", "")
        if word != "True":
            word = f"{word} ({available[0].get('reason', '')})"
    return [name_of(obj), where, word, created(obj, now)]


def _device_class(obj: Object, now: datetime) -> list[Any]:
    return [name_of(obj), created(obj, now)]


def _claim(obj: Object, now: datetime) -> list[Any]:
    status = part(obj, "status")
    words = ["pending"] if not status.get("allocation") else ["allocated"]
    if status.get("reservedFor"):
        words.append("reserved")
    return [name_of(obj), ",".join(words), created(obj, now)]


def _slice(obj: Object, now: datetime) -> list[Any]:
    spec = part(obj, "spec")
    return [
        name_of(obj),
        spec.get("nodeName") or "",
        spec.get("driver", ""),
        part(spec, "pool").get("name", ""),
        created(obj, now),
    ]


def _policy_columns(word: str) -> Printer:
    columns = (
        NAME,
        column(word, f"How many {word.lower()} it has.", sort="integer"),
        column("ParamKind", "What it reads."),
        AGE,
    )
    return Printer(columns, _policy)


_HOOKS = Printer((NAME, column("Webhooks", "How many webhooks it has.", sort="integer"), AGE), _webhooks)
_BINDING = Printer(
    (
        NAME,
        column("PolicyName", "The policy that it puts into force."),
        column("ParamRef", "What the policy reads."),
        AGE,
    ),
    _policy_binding,
)

PRINTERS = {
    "MutatingWebhookConfiguration": _HOOKS,
    "ValidatingWebhookConfiguration": _HOOKS,
    "ValidatingAdmissionPolicy": _policy_columns("Validations"),
    "MutatingAdmissionPolicy": _policy_columns("Mutations"),
    "ValidatingAdmissionPolicyBinding": _BINDING,
    "MutatingAdmissionPolicyBinding": _BINDING,
    "PriorityClass": Printer(
        (
            NAME,
            column("Value", sort="integer", of=_SCHEDULING + "value"),
            column("Global-Default", sort="boolean", of=_SCHEDULING + "globalDefault"),
            AGE,
            column("PreemptionPolicy", of=_SCHEDULING + "preemptionPolicy"),
        ),
        _priority_class,
    ),
    "RuntimeClass": Printer(
        (NAME, column("Handler", of="io.k8s.api.node.v1.RuntimeClass#handler"), AGE), _runtime_class
    ),
    "CertificateSigningRequest": Printer(
        (
            NAME,
            AGE,
            column("SignerName", of=_CERTIFICATES + "signerName"),
            column("Requestor", of=_CERTIFICATES + "request"),
            column("RequestedDuration", of=_CERTIFICATES + "expirationSeconds"),
            column("Condition", "Whether it is approved, and issued."),
        ),
        _signing_request,
    ),
    "FlowSchema": Printer(
        (
            NAME,
            column("PriorityLevel", of=_FLOW + "PriorityLevelConfigurationReference#name"),
            column("MatchingPrecedence", sort="integer", of=_FLOW + "FlowSchemaSpec#matchingPrecedence"),
            column("DistinguisherMethod", of=_FLOW + "FlowSchemaSpec#distinguisherMethod"),
            AGE,
            column("MissingPL", "Whether its priority level is missing."),
        ),
        _flow_schema,
    ),
    "PriorityLevelConfiguration": Printer(
        (
            NAME,
            column("Type", of=_FLOW + "PriorityLevelConfigurationSpec#type"),
            column("NominalConcurrencyShares", of=_FLOW + "LimitedPriorityLevelConfiguration#nominalConcurrencyShares"),
            column("Queues", of=_FLOW + "QueuingConfiguration#queues"),
            column("HandSize", of=_FLOW + "QueuingConfiguration#handSize"),
            column("QueueLengthLimit", of=_FLOW + "QueuingConfiguration#queueLengthLimit"),
            AGE,
        ),
        _priority_level,
    ),
    "APIService": Printer(
        (NAME, column("Service", "Who serves it."), column("Available", "Whether it can be reached."), AGE),
        _api_service,
    ),
    "DeviceClass": Printer((NAME, AGE), _device_class),
    "ResourceClaim": Printer((NAME, column("State", "Whether devices are set aside for it."), AGE), _claim),
    "ResourceClaimTemplate": Printer((NAME, AGE), _device_class),
    "ResourceSlice": Printer(
        (
            NAME,
            column("Node", "The node that has the devices."),
            column("Driver", "Who drives them."),
            column("Pool", "The pool that they are from."),
            AGE,
        ),
        _slice,
    ),
}
