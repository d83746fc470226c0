"""Role-based access control: who may do what, by Roles and bindings (k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac).

Rules are gathered once per user and namespace and kept until any Role or binding changes; a repeated question is one look-up.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.users import MASTERS, UserInfo
from emulator.apiserver.authz.interface import Attributes, Decision

CACHED = 20_000
_ALLOWED_MASTER = Decision(True)


class RbacSource(Protocol):
    """The Roles and bindings of a cluster."""

    def revision(self) -> int:
        """A number that changes with every write to any of them."""
        ...

    def roles(self, namespace: str) -> list[Object]:
        """Roles of a namespace."""
        ...

    def role_bindings(self, namespace: str) -> list[Object]:
        """RoleBindings of a namespace."""
        ...

    def cluster_roles(self) -> list[Object]:
        """All ClusterRoles."""
        ...

    def cluster_role_bindings(self) -> list[Object]:
        """All ClusterRoleBindings."""
        ...


class Grant(NamedTuple):
    """Rules that somebody holds, and through which binding."""

    rules: list[Object]
    reason: str


class RbacAuthorizer:
    """Allows what a Role or ClusterRole grants through a binding, and everything to ``system:masters``."""

    def __init__(self, source: RbacSource) -> None:
        self.source = source
        self._revision = -1
        self._decisions: dict[tuple[Any, ...], Decision] = {}
        self._grants: dict[tuple[Any, ...], tuple[list[Grant], list[str]]] = {}

    def authorize(self, attributes: Attributes) -> Decision:
        """Allow or refuse."""
        user = attributes.user
        if MASTERS in user.groups:
            return _ALLOWED_MASTER
        self._refresh()
        key = (
            *(user.name, user.groups, attributes.verb, attributes.group, attributes.resource, attributes.subresource),
            *(attributes.namespace, attributes.name, attributes.path, attributes.is_resource),
        )
        decision = self._decisions.get(key)
        if decision is None:
            decision = self._decisions[key] = self._decide(attributes)
        return decision

    def _refresh(self) -> None:
        """Forget what was worked out before the last change of a Role or binding."""
        revision = self.source.revision()
        if revision != self._revision or len(self._decisions) > CACHED or len(self._grants) > CACHED:
            self._revision = revision
            self._decisions.clear()
            self._grants.clear()

    def _decide(self, attributes: Attributes) -> Decision:
        grants, problems = self.grants(attributes.user, attributes.namespace)
        for grant in grants:
            if any(allows(rule, attributes) for rule in grant.rules):
                return Decision(True, grant.reason)
        return Decision(False, f"RBAC: {aggregate(problems)}" if problems else "")

    def grants(self, user: UserInfo, namespace: str) -> tuple[list[Grant], list[str]]:
        """Everything a user holds in a namespace (empty: cluster-wide), and what could not be resolved."""
        self._refresh()
        key = (user.name, user.groups, namespace)
        found = self._grants.get(key)
        if found is None:
            problems: list[str] = []
            found = self._grants[key] = (list(self._gather(user, namespace, problems)), problems)
        return found

    def _gather(self, user: UserInfo, namespace: str, problems: list[str]) -> Iterator[Grant]:
        cluster_roles = {role["metadata"]["name"]: role for role in self.source.cluster_roles()}
        for binding in self.source.cluster_role_bindings():
            subject = applies(binding, user, "")
            if subject is None:
                continue
            name = binding["roleRef"]["name"]
            role = cluster_roles.get(name)
            if role is None:
                problems.append(f'clusterrole.rbac.authorization.k8s.io "{name}" not found')
                continue
            reason = f'RBAC: allowed by ClusterRoleBinding "{binding["metadata"]["name"]}" of ClusterRole "{name}" to {subject}'
            yield Grant(role.get("rules") or [], reason)
        if not namespace:
            return
        roles = {role["metadata"]["name"]: role for role in self.source.roles(namespace)}
        for binding in self.source.role_bindings(namespace):
            subject = applies(binding, user, namespace)
            if subject is None:
                continue
            reference = binding["roleRef"]
            pool = cluster_roles if reference["kind"] == "ClusterRole" else roles
            role = pool.get(reference["name"])
            if role is None:
                problems.append(
                    f'{reference["kind"].lower()}.rbac.authorization.k8s.io "{reference["name"]}" not found'
                )
                continue
            bound = f'"{binding["metadata"]["name"]}/{namespace}"'
            reason = f'RBAC: allowed by RoleBinding {bound} of {reference["kind"]} "{reference["name"]}" to {subject}'
            yield Grant(role.get("rules") or [], reason)


def aggregate(problems: list[str]) -> str:
    """Several errors as Go's aggregate prints them."""
    unique = list(dict.fromkeys(problems))
    return unique[0] if len(unique) == 1 else f"[{', '.join(unique)}]"


def applies(binding: Object, user: UserInfo, namespace: str) -> str | None:
    """The subject through which a binding is about a user, as reasons show it; None when it is not."""
    for subject in binding.get("subjects") or ():
        kind, name = subject.get("kind"), subject.get("name")
        if kind == "User" and name == user.name:
            return f'User "{name}"'
        if kind == "Group" and name in user.groups:
            return f'Group "{name}"'
        if kind == "ServiceAccount":
            where = subject.get("namespace") or namespace
            if where and user.name == f"system:serviceaccount:{where}:{name}":
                return f'ServiceAccount "{name}/{where}"'
    return None


def allows(rule: Object, attributes: Attributes) -> bool:
    """Whether a rule allows a request."""
    verbs = rule.get("verbs") or ()
    if attributes.verb not in verbs and "*" not in verbs:
        return False
    if not attributes.is_resource:
        return any(_path_matches(pattern, attributes.path) for pattern in rule.get("nonResourceURLs") or ())
    groups = rule.get("apiGroups") or ()
    if attributes.group not in groups and "*" not in groups:
        return False
    if not _resource_matches(rule.get("resources") or (), attributes.resource, attributes.subresource):
        return False
    names = rule.get("resourceNames") or ()
    return not names or attributes.name in names


def _resource_matches(resources: Any, resource: str, subresource: str) -> bool:
    wanted = f"{resource}/{subresource}" if subresource else resource
    if wanted in resources or "*" in resources:
        return True
    return bool(subresource) and f"*/{subresource}" in resources


def _path_matches(pattern: str, path: str) -> bool:
    if pattern in ("*", path):
        return True
    return pattern.endswith("*") and path.startswith(pattern.rstrip("*"))


def denial(attributes: Attributes, reason: str) -> str:
    """Why a request is refused, as the 403 says it."""
    user = attributes.user.name
    if not attributes.is_resource:
        text = f'User "{user}" cannot {attributes.verb} path "{attributes.path}"'
    else:
        resource = attributes.resource
        if attributes.subresource:
            resource = f"{resource}/{attributes.subresource}"
        where = f'in the namespace "{attributes.namespace}"' if attributes.namespace else "at the cluster scope"
        text = f'User "{user}" cannot {attributes.verb} resource "{resource}" in API group "{attributes.group}" {where}'
    return f"{text}: {reason}" if reason else text
