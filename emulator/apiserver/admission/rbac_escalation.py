"""Roles and bindings may not give more than their writer holds, unless ``escalate`` or ``bind`` is held."""

from __future__ import annotations

from emulator.apiserver.admission.chain import Plugin
from emulator.apiserver.apimachinery import errors
from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.apimachinery.users import MASTERS, UserInfo
from emulator.apiserver.authz.escalation import show, uncovered
from emulator.apiserver.authz.interface import Attributes
from emulator.apiserver.authz.rbac import RbacAuthorizer, aggregate
from emulator.apiserver.registry.resource import Resource
from emulator.apiserver.registry.strategy import Context

GROUP = "rbac.authorization.k8s.io"
EVERYTHING: list[Object] = [
    {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]},
    {"verbs": ["*"], "nonResourceURLs": ["*"]},
]


class RbacEscalation(Plugin):
    """k8s.io/kubernetes/pkg/registry/rbac/*/policybased."""

    def __init__(self, authorizer: RbacAuthorizer) -> None:
        self.authorizer = authorizer

    def minds(self, operation: str, resource: Resource, subresource: str) -> bool:
        """Roles and bindings, written."""
        return operation != "DELETE" and resource.group == GROUP

    def validate(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """Refuse a grant of what the writer does not hold. Raises StatusError: 403, 404."""
        assert obj is not None, "a write has an object"
        if MASTERS in context.user.groups:
            return
        if old is not None and _only_for_the_collector(obj, old):
            return
        kind = context.resource.kind
        if kind in ("RoleBinding", "ClusterRoleBinding"):
            self._check_binding(context, obj)
        elif not self._may(context, "escalate", context.resource.plural, context.name if old is not None else ""):
            self._check(context, obj.get("rules") or [])
            if any(role is not None and role.get("aggregationRule") is not None for role in (obj, old)):
                self._check_aggregation(context)

    def _check_aggregation(self, context: Context) -> None:
        """What an aggregated ClusterRole comes to hold is anybody's guess: only who holds everything may write one."""
        if uncovered(self._held(context), EVERYTHING):
            text = "must have cluster-admin privileges to use an aggregationRule"
            raise errors.forbidden(context.resource.group_resource, context.name, text)

    def _check_binding(self, context: Context, obj: Object) -> None:
        role = obj["roleRef"]
        plural = "clusterroles" if role["kind"] == "ClusterRole" else "roles"
        if self._may(context, "bind", plural, role["name"]):
            return
        source = self.authorizer.source
        known = source.cluster_roles() if plural == "clusterroles" else source.roles(context.namespace)
        found = next((item for item in known if item["metadata"]["name"] == role["name"]), None)
        if found is None:
            raise errors.not_found(context.resource.group_resource, role["name"])
        self._check(context, found.get("rules") or [], metadata(obj).get("name") or "")

    def _may(self, context: Context, verb: str, plural: str, name: str) -> bool:
        user, namespace = context.user, context.namespace
        return self.authorizer.authorize(Attributes(user, verb, GROUP, "v1", plural, "", namespace, name)).allowed

    def _check(self, context: Context, rules: list[Object], name: str = "") -> None:
        missing = uncovered(self._held(context), rules)
        if not missing:
            return
        text = f"{_who(context.user)} is attempting to grant RBAC permissions not currently held:\n{show(missing)}"
        problems = self.authorizer.grants(context.user, context.namespace)[1]
        if problems:
            text += f"; resolution errors: [{aggregate(problems)}]"
        raise errors.forbidden(context.resource.group_resource, name or context.name, text)

    def _held(self, context: Context) -> list[Object]:
        grants, _ = self.authorizer.grants(context.user, context.namespace)
        return [rule for grant in grants for rule in grant.rules]


def _only_for_the_collector(new: Object, old: Object) -> bool:
    """Whether a write changes only what the garbage collector has to be able to change."""
    changed = {**new, "metadata": {**metadata(new)}}
    for name in ("ownerReferences", "finalizers", "managedFields", "resourceVersion"):
        changed["metadata"].pop(name, None)
        if name in metadata(old):
            changed["metadata"][name] = metadata(old)[name]
    return changed == old


def _who(user: UserInfo) -> str:
    groups = " ".join(f'"{group}"' for group in user.groups)
    return f'user "{user.name}" (groups=[{groups}])'
