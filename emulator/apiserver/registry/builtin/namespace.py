"""Namespaces: phase, finalizers, the label with their name."""

from __future__ import annotations

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError, index
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.syntax import dns1123_label, qualified_name
from emulator.apiserver.registry.builtin.defaults import default_of
from emulator.apiserver.registry.builtin.generic import BuiltinStatusStrategy, BuiltinStrategy, keep
from emulator.apiserver.registry.strategy import Context

KUBERNETES = "kubernetes"


class NamespaceStrategy(BuiltinStrategy):
    """k8s.io/kubernetes/pkg/registry/core/namespace."""

    returns_deleted_object = True
    has_status = True
    name_rule = staticmethod(dns1123_label)

    def prepare_for_create(self, context: Context, obj: Object) -> None:
        """Active, held by the namespace controller, labelled with its name."""
        default_of("Namespace", obj)  # again: a generated name was not known before
        obj["status"] = {"phase": "Active"}
        finalizers = (obj.get("spec") or {}).get("finalizers") or []
        if KUBERNETES not in finalizers:
            finalizers.append(KUBERNETES)
        obj["spec"] = {"finalizers": finalizers}

    def prepare_for_update(self, context: Context, new: Object, old: Object) -> None:
        """Finalizers and status have subresources of their own."""
        keep(new, old, "spec")
        keep(new, old, "status")

    def validate(self, context: Context, obj: Object) -> list[FieldError]:
        """The finalizers of its spec."""
        return finalizer_errors(obj)

    def prepare_for_delete(self, context: Context, obj: Object, grace: int | None) -> int | None:
        """Terminating; its finalizers hold it."""
        obj.setdefault("status", {})["phase"] = "Terminating"
        return None

    def holds_deletion(self, obj: Object) -> bool:
        """As long as somebody has to finalize it."""
        return bool((obj.get("spec") or {}).get("finalizers"))


class NamespaceStatusStrategy(BuiltinStatusStrategy):
    """Writes through ``/status``."""

    def prepare_for_update(self, context: Context, new: Object, old: Object) -> None:
        """Only the status."""
        keep(new, old, "spec")


class NamespaceFinalizeStrategy(NamespaceStatusStrategy):
    """Writes through ``/finalize``: the finalizers of the spec."""

    def __init__(self, main: BuiltinStrategy) -> None:
        super().__init__(main)
        self.reset_fields = frozenset({("status",)})

    def prepare_for_update(self, context: Context, new: Object, old: Object) -> None:
        """Only the finalizers."""
        keep(new, old, "status")

    def validate_update(self, context: Context, new: Object, old: Object) -> list[FieldError]:
        """Finalizers are qualified names."""
        return finalizer_errors(new)


def finalizer_errors(obj: Object) -> list[FieldError]:
    """What is wrong with ``spec.finalizers``."""
    found: list[FieldError] = []
    for position, name in enumerate((obj.get("spec") or {}).get("finalizers") or ()):
        where = index("spec.finalizers", position)
        found += [fields.invalid(where, name, text) for text in qualified_name(name)]
        if "/" not in name and name != KUBERNETES:
            text = "name is neither a standard finalizer name nor is it fully qualified"
            found.append(fields.invalid(where, name, text))
    return found
