"""CustomResourceDefinitions: the rules of writing one. What becomes of it is the DefinitionController's.

Source: k8s.io/apiextensions-apiserver/pkg/registry/customresourcedefinition/{strategy,etcd}.go.
"""

from __future__ import annotations

from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.apimachinery.metadata import dns1123_subdomain
from emulator.apiserver.apimachinery.objects import Object, copy, metadata
from emulator.apiserver.registry.definition_status import DELETION_PENDING, set_condition
from emulator.apiserver.registry.strategy import Context, Strategy
from emulator.apiserver.schema.definition import (
    definition_warnings,
    validate_definition,
    validate_definition_update,
    validate_names,
)

RESOURCE = "customresourcedefinitions.apiextensions.k8s.io"
CLEANUP = "customresourcecleanup.apiextensions.k8s.io"
_NOT_STATUS = ("generation", "labels", "annotations", "finalizers", "ownerReferences")


class DefinitionStrategy(Strategy):
    """Writes to a definition itself."""

    allow_unconditional_update = False
    reset_fields = frozenset({("status",)})

    def prepare_for_create(self, context: Context, obj: Object) -> None:
        """The status starts with the stored version; the first generation is 1."""
        metadata(obj)["generation"] = 1
        obj["status"] = {"acceptedNames": {"kind": "", "plural": ""}, "conditions": None, "storedVersions": []}
        _remember_storage(obj)
        context.warnings.extend(definition_warnings(obj))

    def validate(self, context: Context, obj: Object) -> list[FieldError]:
        """Names, versions, schemas."""
        return validate_definition(obj)

    def prepare_for_update(self, context: Context, new: Object, old: Object) -> None:
        """Keep the status but for a newly stored version; spec changes are new generations."""
        new["status"] = copy(old.get("status") or {})
        if new.get("spec") != old.get("spec"):
            metadata(new)["generation"] = (metadata(old).get("generation") or 0) + 1
        _remember_storage(new)
        context.warnings.extend(definition_warnings(new))

    def validate_update(self, context: Context, new: Object, old: Object) -> list[FieldError]:
        """What may not change any more, and everything that a new definition must be."""
        return validate_definition_update(new, old)

    def prepare_for_delete(self, context: Context, obj: Object, grace: int | None) -> int | None:
        """The first deletion only marks: the instances go before the definition does."""
        meta = metadata(obj)
        if meta.get("deletionTimestamp"):
            return None
        meta["deletionTimestamp"] = context.now
        finalizers = meta.setdefault("finalizers", [])
        if CLEANUP not in finalizers:
            finalizers.append(CLEANUP)
        set_condition(obj, DELETION_PENDING, context.now)
        return None

    def name_errors(self, name: str) -> list[str]:
        """Names are DNS subdomains."""
        return dns1123_subdomain(name)


class DefinitionStatusStrategy(DefinitionStrategy):
    """Writes through ``/status``."""

    reset_fields = frozenset({("metadata",), ("spec",)})

    def prepare_for_update(self, context: Context, new: Object, old: Object) -> None:
        """Only the status changes."""
        new["spec"] = copy(old["spec"])
        meta, before = metadata(new), metadata(old)
        for name in _NOT_STATUS:
            if name in before:
                meta[name] = copy(before[name]) if isinstance(before[name], (dict, list)) else before[name]
            else:
                meta.pop(name, None)

    def validate_update(self, context: Context, new: Object, old: Object) -> list[FieldError]:
        """Of a status only the names are looked at."""
        return validate_names((new.get("status") or {}).get("acceptedNames") or {}, "status.acceptedNames")


def _remember_storage(crd: Object) -> None:
    """Objects may be stored in the storage version from now on."""
    stored = crd["status"]["storedVersions"] = list(crd["status"].get("storedVersions") or ())
    for version in (crd.get("spec") or {}).get("versions") or ():
        if version.get("storage"):
            if (version.get("name") or "") not in stored:
                stored.append(version.get("name") or "")
            return
