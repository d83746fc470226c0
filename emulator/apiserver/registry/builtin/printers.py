"""The columns of ``kubectl get`` for built-in kinds (k8s.io/kubernetes/pkg/printers/internalversion)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.registry.resource import Column, Resource

Cells = Callable[[Object, datetime], list[Any]]
NAME_TEXT = (
    "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a "
    "client to request the generation of an appropriate name automatically. Name is primarily intended for creation "
    "idempotence and configuration definition. Cannot be updated. More info: "
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names"
)
AGE_TEXT = (
    "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to "
    "be set in happens-before order across separate operations. Clients may not set this value. It is represented in "
    "RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: "
    "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata"
)
NAME = Column("Name", "string", "name", NAME_TEXT)
AGE = Column("Age", "string", "", AGE_TEXT)
UNKNOWN = "<unknown>"
NONE = "<none>"


def duration(seconds: float) -> str:
    """An age as kubectl shows it (k8s.io/apimachinery/pkg/util/duration HumanDuration)."""
    total = int(seconds)
    if total < -1:
        return "<invalid>"
    if total < 0:
        return "0s"
    if total < 120:
        return f"{total}s"
    minutes = total // 60
    if minutes < 10:
        rest = total % 60
        return f"{minutes}m{rest}s" if rest else f"{minutes}m"
    if minutes < 180:
        return f"{minutes}m"
    hours = total // 3600
    if hours < 8:
        rest = minutes % 60
        return f"{hours}h{rest}m" if rest else f"{hours}h"
    if hours < 48:
        return f"{hours}h"
    if hours < 192:
        rest = hours % 24
        return f"{hours // 24}d{rest}h" if rest else f"{hours // 24}d"
    days = hours // 24
    if days < 365 * 2:
        return f"{days}d"
    if days < 365 * 8:
        rest = days % 365
        return f"{days // 365}y{rest}d" if rest else f"{days // 365}y"
    return f"{days // 365}y"


def age(timestamp: Any, now: datetime) -> str:
    """How long ago a timestamp was."""
    if not isinstance(timestamp, str):
        return UNKNOWN
    try:
        then = datetime.fromisoformat(timestamp)
    except ValueError:
        return UNKNOWN
    return duration((now - (then if then.tzinfo else then.replace(tzinfo=UTC))).total_seconds())


def _created(obj: Object, now: datetime) -> str:
    return age(metadata(obj).get("creationTimestamp"), now)


def _count(value: Any) -> int:
    return len(value or ())


def _config_map(obj: Object, now: datetime) -> list[Any]:
    return [metadata(obj)["name"], _count(obj.get("data")) + _count(obj.get("binaryData")), _created(obj, now)]


def _secret(obj: Object, now: datetime) -> list[Any]:
    return [metadata(obj)["name"], obj.get("type", ""), _count(obj.get("data")), _created(obj, now)]


def _namespace(obj: Object, now: datetime) -> list[Any]:
    return [metadata(obj)["name"], (obj.get("status") or {}).get("phase", ""), _created(obj, now)]


def _service_account(obj: Object, now: datetime) -> list[Any]:
    return [metadata(obj)["name"], _count(obj.get("secrets")), _created(obj, now)]


def _role(obj: Object, now: datetime) -> list[Any]:
    return [metadata(obj)["name"], metadata(obj).get("creationTimestamp")]


def _binding(obj: Object, now: datetime) -> list[Any]:
    role = obj.get("roleRef") or {}
    subjects = obj.get("subjects") or []
    groups = ", ".join(item["name"] for item in subjects if item.get("kind") == "Group")
    users = ", ".join(item["name"] for item in subjects if item.get("kind") == "User")
    accounts = ", ".join(
        f"{item.get('namespace', '')}/{item['name']}" for item in subjects if item.get("kind") == "ServiceAccount"
    )
    return [
        metadata(obj)["name"],
        f"{role.get('kind')}/{role.get('name')}",
        _created(obj, now),
        users,
        groups,
        accounts,
    ]


def _event(obj: Object, now: datetime) -> list[Any]:
    involved = obj.get("involvedObject") or obj.get("regarding") or {}
    first = obj.get("firstTimestamp") or obj.get("deprecatedFirstTimestamp") or obj.get("eventTime")
    last = obj.get("lastTimestamp") or obj.get("deprecatedLastTimestamp") or first
    source = obj.get("source") or obj.get("deprecatedSource") or {}
    names = [source.get("component") or obj.get("reportingComponent") or obj.get("reportingController") or ""]
    if source.get("host"):
        names.append(source["host"])
    target = f"{str(involved.get('kind', '')).lower()}/{involved.get('name', '')}"
    message = str(obj.get("message") or obj.get("note") or "").strip()
    count = obj.get("count") or obj.get("deprecatedCount") or (obj.get("series") or {}).get("count") or 1
    shown_last, shown_first = age(last, now), age(first, now)
    return [
        *(shown_last, obj.get("type", ""), obj.get("reason", ""), target, involved.get("fieldPath", "")),
        *(", ".join(names), message, shown_first, count, metadata(obj)["name"]),
    ]


def _service(obj: Object, now: datetime) -> list[Any]:
    spec = obj.get("spec") or {}
    ports = [
        f"{port['port']}{':' + str(port['nodePort']) if port.get('nodePort') else ''}/{port.get('protocol', 'TCP')}"
        for port in spec.get("ports") or ()
    ]
    external = (
        spec.get("externalName") if spec.get("type") == "ExternalName" else ",".join(spec.get("externalIPs") or ())
    )
    if spec.get("type") == "LoadBalancer" and not external:
        external = "<pending>"
    selector = ",".join(f"{key}={value}" for key, value in sorted((spec.get("selector") or {}).items()))
    return [
        *(metadata(obj)["name"], spec.get("type", ""), spec.get("clusterIP") or NONE, external or NONE),
        *(",".join(ports) or NONE, _created(obj, now), selector or NONE),
    ]


def _containers(obj: Object) -> tuple[str, str]:
    containers = ((obj.get("spec") or {}).get("template") or {}).get("spec", {}).get("containers") or []
    return ",".join(item.get("name", "") for item in containers), ",".join(item.get("image", "") for item in containers)


def _selector(obj: Object) -> str:
    selector = (obj.get("spec") or {}).get("selector") or {}
    labels = selector.get("matchLabels") if isinstance(selector.get("matchLabels"), dict) else {}
    return ",".join(f"{key}={value}" for key, value in sorted((labels or {}).items())) or NONE


def _deployment(obj: Object, now: datetime) -> list[Any]:
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    return [
        *(metadata(obj)["name"], f"{status.get('readyReplicas', 0)}/{spec.get('replicas', 0)}"),
        *(status.get("updatedReplicas", 0), status.get("availableReplicas", 0), _created(obj, now)),
        *(*_containers(obj), _selector(obj)),
    ]


def _replica_set(obj: Object, now: datetime) -> list[Any]:
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    return [
        *(metadata(obj)["name"], spec.get("replicas", 0), status.get("replicas", 0), status.get("readyReplicas", 0)),
        *(_created(obj, now), *_containers(obj), _selector(obj)),
    ]


def _pod(obj: Object, now: datetime) -> list[Any]:
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    states = status.get("containerStatuses") or []
    reason = status.get("reason") or status.get("phase") or "Unknown"
    for state in states:
        current = state.get("state") or {}
        waiting, ended = current.get("waiting") or {}, current.get("terminated") or {}
        reason = waiting.get("reason") or ended.get("reason") or reason
    if metadata(obj).get("deletionTimestamp"):
        reason = "Terminating"
    ready = sum(1 for state in states if state.get("ready"))
    restarts = str(sum(state.get("restartCount", 0) for state in states))
    return [
        *(metadata(obj)["name"], f"{ready}/{len(spec.get('containers') or ())}", reason, restarts, _created(obj, now)),
        *(status.get("podIP") or NONE, spec.get("nodeName") or NONE, status.get("nominatedNodeName") or NONE, NONE),
    ]


def _lease(obj: Object, now: datetime) -> list[Any]:
    return [metadata(obj)["name"], (obj.get("spec") or {}).get("holderIdentity", ""), _created(obj, now)]


def _definition(obj: Object, now: datetime) -> list[Any]:
    return [metadata(obj)["name"], metadata(obj).get("creationTimestamp")]


def _generic(obj: Object, now: datetime) -> list[Any]:
    return [metadata(obj)["name"], _created(obj, now)]


def _text(name: str, description: str = "", priority: int = 0, sort: str = "string") -> Column:
    return Column(name, sort, "", description, priority)


_WIDE = (
    _text("Containers", "Names of each container in the template.", 1),
    _text("Images", "Images referenced by each container in the template.", 1),
    _text("Selector", "Label selector for pods.", 1),
)
_ROWS: dict[str, tuple[tuple[Column, ...], Cells]] = {
    "ConfigMap": ((NAME, _text("Data", "Data contains the configuration data. Each key must consist of alphanumeric characters, '-', '_' or '.'. Values with non-UTF-8 byte sequences must use the BinaryData field. The keys stored in Data must not overlap with the keys in the BinaryData field, this is enforced during validation process."), AGE), _config_map),
    "Secret": ((NAME, _text("Type", "Used to facilitate programmatic handling of secret data. More info: https://kubernetes.io/docs/concepts/configuration/secret/#secret-types"), _text("Data", "Data contains the secret data. Each key must consist of alphanumeric characters, '-', '_' or '.'. The serialized form of the secret data is a base64 encoded string, representing the arbitrary (possibly non-string) data value here. Described in https://tools.ietf.org/html/rfc4648#section-4"), AGE), _secret),
    "Namespace": ((NAME, _text("Status", "The status of the namespace"), AGE), _namespace),
    "ServiceAccount": ((NAME, _text("Secrets", "Secrets is a list of the secrets in the same namespace that pods running using this ServiceAccount are allowed to use. Pods are only limited to this list if this service account has a \"kubernetes.io/enforce-mountable-secrets\" annotation set to \"true\". The \"kubernetes.io/enforce-mountable-secrets\" annotation is deprecated since v1.32. Prefer separate namespaces to isolate access to mounted secrets. This field should not be used to find auto-generated service account token secrets for use outside of pods. Instead, tokens can be requested directly using the TokenRequest API, or service account token secrets can be manually created. More info: https://kubernetes.io/docs/concepts/configuration/secret"), AGE), _service_account),
    "Role": ((NAME, Column("Created At", "date", "", AGE_TEXT)), _role),
    "ClusterRole": ((NAME, Column("Created At", "date", "", AGE_TEXT)), _role),
    "RoleBinding": ((NAME, _text("Role", "RoleRef can reference a Role in the current namespace or a ClusterRole in the global namespace. If the RoleRef cannot be resolved, the Authorizer must return an error. This field is immutable."), AGE, _text("Users", "Users in the roleBinding", 1), _text("Groups", "Groups in the roleBinding", 1), _text("ServiceAccounts", "ServiceAccounts in the roleBinding", 1)), _binding),
    "ClusterRoleBinding": ((NAME, _text("Role", "RoleRef can only reference a ClusterRole in the global namespace. If the RoleRef cannot be resolved, the Authorizer must return an error. This field is immutable."), AGE, _text("Users", "Users in the clusterRoleBinding", 1), _text("Groups", "Groups in the clusterRoleBinding", 1), _text("ServiceAccounts", "ServiceAccounts in the clusterRoleBinding", 1)), _binding),
    "Event": ((_text("Last Seen", "The time at which the most recent occurrence of this event was recorded."), _text("Type", "Type of this event (Normal, Warning), new types could be added in the future"), _text("Reason", "This should be a short, machine understandable string that gives the reason for the transition into the object's current status."), _text("Object", "The object that this event is about."), _text("Subobject", "If referring to a piece of an object instead of an entire object, this string should contain a valid JSON/Go field access statement, such as desiredState.manifest.containers[2]. For example, if the object reference is to a container within a pod, this would take on a value like: \"spec.containers{name}\" (where \"name\" refers to the name of the container that triggered the event) or if no container name is specified \"spec.containers[2]\" (container with index 2 in this pod). This syntax is chosen only to have some well-defined way of referencing a part of an object.", 1), _text("Source", "The component reporting this event. Should be a short machine understandable string.", 1), _text("Message", "A human-readable description of the status of this operation."), _text("First Seen", "The time at which the event was first recorded. (Time of server receipt is in TypeMeta.)", 1), _text("Count", "The number of times this event has occurred.", 1), Column("Name", "string", "name", NAME_TEXT, 1)), _event),
    "Service": ((NAME, _text("Type", "type determines how the Service is exposed."), _text("Cluster-IP", "clusterIP is the IP address of the service."), _text("External-IP", "externalIPs is a list of IP addresses for which nodes in the cluster will also accept traffic for this service."), _text("Port(s)", "The list of ports that are exposed by this service."), AGE, _text("Selector", "Route service traffic to pods with label keys and values matching this selector.", 1)), _service),
    "Deployment": ((NAME, _text("Ready", "Number of the pod with ready state"), _text("Up-to-date", "Total number of non-terminating pods targeted by this deployment that have the desired template spec."), _text("Available", "Total number of available non-terminating pods (ready for at least minReadySeconds) targeted by this deployment."), AGE, *_WIDE), _deployment),
    "ReplicaSet": ((NAME, _text("Desired", "The number of desired pods.", 0, "integer"), _text("Current", "The most recently observed number of non-terminating pods.", 0, "integer"), _text("Ready", "The number of non-terminating pods targeted by this ReplicaSet with a Ready Condition.", 0, "integer"), AGE, *_WIDE), _replica_set),
    "Pod": ((NAME, _text("Ready", "The aggregate readiness state of this pod for accepting traffic."), _text("Status", "The aggregate status of the containers in this pod."), _text("Restarts", "The number of times the containers in this pod have been restarted and when the last container in this pod has restarted."), AGE, _text("IP", "podIP address allocated to the pod.", 1), _text("Node", "NodeName indicates in which node this pod is scheduled.", 1), _text("Nominated Node", "nominatedNodeName is set only when this pod preempts other pods on the node.", 1), _text("Readiness Gates", "If specified, all readiness gates will be evaluated for pod readiness.", 1)), _pod),
    "Lease": ((NAME, _text("Holder", "holderIdentity contains the identity of the holder of a current lease. If Coordinated Leader Election is used, the holder identity must be equal to the elected LeaseCandidate.metadata.name field."), AGE), _lease),
    "CustomResourceDefinition": ((Column("Name", "string", "name"), Column("Created At", "date")), _definition),
}  # fmt: skip


def with_columns(resource: Resource) -> Resource:
    """The row with its table columns."""
    columns, _ = _ROWS.get(resource.kind, ((NAME, AGE), _generic))
    return replace(resource, columns=columns)


def cells(resource: Resource, obj: Object, now: datetime) -> list[Any]:
    """The cells of an object's row."""
    return _ROWS.get(resource.kind, ((), _generic))[1](obj, now)
