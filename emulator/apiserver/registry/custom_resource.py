"""Custom resources: the strategy of the objects that a CRD defines, and of their status."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from emulator.apiserver.apimachinery import errors
from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.apimachinery.managedfields import TypeSource
from emulator.apiserver.apimachinery.metadata import coerce_metadata, dns1123_subdomain
from emulator.apiserver.apimachinery.objects import Object, copy, metadata
from emulator.apiserver.registry.strategy import Context, Strategy
from emulator.apiserver.schema.compiled import CompiledSchema
from emulator.apiserver.schema.jsonpath import JsonPath

_STANDARD_FINALIZERS = frozenset({"orphan", "foregroundDeletion"})
_ENVELOPE = frozenset({"apiVersion", "kind", "metadata"})


class CustomShape:
    """A version of a CRD as the shape of its objects."""

    strategic = False

    def __init__(self, schema: CompiledSchema) -> None:
        self.schema = schema
        self.source = TypeSource(schema.node, _no_references)

    def read(self, obj: Object) -> list[str]:
        """Prune unknown fields and read the metadata as ObjectMeta. Raises ValueError."""
        unknown = coerce_metadata(obj)
        return unknown + self.schema.prune(obj)

    def default(self, obj: Object) -> None:
        """Fill in the schema's defaults."""
        self.schema.default(obj)

    def settled(self, obj: Object) -> bool:
        """Whether the schema neither drops nor fills in anything, and no embedded resource's metadata is read."""
        return not self.schema.structure.holds_embedded and self.schema.settled(obj)


def _no_references(name: str) -> Object:
    raise KeyError(name)


class CustomResourceStrategy(Strategy):
    """k8s.io/apiextensions-apiserver/pkg/registry/customresource/strategy.go, as rules over JSON."""

    allow_unconditional_update = False

    def __init__(
        self,
        schema: CompiledSchema,
        *,
        status: bool,
        selectable: Mapping[str, JsonPath],
        terminating: bool = False,  # the definition is being deleted
    ) -> None:
        self.schema = schema
        self.terminating = terminating
        self.status = status
        self.selectable = selectable
        self.reset_fields = frozenset({("status",)}) if status else frozenset()

    def prepare_for_create(self, context: Context, obj: Object) -> None:
        """Drop the status where it has a subresource; the first generation is 1.

        Raises StatusError (405) while the definition is being deleted.
        """
        if self.terminating:
            message = "create not allowed while custom resource definition is terminating"
            where = errors.details("", context.resource.group, context.resource.plural)
            raise errors.StatusError(405, "MethodNotAllowed", message, where)
        if self.status:
            obj.pop("status", None)
        metadata(obj)["generation"] = 1

    def validate(self, context: Context, obj: Object) -> list[FieldError]:
        """The schema's word."""
        found, _ = self.schema.validate(obj)
        if not found:
            context.warnings.extend(_finalizer_warnings(obj, ()))
        return found

    def prepare_for_update(self, context: Context, new: Object, old: Object) -> None:
        """Keep the status where it has a subresource; anything else outside the metadata is a new generation."""
        if self.status:
            _restore(new, old, "status")
        if _content(new) != _content(old):
            metadata(new)["generation"] = (metadata(old).get("generation") or 0) + 1

    def validate_update(self, context: Context, new: Object, old: Object) -> list[FieldError]:
        """The schema's word, and transition rules; what was invalid before and is untouched only warns."""
        found, warnings = self.schema.validate(new, old)
        context.warnings.extend(warnings)
        if not found:
            context.warnings.extend(_finalizer_warnings(new, metadata(old).get("finalizers") or ()))
        return found

    def name_errors(self, name: str) -> list[str]:
        """Names are DNS subdomains."""
        return dns1123_subdomain(name)

    def fields(self, obj: Object) -> Mapping[str, str]:
        """The selectable fields, as strings."""
        return {path: expression.text(obj) for path, expression in self.selectable.items()}


class StatusStrategy(CustomResourceStrategy):
    """Writes through ``/status``: everything but the status is the old object's."""

    def __init__(self, schema: CompiledSchema, selectable: Mapping[str, JsonPath]) -> None:
        super().__init__(schema, status=True, selectable=selectable)
        self.reset_fields = frozenset({("metadata",), ("spec",)})

    def prepare_for_update(self, context: Context, new: Object, old: Object) -> None:
        """Take the status, and the metadata that tracks it; the rest stays."""
        status = new.get("status")
        managed = metadata(new).get("managedFields")
        version = metadata(new).get("resourceVersion")
        new.clear()
        new.update(copy(old))
        if status is not None:
            new["status"] = status
        else:
            new.pop("status", None)
        meta = metadata(new)
        meta["resourceVersion"] = version
        if managed is not None:
            meta["managedFields"] = managed
        else:
            meta.pop("managedFields", None)

    def validate_update(self, context: Context, new: Object, old: Object) -> list[FieldError]:
        """The schema's word about the status."""
        found, warnings = self.schema.validate_status(new, old)
        context.warnings.extend(warnings)
        return found


def _finalizer_warnings(obj: Object, present: Collection[str]) -> list[str]:
    """Warnings about new finalizers that others may call the same."""
    added = sorted(set(metadata(obj).get("finalizers") or ()) - set(present))
    return [
        f'metadata.finalizers: "{name}": prefer a domain-qualified finalizer name to avoid accidental conflicts with other '
        "finalizer writers"
        for name in added
        if "/" not in name and name not in _STANDARD_FINALIZERS
    ]


def _content(obj: Object) -> Object:
    return {key: value for key, value in obj.items() if key not in _ENVELOPE}


def _restore(new: Object, old: Object, name: str) -> None:
    if name in old:
        new[name] = copy(old[name])
    else:
        new.pop(name, None)
