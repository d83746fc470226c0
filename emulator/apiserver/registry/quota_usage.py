"""What an object takes of its namespace's ResourceQuotas, and which of them are about it.

Source: k8s.io/kubernetes/pkg/quota/v1/evaluator/core, k8s.io/apiserver/pkg/quota/v1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.quantity import Quantity, parse

Amounts = dict[str, Quantity]
ONE = Quantity(Decimal(1), "decimal")
_PLAIN = frozenset({
    "configmaps", "persistentvolumeclaims", "replicationcontrollers", "resourcequotas", "secrets", "services",
})  # fmt: skip
_STORAGE_CLASS = ".storageclass.storage.k8s.io/"
_COMPUTE = frozenset({"cpu", "ephemeral-storage", "memory"})


def amounts(given: Mapping[str, Any] | None) -> Amounts:
    """A resource list with its quantities read."""
    return {name: parse(str(value)) for name, value in (given or {}).items()}


def add(one: Amounts, two: Amounts) -> Amounts:
    """The sum of two resource lists; a sum is written as its first part that is not zero."""
    total = dict(one)
    for name, value in two.items():
        there = total.get(name)
        total[name] = value if there is None or not there.value else Quantity(there.value + value.value, there.form)
    return total


def largest(one: Amounts, two: Amounts) -> Amounts:
    """The larger of each resource."""
    return {
        name: max((part[name] for part in (one, two) if name in part), key=lambda amount: amount.value)
        for name in {**one, **two}
    }


def source(name: str) -> str:
    """The resource whose objects a quota's resource counts, as storage names it."""
    if name.startswith("count/"):
        return name.removeprefix("count/")
    if name.startswith("services."):
        return "services"
    if _STORAGE_CLASS in name or name == "requests.storage":
        return "persistentvolumeclaims"
    return name if name in _PLAIN else "pods"


def only_numbers(quota: Object, resource: str) -> bool:
    """Whether a quota asks of a resource no more than how many objects there are."""
    limited = {name for name in quota["spec"].get("hard") or () if source(name) == resource}
    scoped = quota["spec"].get("scopes") or quota["spec"].get("scopeSelector")
    return not scoped and limited <= {f"count/{resource}", *({resource} & _PLAIN)}


def usage(resource: str, obj: Object) -> Amounts:
    """What one object takes."""
    taken: Amounts = {f"count/{resource}": ONE}
    if resource in _PLAIN:
        taken[resource] = ONE
    if resource == "services":
        taken |= _of_service(obj["spec"])
    elif resource == "persistentvolumeclaims":
        taken |= _of_claim(obj)
    elif resource == "pods" and (obj.get("status") or {}).get("phase") not in ("Failed", "Succeeded"):
        taken |= {"pods": ONE, **dict(_of_pod(obj["spec"]))}
    return taken


def _of_service(spec: Object) -> Amounts:
    balanced = spec.get("type") == "LoadBalancer"
    opened = spec.get("type") == "NodePort" or (balanced and spec.get("allocateLoadBalancerNodePorts", True))
    ports = Decimal(len(spec.get("ports") or ()) if opened else 0)
    return {
        "services.loadbalancers": Quantity(Decimal(int(balanced)), "decimal"),
        "services.nodeports": Quantity(ports, "decimal"),
    }


def _of_claim(claim: Object) -> Amounts:
    taken: Amounts = {}
    spec = claim["spec"]
    size = amounts((spec.get("resources") or {}).get("requests")).get("storage")
    if size is not None:
        taken["requests.storage"] = size
    if sort := spec.get("storageClassName"):
        taken[f"{sort}{_STORAGE_CLASS}persistentvolumeclaims"] = ONE
        if size is not None:
            taken[f"{sort}{_STORAGE_CLASS}requests.storage"] = size
    return taken


def _of_pod(spec: Object) -> Iterator[tuple[str, Quantity]]:
    for name, value in resources(spec, "requests").items():
        if name in _COMPUTE or name.startswith("hugepages-"):
            yield name, value
        yield f"requests.{name}", value
    for name, value in resources(spec, "limits").items():
        if name in _COMPUTE:
            yield f"limits.{name}", value


def resources(spec: Object, part: str) -> Amounts:
    """What a Pod's containers come to: together, or the hungriest that runs before them, beside the sidecars by then."""
    running: Amounts = {}
    peak: Amounts = {}
    for container in spec.get("initContainers") or ():
        own = amounts((container.get("resources") or {}).get(part))
        if container.get("restartPolicy") == "Always":
            running = add(running, own)
            peak = largest(peak, running)
        else:
            peak = largest(peak, add(running, own))
    for container in spec.get("containers") or ():
        running = add(running, amounts((container.get("resources") or {}).get(part)))
    total = largest(peak, running)
    return add(total, {name: value for name, value in amounts(spec.get("overhead")).items() if name in total})


# Scopes


def concerns(quota: Object, resource: str, obj: Object) -> bool:
    """Whether an object is in a quota's scopes; without scopes each is."""
    spec = quota["spec"]
    asked = [{"scopeName": name, "operator": "Exists"} for name in spec.get("scopes") or ()]
    asked += (spec.get("scopeSelector") or {}).get("matchExpressions") or ()
    return all(_in_scope(one, resource, obj) for one in asked)


def _in_scope(asked: Object, resource: str, obj: Object) -> bool:
    name, spec = asked["scopeName"], obj.get("spec") or {}
    if name == "VolumeAttributesClass":
        return resource == "persistentvolumeclaims" and _named(asked, spec.get("volumeAttributesClassName") or "")
    if resource != "pods":
        return False
    if name in ("Terminating", "NotTerminating"):
        ends = spec.get("activeDeadlineSeconds") is not None
        return ends is (name == "Terminating")
    if name in ("BestEffort", "NotBestEffort"):
        return _best_effort(spec) is (name == "BestEffort")
    if name == "PriorityClass":
        return _named(asked, spec.get("priorityClassName") or "")
    return _looks_elsewhere(spec.get("affinity") or {})


def _named(asked: Object, name: str) -> bool:
    operator, values = asked.get("operator"), asked.get("values") or ()
    if operator in ("In", "NotIn"):
        return (name in values) is (operator == "In")
    return bool(name) is (operator == "Exists")


def _best_effort(spec: Object) -> bool:
    """Whether no container says anything about cpu and memory."""
    for container in (*(spec.get("initContainers") or ()), *(spec.get("containers") or ())):
        said = container.get("resources") or {}
        for part in ("requests", "limits"):
            if any(value.value and name in ("cpu", "memory") for name, value in amounts(said.get(part)).items()):
                return False
    return True


def _looks_elsewhere(affinity: Object) -> bool:
    for sort in ("podAffinity", "podAntiAffinity"):
        terms: Iterable[Object] = (affinity.get(sort) or {}).get("requiredDuringSchedulingIgnoredDuringExecution") or ()
        preferred = (affinity.get(sort) or {}).get("preferredDuringSchedulingIgnoredDuringExecution") or ()
        for term in (*terms, *(each.get("podAffinityTerm") or {} for each in preferred)):
            if term.get("namespaces") or term.get("namespaceSelector") is not None:
                return True
    return False
