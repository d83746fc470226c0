"""A small client of the Kubernetes API for tests: plain dictionaries in and out, in one namespace, nothing to install.

``michelangelo.env["KUBECONFIG"]`` is there for those who would rather use another one.
"""

from __future__ import annotations

import base64
import ssl
from pathlib import Path
from typing import Any, Self

import httpx
import yaml

Object = dict[str, Any]
Objects = list[Object]
Names = list[str]
MODELS = "michelangelo.api/v2"
SECONDS = 30.0
_PATCHES = {"merge": "application/merge-patch+json", "json": "application/json-patch+json"}


class ApiError(Exception):
    """The API server refused: *code* is the HTTP status, *reason* Kubernetes' word (NotFound, Forbidden, Invalid)."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(message)


class ApiClient:
    """Requests of one user, in one namespace.

    A resource is its plural: ``models`` of Michelangelo, or with its group and version: ``v1/configmaps``, ``apps/v1/deployments``.
    """

    def __init__(self, server: str, authority: bytes, token: str, namespace: str) -> None:
        self.namespace = namespace
        context = ssl.create_default_context(cadata=authority.decode())
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(
            base_url=server, verify=context, headers=headers, timeout=SECONDS, trust_env=False
        )  # it is on this machine: no proxy
        self._kinds: dict[str, dict[str, Object]] = {}  # group and version -> kind -> how it is served

    @classmethod
    def of(cls, kubeconfig: Path, namespace: str) -> Self:
        """A client as the current context of a kubeconfig that a plane wrote."""
        document = yaml.safe_load(kubeconfig.read_text())
        context = next(each for each in document["contexts"] if each["name"] == document["current-context"])["context"]
        cluster = next(each for each in document["clusters"] if each["name"] == context["cluster"])["cluster"]
        user = next(each for each in document["users"] if each["name"] == context["user"])["user"]
        authority = base64.b64decode(cluster["certificate-authority-data"])
        return cls(cluster["server"], authority, user["token"], namespace)

    def close(self) -> None:
        """Give its connections back."""
        self._http.close()

    def get(self, resource: str, name: str) -> Object:
        """One object. Raises ApiError."""
        return self.request("GET", self._path(resource, name))

    def find(self, resource: str, name: str) -> Object | None:
        """One object, or None when there is none. Raises ApiError for anything else."""
        try:
            return self.get(resource, name)
        except ApiError as error:
            if error.code == 404:
                return None
            raise

    def list(self, resource: str, *, labels: str = "") -> Objects:
        """The namespace's objects, by name; *labels* is a label selector. Raises ApiError."""
        items: Objects = self.request("GET", self._path(resource), params={"labelSelector": labels})["items"]
        return items

    def names(self, resource: str, *, labels: str = "") -> Names:
        """The names of the namespace's objects. Raises ApiError."""
        return [item["metadata"]["name"] for item in self.list(resource, labels=labels)]

    def create(self, manifest: Object) -> Object:
        """Create an object of any kind; it goes to its own namespace, else to the test's. Raises ApiError."""
        return self.request("POST", self._collection(manifest), json=manifest)

    def patch(self, resource: str, name: str, changes: Object | Objects) -> Object:
        """A merge patch, or with a list a JSON patch. Raises ApiError."""
        kind = _PATCHES["json" if isinstance(changes, list) else "merge"]
        return self.request("PATCH", self._path(resource, name), json=changes, headers={"Content-Type": kind})

    def delete(self, resource: str, name: str) -> None:
        """Delete an object. Raises ApiError."""
        self.request("DELETE", self._path(resource, name))

    def request(self, method: str, path: str, **options: Any) -> Object:
        """Any other request; the answer is its JSON. Raises ApiError."""
        answer = self._http.request(method, path, **options)
        document: Object = answer.json() if answer.content else {}
        if answer.is_error:
            raise ApiError(answer.status_code, document.get("reason", ""), document.get("message", answer.text))
        return document

    def _path(self, resource: str, name: str = "") -> str:
        version, _, plural = resource.rpartition("/")
        version = version or MODELS
        row = next((row for row in self._served(version).values() if row["name"] == plural), None)
        if row is None:
            del self._kinds[version]  # it may be defined later
            raise ApiError(404, "NotFound", f"the server doesn't have a resource type {plural!r} in {version}")
        place = f"/namespaces/{self.namespace}" if row["namespaced"] else ""
        return f"{_root(version)}{place}/{plural}" + (f"/{name}" if name else "")

    def _collection(self, manifest: Object) -> str:
        version, kind = manifest["apiVersion"], manifest["kind"]
        row = self._served(version).get(kind)
        if row is None:
            del self._kinds[version]
            raise ApiError(404, "NotFound", f'no matches for kind "{kind}" in version "{version}"')
        namespace = manifest.get("metadata", {}).get("namespace", self.namespace)
        place = f"/namespaces/{namespace}" if row["namespaced"] else ""
        return f"{_root(version)}{place}/{row['name']}"

    def _served(self, version: str) -> dict[str, Object]:
        if version not in self._kinds:
            rows = self.request("GET", _root(version))["resources"]
            self._kinds[version] = {row["kind"]: row for row in rows if "/" not in row["name"]}
        return self._kinds[version]


def _root(version: str) -> str:
    return f"/apis/{version}" if "/" in version else f"/api/{version}"
