"""``/openapi/v2`` and ``/openapi/v3``: the schemas of what is served, for ``kubectl explain`` and validating clients.

Documents are built when they are asked for. Those of built-in kinds never change and are kept; those of definitions are kept until
the catalog changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache

import orjson

from emulator import fixtures
from emulator.apiserver.apimachinery.errors import StatusError, not_acceptable
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.endpoints import openapi_protobuf
from emulator.apiserver.endpoints.negotiation import parse_accept
from emulator.apiserver.endpoints.request import Request
from emulator.apiserver.registry.catalog import Catalog, Served
from emulator.apiserver.registry.resource import Resource
from emulator.apiserver.schema.openapi import V2, V3, Publication
from emulator.apiserver.schema.openapi_builtin import BuiltinPublication, BuiltinSchemas, with_references
from emulator.apiserver.schema.openapi_paths import paths

TITLE = "Kubernetes"
VERSION = "v1.36.0"
JSON = b"application/json"
PLAIN_TEXT = b"text/plain; charset=utf-8"
_JSON_TYPES = ("application/json", "application/*", "*/*")
_PROTOBUF_TYPES = (openapi_protobuf.MEDIA_TYPE, openapi_protobuf.OLD_MEDIA_TYPE)
_YEAR = timedelta(days=365)
Headers = list[tuple[bytes, bytes]]


class OpenApi:
    """Answers both versions' paths."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._kept: dict[str, bytes] = {}

    async def answer(self, request: Request) -> bool:
        """Answer the request if it is for an OpenAPI document. Raises StatusError: 405, 406."""
        path = request.path.rstrip("/")
        if path not in ("/openapi/v2", "/openapi/v3") and not path.startswith("/openapi/v3/"):
            return False
        if request.method not in ("GET", "HEAD"):
            raise StatusError(
                405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {}
            )
        if path == "/openapi/v2":
            await self._swagger(request)
        elif path == "/openapi/v3":
            await request.answer(200, orjson.dumps({"paths": self._index()}), PLAIN_TEXT, _etag(self._index_hash()))
        else:
            await self._document(request, path.removeprefix("/openapi/v3/"))
        return True

    # Version 3

    def _index(self) -> Object:
        return {
            path: {"serverRelativeURL": f"/openapi/v3/{path}?hash={value}"}
            for path, value in sorted(self._hashes().items())
        }

    def _index_hash(self) -> str:
        return _hash("".join(self._hashes().values()))

    def _hashes(self) -> dict[str, str]:
        """The group versions, and a hash of what each document says."""
        found: dict[str, str] | None = self.catalog.notes.get("openapi hashes")
        if found is None:
            found = self.catalog.notes["openapi hashes"] = {
                path: _hash(
                    _builtin_digest() + path,
                    *(orjson.dumps(_spec(served)).decode() for served in here if served.document),
                )
                for path, here in self._by_path().items()
            }
        return found

    def _by_path(self) -> dict[str, list[Served]]:
        found: dict[str, list[Served]] = {}
        for served in self.catalog:
            resource = served.resource
            prefix = "apis/" if resource.group else "api/"
            found.setdefault(prefix + resource.api_version, []).append(served)
        return found

    async def _document(self, request: Request, path: str) -> None:
        here = self._by_path().get(path)
        if here is None:
            await _nothing(request)
            return
        _check_json(request)
        current, asked = self._hashes()[path], request.first("hash")
        if asked and asked != current:
            location = f"/openapi/v3/{path}?hash={current}"
            await request.answer(301, b"", b"", [(b"location", location.encode())])
            return
        if _unchanged(request, current):
            await request.answer(304, b"", JSON, _etag(current))
            return
        headers = _etag(current)
        if asked:
            expires = (datetime.now(UTC) + _YEAR).strftime("%a, %d %b %Y %H:%M:%S GMT")
            headers += [(b"cache-control", b"public, immutable"), (b"expires", expires.encode())]
        await request.answer(200, self._rendered(path, here), JSON, headers)

    def _rendered(self, path: str, here: list[Served]) -> bytes:
        if any(served.document for served in here):
            return self._note(("openapi", path), lambda: orjson.dumps(_custom_document(here)))
        if path not in self._kept:
            self._kept[path] = orjson.dumps(_builtin_document([served.resource for served in here]))
        return self._kept[path]

    def _note(self, key: tuple[str, ...], build: Callable[[], bytes]) -> bytes:
        document: bytes | None = self.catalog.notes.get(key)
        if document is None:
            document = self.catalog.notes[key] = build()
        return document

    # Version 2

    async def _swagger(self, request: Request) -> None:
        form = _swagger_form(request)
        headers = _etag(self._index_hash())
        if _unchanged(request, self._index_hash()):
            await request.answer(304, b"", form.encode(), headers)
        elif form == "application/json":
            await request.answer(200, self._note(("openapi", "v2"), self._swagger_json), JSON, headers)
        else:
            body = self._note(("openapi", "v2", "protobuf"), self._swagger_protobuf)
            await request.answer(200, body, form.encode(), headers)

    def _swagger_json(self) -> bytes:
        document: Object = {
            "swagger": "2.0",
            "info": {"title": TITLE, "version": VERSION},
            "paths": {},
            "definitions": {},
        }
        for part in (_builtin_swagger(self._builtins()), *self._custom_swagger()):
            document["paths"].update(part["paths"])
            document["definitions"].update(part["definitions"])
        return orjson.dumps(document)

    def _swagger_protobuf(self) -> bytes:
        if "v2" not in self._kept:
            self._kept["v2"] = openapi_protobuf.part(_builtin_swagger(self._builtins()))
        return openapi_protobuf.document(TITLE, VERSION, self._custom_swagger()) + self._kept["v2"]

    def _builtins(self) -> list[Resource]:
        return [served.resource for served in self.catalog if served.document is None]

    def _custom_swagger(self) -> list[Object]:
        return [publication.swagger() for served in self.catalog if (publication := _publication(served))]


@cache
def _builtin_digest() -> str:
    """Changes when the built-in kinds' schemas change."""
    files = ("types.json", "descriptions.json")
    return hashlib.sha256(b"".join(fixtures.path("kubernetes", name).read_bytes() for name in files)).hexdigest()


def _hash(*parts: str) -> str:
    return hashlib.sha512("".join(parts).encode()).hexdigest().upper()


def _etag(value: str) -> Headers:
    return [(b"etag", f'"{value}"'.encode()), (b"vary", b"Accept")]


def _unchanged(request: Request, value: str) -> bool:
    return f'"{value}"' in request.header(b"if-none-match")


async def _nothing(request: Request) -> None:
    """404 without a body, as kube-openapi answers."""
    request.started = True
    await request.send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
    await request.send({"type": "http.response.body", "body": b""})


def _check_json(request: Request) -> None:
    header = request.header(b"accept")
    if header and not any(clause.media_type in _JSON_TYPES for clause in parse_accept(header)):
        raise not_acceptable("only the following media types are accepted: application/json")


def _swagger_form(request: Request) -> str:
    """The media type of the answer. Raises StatusError (406)."""
    header = request.header(b"accept")
    for clause in parse_accept(header) if header else ():
        if clause.media_type in _PROTOBUF_TYPES:
            return openapi_protobuf.MEDIA_TYPE
        if clause.media_type in _JSON_TYPES:
            return "application/json"
    if header:
        raise not_acceptable(
            f"only the following media types are accepted: application/json, {openapi_protobuf.OLD_MEDIA_TYPE}"
        )
    return "application/json"


# Built-in kinds


def _described(resource: Resource) -> BuiltinPublication:
    return BuiltinPublication(
        resource.gvk,
        resource.list_kind,
        resource.plural,
        namespaced=resource.namespaced,
        verbs=resource.verbs,
        subresources=[subresource.name for subresource in resource.subresources],
    )


def _builtin_document(resources: list[Resource]) -> Object:
    shown = [_described(resource) for resource in resources]
    schemas = BuiltinSchemas(V3)
    found: Object = {}
    for one in shown:
        found.update(paths(one, V3))
    wanted = _wanted(shown, found)
    return {
        "openapi": "3.0.0",
        "info": {"title": TITLE, "version": VERSION},
        "paths": found,
        "components": {"schemas": dict(sorted(with_references(wanted, schemas).items()))},
    }


def _wanted(shown: list[BuiltinPublication], found: Object) -> list[str]:
    """The schemas that the paths name."""
    names = [name for one in shown for name in (one.name, one.list_name)]
    return names + [target for target in _SHARED if target in str(found)]


_META = "io.k8s.apimachinery.pkg.apis.meta.v1."
_SHARED = (_META + "Status", _META + "Patch", _META + "DeleteOptions", "io.k8s.api.autoscaling.v1.Scale")


def _builtin_swagger(resources: list[Resource]) -> Object:
    shown = [_described(resource) for resource in resources]
    found: Object = {}
    for one in shown:
        found.update(paths(one, V2))
    return {"paths": found, "definitions": dict(BuiltinSchemas(V2))}


# Definitions


def _spec(served: Served) -> Object:
    assert served.document is not None, "definitions have a document"
    spec: Object = served.document["spec"]
    return spec


def _publication(served: Served) -> Publication | None:
    if served.document is None:
        return None
    for version in _spec(served)["versions"]:
        if version["name"] == served.resource.version:
            return Publication(served.document, version)
    return None


def _custom_document(here: list[Served]) -> Object:
    """The document of a group version: those of its definitions in one."""
    shared = BuiltinSchemas(V3)
    documents = [publication.document(shared) for served in here if (publication := _publication(served))]
    whole = documents[0]
    for document in documents[1:]:
        whole["paths"].update(document["paths"])
        whole["components"]["schemas"].update(document["components"]["schemas"])
    return whole
