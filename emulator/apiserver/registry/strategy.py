"""The blanks in the order of a write that a kind fills in. Everything else is the generic Store's.

The order (as k8s.io/apiserver/pkg/registry/rest): decode, mutate (admission), ``prepare_for_*``, ``validate*``, store.
Objects handed in are private copies: ``prepare_*`` may change them, ``validate*`` may not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.users import UserInfo
from emulator.apiserver.registry.resource import Resource


@dataclass(slots=True)
class Context:
    """Who writes, to which resource, and the warnings to send back with the answer."""

    resource: Resource
    namespace: str
    user: UserInfo
    now: str  # RFC 3339, seconds
    warnings: list[str]


class Strategy:
    """Do-nothing defaults: a kind overrides what is its own."""

    allow_create_on_update = False
    allow_unconditional_update = True
    status_subresource = False
    graceful = False

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

    def default(self, obj: Object) -> None:
        """Fill in the kind's defaults, on write and on read."""

    def name_errors(self, name: str) -> list[str]:
        """What is wrong with a name (texts as k8s.io/apimachinery/pkg/api/validation gives them)."""
        return []

    def fields(self, obj: Object) -> Mapping[str, str]:
        """The values of the resource's selectable fields."""
        return {}
