"""The Project hook: a Project is its namespace, named like it and made with it."""

from __future__ import annotations

import grpc

from emulator.michelangelo.client import ApiError, KubeClient, Object, Resource
from emulator.michelangelo.resources import GROUP, NAMESPACES
from emulator.michelangelo.rpc.codes import RpcError, refused

INTEGRATION_TESTS = "ma-integration-test"
_REVIEWS = Resource("authorization.k8s.io", "v1", "selfsubjectaccessreviews")


async def before_create(client: KubeClient, obj: Object, token: str, *, dry_run: bool) -> None:
    """Check the name, then make the namespace, when the caller may create the Project at all. Raises RpcError."""
    name, namespace = obj["metadata"].get("name", ""), obj["metadata"].get("namespace", "")
    if namespace == "default" or namespace.startswith("kube-"):
        text = (
            f"namespace {namespace} is invalid. Users are forbidden to create projects in default or system namespace"
        )
        raise RpcError(grpc.StatusCode.PERMISSION_DENIED, text)
    if name != namespace and namespace != INTEGRATION_TESTS:
        text = (
            f"project name {name} is different from namespace name {namespace}. "
            "Project name must be the same as namespace name."
        )
        raise RpcError(grpc.StatusCode.INVALID_ARGUMENT, text)
    if dry_run:
        return
    try:
        if token and not await _may_create(client, namespace, token):
            return  # creating the Project is refused in Kubernetes' words
        made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
        await client.create(NAMESPACES, made)
    except ApiError as error:
        if error.reason != "AlreadyExists":
            raise refused("create", namespace, name, error) from None


async def _may_create(client: KubeClient, namespace: str, token: str) -> bool:
    wanted = {"namespace": namespace, "verb": "create", "group": GROUP, "resource": "projects"}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": wanted},
    }
    answer = await client.request("POST", _REVIEWS.path(), review, as_user=token)
    return bool((answer.get("status") or {}).get("allowed"))
