"""How Kubernetes names kinds and resources: group, version, kind, resource."""

from __future__ import annotations

import re
from typing import NamedTuple


class GroupResource(NamedTuple):
    """A resource without its version, as error messages name it: ``models.michelangelo.api``."""

    group: str
    resource: str

    def __str__(self) -> str:
        return f"{self.resource}.{self.group}" if self.group else self.resource


class GroupKind(NamedTuple):
    """A kind without its version: ``Model.michelangelo.api``."""

    group: str
    kind: str

    def __str__(self) -> str:
        return f"{self.kind}.{self.group}" if self.group else self.kind


class GroupVersion(NamedTuple):
    """An API group in one version: ``michelangelo.api/v2``, or ``v1`` for the core group."""

    group: str
    version: str

    @classmethod
    def parse(cls, text: str) -> GroupVersion:
        """Split ``apiVersion``; raises ValueError ``unexpected GroupVersion string: a/b/c``."""
        parts = text.split("/")
        if len(parts) == 1:
            return cls("", parts[0])
        if len(parts) == 2:
            return cls(parts[0], parts[1])
        raise ValueError(f"unexpected GroupVersion string: {text}")

    def __str__(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version


class GroupVersionKind(NamedTuple):
    """A kind in one version, printed as Go prints it: ``michelangelo.api/v2, Kind=Model``."""

    group: str
    version: str
    kind: str

    @property
    def api_version(self) -> str:
        """The ``apiVersion`` of objects of this kind."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def __str__(self) -> str:
        return f"{self.api_version}, Kind={self.kind}"


class GroupVersionResource(NamedTuple):
    """A resource in one version."""

    group: str
    version: str
    resource: str

    @property
    def group_resource(self) -> GroupResource:
        """The same without the version."""
        return GroupResource(self.group, self.resource)


_KUBE_VERSION = re.compile(r"v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?")


def version_rank(version: str) -> tuple[int, int, int, tuple[int, ...]]:
    """A sort key: the more stable and the newer a version, the higher (``v2`` > ``v1`` > ``v2beta1`` > ``v1alpha1`` > others).

    Source: k8s.io/apimachinery/pkg/version/helpers.go. Of other names the alphabetically first is the highest.
    """
    match = _KUBE_VERSION.fullmatch(version)
    if match is None:
        return (0, 0, 0, (*(-ord(char) for char in version), 1))
    stability = {"alpha": 1, "beta": 2, None: 3}[match.group(2)]
    return (stability, int(match.group(1)), int(match.group(3) or 0), ())
