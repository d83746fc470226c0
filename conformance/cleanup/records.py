"""What retention knows of a Model: who, when, and which artifacts; and what a URI covers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from conformance.driver.answers import at

TIMESTAMP = re.compile(r"\A\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z\Z")
_S3 = re.compile(r"\As3://([^/]+)/(.*)\Z", re.DOTALL)
FIELDS = (("model_artifact_uri", "modelArtifactUri"), ("deployable_artifact_uri", "deployableArtifactUri"))


@dataclass(frozen=True, slots=True)
class Place:
    """What an s3:// URI names: the object under the key, and everything beneath it as under a directory."""

    bucket: str
    key: str  # without slashes at its end

    def covers(self, bucket: str, key: str) -> bool:
        """Whether an object is the one named or lies beneath it."""
        return bucket == self.bucket and (key.rstrip("/") == self.key or key.startswith(f"{self.key}/"))


def place(uri: Any) -> Place | None:
    """The place that a URI names; None when it is no s3:// URI, or names a whole bucket: nothing is ever deleted for those."""
    match = _S3.match(uri) if isinstance(uri, str) else None
    if match is None or not match.group(2).strip("/"):
        return None
    return Place(match.group(1), match.group(2).rstrip("/"))


@dataclass(frozen=True, slots=True)
class Record:
    """A Model, as far as retention goes."""

    namespace: str
    name: str
    uid: str
    version: str
    created: str
    uris: tuple[Any, ...]

    @property
    def label(self) -> str:
        """For people."""
        return f"{self.namespace}/{self.name}"

    def places(self) -> tuple[Place, ...]:
        """The places that its URIs name; those that name none are left out."""
        return tuple(dict.fromkeys(found for uri in self.uris if (found := place(uri)) is not None))

    def foreign(self, buckets: Iterable[str]) -> tuple[str, ...]:
        """Its URIs that cannot be deleted here: other stores, other buckets, whole buckets."""
        known = frozenset(buckets)
        return tuple(str(uri) for uri in self.uris if (found := place(uri)) is None or found.bucket not in known)


def record(obj: Any) -> Record:
    """What a Model object says, in either spelling of its fields."""
    uris: list[Any] = []
    for names in FIELDS:
        for name in names:
            value = at(obj, f"spec.{name}")
            if isinstance(value, list):
                uris += value
    return Record(
        namespace=str(at(obj, "metadata.namespace", "")),
        name=str(at(obj, "metadata.name", "")),
        uid=str(at(obj, "metadata.uid", "")),
        version=str(at(obj, "metadata.resourceVersion", "")),
        created=str(at(obj, "metadata.creationTimestamp", "")),
        uris=tuple(uris),
    )
