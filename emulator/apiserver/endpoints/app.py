"""The API server as an ASGI callable: the filters that every request passes, and which handler it ends at.

Order as k8s.io/apiserver's handler chain: request info, authentication, impersonation, authorization, handler.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from emulator.apiserver.apimachinery import errors
from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.names import GroupResource
from emulator.apiserver.authn.impersonation import Impersonation, wanted_identity
from emulator.apiserver.authn.interface import Authenticator, Credentials
from emulator.apiserver.authz.interface import Attributes, Authorizer
from emulator.apiserver.authz.rbac import denial
from emulator.apiserver.clock import Clock
from emulator.apiserver.endpoints import deadline
from emulator.apiserver.endpoints.crowd import Crowds
from emulator.apiserver.endpoints.documents import Documents
from emulator.apiserver.endpoints.handlers.create import create
from emulator.apiserver.endpoints.handlers.delete import delete, delete_collection
from emulator.apiserver.endpoints.handlers.get import get
from emulator.apiserver.endpoints.handlers.list import list_objects
from emulator.apiserver.endpoints.handlers.patch import patch
from emulator.apiserver.endpoints.handlers.scale import scale
from emulator.apiserver.endpoints.handlers.update import update
from emulator.apiserver.endpoints.handlers.watch import watch
from emulator.apiserver.endpoints.negotiation import PLAIN, Form, negotiate
from emulator.apiserver.endpoints.presentation import render
from emulator.apiserver.endpoints.request import Request
from emulator.apiserver.endpoints.scope import Outside, Scope, missing, not_allowed
from emulator.apiserver.registry.afterwards import Afterwards
from emulator.apiserver.registry.catalog import Catalog, Served

Handler = Callable[[Scope], Awaitable[None]]
NOT_FOUND_TEXT = b"404 page not found\n"
PLAIN_TEXT = b"text/plain; charset=utf-8"

_HANDLERS: dict[str, Handler] = {
    "get": get,
    "list": list_objects,
    "watch": watch,
    "create": create,
    "update": update,
    "patch": patch,
    "delete": delete,
    "deletecollection": delete_collection,
}
_log = logging.getLogger("emulator.apiserver")


class ApiServer:
    """Answers every HTTP request."""

    def __init__(
        self,
        catalog: Catalog,
        authenticator: Authenticator,
        authorizer: Authorizer,
        clock: Clock,
        documents: Documents,
        connectors: dict[tuple[str, str], Handler],
        outside: Outside,
        afterwards: Afterwards,
    ) -> None:
        self.catalog = catalog
        self.authenticator = authenticator
        self.authorizer = authorizer
        self.clock = clock
        self.documents = documents
        self._impersonation = Impersonation(authorizer)
        self._outside = outside
        self._crowds = Crowds()
        self._afterwards = afterwards
        self.connectors = connectors  # (plural, subresource) -> handler of log, attach, exec, proxy ...

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request (or WebSocket handshake) of ASGI."""
        if scope["type"] not in ("http", "websocket"):
            return
        if scope["type"] == "websocket":
            scope["method"] = "GET"
            send = _refusing(send)
        self._afterwards.catch_up()
        request = Request(scope, receive, send)
        try:
            await self._serve(request)
        except StatusError as error:
            await refuse(request, error)
        except ConnectionResetError:
            pass
        except RecursionError:
            await refuse(request, errors.bad_request("the request is nested too deeply"))
        except Exception as error:
            _log.exception("%s %s failed", request.method, request.path)
            if not request.started:
                await refuse(request, errors.internal(f"{type(error).__name__}: {error}"))

    async def _serve(self, request: Request) -> None:
        if "timeout" in request.query:
            deadline.check(request)
        self._authenticate(request)
        info = request.info
        attributes = request.attributes()
        decision = self.authorizer.authorize(attributes)
        if not decision.allowed:
            raise forbidden(attributes, decision.reason)
        if self.catalog.elsewhere and self.catalog.is_elsewhere(request.path):
            await request.answer(503, b"service unavailable\n", PLAIN_TEXT, _NO_SNIFF)
            return
        if not info.is_resource:
            if not await self.documents.answer(request):
                await request.answer(404, NOT_FOUND_TEXT, PLAIN_TEXT, _NO_SNIFF)
            return
        served = self.catalog.lookup(info.group, info.version, info.resource)
        if served is None:
            await self._unknown(request)
            return
        await self._dispatch(request, served)

    def _authenticate(self, request: Request) -> None:
        """Who asks, and as whom. Raises StatusError: 401, 403."""
        headers = request.headers
        credentials = Credentials(
            headers[b"authorization"].decode("latin-1") if b"authorization" in headers else None,
            (request.scope.get("state") or {}).get("client_certificate"),
        )
        user = self.authenticator.authenticate(credentials)
        assert user is not None, "the last authenticator answers with the anonymous user"
        request.warnings.extend(getattr(self.authenticator, "warnings_for", _no_warnings)(credentials))
        request.user = user
        wanted = wanted_identity(request.scope["headers"])
        if wanted is not None:
            request.user = self._impersonation.act(request.attributes(), wanted)

    async def _unknown(self, request: Request) -> None:
        """A resource nobody serves: plain text for groups of CRDs and unknown ones, a Status for built-in groups."""
        if self.documents.is_builtin_group(request.info.group):
            raise missing()
        await request.answer(404, NOT_FOUND_TEXT, PLAIN_TEXT, _NO_SNIFF)

    async def _dispatch(self, request: Request, served: Served) -> None:
        info = request.info
        resource = served.resource
        scope = Scope(request, served, self.clock, self.catalog, self._outside, self._crowds)
        if resource.deprecation:
            request.warnings.append(resource.deprecation)
        if info.subresource:
            await self._subresource(scope)
            return
        # The name of a list, a watch or a deletecollection is one that a field selector names, and no part of the path.
        if resource.namespaced and not info.namespace and info.verb not in ("list", "watch"):
            if resource.custom:
                await request.answer(404, NOT_FOUND_TEXT, PLAIN_TEXT, _NO_SNIFF)
                return
            raise missing() if info.name and info.verb != "deletecollection" else not_allowed()
        if resource.plural == "namespaces" and info.namespace and info.namespace != info.name and not resource.group:
            raise missing()
        if not resource.namespaced and info.namespace and resource.plural != "namespaces":
            if resource.custom:
                await request.answer(404, NOT_FOUND_TEXT, PLAIN_TEXT, _NO_SNIFF)
                return
            raise missing()
        handler = _HANDLERS.get(info.verb)
        if resource.custom:
            if handler is None:
                raise errors.method_not_supported(resource.group_resource, info.verb)
        else:
            self._check_builtin(request, served)
        assert handler is not None
        await scope.attempt(partial(handler, scope))

    def _check_builtin(self, request: Request, served: Served) -> None:
        """Built-in kinds have routes: a method that has none is 405, whatever the object."""
        info = request.info
        verb = info.verb
        if request.method == "HEAD" or verb not in _HANDLERS or verb not in served.resource.verbs:
            raise not_allowed()
        named = bool(info.path.strip("/").split("/")[-1] != info.resource) if info.name else False
        if verb == "create" and info.name and named:
            raise not_allowed()
        if verb in ("update", "patch") and not info.name:
            raise not_allowed()

    async def _subresource(self, scope: Scope) -> None:
        info = scope.request.info
        resource = scope.resource
        known = resource.subresource(info.subresource)
        if known is None:
            if resource.custom:
                raise errors.not_found(resource.group_resource, info.name)
            raise missing()
        connector = self.connectors.get((resource.plural, info.subresource))
        if connector is not None:
            await asyncio.sleep(0)  # connectors are tasks: they wait with timeouts
            await connector(scope)
            return
        if info.verb not in known.verbs:
            raise errors.method_not_supported(resource.group_resource, info.verb) if resource.custom else not_allowed()
        if info.subresource == "scale":
            await scope.attempt(partial(scale, scope))
            return
        await scope.attempt(partial(_HANDLERS[info.verb], scope))


def _refusing(send: Any) -> Any:
    """For a WebSocket: an answer in place of an acceptance refuses the handshake."""

    async def adapted(message: Any) -> None:
        sort = message["type"]
        if sort.startswith("http.response."):
            message = {**message, "type": f"websocket.{sort}"}
        await send(message)

    return adapted


_NO_SNIFF = ((b"x-content-type-options", b"nosniff"),)


def _no_warnings(credentials: Credentials) -> list[str]:
    return []


def forbidden(attributes: Attributes, reason: str) -> StatusError:
    """The 403 of a refused request."""
    text = denial(attributes, reason)
    if not attributes.is_resource:
        return StatusError(403, "Forbidden", f"forbidden: {text}", {})
    resource = attributes.resource
    return errors.forbidden(GroupResource(attributes.group, resource), attributes.name, text)


async def refuse(request: Request, error: StatusError) -> None:
    """Answer with a Status, in the form that the client accepts."""
    if request.started:
        return
    form: Form = PLAIN
    try:
        wanted = negotiate(request.header(b"accept"), False, True, True)
        form = Form(wanted.media_type)
    except StatusError:
        form = PLAIN
    headers = [(name.lower().encode(), value.encode()) for name, value in error.headers.items()]
    body = render(error.status(), form, False)
    await request.answer(error.code, body, form.content_type, headers)
