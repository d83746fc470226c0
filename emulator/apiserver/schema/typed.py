"""Built-in kinds: how a Go struct of Kubernetes reads and writes JSON, from the published OpenAPI definitions.

Reading drops unknown fields and nulls, leaves out what Go leaves out (empty strings, lists and maps), writes out what Go always
writes (structs, required fields), and refuses wrong types with the decoder's text.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import orjson

from emulator import fixtures
from emulator.apiserver.apimachinery.managedfields import TypeSource
from emulator.apiserver.apimachinery.metadata import coerce_metadata, go_type
from emulator.apiserver.apimachinery.names import GroupVersionKind
from emulator.apiserver.apimachinery.objects import Object

REF = "#/definitions/"
META = "io.k8s.apimachinery.pkg.apis.meta.v1."
OBJECT_META = META + "ObjectMeta"
_TIMES = (META + "Time", META + "MicroTime")
_INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
_QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
_FREE = (META + "FieldsV1", "io.k8s.apimachinery.pkg.runtime.RawExtension")
_QUANTITY_TEXT = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+|[numkMGTPE]|[KMGTPE]i)?")
_RANGES = {"int32": 1 << 31, "int64": 1 << 63}

# Structs that are not pointers in Go: written even when empty. Definition (without its package) to field names.
STRUCTS: Mapping[str, tuple[str, ...]] = {
    "Namespace": ("spec", "status"),
    "Pod": ("spec", "status"),
    "Service": ("spec", "status"),
    "ServiceStatus": ("loadBalancer",),
    "Node": ("spec", "status"),
    "NodeStatus": ("daemonEndpoints", "nodeInfo"),
    "NodeDaemonEndpoints": ("kubeletEndpoint",),
    "PersistentVolume": ("spec", "status"),
    "PersistentVolumeClaim": ("spec", "status"),
    "PersistentVolumeClaimSpec": ("resources",),
    "ReplicationController": ("spec", "status"),
    "ResourceQuota": ("spec", "status"),
    "LimitRange": ("spec",),
    "PodTemplate": ("template",),
    "PodTemplateSpec": ("metadata", "spec"),
    "Container": ("resources",),
    "EphemeralContainer": ("resources",),
    "Event": ("metadata", "involvedObject", "source"),
    "Deployment": ("spec", "status"),
    "DeploymentSpec": ("template", "strategy"),
    "ReplicaSet": ("spec", "status"),
    "ReplicaSetSpec": ("template",),
    "StatefulSet": ("spec", "status"),
    "StatefulSetSpec": ("template", "updateStrategy"),
    "DaemonSet": ("spec", "status"),
    "DaemonSetSpec": ("template", "updateStrategy"),
    "Job": ("spec", "status"),
    "JobSpec": ("template",),
    "CronJob": ("spec", "status"),
    "CronJobSpec": ("jobTemplate",),
    "JobTemplateSpec": ("metadata", "spec"),
    "HorizontalPodAutoscaler": ("spec", "status"),
    "Ingress": ("spec", "status"),
    "IngressStatus": ("loadBalancer",),
    "IngressClass": ("spec",),
    "NetworkPolicy": ("spec",),
    "NetworkPolicySpec": ("podSelector",),
    "PodDisruptionBudget": ("spec", "status"),
    "Lease": ("spec",),
    "CertificateSigningRequest": ("spec", "status"),
    "CustomResourceDefinition": ("spec",),
    "CustomResourceDefinitionSpec": ("names",),
    "APIService": ("spec", "status"),
    "ValidatingAdmissionPolicy": ("spec",),
    "ValidatingAdmissionPolicyBinding": ("spec",),
    "ValidatingWebhook": ("clientConfig",),
    "MutatingWebhook": ("clientConfig",),
    "RoleBinding": ("roleRef",),
    "ClusterRoleBinding": ("roleRef",),
    "SubjectAccessReview": ("spec", "status"),
    "SelfSubjectAccessReview": ("spec", "status"),
    "LocalSubjectAccessReview": ("spec", "status"),
    "SelfSubjectRulesReview": ("spec", "status"),
    "TokenReview": ("spec", "status"),
    "TokenReviewStatus": ("user",),
    "TokenRequest": ("spec", "status"),
    "SelfSubjectReview": ("status",),
    "SelfSubjectReviewStatus": ("userInfo",),
    "Scale": ("spec", "status"),
}
# Fields without omitempty, and fields that Go always writes as null.
ALWAYS: Mapping[str, Mapping[str, Any]] = {
    "Event": {"firstTimestamp": None, "lastTimestamp": None, "eventTime": None, "reportingComponent": "", "reportingInstance": ""},
    "Role": {"rules": None},
    "ClusterRole": {"rules": None},
    "PolicyRule": {"verbs": None},
    "RoleRef": {"apiGroup": "", "kind": "", "name": ""},
    "ContainerStatus": {"ready": False, "restartCount": 0, "image": "", "imageID": "", "name": ""},
    "EndpointSlice": {"addressType": "", "endpoints": None, "ports": None},
    "Endpoint": {"addresses": None},
    "PodSpec": {"containers": None},
    "TokenRequestSpec": {"audiences": None},
    "TokenRequestStatus": {"token": "", "expirationTimestamp": None},
}
# Pointers to what may be empty: kept when given, although empty.
POINTERS = frozenset(
    {
        "ServiceSpec.loadBalancerClass",
        "PersistentVolumeClaimSpec.storageClassName",
        "IngressSpec.ingressClassName",
        "LeaseSpec.holderIdentity",
        "EndpointPort.name",
        "EndpointPort.port",
        "EndpointPort.protocol",
    }
)
# Maps and slices that mean something when empty: Go keeps them apart from nil through a pointer or without omitempty.
KEPT_EMPTY = frozenset({"LabelSelector", "EmptyDirVolumeSource", "NamespaceSpec", "PodSecurityContext", "SecurityContext"})


@cache
def definitions() -> Mapping[str, Object]:
    """Every definition by its full name, without descriptions."""
    loaded: Mapping[str, Object] = orjson.loads(fixtures.path("kubernetes", "types.json").read_bytes())
    loaded[_INT_OR_STRING].clear()
    loaded[_INT_OR_STRING].update({"type": "string", "format": "int-or-string"})
    loaded[_QUANTITY].clear()
    loaded[_QUANTITY].update({"type": "string", "format": "quantity"})
    return loaded


def resolve(reference: str) -> Object:
    """The node that a ``$ref`` names."""
    return definitions()[reference.removeprefix(REF)]


@cache
def names_by_kind() -> Mapping[GroupVersionKind, str]:
    """Definition names by group, version and kind."""
    found: dict[GroupVersionKind, str] = {}
    for name, node in definitions().items():
        for entry in node.get("x-kubernetes-group-version-kind") or ():
            found[GroupVersionKind(entry["group"], entry["version"], entry["kind"])] = name
    return found


class TypedShape:
    """A built-in kind in one version."""

    strategic = True

    def __init__(self, gvk: GroupVersionKind) -> None:
        self.gvk = gvk
        self._name = names_by_kind()[gvk]
        self._source: TypeSource | None = None

    @property
    def source(self) -> TypeSource:
        """The schema as server-side apply and strategic merge read it."""
        if self._source is None:
            self._source = TypeSource(definitions()[self._name], resolve)
        return self._source

    def read(self, obj: Object) -> list[str]:
        """Read an object as the struct does, in place. Raises ValueError with Go's text."""
        unknown: list[str] = []
        obj["metadata"] = obj.get("metadata")
        if obj["metadata"] is not None and not isinstance(obj["metadata"], dict):
            sort = go_type(obj["metadata"])
            raise ValueError(f"json: cannot unmarshal {sort} into Go struct field {self.gvk.kind}.metadata of type v1.ObjectMeta")
        unknown += coerce_metadata(obj, "ObjectMeta.metadata")
        _struct(self._name, obj, "", "", unknown)
        return unknown

    def default(self, obj: Object) -> None:
        """Nothing: defaults of built-in kinds are their strategies'."""


def _short(name: str) -> str:
    return name.rpartition(".")[2]


def _struct(name: str, value: Object, path: str, json_path: str, unknown: list[str]) -> None:
    """Read a struct in place. *path* names fields for people (with indices), *json_path* as Go's errors do (without)."""
    node = definitions()[name]
    short = _short(name)
    properties = node.get("properties") or {}
    for field in list(value):
        child = properties.get(field)
        if child is None:
            unknown.append(f"{path}{field}")
            del value[field]
            continue
        item = value[field]
        if item is None:
            del value[field]
            continue
        if not path and field in ("apiVersion", "kind", "metadata"):
            if field != "metadata" and not isinstance(item, str):
                raise _mismatch(item, f"{short}.{field}", "string")
            continue
        where = f"{short}.{json_path}{field}"
        result = _value(child, item, f"{path}{field}", f"{json_path}{field}", where, unknown)
        if _left_out(result, short, field):
            del value[field]
        else:
            value[field] = result
    for field in STRUCTS.get(short, ()):
        if field not in value and field in properties:
            fresh: Object = {}
            reference = properties[field].get("$ref", "").removeprefix(REF)
            if reference and reference != OBJECT_META:
                _struct(reference, fresh, f"{path}{field}.", f"{json_path}{field}.", unknown)
            value[field] = fresh
    for field, zero in ALWAYS.get(short, {}).items():
        if field not in value and field in properties:
            value[field] = zero


def _left_out(value: Any, short: str, field: str) -> bool:
    """Whether Go's omitempty leaves the value out."""
    if value == "" or value == []:
        return f"{short}.{field}" not in POINTERS and field not in ALWAYS.get(short, {})
    return False


def _value(node: Object, item: Any, path: str, json_path: str, where: str, unknown: list[str]) -> Any:
    """Read a value; the answer is what is kept of it. Raises ValueError."""
    reference = node.get("$ref")
    if reference is None and node.get("allOf"):
        reference = node["allOf"][0].get("$ref")
    if reference is not None:
        return _reference(reference.removeprefix(REF), item, path, json_path, where, unknown)
    sort = node.get("type")
    if sort == "array":
        if not isinstance(item, list):
            raise _mismatch(item, where, "[]" + _go_name(node.get("items") or {}))
        items = node.get("items") or {}
        return [
            None if entry is None else _value(items, entry, f"{path}[{position}]", json_path, where, unknown)
            for position, entry in enumerate(item)
        ]
    if sort == "object":
        more = node.get("additionalProperties")
        if not isinstance(item, dict):
            raise _mismatch(item, where, f"map[string]{_go_name(more)}" if isinstance(more, dict) else "map[string]interface {}")
        if isinstance(more, dict):
            zero = "" if more.get("type") == "string" else None
            for key, entry in item.items():
                item[key] = zero if entry is None else _value(more, entry, f"{path}.{key}", json_path, where, unknown)
        return item
    return _scalar(node, item, where)


def _reference(name: str, item: Any, path: str, json_path: str, where: str, unknown: list[str]) -> Any:
    if name == OBJECT_META:
        holder = {"metadata": item}
        if not isinstance(item, dict):
            raise _mismatch(item, where, "v1.ObjectMeta")
        unknown += coerce_metadata(holder, f"ObjectMeta.{json_path}", path)
        return holder["metadata"]
    if name in _TIMES:
        if not isinstance(item, str):
            raise ValueError(f"json: cannot unmarshal {go_type(item)} into Go value of type string")
        return item
    if name == _INT_OR_STRING:
        if isinstance(item, bool) or not isinstance(item, (int, str)):
            raise ValueError(f"json: cannot unmarshal {go_type(item)} into Go value of type string")
        return item
    if name == _QUANTITY:
        return _quantity(item)
    if name in _FREE:
        return item
    node = definitions()[name]
    if "properties" not in node:
        if node.get("type") in ("array", "object", "string", "integer", "boolean", "number"):
            return _value({key: value for key, value in node.items() if key != "$ref"}, item, path, json_path, where, unknown)
        return item
    if not isinstance(item, dict):
        raise _mismatch(item, where, f"v1.{_short(name)}")
    _struct(name, item, f"{path}.", f"{json_path}.", unknown)
    return item


def _quantity(item: Any) -> Any:
    if isinstance(item, bool) or not isinstance(item, (str, int, float)):
        raise ValueError(f"json: cannot unmarshal {go_type(item)} into Go value of type resource.Quantity")
    if isinstance(item, (int, float)):
        return str(item)
    if not _QUANTITY_TEXT.fullmatch(item):
        raise ValueError(
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
        )
    return item


def _scalar(node: Object, item: Any, where: str) -> Any:
    sort, form = node.get("type"), node.get("format")
    if sort == "string":
        if form == "int-or-string" and isinstance(item, int):
            return item
        if not isinstance(item, str):
            raise _mismatch(item, where, "[]uint8" if form == "byte" else "string")
        if form == "byte":
            _check_base64(item)
        return item
    if sort == "boolean":
        if not isinstance(item, bool):
            raise _mismatch(item, where, "bool")
        return item
    if sort == "integer":
        width = form or "int64"
        if isinstance(item, bool) or not isinstance(item, (int, float)):
            raise _mismatch(item, where, width)
        if isinstance(item, float) or not -_RANGES[width] <= item < _RANGES[width]:
            raise ValueError(f"json: cannot unmarshal number {item} into Go struct field {where} of type {width}")
        return item
    if sort == "number" and (isinstance(item, bool) or not isinstance(item, (int, float))):
        raise _mismatch(item, where, "float64")
    return item


def _check_base64(text: str) -> None:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        alphabet = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        position = next((at for at, char in enumerate(text) if char not in alphabet), len(text) // 4 * 4)
        raise ValueError(f"illegal base64 data at input byte {position}") from None


def _go_name(node: Object) -> str:
    reference = node.get("$ref")
    if reference is not None:
        return f"v1.{_short(reference)}"
    if node.get("format") == "byte":
        return "[]uint8"
    sort = node.get("type")
    if sort == "array":
        return "[]" + _go_name(node.get("items") or {})
    return {"integer": node.get("format") or "int64", "boolean": "bool", "number": "float64"}.get(sort or "", "string")


def _mismatch(value: Any, where: str, sort: str) -> ValueError:
    return ValueError(f"json: cannot unmarshal {go_type(value)} into Go struct field {where} of type {sort}")
