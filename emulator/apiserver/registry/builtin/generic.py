"""What most built-in kinds have in common: a spec that counts generations, a status behind a subresource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.apiserver.apimachinery.metadata import dns1123_subdomain
from emulator.apiserver.apimachinery.objects import Object, copy, metadata
from emulator.apiserver.registry.strategy import Context, Strategy


class BuiltinStrategy(Strategy):
    """A kind with a DNS name and selectable fields by path."""

    selectable: tuple[str, ...] = ()
    counts_generations = False
    has_status = False

    def __init__(self, selectable: tuple[str, ...] = (), *, status: bool = False, generations: bool = False) -> None:
        self.selectable = selectable
        self.has_status = status
        self.counts_generations = generations
        self.reset_fields = frozenset({("status",)}) if status else frozenset()

    def prepare_for_create(self, context: Context, obj: Object) -> None:
        """Drop the status where it has a subresource; the first generation is 1 where generations are counted."""
        if self.has_status:
            obj["status"] = {}
        if self.counts_generations:
            metadata(obj)["generation"] = 1

    def prepare_for_update(self, context: Context, new: Object, old: Object) -> None:
        """Keep the status; a changed spec is a new generation."""
        if self.has_status:
            keep(new, old, "status")
        if self.counts_generations and new.get("spec") != old.get("spec"):
            metadata(new)["generation"] = (metadata(old).get("generation") or 0) + 1

    def name_errors(self, name: str) -> list[str]:
        """Names are DNS subdomains unless the kind says otherwise."""
        return dns1123_subdomain(name)

    def fields(self, obj: Object) -> Mapping[str, str]:
        """The selectable fields, as strings."""
        return {path: _text(at(obj, path)) for path in self.selectable}


class BuiltinStatusStrategy(BuiltinStrategy):
    """Writes through ``/status``: the status, and no more of the rest than its own validation looks at."""

    def __init__(self, main: BuiltinStrategy) -> None:
        super().__init__(main.selectable)
        self.main = main
        self.reset_fields = frozenset({("spec",)})

    def prepare_for_update(self, context: Context, new: Object, old: Object) -> None:
        """Everything but status and metadata is the old object's."""
        for name in set(new) | set(old):
            if name not in ("status", "metadata", "apiVersion", "kind"):
                keep(new, old, name)

    def name_errors(self, name: str) -> list[str]:
        """As the kind's."""
        return self.main.name_errors(name)

    def fields(self, obj: Object) -> Mapping[str, str]:
        """As the kind's."""
        return self.main.fields(obj)


def keep(new: Object, old: Object, name: str) -> None:
    """A field as it was."""
    if name in old:
        new[name] = copy(old[name])
    else:
        new.pop(name, None)


def at(obj: Object, path: str) -> Any:
    """The value at a dotted path, or None."""
    value: Any = obj
    for part in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(part)
    return value


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
