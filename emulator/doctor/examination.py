"""One examination: every diagnosis, in the order in which one would ask."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from emulator.doctor import (
    access,
    artifacts,
    definitions,
    model_lists,
    object_store,
    orphans,
    permissions,
    registered,
    roles,
    rollouts,
    servers,
    task_config,
    uris,
    writings,
)
from emulator.doctor.finding import Finding, Report
from emulator.doctor.patient import Patient

Diagnosis = Callable[[Patient], Awaitable[list[Finding]]]
DIAGNOSES: tuple[Diagnosis, ...] = (
    definitions.examine,
    object_store.examine,
    permissions.examine,
    task_config.examine,
    roles.examine,
    access.examine,
    registered.examine,
    uris.examine,
    artifacts.examine,
    orphans.examine,
    servers.examine,
    model_lists.examine,
    rollouts.examine,
    writings.examine,
)


async def examine(patient: Patient) -> Report:
    """Everything that is wrong, the worst first. Raises ApiError, httpx.TransportError, ValueError."""
    findings: dict[tuple[str, str, str], Finding] = {}
    for diagnosis in DIAGNOSES:
        for finding in await diagnosis(patient):
            findings.setdefault((finding.id, finding.about, finding.title), finding)
    ordered = sorted(findings.values(), key=lambda finding: finding.severity != "error")
    return Report(ordered, patient.notes)
