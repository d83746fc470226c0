"""Whether a Model's URI fields are filled, and if not, what Events and the controller manager's log say."""

from __future__ import annotations

import re
from pathlib import Path

from emulator.doctor.finding import Evidence, Finding, Severity
from emulator.doctor.patient import Patient, where
from emulator.manager_log import NAME as LOG
from emulator.michelangelo.client import Object
from emulator.michelangelo.resources import EVENTS
from emulator.troubleshooting import BUCKET_MISSING, DEPLOYABLE_URI_EMPTY, RAW_URI_EMPTY, WRONG_ENDPOINT, Row

_NO_BUCKET = re.compile(r"NoSuchBucket")
_DENIED = re.compile(r"AccessDenied|Access Denied|\(403\)")
_NOWHERE = re.compile(
    r"[Cc]ould not connect to the endpoint|timed? ?out|AuthorizationHeaderMalformed|PermanentRedirect|IllegalLocation"
    r"|Name or service not known|Connection refused|no such host"
)
_INTO = re.compile(r" to ([a-z0-9.-]{3,63})/")
_AT = re.compile(r'endpoint URL: "?(\S+?://[^/"]+)')
PACKAGING = ("PackagingFailed", "PackageUploadFailed")


async def examine(patient: Patient) -> list[Finding]:
    """Every Model with an empty field; where Models cannot be read, the ones that Events tell of. Raises ApiError."""
    spelling = await patient.spelling()
    told = await _told(patient)
    found = []
    for model in await patient.models():
        spec, name = model.get("spec") or {}, where(model)
        events = [one for one in told.pop(name, []) if _about(one, model)]
        for field, package in ((spelling.model_artifact_uri, False), (spelling.deployable_artifact_uri, True)):
            if spec.get(field) or (package and not spec.get(spelling.model_artifact_uri)):
                continue  # without raw artifacts there is nothing to package: that is said already
            reasons = [one for one in events if (one.get("reason") in PACKAGING) == package]
            if not package and not reasons and spec.get(spelling.deployable_artifact_uri):
                patient.note(f"spec.{field} of {name} is empty; it can be served all the same")
                continue
            found.append(_empty(patient, name, field, reasons, package=package))
    if "models" in patient.unknown:
        for name, events in told.items():
            if " INFO " in _logged(patient, name):
                continue  # what the Event tells of was made good since
            package = events[-1].get("reason") in PACKAGING
            field = spelling.deployable_artifact_uri if package else spelling.model_artifact_uri
            found.append(_empty(patient, name, field, events, package=package))
    return found


def _about(event: Object, model: Object) -> bool:
    """Whether an Event is of this Model; a Model that was restored has another uid, and is as it was."""
    return str(event["involvedObject"].get("name")) == str(model["metadata"]["name"])


async def _told(patient: Patient) -> dict[str, list[Object]]:
    """Warnings about Models, by NAMESPACE/NAME, oldest first."""
    told: dict[str, list[Object]] = {}
    for event in await patient.see(EVENTS):
        about = event.get("involvedObject") or {}
        if about.get("kind") == "Model" and event.get("type") == "Warning":
            told.setdefault(f"{about.get('namespace')}/{about.get('name')}", []).append(event)
    for events in told.values():
        events.sort(key=lambda event: str(event.get("lastTimestamp") or event["metadata"]["creationTimestamp"]))
    return told


def _empty(patient: Patient, name: str, field: str, events: list[Object], *, package: bool) -> Finding:
    namespace, _, model = name.partition("/")
    asked = f"kubectl get model {model} -n {namespace} -o jsonpath='{{.spec.{field}}}'"
    evidence = [Evidence(asked, "(empty)" if "models" not in patient.unknown else "(Models cannot be read)")]
    message = ""
    if events:
        message = str(events[-1].get("message") or "")
        evidence.append(
            Evidence(f"kubectl describe model {model} -n {namespace}", f"{events[-1].get('reason')}: {message}")
        )
    line = _logged(patient, name)
    if " ERROR " in line:
        evidence.append(Evidence("ma-emulator logs controller-manager", line))
    elif not events:
        evidence.append(Evidence(f"kubectl get events -n {namespace}", "no Warning about it"))
    again = f"ma-emulator register {model} -n {namespace} --artifact <path>"
    said, row, fix, scenario = _why(patient, message or (line if " ERROR " in line else ""), again, package=package)
    return Finding(
        "uris.deployable-empty" if package else "uris.raw-empty",
        Severity.ERROR if events or not package else Severity.WARNING,
        f"spec.{field} of {name} is empty: {said}",
        f"model/{name}",
        row,
        tuple(evidence),
        fix,
        scenario,
    )


def _why(patient: Patient, message: str, again: str, *, package: bool) -> tuple[str, Row, str, str]:
    """What is the matter, the guide's row, what to do, and the scenario that is alike."""
    bucket = patient.bucket
    flags = bucket.flags if bucket is not None else ""
    row = DEPLOYABLE_URI_EMPTY if package else RAW_URI_EMPTY
    if _NO_BUCKET.search(message):
        into = _INTO.search(message)
        name = into.group(1) if into else "<bucket>"
        fix = f"aws s3api create-bucket --bucket {name}{flags} && {again}"
        return f"the bucket {name} does not exist", BUCKET_MISSING, fix, "bucket-missing"
    if _NOWHERE.search(message):
        at = _AT.search(message)
        shown = at.group(1) if at else "the endpoint"
        right = bucket.endpoint if bucket is not None and bucket.endpoint else "<endpoint>"
        namespace = again.partition(" -n ")[2].partition(" ")[0]
        patch = f'{{"data":{{"AWS_ENDPOINT_URL":"{right}"}}}}'
        fix = f"kubectl patch configmap michelangelo-config -n {namespace} --type=merge -p '{patch}' && {again}"
        return f"nothing answers at {shown}", WRONG_ENDPOINT, fix, "wrong-region-or-endpoint"
    if _DENIED.search(message):
        who = "controller-manager" if package else "task"
        fix = f"ma-emulator s3-policy {who}   # give it s3:PutObject, then: {again}"
        return "the store denied the upload", row, fix, "controller-manager-cannot-write"
    if package:
        said = "packaging failed" if message else "packaging did not run"
        return said, row, f"ma-emulator logs controller-manager; {again}", "packaging-did-not-run"
    said = "the registration task failed" if message else "no registration task has filled it"
    return said, row, f"ma-emulator logs controller-manager; {again}", "registration-task-failed"


def _logged(patient: Patient, name: str) -> str:
    """The last line of the controller manager's log about a Model, where it is our plane's."""
    if patient.doors is None:
        return ""
    path = Path(patient.doors.folder, LOG)
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    about = [line for line in lines if f" Model {name}: " in line]
    return about[-1] if about else ""
