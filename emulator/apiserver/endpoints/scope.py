"""What every resource handler is given: the request, the resource it is for, and the server's clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from emulator.apiserver.admission.webhooks import Consultation
from emulator.apiserver.apimachinery import errors
from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.clock import Clock
from emulator.apiserver.endpoints.crowd import Crowds
from emulator.apiserver.endpoints.negotiation import Form, negotiate, wants_pretty
from emulator.apiserver.endpoints.presentation import present, render, render_encoded
from emulator.apiserver.endpoints.request import Request
from emulator.apiserver.registry.catalog import Catalog, Served
from emulator.apiserver.registry.conversion import ConversionNeeded
from emulator.apiserver.registry.kind import Kind
from emulator.apiserver.registry.resource import Resource
from emulator.apiserver.registry.store import Store
from emulator.apiserver.registry.strategy import Context
from emulator.apiserver.storage.interface import Stored

T = TypeVar("T")
MAX_CONSULTATIONS = 100  # answers that one write may wait for


class Outside(Protocol):
    """Asks webhooks."""

    async def ask(self, asked: Consultation) -> Any:
        """What to remember as the answer; never raises."""
        ...

    async def convert(self, needed: ConversionNeeded) -> None:
        """Have objects converted. Raises StatusError."""
        ...


@dataclass(slots=True)
class Scope:
    """One request to one resource."""

    request: Request
    served: Served
    clock: Clock
    catalog: Catalog
    outside: Outside | None = None
    crowds: Crowds = field(default_factory=Crowds)
    remembered: dict[Any, Any] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        """The kind in the requested version."""
        return self.served.kind

    @property
    def resource(self) -> Resource:
        """The resource's row."""
        return self.served.kind.resource

    @property
    def store(self) -> Store:
        """Where its objects are. Raises StatusError (405) for resources that store nothing."""
        if self.served.store is None:
            raise not_allowed()
        return self.served.store

    def context(self, manager: str = "", dry_run: bool = False) -> Context:
        """Who writes what; warnings go straight to the answer."""
        info = self.request.info
        return Context(
            self.resource,
            info.namespace if self.resource.namespaced else "",
            self.request.user,
            self.clock.timestamp(),
            self.request.warnings,
            info.name,
            info.subresource,
            manager or field_manager(self.request),
            dry_run,
            self.remembered,
        )

    async def attempt(self, write: Callable[[], Awaitable[T]]) -> T:
        """Run a write, again whenever it needs an answer from a webhook, which is asked in between. Raises StatusError."""
        warned = len(self.request.warnings)
        for _ in range(MAX_CONSULTATIONS):
            try:
                return await write()
            except Consultation as asked:
                assert self.outside is not None, "who consults webhooks knows how to ask them"
                await _task()
                self.remembered[asked.key] = await self.outside.ask(asked)
            except ConversionNeeded as needed:
                assert self.outside is not None, "who serves definitions knows how to ask"
                await _task()
                await self.outside.convert(needed)
            del self.request.warnings[warned:]
        raise errors.internal("the object changes faster than its webhooks answer")

    async def converted(self, read: Callable[[], T]) -> T:
        """What is read, once the conversion webhook has been asked about it. Raises StatusError."""

        async def attempt() -> T:
            return read()

        return await self.attempt(attempt) if self.kind.asks else read()

    def form(self) -> Form:
        """The form of the answer. Raises StatusError (406)."""
        return negotiate(self.request.header(b"accept"), True, self.resource.custom, not self.resource.custom)

    def pretty(self, form: Form) -> bool:
        """Whether the answer is indented."""
        request = self.request
        if not request.query and b"user-agent" not in request.headers:
            return form.pretty
        return wants_pretty(request.query.get("pretty"), request.header(b"user-agent"), form)

    async def answer(self, status: int, stored: Stored, form: Form) -> None:
        """Answer with an object, in the requested version and form."""
        data = await self.converted(lambda: self.store.view(stored, self.kind))
        pretty = self.pretty(form)
        if form.conversion:
            obj = await self.converted(lambda: self.store.decode(stored, self.kind))
            include = self.request.first("includeObject")
            body = render(present(self.kind, obj, form, include, self.clock.now()), form, pretty)
        else:
            body = render_encoded(data, form, pretty)
        await self.request.answer(status, body, form.content_type)


async def _task() -> None:
    """Wait for nothing, once: a request runs in a task from there on, as timeouts need it (``apiserver/protocol.py``)."""
    await asyncio.sleep(0)


def field_manager(request: Request) -> str:
    """The manager's name when none is given: the User-Agent up to its first slash."""
    return request.header(b"user-agent").partition("/")[0][:128] or "unknown"


def not_allowed() -> StatusError:
    """405 for a path that exists and does not take this method."""
    return StatusError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {})


def missing() -> StatusError:
    """404 for a path beneath a served group version."""
    return errors.unknown_resource()
