"""Roles and bindings may not give more than their writer holds, unless ``escalate`` or ``bind`` is held."""

from __future__ import annotations

from emulator.apiserver.admission.chain import Plugin
from emulator.apiserver.apimachinery import errors
from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.apimachinery.users import MASTERS, UserInfo
from emulator.apiserver.authz.escalation import show, uncovered
from emulator.apiserver.authz.interface import Attributes
from emulator.apiserver.authz.rbac import RbacAuthorizer
from emulator.apiserver.registry.strategy import Context

GROUP = "rbac.authorization.k8s.io"


class RbacEscalation(Plugin):
    """k8s.io/kubernetes/pkg/registry/rbac/*/policybased."""

    def __init__(self, authorizer: RbacAuthorizer) -> None:
        self.authorizer = authorizer

    def validate(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """Refuse a grant of what the writer does not hold. Raises StatusError: 403, 404."""
        if context.resource.group != GROUP or obj is None or MASTERS in context.user.groups:
            return
        kind = context.resource.kind
        if kind in ("Role", "ClusterRole"):
            if old is not None and (old.get("rules") or []) == (obj.get("rules") or []):
                return
            if not self._may(context, "escalate", context.resource.plural, context.name):
                self._check(context, obj.get("rules") or [])
        elif kind in ("RoleBinding", "ClusterRoleBinding"):
            if (
                old is not None
                and old.get("roleRef") == obj.get("roleRef")
                and old.get("subjects") == obj.get("subjects")
            ):
                return
            self._check_binding(context, obj)

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
        grants, problems = self.authorizer.grants(context.user, context.namespace)
        held = [rule for grant in grants for rule in grant.rules]
        missing = uncovered(held, rules)
        if not missing:
            return
        text = f"{_who(context.user)} is attempting to grant RBAC permissions not currently held:\n{show(missing)}"
        if problems:
            text += f"; resolution errors: [{', '.join(problems)}]"
        raise _forbidden(context, name or context.name, text)


def _who(user: UserInfo) -> str:
    groups = " ".join(f'"{group}"' for group in user.groups)
    return f'user "{user.name}" (groups=[{groups}])'


def _forbidden(context: Context, name: str, text: str) -> StatusError:
    return errors.forbidden(context.resource.group_resource, name, text)
