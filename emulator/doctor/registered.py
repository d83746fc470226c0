"""Whether there are Models where somebody looks for them."""

from __future__ import annotations

from emulator.doctor.finding import Evidence, Finding, Severity
from emulator.doctor.patient import Patient
from emulator.michelangelo.client import Object, Resource
from emulator.michelangelo.resources import GROUP, INFERENCE_SERVERS, MODELS
from emulator.troubleshooting import LOWER_CASE_BACKEND, NONE_REGISTERED

RBAC = "rbac.authorization.k8s.io"
ROLES = Resource(RBAC, "v1", "roles")
BINDINGS = Resource(RBAC, "v1", "rolebindings")


async def examine(patient: Patient) -> list[Finding]:
    """Namespaces that are asked about, or whose readers were granted Models, without any. Raises ApiError."""
    models = await patient.see(MODELS)
    if "models" in patient.unknown:
        return []
    found = await _named(patient, models)
    homes = {model["metadata"]["namespace"] for model in models}
    servers = {server["metadata"]["namespace"] for server in await patient.see(INFERENCE_SERVERS)}
    asked = [name for name in patient.question.namespaces if name not in servers]
    for namespace in sorted({*asked, *await _read_in(patient)} - homes):
        found.append(await _none(patient, namespace))
    return found


async def _none(patient: Patient, namespace: str) -> Finding:
    elsewhere = sorted({one["metadata"]["namespace"] for one in await patient.see_in(MODELS, "")} - {namespace})
    evidence = [Evidence(f"kubectl get models -n {namespace}", f"No resources found in {namespace} namespace.")]
    fix = f"ma-emulator register <name> -n {namespace} --artifact <path>"
    if elsewhere:
        evidence.append(Evidence("kubectl get models -A", f"there are Models in {', '.join(elsewhere)}"))
        fix = f"kubectl get models -n {elsewhere[0]}   # if that is the right namespace; else: {fix}"
    return Finding(
        "models.none",
        Severity.WARNING,
        f"Namespace {namespace} has no Models" + (": they are elsewhere" if elsewhere else ""),
        f"namespace/{namespace}",
        NONE_REGISTERED,
        tuple(evidence),
        fix,
        "wrong-namespace" if elsewhere else "nothing-registered",
    )


async def _read_in(patient: Patient) -> set[str]:
    """Namespaces in which a RoleBinding grants somebody to read Models by name: a team expects them there."""
    roles = {
        (role["metadata"]["namespace"], role["metadata"]["name"])
        for role in await patient.see(ROLES)
        if any(GROUP in (rule.get("apiGroups") or ()) for rule in role.get("rules") or ())
        and any("models" in (rule.get("resources") or ()) for rule in role.get("rules") or ())
    }
    bound = set()
    for binding in await patient.see(BINDINGS):
        namespace, ref = binding["metadata"]["namespace"], binding.get("roleRef") or {}
        if ref.get("kind") == "Role" and (namespace, ref.get("name")) in roles:
            bound.add(namespace)
    return bound


async def _named(patient: Patient, models: list[Object]) -> list[Finding]:
    """The Model and the server that are asked about by name, and are not there."""
    found = []
    question = patient.question
    where = f" -n {question.namespaces[0]}" if question.namespaces else " -A"
    if question.model and question.model not in {model["metadata"]["name"] for model in models}:
        homes = [
            one["metadata"]["namespace"]
            for one in await patient.see_in(MODELS, "")
            if one["metadata"]["name"] == question.model
        ]
        answered = f"it is in {', '.join(homes)}" if homes else "it is in no namespace"
        found.append(
            Finding(
                "models.not-found",
                Severity.ERROR,
                f"There is no Model {question.model} where it is looked for: {answered}",
                f"model/{question.model}",
                NONE_REGISTERED,
                (Evidence("kubectl get models -A", answered),),
                f"kubectl get model {question.model} -n {homes[0]}"
                if homes
                else f"ma-emulator register {question.model} -n <namespace> --artifact <path>",
                "wrong-namespace" if homes else "nothing-registered",
            )
        )
    servers = {server["metadata"]["name"] for server in await patient.see(INFERENCE_SERVERS)}
    if question.server and question.server not in servers and "inferenceservers" not in patient.unknown:
        found.append(
            Finding(
                "servers.not-found",
                Severity.ERROR,
                f"There is no InferenceServer {question.server}: a manifest that is refused leaves nothing",
                f"inferenceserver/{question.server}",
                LOWER_CASE_BACKEND,
                (Evidence(f"kubectl get inferenceservers{where}", ", ".join(sorted(servers)) or "none"),),
                "ma-emulator doctor -f <manifest>   # then: kubectl apply -f <manifest>",
                "lower-case-backend-type",
            )
        )
    return found
