"""The two doors that a cleanup needs, and how it uses them through the driver."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from conformance.cleanup.records import Record, record
from conformance.driver.errors import NotOursError
from conformance.driver.kube import Kube
from conformance.driver.resources import MODELS
from conformance.driver.s3 import ObjectAnswer, ObjectStore

PAGE = 500
TROUBLED = (500, 502, 503, 504)
RETRY_SECONDS = (0.1, 0.4, 1.6)
BATCH = 1000  # the most that DeleteObjects takes


class RefusedError(Exception):
    """A door refused; the sentence says what and why."""


class ModelRegistry(Protocol):
    """The Models."""

    def models(self) -> list[Record]:
        """All of them, in all namespaces (or the one that was asked for)."""

    def delete(self, model: Record) -> bool:
        """Delete exactly this object, unless it changed: then False."""


class Objects(Protocol):
    """The artifacts."""

    def under(self, bucket: str, key: str) -> Iterator[tuple[str, str]]:
        """Every object at or beneath a key, as (key, version); in versioned buckets all versions."""

    def delete(self, bucket: str, objects: Iterable[tuple[str, str]]) -> list[str]:
        """Delete them; what could not be deleted, with its reason."""


class CleanupPermission:
    """What a cleanup may write through the Kubernetes door: it may delete Models, one at a time, and nothing else."""

    def demand(self, method: str, path: str, body: object) -> None:
        """Raise NotOursError for anything but reading and deleting a named Model."""
        steps = path.split("?")[0].strip("/").split("/")
        one_model = (
            method == "DELETE"
            and len(steps) == 7
            and steps[:3] == ["apis", "michelangelo.api", "v2"]
            and steps[5] == "models"
        )
        if method != "GET" and not one_model:
            raise NotOursError(f"a cleanup does not {method} {path}")

    def label(self, obj: object) -> object:
        """A cleanup makes nothing."""
        return obj


@dataclass(frozen=True, slots=True)
class KubeRegistry:
    """Models through the Kubernetes API."""

    kube: Kube
    namespace: str = ""

    def models(self) -> list[Record]:
        """All Models, page by page; once more from the start when the pages expire. Raises RefusedError."""
        found: list[Record] = []
        token = ""
        for _ in range(1_000_000):
            page = self.kube.list(MODELS, self.namespace, limit=PAGE, continue_=token)
            if page.code == 410 and token:
                found, token = [], ""
                continue
            if not page.ok:
                raise RefusedError(f"cannot list models: {page.said()}")
            found += [record(item) for item in page.items]
            token = str(page.at("metadata.continue", "") or "")
            if not token:
                break
        return found

    def delete(self, model: Record) -> bool:
        """Delete it if its uid and version are still the same. Raises RefusedError."""
        options = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "preconditions": {"uid": model.uid, "resourceVersion": model.version},
        }
        answer = self.kube.delete(MODELS, model.namespace, model.name, options)
        if answer.code == 409:
            return False
        if not answer.ok and answer.code != 404:
            raise RefusedError(f"cannot delete model {model.label}: {answer.said()}")
        return True


@dataclass(frozen=True, slots=True)
class S3Objects:
    """Artifacts through S3."""

    store: ObjectStore

    def under(self, bucket: str, key: str) -> Iterator[tuple[str, str]]:
        """Versions where the bucket has them, else the objects. Raises RefusedError."""
        marker, version_marker = "", ""
        while True:
            query = {"versions": "", "prefix": key}
            if marker:
                query |= {"key-marker": marker, "version-id-marker": version_marker}
            page = self._patiently(partial(self.store.request, "GET", bucket=bucket, query=query))
            if page.code in (400, 405, 501) and not marker:
                yield from self._current(bucket, key)
                return
            if page.code == 404:
                return
            if not page.ok:
                raise RefusedError(f"cannot list s3://{bucket}/{key}: {page.said()}")
            for element in [*page.xml.findall("Version"), *page.xml.findall("DeleteMarker")]:
                version = element.findtext("VersionId") or ""
                yield element.findtext("Key") or "", "" if version == "null" else version
            marker, version_marker = (
                page.xml.findtext("NextKeyMarker") or "",
                page.xml.findtext("NextVersionIdMarker") or "",
            )
            if page.xml.findtext("IsTruncated") != "true" or not marker:
                return

    def _current(self, bucket: str, key: str) -> Iterator[tuple[str, str]]:
        token = ""
        while True:
            page = self._patiently(partial(self.store.list_objects, key, token=token, bucket=bucket))
            if not page.ok:
                raise RefusedError(f"cannot list s3://{bucket}/{key}: {page.said()}")
            yield from ((found, "") for found in page.texts("Contents/Key"))
            token = page.xml.findtext("NextContinuationToken") or ""
            if page.xml.findtext("IsTruncated") != "true" or not token:
                return

    def _patiently(self, ask: Callable[[], ObjectAnswer]) -> ObjectAnswer:
        """Ask again when the store is troubled (500, 503 SlowDown and the like), as S3's own clients do."""
        answer = ask()
        for wait in RETRY_SECONDS:
            if answer.code not in TROUBLED:
                break
            self.store.lane.pause(wait)
            answer = ask()
        return answer

    def delete(self, bucket: str, objects: Iterable[tuple[str, str]]) -> list[str]:
        """DeleteObjects in batches; a store without it is asked one by one."""
        waiting = list(objects)
        failed: list[str] = []
        for start in range(0, len(waiting), BATCH):
            batch = waiting[start : start + BATCH]
            answer = self._patiently(partial(self.store.delete_many, batch, bucket))
            if answer.code in (400, 405, 501):
                failed += self._one_by_one(bucket, batch)
            elif not answer.ok:
                failed += [f"s3://{bucket}/{key}: {answer.said()}" for key, _ in batch]
            else:
                failed += [
                    f"s3://{bucket}/{error.findtext('Key')}: {error.findtext('Code')} {error.findtext('Message') or ''}".strip()
                    for error in answer.xml.findall("Error")
                ]
        return failed

    def _one_by_one(self, bucket: str, batch: list[tuple[str, str]]) -> list[str]:
        def one(key: str, version: str) -> ObjectAnswer:
            query = {"versionId": version} if version else None
            return self.store.request("DELETE", key, bucket=bucket, query=query)

        answers = [(key, one(key, version)) for key, version in batch]
        return [
            f"s3://{bucket}/{key}: {answer.said()}" for key, answer in answers if not answer.ok and answer.code != 404
        ]
