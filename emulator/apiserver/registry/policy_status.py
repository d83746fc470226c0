"""The status of ValidatingAdmissionPolicies: that a generation was seen, and what of it does not fit.

Source: k8s.io/kubernetes/pkg/controller/validatingadmissionpolicystatus.
"""

from __future__ import annotations

from emulator.apiserver.apimachinery import codec
from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.registry.catalog import Catalog
from emulator.apiserver.registry.store import Store
from emulator.apiserver.storage.interface import Event


class PolicyStatus:
    """Looks at each policy once a generation, as the controller manager does."""

    def __init__(self, catalog: Catalog, store: Store) -> None:
        self._catalog = catalog
        self._store = store
        store.backing.storage.subscribe(self._notice)

    def _notice(self, event: Event) -> None:
        if event.stored.key.resource == self._store.name and event.type != "DELETED":
            self._store.backing.afterwards.soon(self._check, event.stored.key.name)

    def _check(self, name: str) -> None:
        stored = self._store.find("", name)
        if stored is None:
            return
        policy = codec.load(stored.data)
        status: Object = policy.get("status") or {}
        generation = metadata(policy).get("generation") or 0
        if generation <= (status.get("observedGeneration") or 0):
            return
        from emulator.apiserver.registry.builtin.policy_types import expression_warnings

        warnings = expression_warnings(policy, self._catalog)
        checked: Object = {"expressionWarnings": warnings} if warnings else {}
        policy["status"] = {**status, "observedGeneration": generation, "typeChecking": checked}
        self._store.write(policy)
