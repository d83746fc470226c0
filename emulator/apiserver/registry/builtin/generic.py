"""What most built-in kinds have in common: a spec that counts generations, a status behind a subresource."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.apimachinery.metadata import dns1123_subdomain
from emulator.apiserver.apimachinery.objects import Object, copy, metadata
from emulator.apiserver.registry.strategy import Context, Strategy

NameErrors = Callable[[str], list[str]]
_ENVELOPE = frozenset({"apiVersion", "kind", "metadata", "status"})


class BuiltinStrategy(Strategy):
    """A kind with a DNS name and selectable fields by path. A kind says by class attributes what it is like."""

    counts_generations = False
    has_status = False
    name_rule: NameErrors = staticmethod(dns1123_subdomain)

    def __init__(self, selectable: tuple[str, ...] = ()) -> None:
        self.selectable = selectable
        self.reset_fields = frozenset({("status",)}) if self.has_status else frozenset()

    def prepare_for_create(self, context: Context, obj: Object) -> None:
        """Drop the status where it has a subresource; the first generation is 1 where generations are counted."""
        if self.has_status:
            obj["status"] = {}
        if self.counts_generations:
            metadata(obj)["generation"] = 1

    def validate(self, context: Context, obj: Object) -> list[FieldError]:
        """What the kind's rules say."""
        return self.check(obj)

    def prepare_for_update(self, context: Context, new: Object, old: Object) -> None:
        """Keep the status; a changed spec is a new generation."""
        if self.has_status:
            keep(new, old, "status")
        if self.counts_generations and _content(new) != _content(old):
            metadata(new)["generation"] = (metadata(old).get("generation") or 0) + 1

    def validate_update(self, context: Context, new: Object, old: Object) -> list[FieldError]:
        """What may not change, and what the kind's rules say."""
        return self.check(new) + self.check_update(new, old)

    def check(self, obj: Object) -> list[FieldError]:
        """Everything wrong with an object, new or not."""
        return []

    def check_update(self, new: Object, old: Object) -> list[FieldError]:
        """Everything that changed and may not."""
        return []

    def check_status(self, new: Object, old: Object) -> list[FieldError]:
        """Everything wrong with a new status."""
        return []

    def name_errors(self, name: str) -> list[str]:
        """What is wrong with a name."""
        return self.name_rule(name)

    def fields(self, obj: Object) -> Mapping[str, str]:
        """The selectable fields, as strings."""
        return {path: _text(at(obj, path)) for path in self.selectable}


class PlainStrategy(BuiltinStrategy):
    """A kind without rules of its own: what is particular about it are flags."""

    def __init__(
        self,
        selectable: tuple[str, ...] = (),
        *,
        status: bool = False,
        generations: bool = False,
        creates: bool = False,
        unconditional: bool = True,
    ) -> None:
        self.has_status = status
        self.counts_generations = generations
        self.allow_create_on_update = creates
        self.allow_unconditional_update = unconditional
        super().__init__(selectable)


class BuiltinStatusStrategy(BuiltinStrategy):
    """Writes through ``/status``: the status, and the metadata; the rest stays."""

    def __init__(self, main: BuiltinStrategy) -> None:
        self.main = main
        super().__init__(main.selectable)
        self.allow_unconditional_update = main.allow_unconditional_update
        self.reset_fields = frozenset({("spec",)})

    def prepare_for_update(self, context: Context, new: Object, old: Object) -> None:
        """Everything but status and metadata is the old object's."""
        for name in set(new) | set(old):
            if name not in _ENVELOPE:
                keep(new, old, name)

    def validate_update(self, context: Context, new: Object, old: Object) -> list[FieldError]:
        """What the kind says of a status."""
        return self.main.check_status(new, old)

    def holds_deletion(self, obj: Object) -> bool:
        """As the kind's."""
        return self.main.holds_deletion(obj)

    def after_delete(self, context: Context, obj: Object) -> None:
        """As the kind's."""
        self.main.after_delete(context, obj)

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


def _content(obj: Object) -> Object:
    return {name: value for name, value in obj.items() if name not in _ENVELOPE}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
