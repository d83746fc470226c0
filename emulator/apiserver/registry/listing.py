"""Which objects a list or a watch is about: selectors over what storage keeps beside the bytes, pages, and their tokens."""

from __future__ import annotations

import base64
import binascii
import posixpath
from typing import NamedTuple

import orjson

from emulator.apiserver.apimachinery import codec, errors
from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.options import ListOptions
from emulator.apiserver.apimachinery.selectors import FieldSelector, LabelSelector, parse_fields, parse_labels
from emulator.apiserver.registry.resource import Resource
from emulator.apiserver.registry.store import Store
from emulator.apiserver.storage.interface import (
    CompactedError,
    FutureRevisionError,
    Key,
    Page,
    Select,
    Stored,
)

TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without "
    "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. "
    "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or "
    "deleted between the time the first chunk was returned and now may show up in the list."
)


class Selection(NamedTuple):
    """What a list or watch takes: a label selector, a field selector, and whether there is either."""

    labels: LabelSelector
    fields: FieldSelector
    empty: bool

    def takes(self, stored: Stored) -> bool:
        """Whether an object is selected."""
        if not self.labels.matches(stored.labels):
            return False
        if self.fields.empty:
            return True
        key = stored.key
        known = {"metadata.name": key.name, "metadata.namespace": key.namespace, **stored.fields}
        return self.fields.matches(known)

    def rest(self) -> Selection:
        """What is left to ask of objects that have the label ``labels.certain``."""
        if self.labels.certain is None:
            return self
        labels = self.labels.rest
        return Selection(labels, self.fields, labels.empty and self.fields.empty)

    def select(self) -> Select | None:
        """The same as a function, None when everything is taken."""
        if self.empty:
            return None
        if self.fields.empty:
            matches = self.labels.matches
            return lambda stored: matches(stored.labels)
        return self.takes


def selection(resource: Resource, options: ListOptions) -> Selection:
    """Parse both selectors. Raises StatusError (400) on syntax, or a field that cannot be selected by."""
    try:
        labels = parse_labels(options.label_selector)
        fields = parse_fields(options.field_selector)
    except ValueError as error:
        raise errors.bad_request(str(error)) from None
    for requirement in fields.requirements:
        _check_field(resource, requirement[0])
    return Selection(labels, fields, labels.empty and fields.empty)


def _check_field(resource: Resource, name: str) -> None:
    known = ["metadata.name", "metadata.namespace"]
    if name in known or name in resource.selectable_fields:
        return
    if resource.custom or not resource.selectable_fields:
        if resource.custom:
            raise errors.bad_request(f"field label not supported: {name}")
        listed = '"metadata.name", "metadata.namespace"'
        raise errors.bad_request(f'"{name}" is not a known field selector: only {listed}')
    raise errors.bad_request(f"field label not supported: {name}")


def parse_revision(text: str) -> int:
    """A resourceVersion as a number. Raises StatusError (500, as the real server answers)."""
    trouble = "invalid syntax"
    if text.isascii() and text.isdigit():
        digits = text.lstrip("0") or "0"
        if len(digits) <= 20 and int(digits) < 1 << 64:
            return int(digits)
        trouble = "value out of range"
    message = f"resourceVersion: Invalid value: {_quote(text)}: strconv.ParseUint: parsing {_quote(text)}: {trouble}"
    raise StatusError(500, "", message)


def _quote(text: str) -> str:
    """A string in double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Listing(NamedTuple):
    """A page of a list, with what its metadata says."""

    items: list[Stored] | tuple[Stored, ...]
    revision: int
    token: str
    remaining: int | None


def list_page(store: Store, namespace: str, chosen: Selection, options: ListOptions) -> Listing:
    """One page of a resource's objects. Raises StatusError: 400, 410, 504."""
    storage = store.backing.storage
    start: Key | None = None
    revision: int | None = None
    if options.continue_:
        revision, start = _parse_token(store, namespace, options.continue_)
        if options.resource_version not in ("", "0"):
            raise errors.bad_request("specifying resource version is not allowed when using continue")
    elif options.resource_version not in ("", "0"):
        try:
            asked = parse_revision(options.resource_version)
        except StatusError as error:
            raise errors.bad_request(f"invalid resource version: {error.message}") from None
        check_future(storage.revision, asked)
        exact = options.resource_version_match == "Exact" or (options.limit and not options.resource_version_match)
        if exact:
            revision = asked
    try:
        page = storage.list(
            store.name,
            namespace,
            revision=revision or None,
            start=start,
            limit=options.limit,
            select=chosen.rest().select(),
            label=chosen.labels.certain,
        )
    except CompactedError:
        if options.continue_ and start is not None:
            raise _expired_token(start, namespace, revision or 0) from None
        raise errors.expired("The resourceVersion for the provided list is too old.") from None
    except FutureRevisionError:
        raise too_large(storage.revision, revision or 0) from None
    return _listing(page, namespace, chosen, revision if start is not None and revision else page.revision)


def _listing(page: Page, namespace: str, chosen: Selection, revision: int) -> Listing:
    if page.next is None:
        return Listing(page.items, revision, "", None)  # type: ignore[arg-type]
    token = _token(page.next, namespace, revision)
    return Listing(page.items, revision, token, page.remaining if chosen.empty else None)  # type: ignore[arg-type]


def check_future(current: int, asked: int) -> None:
    """Refuse a revision that has not happened. Raises StatusError (504), which clients retry."""
    if asked > current:
        raise too_large(current, asked)


def too_large(current: int, asked: int) -> StatusError:
    """504: the asked resourceVersion has not happened yet."""
    message = f"Timeout: Too large resource version: {asked}, current: {current}"
    causes = [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}]
    return StatusError(504, "Timeout", message, {"causes": causes, "retryAfterSeconds": 1}, {"Retry-After": "1"})


def _token(key: Key, namespace: str, revision: int) -> str:
    start = key.name if namespace else (f"{key.namespace}/{key.name}" if key.namespace else key.name)
    text = codec.encode({"v": "meta.k8s.io/v1", "rv": revision, "start": start})
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def _parse_token(store: Store, namespace: str, token: str) -> tuple[int, Key]:
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError) as error:
        raise errors.bad_request(f"invalid continue token: continue key is not valid: {error}") from None
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        try:
            codec.decode_json(raw)
            why = "not JSON"
        except ValueError as error:
            why = str(error)
        raise errors.bad_request(f"invalid continue token: continue key is not valid: {why}") from None
    if not isinstance(value, dict) or value.get("v") != "meta.k8s.io/v1":
        found = value.get("v", "") if isinstance(value, dict) else ""
        raise errors.bad_request(
            f'invalid continue token: continue key is not valid: server does not recognize this encoded version "{found}"'
        )
    revision, start = value.get("rv") or 0, value.get("start") or ""
    if not isinstance(revision, int) or not isinstance(start, str) or not start or revision == 0:
        why = "incorrect encoded start resourceVersion (version meta.k8s.io/v1)"
        raise errors.bad_request(f"invalid continue token: continue key is not valid: {why}")
    path = start if start.startswith("/") else "/" + start
    if posixpath.normpath(path) != path:
        raise errors.bad_request(f"invalid continue token: continue key is not valid: {start}")
    first, _, second = path[1:].partition("/")
    key = Key(store.name, first, second) if second else Key(store.name, namespace, first)
    return max(revision, 0), key


def _expired_token(start: Key, namespace: str, revision: int) -> StatusError:
    error = errors.expired(TOO_OLD)
    rest = _token(start, namespace, -1)
    error.list_meta = {"continue": rest}
    return error
