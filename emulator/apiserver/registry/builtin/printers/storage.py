"""Tables of storage."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.registry.builtin.printers.columns import AGE, CORE, NAME, Printer, column, name_of, part
from emulator.apiserver.registry.builtin.printers.words import UNSET, created
from emulator.apiserver.registry.resource import Column

_STORAGE = "io.k8s.api.storage.v1."
_DEFAULT = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")
_OLD_CLASS = "volume.beta.kubernetes.io/storage-class"
_SHORT = {"ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP"}


def _modes(given: Any) -> str:
    return ",".join(short for mode, short in _SHORT.items() if mode in (given or ()))


def _class(obj: Object) -> str:
    return str(
        (metadata(obj).get("annotations") or {}).get(_OLD_CLASS) or part(obj, "spec").get("storageClassName") or ""
    )


def _phase(obj: Object) -> str:
    return "Terminating" if metadata(obj).get("deletionTimestamp") else str(part(obj, "status").get("phase", ""))


def _volume(obj: Object, now: datetime) -> list[Any]:
    spec = part(obj, "spec")
    claim = spec.get("claimRef")
    owner = f"{claim.get('namespace', '')}/{claim.get('name', '')}" if claim else ""
    return [
        name_of(obj),
        part(spec, "capacity").get("storage", "0"),
        _modes(spec.get("accessModes")),
        spec.get("persistentVolumeReclaimPolicy", ""),
        _phase(obj),
        owner,
        _class(obj),
        spec.get("volumeAttributesClassName") or UNSET,
        part(obj, "status").get("reason", ""),
        created(obj, now),
        spec.get("volumeMode") or UNSET,
    ]


def _claim(obj: Object, now: datetime) -> list[Any]:
    spec, status = part(obj, "spec"), part(obj, "status")
    bound = spec.get("volumeName") or ""
    return [
        name_of(obj),
        _phase(obj),
        bound,
        part(status, "capacity").get("storage", "0") if bound else "",
        _modes(status.get("accessModes")) if bound else "",
        _class(obj),
        spec.get("volumeAttributesClassName") or UNSET,
        created(obj, now),
        spec.get("volumeMode") or UNSET,
    ]


def _storage_class(obj: Object, now: datetime) -> list[Any]:
    notes = metadata(obj).get("annotations") or {}
    default = " (default)" if any(notes.get(name) == "true" for name in _DEFAULT) else ""
    said = [obj.get("provisioner", ""), obj.get("reclaimPolicy", "Delete"), obj.get("volumeBindingMode", "Immediate")]
    return [name_of(obj) + default, *said, bool(obj.get("allowVolumeExpansion")), created(obj, now)]


def _attachment(obj: Object, now: datetime) -> list[Any]:
    spec = part(obj, "spec")
    volume = part(spec, "source").get("persistentVolumeName") or ""
    where = [spec.get("attacher", ""), volume, spec.get("nodeName", "")]
    return [name_of(obj), *where, bool(part(obj, "status").get("attached")), created(obj, now)]


def _attributes_class(obj: Object, now: datetime) -> list[Any]:
    return [name_of(obj), obj.get("driverName", ""), created(obj, now)]


def _node(obj: Object, now: datetime) -> list[Any]:
    return [name_of(obj), len(part(obj, "spec").get("drivers") or ()), created(obj, now)]


def _driver(obj: Object, now: datetime) -> list[Any]:
    spec = part(obj, "spec")
    tokens = ",".join(item.get("audience", "") for item in spec.get("tokenRequests") or ()) or UNSET
    flags = [bool(spec.get(name)) for name in ("attachRequired", "podInfoOnMount", "storageCapacity")]
    modes = ",".join(spec.get("volumeLifecycleModes") or ()) or "<none>"
    return [name_of(obj), *flags, tokens, bool(spec.get("requiresRepublish")), modes, created(obj, now)]


def _capacity(obj: Object, now: datetime) -> list[Any]:
    return [name_of(obj), obj.get("storageClassName", ""), obj.get("capacity") or UNSET]


PRINTERS = {
    "PersistentVolume": Printer(
        (
            NAME,
            column("Capacity", of=CORE + "PersistentVolumeSpec#capacity"),
            column("Access Modes", of=CORE + "PersistentVolumeSpec#accessModes"),
            column("Reclaim Policy", of=CORE + "PersistentVolumeSpec#persistentVolumeReclaimPolicy"),
            column("Status", of=CORE + "PersistentVolumeStatus#phase"),
            column("Claim", of=CORE + "PersistentVolumeSpec#claimRef"),
            column("StorageClass", of=CORE + "PersistentVolumeSpec#storageClassName"),
            column("VolumeAttributesClass", of=CORE + "PersistentVolumeSpec#volumeAttributesClassName"),
            column("Reason", of=CORE + "PersistentVolumeStatus#reason"),
            AGE,
            column("VolumeMode", wide=True, of=CORE + "PersistentVolumeSpec#volumeMode"),
        ),
        _volume,
    ),
    "PersistentVolumeClaim": Printer(
        (
            NAME,
            column("Status", of=CORE + "PersistentVolumeClaimStatus#phase"),
            column("Volume", of=CORE + "PersistentVolumeClaimSpec#volumeName"),
            column("Capacity", of=CORE + "PersistentVolumeClaimStatus#capacity"),
            column("Access Modes", of=CORE + "PersistentVolumeClaimStatus#accessModes"),
            column("StorageClass", of=CORE + "PersistentVolumeClaimSpec#storageClassName"),
            column("VolumeAttributesClass", of=CORE + "PersistentVolumeClaimSpec#volumeAttributesClassName"),
            AGE,
            column("VolumeMode", wide=True, of=CORE + "PersistentVolumeClaimSpec#volumeMode"),
        ),
        _claim,
    ),
    "StorageClass": Printer(
        (
            NAME,
            column("Provisioner", of=_STORAGE + "StorageClass#provisioner"),
            column("ReclaimPolicy", of=_STORAGE + "StorageClass#reclaimPolicy"),
            column("VolumeBindingMode", of=_STORAGE + "StorageClass#volumeBindingMode"),
            column("AllowVolumeExpansion", of=_STORAGE + "StorageClass#allowVolumeExpansion"),
            AGE,
        ),
        _storage_class,
    ),
    "VolumeAttachment": Printer(
        (
            NAME,
            Column("Attacher", "string", "name", "", described_by=_STORAGE + "VolumeAttachmentSpec#attacher"),
            column("PV", of=_STORAGE + "VolumeAttachmentSource#persistentVolumeName"),
            column("Node", of=_STORAGE + "VolumeAttachmentSpec#nodeName"),
            column("Attached", sort="boolean", of=_STORAGE + "VolumeAttachmentStatus#attached"),
            AGE,
        ),
        _attachment,
    ),
    "VolumeAttributesClass": Printer(
        (NAME, column("DriverName", of=_STORAGE + "VolumeAttributesClass#driverName"), AGE), _attributes_class
    ),
    "CSINode": Printer((NAME, column("Drivers", "How many drivers run there.", sort="integer"), AGE), _node),
    "CSIDriver": Printer(
        (
            NAME,
            column("AttachRequired", sort="boolean", of=_STORAGE + "CSIDriverSpec#attachRequired"),
            column("PodInfoOnMount", sort="boolean", of=_STORAGE + "CSIDriverSpec#podInfoOnMount"),
            column("StorageCapacity", sort="boolean", of=_STORAGE + "CSIDriverSpec#storageCapacity"),
            column("TokenRequests", of=_STORAGE + "CSIDriverSpec#tokenRequests"),
            column("RequiresRepublish", sort="boolean", of=_STORAGE + "CSIDriverSpec#requiresRepublish"),
            column("Modes", of=_STORAGE + "CSIDriverSpec#volumeLifecycleModes"),
            AGE,
        ),
        _driver,
    ),
    "CSIStorageCapacity": Printer(
        (
            NAME,
            column("StorageClassName", of=_STORAGE + "CSIStorageCapacity#storageClassName"),
            column("Capacity", of=_STORAGE + "CSIStorageCapacity#capacity"),
        ),
        _capacity,
    ),
}
