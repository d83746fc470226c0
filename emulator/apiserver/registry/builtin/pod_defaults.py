"""Defaults of pods, and of the pod templates in workloads (k8s.io/kubernetes/pkg/apis/core/v1/defaults.go)."""

from __future__ import annotations

from typing import Any

from emulator.apiserver.apimachinery.objects import Object

FILE_MODE = 0o644
_MODES = ("configMap", "secret", "downwardAPI", "projected")
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def fill(obj: Object, **values: Any) -> None:
    """Set what is missing."""
    for name, value in values.items():
        if obj.get(name) is None:
            obj[name] = value


def pod(obj: Object) -> None:
    """A pod itself: beyond what templates get, requests follow limits."""
    spec = obj["spec"]
    pod_spec(spec)
    fill(spec, enableServiceLinks=True)
    for container in containers(spec):
        resources = container.get("resources") or {}
        for name, limit in (resources.get("limits") or {}).items():
            resources.setdefault("requests", {}).setdefault(name, limit)


def pod_spec(spec: Object) -> None:
    """What every pod and every pod template has."""
    fill(
        spec,
        restartPolicy="Always",
        dnsPolicy="ClusterFirst",
        terminationGracePeriodSeconds=30,
        securityContext={},
        schedulerName="default-scheduler",
    )
    account = spec.get("serviceAccountName") or spec.get("serviceAccount")
    if account:
        spec["serviceAccountName"] = spec["serviceAccount"] = account
    for container in containers(spec):
        _container(container)
        if spec.get("hostNetwork"):
            for port in container.get("ports") or ():
                if not port.get("hostPort") and port.get("containerPort"):
                    port["hostPort"] = port["containerPort"]
    for volume in spec.get("volumes") or ():
        _volume(volume)


def containers(spec: Object) -> list[Object]:
    """Init, ordinary and ephemeral containers."""
    groups = (spec.get(name) or [] for name in ("initContainers", "containers", "ephemeralContainers"))
    return [container for group in groups for container in group]


def _container(container: Object) -> None:
    fill(container, terminationMessagePath="/dev/termination-log", terminationMessagePolicy="File")
    if not container.get("imagePullPolicy"):
        container["imagePullPolicy"] = "Always" if _is_latest(container.get("image") or "") else "IfNotPresent"
    for port in container.get("ports") or ():
        fill(port, protocol="TCP")
    for name in _PROBES:
        if container.get(name) is not None:
            fill(container[name], timeoutSeconds=1, periodSeconds=10, successThreshold=1, failureThreshold=3)
            _handler(container[name])
    for hook in (container.get("lifecycle") or {}).values():
        if isinstance(hook, dict):
            _handler(hook)
    for variable in container.get("env") or ():
        _field_reference(variable.get("valueFrom") or {})


def _is_latest(image: str) -> bool:
    """Whether an image has no fixed tag or digest."""
    tag = image.rpartition("/")[2].partition("@")[0].partition(":")[2]
    return tag == "latest" or (not tag and "@" not in image)


def _handler(handler: Object) -> None:
    if handler.get("httpGet") is not None:
        fill(handler["httpGet"], path="/", scheme="HTTP")
    if handler.get("grpc") is not None:
        fill(handler["grpc"], service="")


def _field_reference(source: Object) -> None:
    if source.get("fieldRef") is not None:
        fill(source["fieldRef"], apiVersion="v1")


def _volume(volume: Object) -> None:
    if not set(volume) - {"name"}:
        volume["emptyDir"] = {}
    for name in _MODES:
        if volume.get(name) is not None:
            fill(volume[name], defaultMode=FILE_MODE)
    for item in (volume.get("downwardAPI") or {}).get("items") or ():
        _field_reference(item)
    for source in (volume.get("projected") or {}).get("sources") or ():
        if source.get("serviceAccountToken") is not None:
            fill(source["serviceAccountToken"], expirationSeconds=3600)
        for item in (source.get("downwardAPI") or {}).get("items") or ():
            _field_reference(item)
    if volume.get("hostPath") is not None:
        fill(volume["hostPath"], type="")
    if volume.get("iscsi") is not None:
        fill(volume["iscsi"], iscsiInterface="default")
    template = (volume.get("ephemeral") or {}).get("volumeClaimTemplate")
    if template is not None:
        fill(template.setdefault("spec", {}), volumeMode="Filesystem")
