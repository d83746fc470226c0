"""Watches: a cursor in the event log of a resource, and frames that every watcher of an event shares.

Theory of operation. A watch has a position (a revision). It takes the log's events after it, turns each into the frame that
its selector makes of it (an object that comes to match is ADDED, one that ceases to is DELETED), and writes all of them at
once. It does so whenever its crowd (``endpoints/crowd.py``) lets it step, which it does for events that may be the watch's: what
the crowd is through with is behind the watch, too. Its own task sleeps, and wakes for bookmarks, for the end, and to send what
could not be written at once, a part at a time. Frames are cached on the event by version and form, so an event is encoded once
for all watchers alike.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any

from emulator.apiserver.apimachinery import codec, errors
from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.options import ListOptions, parse_list_options
from emulator.apiserver.endpoints.crowd import News, Place, part
from emulator.apiserver.endpoints.negotiation import JSON, PROTOBUF, TABLE, YAML, Form
from emulator.apiserver.endpoints.presentation import check_include, partial, table
from emulator.apiserver.endpoints.scope import Scope
from emulator.apiserver.registry.listing import Selection, parse_revision, selection, too_large
from emulator.apiserver.schema import protobuf
from emulator.apiserver.storage.interface import CompactedError, Event, Stored

BOOKMARK_SECONDS = 60.0
DEFAULT_TIMEOUT_SECONDS = 1800.0
INITIAL_EVENTS_END = "k8s.io/initial-events-end"


class Watch:
    """One client's watch, from its first event to its end."""

    def __init__(self, scope: Scope, form: Form, options: ListOptions, chosen: Selection) -> None:
        self.scope = scope
        self.form = form
        self.options = options
        self.chosen = chosen
        self.storage = scope.store.backing.storage
        self.resource = scope.store.name
        self.namespace = scope.request.info.namespace if scope.resource.namespaced else ""
        self.position = 0  # what came until then was sent or is not ours; so it is with what the crowd is through with
        self.headed = False  # whether a Table's column definitions were sent
        self.include = scope.request.first("includeObject")
        fields = chosen.fields.value_of
        self.place = Place(self.namespace or fields("metadata.namespace") or "", fields("metadata.name") or "")
        self._crowd = scope.crowds.of(self.storage, self.resource)
        self._alike: object = self  # stands for what watches have in common that are sent the same bytes
        if form.conversion != TABLE:
            common = (
                self.namespace,
                options.label_selector,
                options.field_selector,
                scope.kind.resource.api_version,
                form,
            )
            self._alike = sys.intern(repr(common))  # a string, as it keeps its hash
        self._wire = scope.request.wire
        self._behind = False  # whether its own task has to send what is new
        self._awake = asyncio.Event()

    async def run(self) -> None:
        """Send events until the time is up, the client goes, or the log forgets where we are."""
        initial = self._begin()
        request = self.scope.request
        stream = b";stream=watch" if self.form.media_type == PROTOBUF else b""
        await request.start(200, self.form.content_type + stream)
        if initial:
            await request.chunk(initial)
        timeout = self.options.timeout_seconds or DEFAULT_TIMEOUT_SECONDS
        gone = asyncio.ensure_future(request.disconnected())
        gone.add_done_callback(lambda _: self._awake.set())
        try:
            await self._follow(time.monotonic() + timeout, gone)
        finally:
            self._crowd.leave(self)
            gone.cancel()
        if not (gone.done() and not gone.cancelled()):
            await request.chunk(b"", more=False)

    async def _follow(self, deadline: float, gone: asyncio.Future[None]) -> None:
        bookmark_at = time.monotonic() + BOOKMARK_SECONDS
        loop = asyncio.get_running_loop()
        self._crowd.join(self)
        self._advance(self.position)
        while not gone.done():
            self._awake.clear()
            if self._behind and not await self._catch_up():
                return
            now = time.monotonic()
            if now >= deadline:
                return
            if now >= bookmark_at and await self._remind():
                bookmark_at = now + BOOKMARK_SECONDS
            alarm = loop.call_later(min(deadline, bookmark_at) - now, self._awake.set)
            try:
                await self._awake.wait()
            finally:
                alarm.cancel()

    def step(self, news: News) -> None:
        """Write what is new straight to the connection; leave it to ``_catch_up`` where that cannot be."""
        if self._behind or self.position >= news.until:
            return
        if self.position >= news.events[0].revision:  # it joined, or caught up, in the middle of it
            self._advance(self.position)
        else:
            self._take(news)

    def _advance(self, position: int) -> None:
        """Take everything that came after a position."""
        try:
            events = self.storage.events(self.resource, position)
        except CompactedError:
            self.fall_behind(position)
            return
        if len(part(events)) < len(events):
            self.fall_behind(position)
        elif events:
            self._take(News(position, events[-1].revision, events))

    def _take(self, news: News) -> None:
        headed = self.headed
        try:
            if not self.scope.kind.asks and self._written(news):
                self.position = news.until
                return
        except Exception:  # raised again in its own task, where it ends this watch alone
            pass
        self.headed = headed
        self.fall_behind(news.after)

    def _written(self, news: News) -> bool:
        chunk = news.chunks.get(self._alike)
        if chunk is None:
            chunk = news.chunks[self._alike] = _chunked(b"".join(self._frames(news.events)))
        return not chunk or (self._wire is not None and self._wire.write(chunk))

    def fall_behind(self, position: int) -> None:
        """Have its own task send what came after *position*."""
        if not self._behind:
            self._behind = True
            self.position = max(self.position, position)
            self._awake.set()

    async def _catch_up(self) -> bool:
        """Send what is new, waiting for a slow client or a webhook. False when that cannot go on."""
        request = self.scope.request
        while True:
            try:
                events = self.storage.events(self.resource, self.position)
            except CompactedError:
                await request.chunk(self._too_old())
                return False
            if not events:
                self._behind = False
                return True
            events = part(events)
            self.position = events[-1].revision
            try:
                data = await self._render(events)
            except StatusError as error:  # a conversion webhook does not answer
                await request.chunk(self._encode("ERROR", error.status()))
                return False
            if data:
                await request.chunk(data)

    async def _remind(self) -> bool:
        """Tell a client that wants bookmarks how far it is. False when it has to catch up first."""
        if self.options.allow_watch_bookmarks:
            self._advance(max(self.position, self._crowd.position))
            if self._behind:
                return False
            self.position = max(self.position, self.storage.revision)
            await self.scope.request.chunk(self._bookmark(self.position, {}))
        return True

    # Where it begins

    def _begin(self) -> bytes:
        """Set the position, and give the frames of what is there already. Raises StatusError."""
        asked = self.options.resource_version
        revision = parse_revision(asked) if asked else 0
        if revision > self.storage.revision:
            raise too_large(self.storage.revision, revision)
        if self.options.send_initial_events or (self.options.send_initial_events is None and revision == 0):
            self.position = self.storage.revision
            page = self.storage.list(self.resource, self.namespace, select=self.chosen.select())
            self.scope.store.convertible(page.items, self.scope.kind)
            frames = [self._frame("ADDED", stored) for stored in page.items]
            if self.options.send_initial_events and self.options.allow_watch_bookmarks:
                frames.append(self._bookmark(self.position, {INITIAL_EVENTS_END: "true"}))
            return b"".join(frames)
        self.position = revision or self.storage.revision
        return b""

    # What is sent

    async def _render(self, events: Sequence[Event]) -> bytes:
        """The frames of events. Raises StatusError."""
        if not self.scope.kind.asks:
            return b"".join(self._frames(events))
        headed = self.headed

        def joined() -> bytes:
            self.headed = headed
            self.scope.store.convertible([event.stored for event in events], self.scope.kind)
            return b"".join(self._frames(events))

        return await self.scope.converted(joined)

    def _frames(self, events: Iterable[Event]) -> Iterable[bytes]:
        for event in events:
            if self.namespace and event.stored.key.namespace != self.namespace:
                continue
            sort = self._sort(event)
            if sort is None:
                continue
            if sort == "DELETED" and event.type != "DELETED":
                yield self._departure(event)
            else:
                yield self._shared(event, sort)

    def _sort(self, event: Event) -> str | None:
        """The event's type as this watch's selector sees it; None when it does not see it."""
        if self.chosen.empty:
            return event.type
        now = event.type != "DELETED" and self.chosen.takes(event.stored)
        then = event.previous is not None and self.chosen.takes(event.previous)
        if now:
            return "MODIFIED" if then else "ADDED"
        return "DELETED" if then else None

    def _shared(self, event: Event, sort: str) -> bytes:
        """The frame of an event, encoded once for all watchers that want the same."""
        if self.form.conversion == TABLE:
            return self._frame(sort, event.stored)
        key = (sort, self.scope.kind.resource.api_version, self.form.media_type, self.form.conversion)
        frame = event.frames.get(key)
        if frame is None:
            frame = event.frames[key] = self._frame(sort, event.stored)
        return frame

    def _departure(self, event: Event) -> bytes:
        """An object that ceased to match goes as it was, with the version of the write that took it away."""
        assert event.previous is not None, "only a change can end a match"
        obj = self.scope.store.decode(event.previous, self.scope.kind)
        obj["metadata"]["resourceVersion"] = str(event.revision)
        return self._encode("DELETED", self._convert(obj))

    def _frame(self, sort: str, stored: Stored) -> bytes:
        if self.form.conversion or self.form.media_type != JSON:
            return self._encode(sort, self._convert(self.scope.store.decode(stored, self.scope.kind)))
        data = self.scope.store.view(stored, self.scope.kind)
        return b'{"type":"%s","object":%s}\n' % (sort.encode(), data)

    def _convert(self, obj: Object) -> Object:
        if self.form.conversion == TABLE:
            meta = {"resourceVersion": obj["metadata"].get("resourceVersion", "")}
            headers, self.headed = not self.headed, True
            now = self.scope.clock.now()
            return table(self.scope.kind, meta, [obj], self.include, self.form.version, now, headers)
        if self.form.conversion:
            return partial(obj, self.form.version)
        return obj

    def _bookmark(self, revision: int, annotations: dict[str, str]) -> bytes:
        resource = self.scope.resource
        meta: Object = {"resourceVersion": str(revision)}
        if annotations:
            meta["annotations"] = annotations
        obj: Any = {"kind": resource.kind, "apiVersion": resource.api_version, "metadata": meta}
        if self.form.conversion and self.form.conversion != TABLE:
            obj = partial(obj, self.form.version)
        elif self.form.conversion == TABLE:
            now = self.scope.clock.now()
            obj = table(self.scope.kind, meta, [], self.include, self.form.version, now, headers=False)
        return self._encode("BOOKMARK", obj)

    def _too_old(self) -> bytes:
        error = errors.expired(f"too old resource version: {self.position} ({self.storage.compacted})")
        return self._encode("ERROR", error.status())

    def _encode(self, sort: str, obj: Object) -> bytes:
        if self.form.media_type == YAML:
            return codec.encode_yaml({"type": sort, "object": obj}) + b"---\n"
        if self.form.media_type == PROTOBUF:
            frame = protobuf.encode_event(sort, obj)
            assert frame is not None, "only kinds with a protobuf form are negotiated to be sent in it"
            return frame
        return b'{"type":"%s","object":%s}\n' % (sort.encode(), codec.encode(obj))


def _chunked(data: bytes) -> bytes:
    """Data as a chunk of HTTP/1.1's chunked coding; nothing stays nothing, as an empty chunk is the end."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


async def watch(scope: Scope) -> None:
    """Watch a collection, or one object by a field selector. Raises StatusError before the first event only."""
    options = parse_list_options(scope.request.query, watch=True)
    form = scope.form()
    if form.conversion == TABLE:
        check_include(scope.request.first("includeObject"))
    chosen = selection(scope.resource, options)
    info = scope.request.info
    if info.verb == "watch" and info.name and "metadata.name" not in (options.field_selector or ""):
        options = options.with_name(info.name)
        chosen = selection(scope.resource, options)
    await Watch(scope, form, options, chosen).run()
