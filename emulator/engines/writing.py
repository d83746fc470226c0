"""Permission to write to somebody's cluster, and a plain list of what would be written."""

from __future__ import annotations

from emulator.michelangelo.client import ApiError, KubeClient, Object
from emulator.michelangelo.crds import documents
from emulator.michelangelo.resources import DEFINITIONS, NAMESPACES

ANNOTATION = "michelangelo.api/emulator"
ALLOWED = "allowed"
MARKED = (
    "kube-system"  # the namespace that carries the annotation: every cluster has it, and only its owners may mark it
)


async def check(client: KubeClient, dialect: str, name: str, confirmed: str) -> None:
    """Whether the plane may write to a cluster, and what is there already is what it would write.

    *name*: the cluster's in the kubeconfig; *confirmed*: as ``--confirm-cluster`` gave it. Raises ValueError, which says what would be
    written and how to allow it.
    """
    if confirmed and confirmed != name:
        raise ValueError(f"--confirm-cluster {confirmed}: the kubeconfig's cluster is {name!r}; nothing was written")
    if not confirmed and not await _marked(client):
        raise ValueError(
            f"cluster {name!r} is not known to be yours to write to. The plane would write:\n"
            f"{_listed(dialect)}\n"
            f"To allow it, give --confirm-cluster {name}, or mark the cluster once and for all:\n"
            f"  kubectl annotate namespace {MARKED} {ANNOTATION}={ALLOWED}"
        )
    differing = [crd["metadata"]["name"] for crd in documents(dialect) if await _differs(client, crd)]
    if differing:
        raise ValueError(
            f"cluster {name!r} has other definitions of {', '.join(differing)} than the {dialect} dialect's. They are left as they are: "
            "choose the other --dialect, or delete them (and with them every object of theirs) yourself"
        )


async def _marked(client: KubeClient) -> bool:
    try:
        namespace = await client.get(NAMESPACES, "", MARKED)
    except ApiError as error:
        if error.code in (403, 404):
            return False
        raise
    return (namespace["metadata"].get("annotations") or {}).get(ANNOTATION) == ALLOWED


def _listed(dialect: str) -> str:
    names = [crd["metadata"]["name"] for crd in (*documents(dialect), *documents("gateway"))]
    lines = [f"  CustomResourceDefinition {name}, where it is missing" for name in names]
    lines.append(
        "  in namespaces where you make InferenceServers and Deployments: status, apps Deployments, Services, ConfigMaps, HTTPRoutes, Events"
    )
    lines.append(
        "  where no kube-controller-manager is at work: what it would do (default ServiceAccounts, emptying namespaces that are deleted, "
        "removing what has lost its owner)"
    )
    return "\n".join(lines)


async def _differs(client: KubeClient, crd: Object) -> bool:
    """Whether a definition of that name is there and says something else."""
    present = await client.find(DEFINITIONS, "", crd["metadata"]["name"])
    return present is not None and not _within(crd["spec"], present["spec"])


def _within(wanted: object, present: object) -> bool:
    """Whether everything wanted is there; what the API server has filled in besides does not count."""
    if isinstance(wanted, dict):
        return isinstance(present, dict) and all(_within(value, present.get(key)) for key, value in wanted.items())
    if isinstance(wanted, list):
        return (
            isinstance(present, list)
            and len(wanted) == len(present)
            and all(_within(one, other) for one, other in zip(wanted, present, strict=True))
        )
    return wanted == present
