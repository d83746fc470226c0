"""Whether Roles that mean Models name the API group of Models."""

from __future__ import annotations

import json
import shlex

import yaml

from emulator.doctor.finding import Evidence, Finding, Severity
from emulator.doctor.patient import Patient, where
from emulator.doctor.registered import RBAC, ROLES
from emulator.michelangelo.client import Object, Resource
from emulator.michelangelo.resources import GROUP
from emulator.troubleshooting import API_GROUP

CLUSTER_ROLES = Resource(RBAC, "v1", "clusterroles")
MEANT = frozenset({"models", "modelfamilys", "inferenceservers"})  # names that no other group is known to use


async def examine(patient: Patient) -> list[Finding]:
    """Roles of the namespaces, and ClusterRoles. Raises ApiError."""
    found = []
    for role in [*await patient.see(ROLES), *await patient.see_in(CLUSTER_ROLES, "")]:
        wrong = [rule for rule in role.get("rules") or () if without_group(rule)]
        if wrong:
            found.append(_finding(role, wrong[0]))
    return found


def without_group(rule: Object) -> bool:
    """Whether a rule names Michelangelo's resources, and not their group."""
    groups = rule.get("apiGroups") or []
    return bool(MEANT & set(rule.get("resources") or ())) and not {GROUP, "*"} & set(groups)


def apply(*manifests: Object) -> str:
    """A command that applies manifests; it can be pasted."""
    text = "---\n".join(yaml.safe_dump(manifest, sort_keys=False) for manifest in manifests)
    return f"kubectl apply -f - <<'EOF'\n{text}EOF"


def _finding(role: Object, rule: Object) -> Finding:
    meta = role["metadata"]
    kind = "Role" if meta.get("namespace") else "ClusterRole"
    flag = f" -n {meta['namespace']}" if meta.get("namespace") else ""
    rules = [{**one, "apiGroups": [GROUP]} if without_group(one) else one for one in role["rules"]]
    identity = {key: meta[key] for key in ("name", "namespace") if meta.get(key)}
    cured = {"apiVersion": f"{RBAC}/v1", "kind": kind, "metadata": identity, "rules": rules}
    return Finding(
        "rbac.api-group",
        Severity.ERROR,
        f"{kind} {where(role)} grants nothing on {', '.join(rule['resources'])}: its apiGroups lack {GROUP}",
        f"{kind.lower()}/{where(role)}",
        API_GROUP,
        (
            Evidence(
                f"kubectl get {kind.lower()} {shlex.quote(meta['name'])}{flag} -o jsonpath='{{.rules}}'",
                f"apiGroups {json.dumps(rule.get('apiGroups') or [])}, resources {json.dumps(rule['resources'])}",
            ),
        ),
        apply(cured),
        "role-without-api-group",
    )
