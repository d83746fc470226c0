"""What a run needs of a target, asked before anything is judged: which permissions, which doors."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.checks.check import Need
from conformance.checks.context import Context
from conformance.driver.history import History
from conformance.driver.resources import (
    CLUSTERROLEBINDINGS,
    CLUSTERROLES,
    CONFIGMAPS,
    CRDS,
    DEPLOYMENTS,
    MODELS,
    NAMESPACES,
    ROLEBINDINGS,
    ROLES,
    SELF_ACCESS_REVIEWS,
    SERVERS,
    SERVICEACCOUNTS,
    Resource,
)

_ALL = ("get", "list", "watch", "create", "update", "patch", "delete")
TOKENS = Resource("", "v1", "serviceaccounts/token", "TokenRequest", namespaced=True)
WANTED: tuple[tuple[Resource, tuple[str, ...], str], ...] = (
    (NAMESPACES, ("get", "list", "create", "delete"), "each case has a namespace of its own"),
    (MODELS, (*_ALL, "deletecollection"), "they are what is judged"),
    (CRDS, ("get", "list", "create", "delete"), "the definition of Model is read, and installed under another name"),
    (CONFIGMAPS, _ALL, "built-in kinds are judged, too"),
    (SERVICEACCOUNTS, ("get", "create", "delete"), "readers are ServiceAccounts"),
    (ROLES, _ALL, "the guide's Role is judged"),
    (ROLEBINDINGS, _ALL, "and its RoleBinding"),
    (CLUSTERROLES, ("get", "list", "create", "delete"), "cluster-wide grants are judged"),
    (CLUSTERROLEBINDINGS, ("get", "list", "create", "delete"), "and who has them"),
    (TOKENS, ("create",), "where nobody may be impersonated, readers come with tokens"),
    (SERVERS, _ALL, "the serving layer is judged"),
    (DEPLOYMENTS, _ALL, "rollouts are judged"),
)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is needed, whether it is there, and why it is needed (or what was said). ``required``: no run without it."""

    name: str
    there: bool
    why: str
    required: bool = True


def preflight(context: Context) -> list[Item]:
    """Ask for everything that a run needs; nothing is changed. Raises TargetError when nobody answers."""
    items = [
        Item(f"{verb} {resource.kubectl}", _may(context, verb, resource), why)
        for resource, verbs, why in WANTED
        if resource not in (SERVERS, DEPLOYMENTS) or Need.SERVERS.value in context.facts.capabilities
        for verb in verbs
    ]
    doors = {
        "object store": (Need.S3, "s3=URL: profiles artifacts and retention"),
        "users of the object store": (Need.IDENTITIES, "IAM on the same endpoint: what each permission grants"),
        "impersonation": (
            Need.IMPERSONATION,
            "any user of any group: else ServiceAccounts with tokens, and less is judged",
        ),
        "gRPC API": (Need.RPC, "rpc=HOST:PORT: profile cli"),
        "InferenceServers": (Need.SERVERS, "profile serving"),
    }
    items += [
        Item(name, need.value in context.facts.capabilities, why, required=False) for name, (need, why) in doors.items()
    ]
    if context.facts.has_s3:
        listed = context.store(context.lane("preflight-s3", History()), "check=preflight").list_objects(limit=1)
        items.append(Item(f"s3:ListBucket on {context.facts.bucket}", listed.ok, listed.said()))
    return items


def _may(context: Context, verb: str, resource: Resource) -> bool:
    plural, _, subresource = resource.plural.partition("/")
    attributes = {"verb": verb, "group": resource.group, "resource": plural, "subresource": subresource}
    review = {
        "apiVersion": SELF_ACCESS_REVIEWS.api_version,
        "kind": SELF_ACCESS_REVIEWS.kind,
        "spec": {"resourceAttributes": attributes},
    }
    admin = context.kube(context.lane("preflight", History()), "check=preflight")
    return admin.request("POST", SELF_ACCESS_REVIEWS.path(), body=review).at("status.allowed") is True
