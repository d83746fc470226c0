"""The roles and bindings that every cluster starts with (k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.users import AUTHENTICATED, MASTERS, UNAUTHENTICATED

GROUP = "rbac.authorization.k8s.io"
API = f"{GROUP}/v1"
_READ = ["get", "list", "watch"]
_WRITE = ["create", "delete", "deletecollection", "patch", "update"]
_LABELS = {"kubernetes.io/bootstrapping": "rbac-defaults"}
_ANNOTATIONS = {"rbac.authorization.kubernetes.io/autoupdate": "true"}


def _rule(verbs: list[str], groups: list[str], resources: list[str], names: list[str] | None = None) -> Object:
    rule: Object = {"verbs": verbs, "apiGroups": groups, "resources": resources}
    if names:
        rule["resourceNames"] = names
    return rule


def _urls(*paths: str) -> Object:
    return {"verbs": ["get"], "nonResourceURLs": list(paths)}


def _role(name: str, rules: list[Object], labels: dict[str, str] | None = None, **more: Any) -> Object:
    meta = {"name": name, "labels": {**_LABELS, **(labels or {})}, "annotations": dict(_ANNOTATIONS)}
    return {"apiVersion": API, "kind": "ClusterRole", "metadata": meta, "rules": rules, **more}


def _binding(name: str, role: str, *subjects: Object) -> Object:
    meta = {"name": name, "labels": dict(_LABELS), "annotations": dict(_ANNOTATIONS)}
    reference = {"apiGroup": GROUP, "kind": "ClusterRole", "name": role}
    return {
        "apiVersion": API,
        "kind": "ClusterRoleBinding",
        "metadata": meta,
        "subjects": list(subjects),
        "roleRef": reference,
    }


def _group(name: str) -> Object:
    return {"apiGroup": GROUP, "kind": "Group", "name": name}


def _user(name: str) -> Object:
    return {"apiGroup": GROUP, "kind": "User", "name": name}


def _aggregated(name: str, label: str) -> Object:
    selector = {"matchLabels": {f"rbac.authorization.k8s.io/aggregate-to-{label}": "true"}}
    labels = (
        {}
        if name == "admin"
        else {f"rbac.authorization.k8s.io/aggregate-to-{'admin' if name == 'edit' else 'edit'}": "true"}
    )
    return _role(name, [], labels, aggregationRule={"clusterRoleSelectors": [selector]})


_WORKLOADS = [
    "daemonsets",
    "deployments",
    "deployments/scale",
    "replicasets",
    "replicasets/scale",
    "statefulsets",
    "statefulsets/scale",
]
_CORE_VIEW = [
    "configmaps", "endpoints", "persistentvolumeclaims", "persistentvolumeclaims/status", "pods", "replicationcontrollers",
    "replicationcontrollers/scale", "serviceaccounts", "services", "services/status",
]  # fmt: skip


def _view_rules() -> list[Object]:
    return [
        _rule(_READ, [""], _CORE_VIEW),
        _rule(_READ, [""], ["bindings", "events", "limitranges", "namespaces/status", "pods/log", "pods/status",
                            "replicationcontrollers/status", "resourcequotas", "resourcequotas/status"]),
        _rule(_READ, [""], ["namespaces"]),
        _rule(_READ, ["discovery.k8s.io"], ["endpointslices"]),
        _rule(_READ, ["apps"], ["controllerrevisions", *_WORKLOADS, "daemonsets/status", "deployments/status",
                                "replicasets/status", "statefulsets/status"]),
        _rule(_READ, ["autoscaling"], ["horizontalpodautoscalers", "horizontalpodautoscalers/status"]),
        _rule(_READ, ["batch"], ["cronjobs", "cronjobs/status", "jobs", "jobs/status"]),
        _rule(_READ, ["policy"], ["poddisruptionbudgets", "poddisruptionbudgets/status"]),
        _rule(_READ, ["networking.k8s.io"], ["ingresses", "ingresses/status", "networkpolicies"]),
    ]  # fmt: skip


def _edit_rules() -> list[Object]:
    return [
        _rule(_READ, [""], ["pods/attach", "pods/exec", "pods/portforward", "pods/proxy", "secrets", "services/proxy"]),
        _rule(["impersonate"], [""], ["serviceaccounts"]),
        _rule(_WRITE, [""], ["pods", "pods/attach", "pods/exec", "pods/portforward", "pods/proxy"]),
        _rule(["create"], [""], ["pods/eviction"]),
        _rule(_WRITE, [""], ["configmaps", "events", "persistentvolumeclaims", "replicationcontrollers",
                             "replicationcontrollers/scale", "secrets", "serviceaccounts", "services", "services/proxy"]),
        _rule(["create"], [""], ["serviceaccounts/token"]),
        _rule(_WRITE, ["apps"], [*_WORKLOADS, "deployments/rollback"]),
        _rule(_WRITE, ["autoscaling"], ["horizontalpodautoscalers"]),
        _rule(_WRITE, ["batch"], ["cronjobs", "jobs"]),
        _rule(_WRITE, ["policy"], ["poddisruptionbudgets"]),
        _rule(_WRITE, ["networking.k8s.io"], ["ingresses", "networkpolicies"]),
        _rule([*_WRITE, *_READ], ["coordination.k8s.io"], ["leases"]),
    ]  # fmt: skip


def _admin_rules() -> list[Object]:
    return [
        _rule(["create"], ["authorization.k8s.io"], ["localsubjectaccessreviews"]),
        _rule([*_WRITE, *_READ], [GROUP], ["rolebindings", "roles"]),
    ]


_EVERYTHING = [_rule(["*"], ["*"], ["*"]), {"verbs": ["*"], "nonResourceURLs": ["*"]}]
_DISCOVERY = (
    "/api",
    "/api/*",
    "/apis",
    "/apis/*",
    "/healthz",
    "/livez",
    "/openapi",
    "/openapi/*",
    "/readyz",
    "/version",
    "/version/",
)
_CONTROLLERS: dict[str, list[Object]] = {
    "generic-garbage-collector": [_rule(["delete", "get", "list", "patch", "update", "watch"], ["*"], ["*"])],
    "namespace-controller": [
        _rule(["delete", "get", "list", "watch"], [""], ["namespaces"]),
        _rule(["update"], [""], ["namespaces/finalize", "namespaces/status"]),
        _rule(["delete", "deletecollection", "get", "list"], ["*"], ["*"]),
    ],
    "service-account-controller": [_rule(["create"], [""], ["serviceaccounts"])],
    "root-ca-cert-publisher": [_rule(["create", "update"], [""], ["configmaps"])],
    "clusterrole-aggregation-controller": [_rule(["escalate", "get", "list", "patch", "update", "watch"], [GROUP], ["clusterroles"])],
    "deployment-controller": [
        _rule(["get", "list", "update", "watch"], ["apps"], ["deployments"]),
        _rule(["update"], ["apps"], ["deployments/status", "deployments/finalizers"]),
        _rule(["create", "delete", "get", "list", "patch", "update", "watch"], ["apps"], ["replicasets"]),
        _rule(["get", "list", "update", "watch"], [""], ["pods"]),
    ],
    "replicaset-controller": [
        _rule(["get", "list", "update", "watch"], ["apps"], ["replicasets"]),
        _rule(["update"], ["apps"], ["replicasets/status", "replicasets/finalizers"]),
        _rule(["create", "delete", "list", "patch", "watch"], [""], ["pods"]),
    ],
    "job-controller": [
        _rule(["get", "list", "patch", "update", "watch"], ["batch"], ["jobs"]),
        _rule(["update"], ["batch"], ["jobs/status", "jobs/finalizers"]),
        _rule(["create", "delete", "list", "patch", "watch"], [""], ["pods"]),
    ],
    "resourcequota-controller": [_rule(["list", "watch"], ["*"], ["*"]), _rule(["update"], [""], ["resourcequotas/status"])],
    "endpoint-controller": [
        _rule(["get", "list", "watch"], [""], ["pods", "services"]),
        _rule(["create", "delete", "get", "list", "update"], [""], ["endpoints"]),
    ],
    "endpointslice-controller": [
        _rule(["get", "list", "watch"], [""], ["nodes", "pods", "services"]),
        _rule(["create", "delete", "get", "list", "update"], ["discovery.k8s.io"], ["endpointslices"]),
    ],
}  # fmt: skip


def cluster_roles() -> Iterator[Object]:
    """Every bootstrap ClusterRole, aggregated ones filled."""
    view, edit, admin = _view_rules(), _edit_rules(), _admin_rules()
    yield _role("cluster-admin", list(_EVERYTHING))
    yield {**_aggregated("admin", "admin"), "rules": [*admin, *edit, *view]}
    yield {**_aggregated("edit", "edit"), "rules": [*edit, *view]}
    yield {**_aggregated("view", "view"), "rules": view}
    for name, rules in (("admin", admin), ("edit", edit), ("view", view)):
        yield _role(f"system:aggregate-to-{name}", rules, {f"rbac.authorization.k8s.io/aggregate-to-{name}": "true"})
    yield _role("system:discovery", [_urls(*_DISCOVERY)])
    yield _role("system:public-info-viewer", [_urls("/healthz", "/livez", "/readyz", "/version", "/version/")])
    yield _role(
        "system:monitoring",
        [_urls("/healthz", "/healthz/*", "/livez", "/livez/*", "/metrics", "/metrics/slis", "/readyz", "/readyz/*")],
    )
    reviews = _rule(["create"], ["authorization.k8s.io"], ["selfsubjectaccessreviews", "selfsubjectrulesreviews"])
    yield _role("system:basic-user", [reviews, _rule(["create"], ["authentication.k8s.io"], ["selfsubjectreviews"])])
    issuer = _urls(
        "/.well-known/openid-configuration", "/.well-known/openid-configuration/", "/openid/v1/jwks", "/openid/v1/jwks/"
    )
    yield _role("system:service-account-issuer-discovery", [issuer])
    delegated = [
        _rule(["create"], ["authentication.k8s.io"], ["tokenreviews"]),
        _rule(["create"], ["authorization.k8s.io"], ["subjectaccessreviews"]),
    ]
    yield _role("system:auth-delegator", delegated)
    yield _role("system:kube-controller-manager", _manager_rules())
    yield _role("system:kube-scheduler", _scheduler_rules())
    yield _role("system:node", [])
    for name, rules in _CONTROLLERS.items():
        yield _role(f"system:controller:{name}", rules)


def _manager_rules() -> list[Object]:
    return [
        _rule(["create", "patch", "update"], ["", "events.k8s.io"], ["events"]),
        _rule(["create"], ["coordination.k8s.io"], ["leases"]),
        _rule(["get", "update"], ["coordination.k8s.io"], ["leases"], ["kube-controller-manager"]),
        _rule(["create"], [""], ["secrets", "serviceaccounts"]),
        _rule(["delete"], [""], ["secrets"]),
        _rule(["get"], [""], ["configmaps", "namespaces", "secrets", "serviceaccounts"]),
        _rule(["update"], [""], ["secrets", "serviceaccounts"]),
        _rule(["create"], ["authentication.k8s.io"], ["tokenreviews"]),
        _rule(["create"], ["authorization.k8s.io"], ["subjectaccessreviews"]),
        _rule(["list", "watch"], ["*"], ["*"]),
        _rule(["create"], [""], ["serviceaccounts/token"]),
    ]


def _scheduler_rules() -> list[Object]:
    return [
        _rule(["create", "patch", "update"], ["", "events.k8s.io"], ["events"]),
        _rule(["create"], ["coordination.k8s.io"], ["leases"]),
        _rule(["get", "update"], ["coordination.k8s.io"], ["leases"], ["kube-scheduler"]),
        _rule(_READ, [""], ["nodes", "namespaces", "persistentvolumeclaims", "persistentvolumes", "services"]),
        _rule(["delete", "get", "list", "watch"], [""], ["pods"]),
        _rule(["create"], [""], ["bindings", "pods/binding"]),
        _rule(["patch", "update"], [""], ["pods/status"]),
        _rule(_READ, ["apps"], ["replicasets", "statefulsets"]),
        _rule(_READ, ["storage.k8s.io"], ["csinodes", "csidrivers", "csistoragecapacities", "storageclasses"]),
    ]


def cluster_role_bindings() -> Iterator[Object]:
    """Every bootstrap ClusterRoleBinding."""
    yield _binding("cluster-admin", "cluster-admin", _group(MASTERS))
    yield _binding("system:monitoring", "system:monitoring", _group("system:monitoring"))
    yield _binding("system:discovery", "system:discovery", _group(AUTHENTICATED))
    yield _binding("system:basic-user", "system:basic-user", _group(AUTHENTICATED))
    yield _binding(
        "system:public-info-viewer", "system:public-info-viewer", _group(AUTHENTICATED), _group(UNAUTHENTICATED)
    )
    yield _binding(
        "system:service-account-issuer-discovery",
        "system:service-account-issuer-discovery",
        _group("system:serviceaccounts"),
    )
    yield _binding(
        "system:kube-controller-manager", "system:kube-controller-manager", _user("system:kube-controller-manager")
    )
    yield _binding("system:kube-scheduler", "system:kube-scheduler", _user("system:kube-scheduler"))
    yield _binding("system:node", "system:node")
    for name in _CONTROLLERS:
        account = {"kind": "ServiceAccount", "name": name, "namespace": "kube-system"}
        yield _binding(f"system:controller:{name}", f"system:controller:{name}", account)


def aggregate(role: Object, others: list[Object], matches: Callable[[Object, Object], bool]) -> list[Object] | None:
    """The rules that an aggregated ClusterRole should have; None when it does not aggregate."""
    selectors = (role.get("aggregationRule") or {}).get("clusterRoleSelectors")
    if selectors is None:
        return None
    rules: list[Object] = []
    for other in sorted(others, key=lambda item: str(item["metadata"]["name"])):
        if other["metadata"]["name"] == role["metadata"]["name"]:
            continue
        if any(matches(selector, other) for selector in selectors):
            rules += [rule for rule in other.get("rules") or () if rule not in rules]
    return rules
