"""Tables of the core group's small kinds, of events, and of access."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.registry.builtin.printers.columns import AGE, CORE, NAME, Printer, column, name_of, part
from emulator.apiserver.registry.builtin.printers.words import age, created
from emulator.apiserver.registry.resource import Column
from emulator.apiserver.schema.ages import UNKNOWN

_EVENT = CORE + "Event#"
_REFERENCE = CORE + "ObjectReference#"
_RBAC = "io.k8s.api.rbac.v1."


def _config_map(obj: Object, now: datetime) -> list[Any]:
    return [name_of(obj), len(part(obj, "data")) + len(part(obj, "binaryData")), created(obj, now)]


def _secret(obj: Object, now: datetime) -> list[Any]:
    return [name_of(obj), obj.get("type", ""), len(part(obj, "data")), created(obj, now)]


def _namespace(obj: Object, now: datetime) -> list[Any]:
    return [name_of(obj), part(obj, "status").get("phase", ""), created(obj, now)]


def _service_account(obj: Object, now: datetime) -> list[Any]:
    return [name_of(obj), created(obj, now)]


def _lease(obj: Object, now: datetime) -> list[Any]:
    return [name_of(obj), part(obj, "spec").get("holderIdentity", ""), created(obj, now)]


def _resource_quota(obj: Object, now: datetime) -> list[Any]:
    hard, used = part(part(obj, "status"), "hard"), part(part(obj, "status"), "used")
    requests: list[str] = []
    limits: list[str] = []
    for name in sorted(hard):
        (limits if name.startswith("limits") else requests).append(f"{name}: {used.get(name, '0')}/{hard[name]}")
    return [name_of(obj), ", ".join(requests), ", ".join(limits), created(obj, now)]


def _binding(obj: Object, now: datetime) -> list[Any]:
    role, subjects = part(obj, "roleRef"), obj.get("subjects") or []
    named = {
        kind: [item.get("name", "") for item in subjects if item.get("kind") == kind] for kind in ("User", "Group")
    }
    accounts = [
        f"{item.get('namespace', '')}/{item.get('name', '')}"
        for item in subjects
        if item.get("kind") == "ServiceAccount"
    ]
    shown = f"{role.get('kind', '')}/{role.get('name', '')}"
    people = [", ".join(named["User"]), ", ".join(named["Group"]), ", ".join(accounts)]
    return [name_of(obj), shown, created(obj, now), *people]


def _event(obj: Object, now: datetime) -> list[Any]:
    """Either group's event: the older fields have a ``deprecated`` twin in the newer one."""
    about = obj.get("involvedObject") or obj.get("regarding") or {}
    source = obj.get("source") or obj.get("deprecatedSource") or {}
    first = obj.get("firstTimestamp") or obj.get("deprecatedFirstTimestamp") or obj.get("eventTime")
    last = obj.get("lastTimestamp") or obj.get("deprecatedLastTimestamp") or first
    count = obj.get("count") or obj.get("deprecatedCount") or 1
    series = obj.get("series")
    if series is not None:
        last, count = series.get("lastObservedTime"), series.get("count", 0)
    reporter = source.get("component") or obj.get("reportingComponent") or obj.get("reportingController") or ""
    instance = source.get("host") or obj.get("reportingInstance") or ""
    kind = str(about.get("kind") or "").lower()
    target = f"{kind}/{about['name']}" if about.get("name") else kind
    message = str(obj.get("message") or obj.get("note") or "").strip()
    where = f"{reporter}, {instance}" if instance else reporter
    begin = [age(last, now) if last else UNKNOWN, obj.get("type", ""), obj.get("reason", ""), target]
    return [*begin, about.get("fieldPath", ""), where, message, age(first, now), count, metadata(obj).get("name", "")]


PRINTERS = {
    "ConfigMap": Printer((NAME, column("Data", of=CORE + "ConfigMap#data"), AGE), _config_map),
    "Secret": Printer(
        (NAME, column("Type", of=CORE + "Secret#type"), column("Data", of=CORE + "Secret#data"), AGE), _secret
    ),
    "Namespace": Printer(
        (NAME, column("Status", "Whether the namespace is in use or on its way out."), AGE), _namespace
    ),
    "ServiceAccount": Printer((NAME, AGE), _service_account),
    "Lease": Printer((NAME, column("Holder", of="io.k8s.api.coordination.v1.LeaseSpec#holderIdentity"), AGE), _lease),
    "ResourceQuota": Printer(
        (
            NAME,
            column("Request", "What may be requested, and what is."),
            column("Limit", "What limits may add up to."),
            AGE,
        ),
        _resource_quota,
    ),
    **{
        kind: Printer(
            (
                NAME,
                column("Role", of=f"{_RBAC}{kind}#roleRef"),
                AGE,
                column("Users", "The users that it binds.", wide=True),
                column("Groups", "The groups that it binds.", wide=True),
                column("ServiceAccounts", "The service accounts that it binds.", wide=True),
            ),
            _binding,
        )
        for kind in ("RoleBinding", "ClusterRoleBinding")
    },
    "Event": Printer(
        (
            column("Last Seen", of=_EVENT + "lastTimestamp"),
            column("Type", of=_EVENT + "type"),
            column("Reason", of=_EVENT + "reason"),
            column("Object", of=_EVENT + "involvedObject"),
            column("Subobject", wide=True, of=_REFERENCE + "fieldPath"),
            column("Source", wide=True, of=_EVENT + "source"),
            column("Message", of=_EVENT + "message"),
            column("First Seen", wide=True, of=_EVENT + "firstTimestamp"),
            column("Count", wide=True, of=_EVENT + "count"),
            Column("Name", "string", "name", "", 1, described_by=NAME.described_by),
        ),
        _event,
    ),
}
