"""Whether a subject may read Models (guide, step 3); if not: which Role lacks what, and the manifest that grants it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from emulator.doctor.finding import Evidence, Finding, Severity
from emulator.doctor.patient import Patient
from emulator.doctor.registered import BINDINGS, RBAC, ROLES
from emulator.doctor.roles import CLUSTER_ROLES, apply
from emulator.doctor.subject import ACCOUNT, Subject, parse
from emulator.michelangelo.client import ApiError, Object, Resource
from emulator.michelangelo.resources import GROUP, MODELS
from emulator.troubleshooting import ACCESS, API_GROUP, Row

CLUSTER_BINDINGS = Resource(RBAC, "v1", "clusterrolebindings")
REVIEWS = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
SELF_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
VERBS = ("get", "list", "watch")
_USER = re.compile(r'User "([^"]+)"')


async def examine(patient: Patient) -> list[Finding]:
    """In each namespace that is asked about, else in each that has Models. Raises ApiError, ValueError."""
    homes = {model["metadata"]["namespace"] for model in await patient.see(MODELS)}
    if not patient.question.subject:
        return [await _ourselves(patient, place) for place in patient.question.namespaces if _refused(patient, place)]
    subject = parse(patient.question.subject)
    found = []
    for namespace in sorted(patient.question.namespaces or homes or {"default"}):
        answers = {verb: await _allowed(patient, subject, verb, namespace) for verb in VERBS}
        lacking = [verb for verb, answer in answers.items() if answer is False]
        if None in answers.values():
            patient.note(
                f"not tested: what {patient.question.subject} may in {namespace}: neither reviewing nor acting as it is allowed"
            )
        elif lacking:
            found.append(await _finding(patient, subject, namespace, lacking))
    return found


def _refused(patient: Patient, namespace: str) -> str:
    """What we were told when we listed the Models of a namespace; empty when we may."""
    return patient.forbidden.get((MODELS.plural, namespace), "")


async def _ourselves(patient: Patient, namespace: str) -> Finding:
    """That we may not read the Models that we are asked to look at."""
    said = _refused(patient, namespace)
    told = _USER.search(said)
    user = told.group(1) if told else "<user>"
    subject = parse(user if user.startswith(ACCOUNT) else f"user:{user}")
    return await _finding(patient, subject, namespace, list(VERBS), said)


async def _allowed(patient: Patient, subject: Subject, verb: str, namespace: str) -> bool | None:
    """What the API server decides; None when it may not be asked. Nothing is stored by asking."""
    attributes = {"namespace": namespace, "verb": verb, "group": GROUP, "version": "v2", "resource": "models"}
    spec = {"user": subject.user, "groups": subject.groups, "resourceAttributes": attributes}
    try:
        answer = await patient.client.request("POST", REVIEWS, _review("SubjectAccessReview", spec))
    except ApiError as error:
        if error.code != 403:
            raise
        headers = {"Impersonate-User": subject.user or "nobody"}
        if subject.kind == "Group":
            headers["Impersonate-Group"] = subject.name
        body = _review("SelfSubjectAccessReview", {"resourceAttributes": attributes})
        try:
            answer = await patient.client.request("POST", SELF_REVIEWS, body, headers=headers)
        except ApiError as refused:
            if refused.code != 403:
                raise
            return None
    return bool((answer.get("status") or {}).get("allowed"))


def _review(kind: str, spec: Object) -> Object:
    return {"apiVersion": "authorization.k8s.io/v1", "kind": kind, "spec": spec}


async def _finding(
    patient: Patient, subject: Subject, namespace: str, lacking: list[str], answered: str = "no"
) -> Finding:
    reasons = await _reasons(patient, subject, namespace, lacking)
    bindings = f"kubectl get rolebindings,clusterrolebindings -n {namespace} -o wide"
    asked = f"kubectl auth can-i {lacking[0]} models.{GROUP} -n {namespace} {subject.flag}"
    row: Row = API_GROUP if any("apiGroups" in reason for reason in reasons) else ACCESS
    role = {
        "apiVersion": f"{RBAC}/v1",
        "kind": "Role",
        "metadata": {"name": "model-registry-reader", "namespace": namespace},
        "rules": [{"apiGroups": [GROUP], "resources": ["models"], "verbs": list(VERBS)}],
    }
    binding = {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": f"{_name(subject)}-model-registry-reader", "namespace": namespace},
        "subjects": [subject.as_subject()],
        "roleRef": {"kind": "Role", "name": "model-registry-reader", "apiGroup": RBAC},
    }
    return Finding(
        "rbac.denied",
        Severity.ERROR,
        f"{patient.question.subject or subject.user} may not {', '.join(lacking)} Models in {namespace}: {reasons[0]}",
        f"{subject.kind.lower()}/{subject.name}",
        row,
        (Evidence(asked, answered), *(Evidence(bindings, reason) for reason in reasons)),
        apply(role, binding),
        "role-without-api-group" if row is API_GROUP else "",
    )


def _name(subject: Subject) -> str:
    """A subject as part of a name."""
    return "".join(char if char.isalnum() else "-" for char in subject.name.lower()).strip("-") or "subject"


async def _reasons(patient: Patient, subject: Subject, namespace: str, lacking: list[str]) -> list[str]:
    """What each Role that is bound to the subject lacks, the one that lacks least first. Raises ApiError."""
    roles = {
        (kind, role["metadata"].get("namespace", ""), role["metadata"]["name"]): role.get("rules") or []
        for kind, listed in (
            ("Role", await patient.see_in(ROLES, namespace)),
            ("ClusterRole", await patient.see_in(CLUSTER_ROLES, "")),
        )
        for role in listed
    }
    found = []
    for binding in [*await patient.see_in(BINDINGS, namespace), *await patient.see_in(CLUSTER_BINDINGS, "")]:
        name, ref = binding["metadata"]["name"], binding.get("roleRef") or {}
        subjects = binding.get("subjects") or ()
        if name.startswith("system:") or not any(subject.is_in(one, namespace) for one in subjects):
            continue
        kind, role = str(ref.get("kind")), str(ref.get("name"))
        rules = roles.get((kind, namespace if kind == "Role" else "", role))
        if rules is None:
            found.append((5, f"binding {name} names the {kind} {role}, which is not there"))
        else:
            closeness, said = _lacks(rules, lacking)
            found.append((closeness, f"{kind} {role} {said}"))
    return [said for _, said in sorted(found, reverse=True)] or ["no Role is bound to it there"]


def _lacks(rules: Iterable[Object], lacking: list[str]) -> tuple[int, str]:
    """What keeps a Role's rules from granting, and how close the closest of them comes."""
    closest = 0, "has no rule about models"
    for rule in rules:
        groups, resources, verbs = (set(rule.get(name) or ()) for name in ("apiGroups", "resources", "verbs"))
        group, resource = bool({GROUP, "*"} & groups), bool({"models", "*"} & resources)
        missing = [] if "*" in verbs else [verb for verb in lacking if verb not in verbs]
        if group and resource and rule.get("resourceNames"):
            said = 4, f"grants the Models {', '.join(rule['resourceNames'])} only"
        elif group and resource:
            said = 3, f"lacks the verbs {', '.join(missing)}"
        elif resource and "models" in resources:
            said = 2, f'lacks the API group: its apiGroups are {json.dumps(sorted(groups))}, not ["{GROUP}"]'
        elif group and GROUP in groups:
            said = 1, f"lacks the resource models: its resources are {json.dumps(sorted(resources))}"
        else:
            continue
        closest = max(closest, said)
    return closest
