"""A served resource as a row of data: names, scope, verbs, columns. Kinds of Kubernetes and custom ones alike."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from emulator.apiserver.apimachinery.names import GroupKind, GroupResource, GroupVersion, GroupVersionKind
from emulator.apiserver.schema.columns import Column as Column

ALL_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


@dataclass(frozen=True, slots=True)
class Subresource:
    """``status``, ``scale``, ``token`` ...: its own verbs, and its own kind where that differs."""

    name: str
    verbs: tuple[str, ...]
    kind: GroupVersionKind | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource in one version, as discovery describes it."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool
    singular: str = ""
    list_kind: str = ""
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ALL_VERBS
    subresources: tuple[Subresource, ...] = ()
    columns: tuple[Column, ...] = ()
    selectable_fields: tuple[str, ...] = ()  # field paths beyond metadata.name and metadata.namespace
    custom: bool = False
    deprecation: str = ""  # the warning that every request to this version gets
    storage_version: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "singular", self.singular or self.kind.lower())
        object.__setattr__(self, "list_kind", self.list_kind or f"{self.kind}List")
        object.__setattr__(self, "storage_version", self.storage_version or self.version)

    @property
    def group_version(self) -> GroupVersion:
        """The group and version it is served in."""
        return GroupVersion(self.group, self.version)

    @property
    def api_version(self) -> str:
        """The ``apiVersion`` of its objects."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def group_resource(self) -> GroupResource:
        """How error messages name it."""
        return GroupResource(self.group, self.plural)

    @property
    def group_kind(self) -> GroupKind:
        """How validation errors name it."""
        return GroupKind(self.group, self.kind)

    @property
    def gvk(self) -> GroupVersionKind:
        """Its kind, with group and version."""
        return GroupVersionKind(self.group, self.version, self.kind)

    def subresource(self, name: str) -> Subresource | None:
        """The subresource of that name, if it has one."""
        return next((sub for sub in self.subresources if sub.name == name), None)

    def at(self, version: str) -> Resource:
        """The same resource in another version."""
        return replace(self, version=version)
