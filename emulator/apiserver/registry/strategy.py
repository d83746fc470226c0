"""The blanks in the order of a write that a kind fills in. Everything else is the generic Store's.

The order (as k8s.io/apiserver/pkg/registry/rest): decode, mutate (admission), ``prepare_for_*``, ``validate*``, store.
Objects handed in are private copies: ``prepare_*`` may change them, ``validate*`` may not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.users import UserInfo
from emulator.apiserver.registry.resource import Resource


@dataclass(slots=True)
class Context:
    """Who writes what, how, and the warnings to send back with the answer."""

    resource: Resource
    namespace: str
    user: UserInfo
    now: str  # RFC 3339, seconds
    warnings: list[str] = field(default_factory=list)
    name: str = ""
    subresource: str = ""
    manager: str = ""  # field manager
    dry_run: bool = False
    remembered: dict[Any, Any] = field(default_factory=dict)
    """What earlier attempts at this write drew at random or were told from outside: a later one has to agree with them."""

    def remember(self, what: Any, make: Callable[[], str]) -> str:
        """The value that an earlier attempt made, or a new one."""
        value: str = self.remembered.setdefault(what, None) or make()
        self.remembered[what] = value
        return value


class Admission(Protocol):
    """Is it welcome: asked before the strategy (may change the object) and after it (may not)."""

    def admit(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """Change or refuse a write; *operation* is CREATE, UPDATE, DELETE or CONNECT. Raises StatusError."""
        ...

    def validate(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """Refuse a write. Raises StatusError."""
        ...


class Strategy:
    """Do-nothing defaults: a kind overrides what is its own."""

    allow_create_on_update = False
    allow_unconditional_update = True
    returns_deleted_object = False  # DELETE answers with the object rather than with a Status
    default_orphans = False  # whether dependents are orphaned when a DELETE does not say
    reset_fields: frozenset[tuple[str, ...]] = frozenset()  # paths that a write here ignores; nobody comes to own them

    def prepare_for_create(self, context: Context, obj: Object) -> None:
        """Drop what a client may not set, fill in what is computed."""

    def validate(self, context: Context, obj: Object) -> list[FieldError]:
        """Everything wrong with a new object, beyond its metadata."""
        return []

    def prepare_for_update(self, context: Context, new: Object, old: Object) -> None:
        """Keep what an update may not change; bump generation where the kind counts it."""

    def validate_update(self, context: Context, new: Object, old: Object) -> list[FieldError]:
        """Everything wrong with an update, beyond its metadata."""
        return []

    def prepare_for_delete(self, context: Context, obj: Object, grace: int | None) -> int | None:
        """Seconds of grace that a deletion of this object gets (None: the kind records none); may change it."""
        return 0

    def holds_deletion(self, obj: Object) -> bool:
        """Whether a deleted object stays for a reason other than its metadata.finalizers."""
        return False

    def after_delete(self, context: Context, obj: Object) -> None:
        """Called once an object is gone from storage (release what it had allocated)."""

    def claim(self, obj: Object) -> None:
        """Called before an object is put into storage as it is (note what it has allocated)."""

    def name_errors(self, name: str) -> list[str]:
        """What is wrong with a name (texts as k8s.io/apimachinery/pkg/api/validation gives them)."""
        return []

    def fields(self, obj: Object) -> Mapping[str, str]:
        """The values of the resource's selectable fields."""
        return {}
