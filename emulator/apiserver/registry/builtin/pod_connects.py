"""What is posted to pods: a Binding puts one onto a node, an Eviction asks it to go (pkg/registry/core/pod/storage)."""

from __future__ import annotations

from emulator.apiserver.apimachinery import codec, errors
from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.names import GroupResource
from emulator.apiserver.apimachinery.objects import Object, copy, labels_of, metadata
from emulator.apiserver.apimachinery.options import DeleteOptions, Preconditions
from emulator.apiserver.registry.builtin.label_selectors import is_empty, matches
from emulator.apiserver.registry.store import Store
from emulator.apiserver.registry.strategy import Context

_WOULD_VIOLATE = "Cannot evict pod as it would violate the pod's disruption budget."
_TWO_BUDGETS = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
_RETRY_SECONDS = 10
_ENDED = ("Succeeded", "Failed", "Pending")


class PodConnects:
    """Answers POSTs to ``pods/binding``, ``bindings`` and ``pods/eviction``."""

    def __init__(self, pods: Store, budgets: Store) -> None:
        self.pods = pods
        self.budgets = budgets

    def bind(self, context: Context, binding: Object) -> Object:
        """Put a pod onto a node. Raises StatusError: 404, 409."""
        name = context.name or metadata(binding).get("name") or ""
        node = (binding.get("target") or {}).get("name") or ""
        where = GroupResource("", "pods/binding")

        def transform(old: Object | None) -> Object:
            assert old is not None, "a binding never creates"
            held = old["spec"].get("nodeName")
            if metadata(old).get("deletionTimestamp"):
                why = f"pod {name} is being deleted, cannot be assigned to a host"
                raise errors.conflict(where, name, why)
            if held:
                raise errors.conflict(where, name, f'pod {name} is already assigned to node "{held}"')
            new: Object = copy(old)
            new["spec"]["nodeName"] = node
            for key in ("annotations", "labels"):
                if metadata(binding).get(key):
                    metadata(new).setdefault(key, {}).update(metadata(binding)[key])
            conditions = [item for item in new["status"].get("conditions") or () if item.get("type") != "PodScheduled"]
            scheduled = {
                "type": "PodScheduled",
                "status": "True",
                "lastProbeTime": None,
                "lastTransitionTime": context.now,
            }
            new["status"]["conditions"] = [*conditions, scheduled]
            return new

        self.pods.update(self._context(context, self.pods, name, "binding"), self.pods.kind, transform)
        return _success()

    def evict(self, context: Context, eviction: Object) -> Object:
        """Delete a pod unless its disruption budget forbids that. Raises StatusError: 404, 409, 429, 500."""
        pod = self.pods.decode(self.pods.get(context.namespace, context.name))
        if metadata(pod).get("deletionTimestamp") is None and pod["status"].get("phase") not in _ENDED:
            self._spend(context, pod)
        given = eviction.get("deleteOptions") or {}
        wanted = given.get("preconditions")
        preconditions = Preconditions(wanted.get("uid"), wanted.get("resourceVersion")) if wanted else None
        options = DeleteOptions(
            grace_period_seconds=given.get("gracePeriodSeconds"),
            propagation_policy=given.get("propagationPolicy"),
            preconditions=preconditions,
        )
        context.dry_run = context.dry_run or bool(given.get("dryRun"))
        self.pods.delete(self._context(context, self.pods, context.name, ""), self.pods.kind, options)
        return _success()

    def _spend(self, context: Context, pod: Object) -> None:
        """Take one disruption from the pod's budget, if it has one."""
        found = [budget for budget in self._budgets(context.namespace) if _covers(budget, pod)]
        if len(found) > 1:
            raise StatusError(
                500,
                "InternalError",
                f"Internal error occurred: {_TWO_BUDGETS}",
                {"causes": [{"message": _TWO_BUDGETS}]},
            )
        for budget in found:
            status, name = budget["status"], metadata(budget)["name"]
            if (status.get("observedGeneration") or 0) < (metadata(budget).get("generation") or 0):
                raise _too_many(f"The disruption budget {name} is still being processed by the server.")
            allowed = status.get("disruptionsAllowed") or 0
            if allowed <= 0:
                needs, has = status.get("desiredHealthy") or 0, status.get("currentHealthy") or 0
                raise _too_many(f"The disruption budget {name} needs {needs} healthy pods and has {has} currently")
            if context.dry_run:
                return
            status["disruptionsAllowed"] = allowed - 1
            status.setdefault("disruptedPods", {})[metadata(pod)["name"]] = context.now
            self.budgets.write(budget)

    def _budgets(self, namespace: str) -> list[Object]:
        stored = self.budgets.backing.storage.list(self.budgets.name, namespace).items
        return [codec.load(item.data) for item in stored]

    def _context(self, context: Context, store: Store, name: str, subresource: str) -> Context:
        return Context(
            store.kind.resource,
            context.namespace,
            context.user,
            context.now,
            context.warnings,
            name,
            subresource,
            context.manager,
            context.dry_run,
        )


def _covers(budget: Object, pod: Object) -> bool:
    selector = budget["spec"].get("selector")
    return selector is not None and (is_empty(selector) or matches(selector, labels_of(pod)))


def _success() -> Object:
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}


def _too_many(why: str) -> StatusError:
    causes = [{"reason": "DisruptionBudget", "message": why}]
    found = {"causes": causes, "retryAfterSeconds": _RETRY_SECONDS}
    return StatusError(429, "TooManyRequests", _WOULD_VIOLATE, found, {"Retry-After": str(_RETRY_SECONDS)})
