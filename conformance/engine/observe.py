"""Looks at a target before anything is judged: whether it answers, what it is, and what it can do."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from conformance.checks.check import Need
from conformance.checks.context import Context, Facts, S3Access
from conformance.driver.errors import TargetError
from conformance.driver.history import History
from conformance.driver.iam import Iam
from conformance.driver.kube import Kube
from conformance.driver.kubeconfig import read
from conformance.driver.resources import CRDS
from conformance.driver.rpc import RpcDoor
from conformance.driver.s3 import Keys
from conformance.driver.wire import Origin
from conformance.model.dialect import Dialect, Spelling, observe
from conformance.targets.interface import Doors

MODEL_CRD = "models.michelangelo.api"
SETTLE_ROUND_TRIPS = 50  # what must become true may take so many of the target's round trips longer than next door


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen of the target itself, not typed by anybody."""

    fingerprint: dict[str, Any]

    def as_json(self, facts: Facts) -> dict[str, Any]:
        """The facts that a replay needs."""
        return {
            "bucket": facts.bucket,
            "has_s3": facts.has_s3,
            "rpc": facts.rpc,
            "settle_seconds": facts.settle_seconds,
            "disposable": facts.disposable,
            "allow_disruptive": facts.allow_disruptive,
            "cleanup_command": facts.cleanup_command,
            "capabilities": sorted(facts.capabilities),
            "started": facts.started.isoformat(),
        }


def facts_of(run: dict[str, Any]) -> Facts:
    """The facts of a logged run."""
    told = run["facts"]
    return Facts(
        run_id=run["run_id"],
        dialect=Dialect(Spelling(run["dialect"])),
        bucket=told["bucket"],
        has_s3=told["has_s3"],
        rpc=told["rpc"],
        settle_seconds=told["settle_seconds"],
        disposable=told["disposable"],
        allow_disruptive=told["allow_disruptive"],
        cleanup_command=told.get("cleanup_command", ""),
        capabilities=frozenset(told["capabilities"]),
        started=datetime.fromisoformat(told["started"]),
    )


def open_context(
    doors: Doors, *, run_id: str = "", allow_disruptive: bool = False, cleanup_command: str = ""
) -> tuple[Context, Observation]:
    """Ask the target who it is. Raises TargetError when it cannot be reached, ValueError for a kubeconfig that is none."""
    cluster = read(doors.kubeconfig, doors.context)
    s3 = None
    if doors.s3 is not None:
        door = doors.s3
        keys = Keys("platform", door.access_key_id, door.secret_access_key, door.session_token)
        s3 = S3Access(Origin(door.url), keys, door.bucket, door.region)
    facts = Facts(
        run_id=run_id or secrets.token_hex(4),
        dialect=Dialect(Spelling.UNKNOWN),
        bucket=s3.bucket if s3 else "",
        has_s3=s3 is not None,
        rpc=doors.rpc,
        settle_seconds=doors.settle_seconds,
        disposable=doors.disposable,
        allow_disruptive=allow_disruptive,
        cleanup_command=cleanup_command,
    )
    context = Context(facts, cluster, s3, RpcDoor(doors.rpc) if doors.rpc else None)
    lane = context.lane("observe", History())
    admin = context.kube(lane, "check=observe")
    version = admin.request("GET", "/version")
    if version.code in (401, 403) and not version.ok:
        raise TargetError(f"{cluster.origin.url} does not let context {cluster.context!r} in: {version.said()}")
    if doors.settle_adapts:
        facts = replace(facts, settle_seconds=round(doors.settle_seconds + SETTLE_ROUND_TRIPS * _round_trip(admin), 1))
    definition = admin.get(CRDS, "", MODEL_CRD)
    servers = admin.get(CRDS, "", "inferenceservers.michelangelo.api")
    context.facts = replace(
        facts, dialect=observe(definition.body), capabilities=_capabilities(context, servers=servers.ok)
    )
    schema = json.dumps(definition.at("spec"), sort_keys=True).encode()
    return context, Observation(
        {
            "kubernetes": version.at("gitVersion", "unknown"),
            "platform": version.at("platform", "unknown"),
            "model_crd": f"sha256:{hashlib.sha256(schema).hexdigest()}" if definition.ok else "absent",
            "server": cluster.origin.url,
            "s3": s3.origin.url if s3 and s3.origin else "",
            "rpc": doors.rpc,
        }
    )


def _round_trip(admin: Kube) -> float:
    """Seconds that the target takes to answer, on a connection that is open: the middle of five."""
    taken = []
    for _ in range(5):
        exchange = admin.request("GET", "/version").exchange
        taken.append(exchange.answered_at - exchange.asked_at)
    return sorted(taken)[2]


def _identities(context: Context) -> bool:
    """Whether users of the object store can be made: IAM's API answers on its endpoint, and who may not write would not learn who is missing."""
    iam = Iam(context.store(context.lane("observe-iam", History()), "check=observe"))
    if iam.call("ListUsers").xml.tag != "ListUsersResponse":
        return False
    nobody = f"{context.ownership.prefix}-nobody"
    return iam.call("DeleteUser", UserName=nobody).code == 404


def _impersonates(context: Context) -> bool:
    """Whether the admin may act as somebody else: tried, not asked."""
    admin = context.kube(context.lane("observe-impersonation", History()), "check=observe")
    answer = admin.as_user("conformance-nobody", ("conformance-nobodies",)).request("GET", "/version")
    return answer.code != 403 or "impersonate" not in answer.message


def _capabilities(context: Context, *, servers: bool) -> frozenset[str]:
    found = set()
    if _impersonates(context):
        found.add(Need.IMPERSONATION)
    if context.facts.has_s3:
        found.add(Need.S3)
        if _identities(context):
            found.add(Need.IDENTITIES)
    if context.facts.rpc:
        found.add(Need.RPC)
    if servers:
        found.add(Need.SERVERS)
    if context.facts.cleanup_command:
        found.add(Need.CLEANUP)
    if context.facts.allow_disruptive or context.facts.disposable:
        found.add(Need.DISRUPTIVE)
    return frozenset(need.value for need in found)
