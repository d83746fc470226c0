"""RuntimeClass: a Pod that names one gets its overhead and where it may run (k8s.io/kubernetes/plugin/pkg/admission/runtimeclass)."""

from __future__ import annotations

import orjson

from emulator.apiserver.admission.chain import PODS, NewPods
from emulator.apiserver.apimachinery import errors
from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.registry.before import SYSTEM
from emulator.apiserver.registry.strategy import Context
from emulator.apiserver.storage.interface import Key, KeyNotFoundError, Storage

CLASSES = "runtimeclasses.node.k8s.io"


class RuntimeClass(NewPods):
    """Minds the creation of Pods."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def admit(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """Take over overhead, node selector and tolerations of the class. Raises StatusError (403)."""
        assert obj is not None, "a create has an object"
        if context.user is SYSTEM:
            return
        spec = obj["spec"]
        name = spec.get("runtimeClassName")
        if not name:
            if spec.get("overhead"):
                raise _refusal(obj, "Pod Overhead set without corresponding RuntimeClass defined Overhead")
            return
        chosen = self._class(name)
        if chosen is None:
            raise _refusal(obj, f'RuntimeClass "{name}" not found')
        _set_overhead(obj, (chosen.get("overhead") or {}).get("podFixed") or {})
        _set_scheduling(obj, chosen.get("scheduling") or {})

    def _class(self, name: str) -> Object | None:
        try:
            found: Object = orjson.loads(self._storage.get(Key(CLASSES, "", name)).data)
        except KeyNotFoundError:
            return None
        return found


def _set_overhead(pod: Object, overhead: Object) -> None:
    given = pod["spec"].get("overhead") or {}
    if given and not overhead:
        raise _refusal(pod, "Pod Overhead set without corresponding RuntimeClass defined Overhead")
    if given and given != overhead:
        raise _refusal(pod, "Pod's Overhead doesn't match RuntimeClass's defined Overhead")
    if overhead:
        pod["spec"]["overhead"] = dict(overhead)


def _set_scheduling(pod: Object, scheduling: Object) -> None:
    spec, wanted = pod["spec"], scheduling.get("nodeSelector") or {}
    selector = spec.get("nodeSelector") or {}
    for key, value in sorted(wanted.items()):
        if selector.get(key, value) != value:
            raise _refusal(
                pod,
                f"conflict: runtimeClass.scheduling.nodeSelector[{key}] = {value}; pod.spec.nodeSelector[{key}] = {selector[key]}",
            )
    if wanted:
        spec["nodeSelector"] = {**selector, **wanted}
    tolerations = spec.get("tolerations") or []
    added = [one for one in scheduling.get("tolerations") or () if one not in tolerations]
    if added:
        spec["tolerations"] = [*tolerations, *added]


def _refusal(pod: Object, why: str) -> StatusError:
    return errors.forbidden(PODS, metadata(pod).get("name") or "", f"pod rejected: {why}")
