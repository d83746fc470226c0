"""Leases (k8s.io/kubernetes/pkg/apis/coordination/validation)."""

from __future__ import annotations

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.builtin.generic import BuiltinStrategy
from emulator.apiserver.registry.builtin.numbers import not_negative


class LeaseStrategy(BuiltinStrategy):
    """Leases: who is in charge, and for how long."""

    allow_create_on_update = True
    allow_unconditional_update = False

    def check(self, obj: Object) -> list[FieldError]:
        """A lease has a duration, and its counter only grows."""
        spec = obj["spec"]
        found: list[FieldError] = []
        seconds = spec.get("leaseDurationSeconds")
        if seconds is not None and seconds <= 0:
            found.append(fields.invalid("spec.leaseDurationSeconds", seconds, "must be greater than 0"))
        return found + not_negative(spec, "spec", "leaseTransitions")
