"""A container's variables: what its spec says, with ``$(NAME)`` put in, upon what the node gives every container."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from emulator.node.cluster import Cluster

Object = dict[str, Any]
_REFERENCE = re.compile(r"\$\$|\$\(([^()\s]+)\)")
_FIELDS = {
    "metadata.name": lambda pod: pod["metadata"]["name"],
    "metadata.namespace": lambda pod: pod["metadata"]["namespace"],
    "metadata.uid": lambda pod: pod["metadata"]["uid"],
    "spec.nodeName": lambda pod: pod["spec"].get("nodeName", ""),
    "spec.serviceAccountName": lambda pod: pod["spec"].get("serviceAccountName", ""),
}
_KEYED = re.compile(r"metadata\.(labels|annotations)\['([^']+)'\]")


class ConfigError(Exception):
    """A container that cannot be made: something that its spec names is not there."""


def expand(text: str, known: Mapping[str, str]) -> str:
    """Put variables in: ``$(NAME)``; one that is not known stays, ``$$`` is a dollar (third_party/forked/golang/expansion)."""

    def put(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        return known.get(match[1], match[0])

    return _REFERENCE.sub(put, text)


async def variables(
    pod: Object, container: Object, given: Mapping[str, str], cluster: Cluster, addresses: Mapping[str, str]
) -> dict[str, str]:
    """Every variable of a container. *addresses* are fields of a status that is about to be written. Raises ConfigError."""
    found = dict(given)
    namespace = pod["metadata"]["namespace"]
    for source in container.get("envFrom") or ():
        for sort, plural, one in (("configMapRef", "configmaps", "configmap"), ("secretRef", "secrets", "secret")):
            if sort in source:
                data = await _data(cluster, plural, one, namespace, source[sort])
                found |= {f"{source.get('prefix', '')}{name}": value for name, value in data.items()}
    for entry in container.get("env") or ():
        value = entry.get("value", "")
        if entry.get("valueFrom"):
            drawn = await _from(pod, container, entry["valueFrom"], cluster, addresses)
            if drawn is None:
                continue
            found[entry["name"]] = drawn
        else:
            found[entry["name"]] = expand(value, found)
    return found


async def _from(
    pod: Object, container: Object, source: Object, cluster: Cluster, addresses: Mapping[str, str]
) -> str | None:
    """The value that an entry draws from elsewhere; None when it is optional and not there. Raises ConfigError."""
    namespace = pod["metadata"]["namespace"]
    for sort, plural, one in (("configMapKeyRef", "configmaps", "ConfigMap"), ("secretKeyRef", "secrets", "Secret")):
        if sort in source:
            wanted = source[sort]
            data = await _data(cluster, plural, one.lower(), namespace, wanted)
            if wanted["key"] in data:
                return data[wanted["key"]]
            if wanted.get("optional"):
                return None
            raise ConfigError(f"couldn't find key {wanted['key']} in {one} {namespace}/{wanted['name']}")
    if "fieldRef" in source:
        return _field(pod, source["fieldRef"]["fieldPath"], addresses)
    if "resourceFieldRef" in source:
        wanted = source["resourceFieldRef"]
        sort, _, name = wanted["resource"].partition(".")
        resources = next(
            (item for item in pod["spec"]["containers"] if item["name"] == wanted.get("containerName")), container
        )
        return str(((resources.get("resources") or {}).get(sort) or {}).get(name, "0"))
    raise ConfigError("valueFrom names a source that this node does not know")


def _field(pod: Object, path: str, addresses: Mapping[str, str]) -> str:
    """A field of the Pod. Raises ConfigError."""
    keyed = _KEYED.fullmatch(path)
    if keyed:
        return str((pod["metadata"].get(keyed[1]) or {}).get(keyed[2], ""))
    if path in addresses:
        return addresses[path]
    if path in _FIELDS:
        return str(_FIELDS[path](pod))
    raise ConfigError(f"unsupported fieldPath: {path}")


async def _data(cluster: Cluster, plural: str, one: str, namespace: str, wanted: Object) -> dict[str, str]:
    """What a ConfigMap or Secret holds; nothing when it is optional and not there. Raises ConfigError."""
    obj = await cluster.find(plural, namespace, wanted["name"])
    if obj is None:
        if wanted.get("optional"):
            return {}
        raise ConfigError(f'{one} "{wanted["name"]}" not found')
    if plural == "secrets":
        import base64

        return {
            name: base64.b64decode(value).decode("utf-8", "replace") for name, value in (obj.get("data") or {}).items()
        }
    return dict(obj.get("data") or {})


def expanded(words: Iterable[str], known: Mapping[str, str]) -> list[str]:
    """Arguments with variables put in."""
    return [expand(word, known) for word in words]
