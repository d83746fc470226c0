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
    api_version: str = field(init=False, compare=False)  # the ``apiVersion`` of its objects
    group_resource: GroupResource = field(init=False, compare=False)  # how error messages name it

    def __post_init__(self) -> None:
        made = {
            "singular": self.singular or self.kind.lower(),
            "list_kind": self.list_kind or f"{self.kind}List",
            "storage_version": self.storage_version or self.version,
            "api_version": f"{self.group}/{self.version}" if self.group else self.version,
            "group_resource": GroupResource(self.group, self.plural),
        }
        for name, value in made.items():
            object.__setattr__(self, name, value)

    @property
    def group_version(self) -> GroupVersion:
        """The group and version it is served in."""
        return GroupVersion(self.group, self.version)

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
