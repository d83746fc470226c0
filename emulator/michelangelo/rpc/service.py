"""The six methods of a kind's service, over the Kubernetes API."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import grpc
import httpx

from emulator.michelangelo.client import ApiError, KubeClient, Object, Resource
from emulator.michelangelo.resources import GROUP, UPDATED_LABEL, VERSION
from emulator.michelangelo.rpc import projects
from emulator.michelangelo.rpc.codes import RpcError, refused
from emulator.michelangelo.rpc.convert import ConversionError, Spell, from_json, to_json
from emulator.michelangelo.rpc.validation import problem

SPEC_UPDATED = "michelangelo/SpecUpdateTimestamp"


def snake(kind: str) -> str:
    """``ModelFamily`` to ``model_family``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind).lower()


@dataclass(frozen=True, slots=True)
class Service:
    """One kind: its messages, its resource, and how its fields are spelled in Kubernetes."""

    kind: str
    resource: Resource
    messages: Any  # the kind's module
    requests: Any  # the service's module
    spell: Spell
    client: KubeClient
    now: Callable[[], datetime]

    @property
    def name(self) -> str:
        """The full name of the service."""
        return f"michelangelo.api.v2.{self.kind}Service"

    def methods(self) -> Mapping[str, Any]:
        """Method names to (request class, implementation)."""
        kind = self.kind
        found = {
            f"Create{kind}": self.create,
            f"Get{kind}": self.get,
            f"Update{kind}": self.update,
            f"Delete{kind}": self.delete,
            f"Delete{kind}Collection": self.delete_collection,
            f"List{kind}": self.list,
        }
        return {name: (getattr(self.requests, f"{name}Request"), method) for name, method in found.items()}

    def _stamp(self) -> str:
        """Microseconds since the epoch, as the platform labels its objects."""
        return str(int(self.now().timestamp() * 1_000_000))

    # Between the two worlds

    def _read(self, message: Any) -> Object:
        """A message as the object that Kubernetes gets. Raises RpcError when it breaks a rule, or has no JSON form."""
        broken = problem(message)
        if broken is not None:
            raise RpcError(grpc.StatusCode.INVALID_ARGUMENT, broken)
        try:
            return self._object(message)
        except ValueError as error:  # a time or a duration out of its range
            raise RpcError(grpc.StatusCode.INVALID_ARGUMENT, str(error)) from None

    def _object(self, message: Any) -> Object:
        meta = to_json(message.metadata)
        for name in ("generation", "deletionGracePeriodSeconds"):
            if name in meta:
                meta[name] = int(meta[name])
        obj: Object = {"apiVersion": f"{GROUP}/{VERSION}", "kind": self.kind, "metadata": meta}
        for part in ("spec", "status"):
            if message.HasField(part):
                obj[part] = to_json(getattr(message, part), self.spell)
        return obj

    def _write(self, message: Any, obj: Object, *, managed: bool = True) -> None:
        """An object of Kubernetes into a message."""
        meta = dict(obj["metadata"])
        if not managed:
            meta.pop("managedFields", None)
        from_json(message.metadata, meta, "metadata")
        message.type_meta.kind, message.type_meta.apiVersion = self.kind, f"{GROUP}/{VERSION}"
        for part in ("spec", "status"):
            if part in obj:
                getattr(message, part).SetInParent()
                from_json(getattr(message, part), obj[part], part)

    def _answer(self, name: str, obj: Object, *, managed: bool = True) -> Any:
        """A response with an object. Raises RpcError when the object is nothing that the kind's message can hold."""
        response = getattr(self.requests, f"{name}{self.kind}Response")()
        try:
            self._write(getattr(response, snake(self.kind)), obj, managed=managed)
        except ConversionError as error:
            raise _unreadable(name.lower(), obj["metadata"], error) from None
        return response

    # The methods

    async def create(self, request: Any, token: str) -> Any:
        """Create: labels say when. Raises RpcError."""
        obj = self._read(getattr(request, snake(self.kind)))
        meta = obj["metadata"]
        params = _dry_run(request.create_options)
        if self.kind == "Project":
            await projects.before_create(self.client, obj, token, dry_run=params is not None)
        now = self._stamp()
        meta["labels"] = {**(meta.get("labels") or {}), UPDATED_LABEL: now, SPEC_UPDATED: now}
        made = await self._call("create", meta, "POST", "", obj, params, token)
        return self._answer("Create", made)

    async def get(self, request: Any, token: str) -> Any:
        """Get, without managedFields. Raises RpcError."""
        meta = {"namespace": request.namespace, "name": request.name}
        found = await self._call("get", meta, "GET", request.name, None, None, token)
        return self._answer("Get", found, managed=False)

    async def update(self, request: Any, token: str) -> Any:
        """Replace; the spec's label moves only when the spec changed. Raises RpcError."""
        obj = self._read(getattr(request, snake(self.kind)))
        meta = obj["metadata"]
        params = _dry_run(request.update_options)
        present = await self._present(meta, token)
        labels = {**(meta.get("labels") or {}), UPDATED_LABEL: self._stamp()}
        if not self._same_spec(present, obj):
            labels[SPEC_UPDATED] = labels[UPDATED_LABEL]
        meta["labels"] = labels
        made = await self._call("update", meta, "PUT", meta.get("name", ""), obj, params, token)
        return self._answer("Update", made)

    def _same_spec(self, present: Object, obj: Object) -> bool:
        """Whether two objects' specs mean the same: zero values that kubectl left are none to the platform."""
        spec = getattr(self.messages, f"{self.kind}Spec")()
        try:
            from_json(spec, present.get("spec") or {})
        except ConversionError:
            return False
        return to_json(spec, self.spell) == (obj.get("spec") or {})

    async def _present(self, meta: Object, token: str) -> Object:
        """What is there before an update, read as the platform: what a caller may do is decided, and said, by the write."""
        try:
            return await self._call("update", meta, "GET", meta.get("name", ""), None, None, "")
        except RpcError as error:
            if token and error.code == grpc.StatusCode.NOT_FOUND:
                return {}
            raise

    async def delete(self, request: Any, token: str) -> Any:
        """Delete. Raises RpcError."""
        meta = {"namespace": request.namespace, "name": request.name}
        await self._call("delete", meta, "DELETE", request.name, _delete_options(request), None, token)
        return getattr(self.requests, f"Delete{self.kind}Response")()

    async def delete_collection(self, request: Any, token: str) -> Any:
        """Delete what the selectors take. Raises RpcError."""
        meta = {"namespace": request.namespace, "name": ""}
        params = _selectors(request.list_options)
        await self._call("delete collection", meta, "DELETE", "", _delete_options(request), params, token)
        return getattr(self.requests, f"Delete{self.kind}CollectionResponse")()

    async def list(self, request: Any, token: str) -> Any:
        """List; ordering and criteria of ``list_options_ext`` are ignored, as the platform ignores them. Raises RpcError."""
        options = request.list_options
        rest = ("resourceVersion", "resourceVersionMatch", "limit", "continue")
        params = _selectors(options) | {name: str(getattr(options, name)) for name in rest if getattr(options, name)}
        meta = {"namespace": request.namespace, "name": ""}
        listed = await self._call("list", meta, "GET", "", None, params, token)
        response = getattr(self.requests, f"List{self.kind}Response")()
        target = getattr(response, f"{snake(self.kind)}_list")
        target.SetInParent()
        try:
            from_json(target.metadata, listed["metadata"], "metadata")
            for item in listed["items"]:
                self._write(target.items.add(), item)
        except ConversionError as error:
            raise _unreadable("list", meta, error) from None
        return response

    async def _call(
        self, verb: str, meta: Object, method: str, name: str, body: Any, params: Mapping[str, str] | None, token: str
    ) -> Object:
        namespace = meta.get("namespace") or ""
        said = f"failed to {verb} API object. namespace: {namespace}, name: {meta.get('name') or ''}"
        unsendable = _unsendable(verb, namespace, name)
        if unsendable:
            raise RpcError(grpc.StatusCode.UNKNOWN, f"{said}: {unsendable}")
        try:
            return await self.client.request(method, self.resource.path(namespace, name), body, params, as_user=token)
        except ApiError as error:
            raise refused(verb, namespace, meta.get("name") or "", error) from None
        except httpx.TransportError as error:
            raise RpcError(grpc.StatusCode.UNAVAILABLE, f"{said}: {error or type(error).__name__}") from None


def _unreadable(verb: str, meta: Object, error: ConversionError) -> RpcError:
    """The refusal to show an object that does not fit its message: no error of Kubernetes', so its code is UNKNOWN."""
    about = f"namespace: {meta.get('namespace') or ''}, name: {meta.get('name') or ''}"
    return RpcError(grpc.StatusCode.UNKNOWN, f"failed to {verb} API object. {about}: {error}")


def _selectors(options: Any) -> dict[str, str]:
    return {name: getattr(options, name) for name in ("labelSelector", "fieldSelector") if getattr(options, name)}


def _unsendable(verb: str, namespace: str, name: str) -> str:
    """Why the platform's Kubernetes client sends no such request: its words, or nothing."""
    if _unsegmented(namespace):
        return f'invalid namespace "{namespace}": [{_unsegmented(namespace)}]'
    if verb == "create":
        return "" if namespace else "an empty namespace may not be set during creation"
    if verb in ("list", "delete collection"):
        return ""
    if not name:
        return "resource name may not be empty"
    if not namespace:
        return "an empty namespace may not be set when a resource name is provided"
    return f'invalid resource name "{name}": [{_unsegmented(name)}]' if _unsegmented(name) else ""


def _unsegmented(name: str) -> str:
    """Why a name cannot be a segment of a path, or nothing."""
    if name in (".", ".."):
        return f"may not be '{name}'"
    return ", ".join(f"may not contain '{sign}'" for sign in "/%" if sign in name)


def _dry_run(options: Any) -> dict[str, str] | None:
    given = list(options.dryRun)
    if len(given) > 1:
        raise RpcError(grpc.StatusCode.INVALID_ARGUMENT, "multiple dry run strategies are not supported")
    if given and given[0] != "All":
        text = f"unsupported dry run strategy: {given[0]}. supported value: All"
        raise RpcError(grpc.StatusCode.INVALID_ARGUMENT, text)
    return {"dryRun": "All"} if given else None


def _delete_options(request: Any) -> Object | None:
    options = request.delete_options
    _dry_run(options)
    given = to_json(options)
    if "gracePeriodSeconds" in given:
        given["gracePeriodSeconds"] = int(given["gracePeriodSeconds"])
    return {"apiVersion": "v1", "kind": "DeleteOptions", **given} if given else None
