"""Priority: a Pod's PriorityClass becomes a number (k8s.io/kubernetes/plugin/pkg/admission/priority)."""

from __future__ import annotations

import orjson

from emulator.apiserver.admission.chain import NewPods
from emulator.apiserver.apimachinery import errors
from emulator.apiserver.apimachinery.names import GroupResource
from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.registry.before import SYSTEM
from emulator.apiserver.registry.strategy import Context
from emulator.apiserver.storage.interface import Storage

CLASSES = "priorityclasses.scheduling.k8s.io"
PREEMPT = "PreemptLowerPriority"


class Priority(NewPods):
    """Gives a new Pod the number and the preemption policy of its class, or of the cluster's default class."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def admit(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """Resolve the class. Raises StatusError (403) when there is none of that name, or another number is given."""
        assert obj is not None, "a create has an object"
        if context.user is SYSTEM:
            return
        resource = context.resource.group_resource
        spec, pod = obj.setdefault("spec", {}), metadata(obj).get("name") or ""
        name = spec.get("priorityClassName") or ""
        classes = [orjson.loads(stored.data) for stored in self._storage.list(CLASSES, "").items]
        chosen = next(
            (each for each in classes if (metadata(each)["name"] == name if name else each.get("globalDefault"))), None
        )
        if name and chosen is None:
            raise errors.forbidden(resource, pod, f"no PriorityClass with name {name} was found")
        found = chosen or {}
        if chosen is not None:
            spec["priorityClassName"] = metadata(chosen)["name"]
        _settle(spec, "priority", found.get("value") or 0, "the integer value of priority", resource, pod)
        policy = found.get("preemptionPolicy") or PREEMPT
        _settle(spec, "preemptionPolicy", policy, "the string value of PreemptionPolicy", resource, pod)


def _settle(spec: Object, field: str, computed: object, what: str, resource: GroupResource, pod: str) -> None:
    """Set what the class says. Raises StatusError (403) when the Pod says otherwise."""
    given = spec.get(field)
    if given is not None and given != computed:
        why = f"{what} ({given}) must not be provided in pod spec; priority admission controller computed {computed} from the given PriorityClass name"
        raise errors.forbidden(resource, pod, why)
    spec[field] = computed


def system_classes() -> list[Object]:
    """The PriorityClasses that every cluster starts with."""
    return [
        {
            "apiVersion": "scheduling.k8s.io/v1",
            "kind": "PriorityClass",
            "metadata": {"name": name, "generation": 1},
            "value": value,
            "description": f"Used for system critical pods that must {what}",
            "preemptionPolicy": PREEMPT,
        }
        for name, value, what in (
            (
                "system-cluster-critical",
                2_000_000_000,
                "run in the cluster, but can be moved to another node if necessary.",
            ),
            ("system-node-critical", 2_000_001_000, "not be moved from their current node."),
        )
    ]
