"""Nobody grants what they do not hold (k8s.io/kubernetes/pkg/registry/rbac: policybased storage and rule covering)."""

from __future__ import annotations

from collections.abc import Iterator

from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.authz.rbac import _path_matches


def uncovered(held: list[Object], wanted: list[Object]) -> list[Object]:
    """The single permissions of *wanted* that *held* does not cover."""
    return [
        single for rule in wanted for single in breakdown(rule) if not any(_covers(owner, single) for owner in held)
    ]


def breakdown(rule: Object) -> Iterator[Object]:
    """A rule as rules of one verb and one thing each."""
    for verb in rule.get("verbs") or ():
        for url in rule.get("nonResourceURLs") or ():
            yield {"verbs": [verb], "nonResourceURLs": [url]}
    for group in rule.get("apiGroups") or ():
        for resource in rule.get("resources") or ():
            for verb in rule.get("verbs") or ():
                names = rule.get("resourceNames") or ()
                if not names:
                    yield {"verbs": [verb], "apiGroups": [group], "resources": [resource]}
                for name in names:
                    single = {"verbs": [verb], "apiGroups": [group], "resources": [resource]}
                    yield {**single, "resourceNames": [name]}


def _has(held: list[str], wanted: list[str]) -> bool:
    return "*" in held or all(item in held for item in wanted)


def _covers(owner: Object, single: Object) -> bool:
    if not _has(owner.get("verbs") or [], single["verbs"]):
        return False
    if "nonResourceURLs" in single:
        url = single["nonResourceURLs"][0]
        return any(_path_matches(pattern, url) for pattern in owner.get("nonResourceURLs") or ())
    if not _has(owner.get("apiGroups") or [], single["apiGroups"]):
        return False
    if not _covers_resource(owner.get("resources") or [], single["resources"][0]):
        return False
    names = owner.get("resourceNames") or []
    return not names or ("resourceNames" in single and all(name in names for name in single["resourceNames"]))


def _covers_resource(held: list[str], wanted: str) -> bool:
    if "*" in held or wanted in held:
        return True
    resource, slash, subresource = wanted.partition("/")
    return bool(slash) and resource != "*" and f"*/{subresource}" in held


def compact(rules: list[Object]) -> list[Object]:
    """Rules on the same resource and without names as one, their verbs together."""
    merged: dict[tuple[str, str], Object] = {}
    rest: list[Object] = []
    for rule in rules:
        groups, resources = rule.get("apiGroups") or [], rule.get("resources") or []
        if len(groups) == 1 and len(resources) == 1 and not rule.get("resourceNames"):
            known = merged.get((groups[0], resources[0]))
            if known is None:
                merged[groups[0], resources[0]] = {**rule, "verbs": list(rule["verbs"])}
            else:
                known["verbs"] += [verb for verb in rule["verbs"] if verb not in known["verbs"]]
        else:
            rest.append(rule)
    return rest + list(merged.values())


def show(rules: list[Object]) -> str:
    """Rules as the refusal lists them, one a line."""
    lines = []
    for rule in compact(rules):
        parts = []
        for name, title in (
            ("nonResourceURLs", "NonResourceURLs"),
            ("apiGroups", "APIGroups"),
            ("resources", "Resources"),
            ("resourceNames", "ResourceNames"),
            ("verbs", "Verbs"),
        ):
            if rule.get(name):
                listed = " ".join(f'"{item}"' for item in rule[name])
                parts.append(f"{title}:[{listed}]")
        lines.append("{" + ", ".join(parts) + "}")
    return "\n".join(sorted(lines))
