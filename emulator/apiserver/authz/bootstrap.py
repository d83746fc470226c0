"""The roles and bindings that every cluster starts with (k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy).

They are data: ``fixtures/kubernetes/roles.txt`` says in its head how it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from emulator import fixtures
from emulator.apiserver.apimachinery.objects import Object, copy

GROUP = "rbac.authorization.k8s.io"
API = f"{GROUP}/v1"
_LABELS = {"kubernetes.io/bootstrapping": "rbac-defaults"}
_ANNOTATIONS = {"rbac.authorization.kubernetes.io/autoupdate": "true"}
_AGGREGATE = "rbac.authorization.k8s.io/aggregate-to-"
_CONTROLLER = "system:controller:"
_SUMS = ("view", "edit", "admin")  # each is part of the next


def cluster_roles(*, aggregated: bool = True) -> Iterator[Object]:
    """Every bootstrap ClusterRole; those that are sums of others filled, or as empty as before a controller sees them."""
    roles = {role["metadata"]["name"]: copy(role) for role in _read()[0] if role["kind"] == "ClusterRole"}
    for name in _SUMS if aggregated else ():
        roles[name]["rules"] = aggregate(roles[name], list(roles.values()), _has_label)
    yield from roles.values()


def cluster_role_bindings() -> Iterator[Object]:
    """Every bootstrap ClusterRoleBinding."""
    yield from (copy(binding) for binding in _read()[1] if binding["kind"] == "ClusterRoleBinding")


def in_namespaces() -> Iterator[Object]:
    """Every bootstrap Role and RoleBinding."""
    for obj in (*_read()[0], *_read()[1]):
        if "namespace" in obj["metadata"]:
            yield copy(obj)


@cache
def _read() -> tuple[list[Object], list[Object]]:
    """Roles and bindings, as the file says them."""
    roles: list[Object] = []
    bindings: list[Object] = []
    for line in fixtures.path("kubernetes", "roles.txt").read_text().splitlines():
        sign, text = line.strip()[:1], line.strip()[1:].strip()
        if not line or line.startswith("#"):
            continue
        if not line.startswith(" "):
            roles.append({"apiVersion": API, "kind": _scope(line) + "Role", "metadata": _meta(line), "rules": []})
            if line.startswith(_CONTROLLER):
                bindings.append(_binding(line, f"ServiceAccount kube-system/{line.removeprefix(_CONTROLLER)}"))
        elif sign == ">":
            meta = roles[-1]["metadata"]
            bindings.append(_binding("/".join(filter(None, (meta.get("namespace"), meta["name"]))), text))
        elif sign == "=":
            roles[-1]["metadata"]["labels"][_AGGREGATE + text] = "true"
        elif sign == "+":
            selector = {"matchLabels": {_AGGREGATE + text: "true"}}
            roles[-1]["aggregationRule"] = {"clusterRoleSelectors": [selector]}
        else:
            roles[-1]["rules"].append(_rule(line.strip()))
    return roles, bindings


def _rule(line: str) -> Object:
    verbs, _, what = line.partition(": ")
    if what.startswith("/"):
        paths = ["*"] if what == "/*" else what.split()
        return {"verbs": verbs.split(), "nonResourceURLs": paths}
    rest, _, names = what.partition(" # ")
    resources, _, groups = rest.partition(" @ ")
    rule: Object = {
        "verbs": verbs.split(),
        "apiGroups": ["" if group == "core" else group for group in (groups or "core").split()],
        "resources": resources.split(),
    }
    if names:
        rule["resourceNames"] = names.split()
    return rule


def _scope(name: str) -> str:
    return "" if "/" in name else "Cluster"


def _meta(name: str) -> Object:
    namespace, _, name = name.rpartition("/")
    meta: Object = {"name": name, "labels": dict(_LABELS), "annotations": dict(_ANNOTATIONS)}
    return {**meta, "namespace": namespace} if namespace else meta


def _binding(role: str, subjects: str) -> Object:
    meta, scope = _meta(role), _scope(role)
    reference = {"apiGroup": GROUP, "kind": f"{scope}Role", "name": meta["name"]}
    if not scope and not meta["name"].startswith("system:"):
        meta["name"] = f"system::{meta['name']}"
    binding: Object = {"apiVersion": API, "kind": f"{scope}RoleBinding", "metadata": meta, "roleRef": reference}
    if subjects:
        binding["subjects"] = [_subject(text) for text in subjects.split(", ")]
    return binding


def _subject(text: str) -> Object:
    kind, _, name = text.partition(" ")
    if kind != "ServiceAccount":
        return {"apiGroup": GROUP, "kind": kind, "name": name}
    namespace, _, account = name.partition("/")
    return {"kind": kind, "name": account, "namespace": namespace}


def _has_label(selector: Object, role: Object) -> bool:
    return bool(selector["matchLabels"].items() <= role["metadata"]["labels"].items())


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
