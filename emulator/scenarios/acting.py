"""Who reads Models in scenarios: the guide's Role and RoleBinding, for a ServiceAccount of the namespace."""

from __future__ import annotations

from emulator.michelangelo.client import ApiError, Object, Resource
from emulator.michelangelo.resources import GROUP
from emulator.scenarios.stage import Stage

RBAC = "rbac.authorization.k8s.io"
ROLES = Resource(RBAC, "v1", "roles")
BINDINGS = Resource(RBAC, "v1", "rolebindings")
ACCOUNTS = Resource("", "v1", "serviceaccounts")
ACCOUNT, ROLE = "ci-service-account", "model-registry-reader"


def user(namespace: str) -> str:
    """The ServiceAccount as the API server names it."""
    return f"system:serviceaccount:{namespace}:{ACCOUNT}"


def role(group: str) -> Object:
    """The guide's Role, for an API group."""
    rules = [{"apiGroups": [group], "resources": ["models"], "verbs": ["get", "list", "watch"]}]
    return {"apiVersion": f"{RBAC}/v1", "kind": "Role", "metadata": {"name": ROLE}, "rules": rules}


async def grant(stage: Stage, group: str = GROUP) -> None:
    """Apply ServiceAccount, Role and RoleBinding. Raises ApiError."""
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": ACCOUNT}}
    binding = {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "ci-model-registry-reader"},
        "subjects": [{"kind": "ServiceAccount", "name": ACCOUNT, "namespace": stage.namespace}],
        "roleRef": {"kind": "Role", "name": ROLE, "apiGroup": RBAC},
    }
    await stage.apply(ACCOUNTS, account)
    await stage.apply(ROLES, role(group))
    await stage.apply(BINDINGS, binding)


async def refusal(stage: Stage, path: str) -> str:
    """What the account is told when it reads a path; empty when it may. Raises ApiError."""
    try:
        await stage.client.request("GET", path, headers={"Impersonate-User": user(stage.namespace)})
    except ApiError as error:
        if error.code != 403:
            raise
        return str(error)
    return ""
