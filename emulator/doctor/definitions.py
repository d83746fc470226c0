"""Whether Michelangelo's definitions are installed and served, and in which dialect."""

from __future__ import annotations

from emulator.doctor.finding import Evidence, Finding, Severity
from emulator.doctor.patient import CRD, Patient, spec_schema
from emulator.michelangelo.client import ApiError, Object
from emulator.michelangelo.resources import DEFINITIONS, GROUP, VERSION
from emulator.troubleshooting import CRD_MISSING, SPELLING

NEEDED = (CRD, f"inferenceservers.{GROUP}", f"deployments.{GROUP}")


async def examine(patient: Patient) -> list[Finding]:
    """Each needed definition; without the right to read them, what discovery says. Raises ApiError."""
    dialect = await patient.dialect()
    install = f"ma-emulator crds --dialect {dialect or 'upstream'} | kubectl apply -f -"
    found = []
    for name in NEEDED:
        try:
            definition = await patient.client.find(DEFINITIONS, "", name)
        except ApiError as error:
            if error.code != 403:
                raise
            return await _discovered(patient, install)
        if definition is None:
            found.append(_missing(name, f"kubectl get crd {name}", f'crd "{name}" not found', install))
        elif trouble := _not_served(definition):
            found.append(_missing(name, f"kubectl get crd {name} -o yaml", trouble, install))
    definition = await patient.definition()
    if definition is not None and not dialect:
        found.append(
            Finding(
                "definitions.dialect",
                Severity.WARNING,
                "The definition of Model spells its URI fields in no known dialect",
                f"crd/{CRD}",
                SPELLING,
                (Evidence("kubectl explain model.spec", ", ".join(sorted(spec_schema(definition))) or "no fields"),),
                install,
            )
        )
    elif definition is not None:
        patient.note(f"Model's fields are spelled in the {dialect} dialect")
    return found


def _missing(name: str, asked: str, answered: str, install: str) -> Finding:
    severity = Severity.ERROR if name == CRD else Severity.WARNING
    return Finding(
        "definitions.missing",
        severity,
        f"The definition {name} is not installed, or not served",
        f"crd/{name}",
        CRD_MISSING,
        (Evidence(asked, answered),),
        install,
        "crd-missing" if name == CRD else "",
    )


def _not_served(definition: Object) -> str:
    """Why a definition that is there serves nothing; empty when it does."""
    if not any(one.get("name") == VERSION and one.get("served") for one in definition["spec"].get("versions") or ()):
        return f"version {VERSION} is not served"
    for condition in (definition.get("status") or {}).get("conditions") or ():
        if condition.get("type") in ("Established", "NamesAccepted") and condition.get("status") != "True":
            return f"{condition['type']} is {condition.get('status')}: {condition.get('message', '')}"
    return ""


async def _discovered(patient: Patient, install: str) -> list[Finding]:
    """What everybody may ask: which resource types there are."""
    path = f"/apis/{GROUP}/{VERSION}"
    try:
        served = {one["name"] for one in (await patient.client.request("GET", path)).get("resources") or ()}
    except ApiError as error:
        if error.code != 404:
            raise
        served = set()
    asked = f"kubectl api-resources --api-group={GROUP}"
    return [
        _missing(name, asked, "not listed", install) for name in NEEDED if name.removesuffix(f".{GROUP}") not in served
    ]
