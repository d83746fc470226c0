"""From a method and a path to what is asked: verb, resource, subresource, namespace, name (k8s.io/apiserver request info)."""

from __future__ import annotations

from dataclasses import dataclass

_NAMESPACE_SUBRESOURCES = frozenset({"status", "finalize"})
_VERBS = {"POST": "create", "GET": "get", "HEAD": "get", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_SPECIAL_VERBS = frozenset({"proxy", "watch"})


@dataclass(slots=True)
class RequestInfo:
    """What a request is about; for paths outside ``/api`` and ``/apis`` only *verb* and *path* are set."""

    path: str
    verb: str
    is_resource: bool = False
    group: str = ""
    version: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    rest: tuple[str, ...] = ()  # path segments behind the subresource (``pods/x/proxy/a/b``)


def parse(method: str, path: str) -> RequestInfo:
    """Parse a decoded path. List, watch and deletecollection are told apart by ``refine``, which needs the query."""
    info = RequestInfo(path, method.lower())
    parts = path.strip("/").split("/")
    if len(parts) < 3 or path.startswith("//"):
        return info
    if parts[0] == "api":
        info.version, rest = parts[1], parts[2:]
    elif parts[0] == "apis" and len(parts) > 3:
        info.group, info.version, rest = parts[1], parts[2], parts[3:]
    else:
        return info
    info.is_resource = True
    info.verb = _VERBS.get(method, "")
    if rest[0] in _SPECIAL_VERBS:
        if len(rest) < 2:
            info.is_resource = False
            info.verb = method.lower()
            return info
        info.verb = rest[0]
        rest = rest[1:]
    if rest[0] == "namespaces" and len(rest) > 1:
        info.namespace = rest[1]
        if len(rest) > 2 and rest[2] not in _NAMESPACE_SUBRESOURCES:
            rest = rest[2:]
    info.resource = rest[0]
    if len(rest) > 1:
        info.name = rest[1]
    if len(rest) > 2:
        info.subresource = rest[2]
        info.rest = tuple(rest[3:])
    return info


def refine(info: RequestInfo, watches: bool, selected_name: str) -> None:
    """Turn a get or delete without a name into list, watch or deletecollection; *selected_name* is metadata.name's selector."""
    if info.name or not info.is_resource:
        return
    if info.verb == "get":
        info.verb = "watch" if watches else "list"
    elif info.verb == "delete":
        info.verb = "deletecollection"
    if selected_name and info.verb in ("list", "watch", "deletecollection"):
        info.name = selected_name
