"""What pods and pod templates may say (k8s.io/kubernetes/pkg/apis/core/validation ValidatePodSpec)."""

from __future__ import annotations

from typing import Any

from emulator.apiserver.apimachinery import fields, quantity
from emulator.apiserver.apimachinery.fields import FieldError, child, index
from emulator.apiserver.apimachinery.metadata import validate_annotations, validate_labels
from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.apimachinery.syntax import dns1123_label, dns1123_subdomain
from emulator.apiserver.registry.builtin.numbers import (
    PROTOCOLS,
    amounts,
    not_negative,
    one_of,
    port,
    port_name_errors,
    port_or_name,
)

_RESTART = ["Always", "OnFailure", "Never"]
_DNS = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"]
_PULL = ["Always", "IfNotPresent", "Never"]
_MESSAGES = ["File", "FallbackToLogsOnError"]
_LARGEST = (1 << 31) - 1
_ENV_NAME = "a valid environment variable name must consist only of printable ASCII characters other than '='"
_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc", "sleep")


def template_errors(template: Object, path: str) -> list[FieldError]:
    """Everything wrong with a pod template."""
    meta = metadata(template)
    found = validate_labels(meta.get("labels"), child(path, "labels"))
    found += validate_annotations(meta.get("annotations"), child(path, "annotations"))
    return found + spec_errors(template["spec"], child(path, "spec"))


def spec_errors(spec: Object, path: str) -> list[FieldError]:
    """Everything wrong with the spec of a pod."""
    volumes, found = _volume_errors(spec.get("volumes") or [], child(path, "volumes"))
    names: set[str] = set()
    if not spec.get("containers"):
        found.append(fields.required(child(path, "containers")))
    for group in ("containers", "initContainers"):
        for position, container in enumerate(spec.get(group) or ()):
            where = index(child(path, group), position)
            found += _container_errors(container, where, volumes, names)
    for position, container in enumerate(spec.get("ephemeralContainers") or ()):
        where = index(child(path, "ephemeralContainers"), position)
        found += _container_errors(container, where, volumes, names)
    found += one_of(spec, "restartPolicy", path, _RESTART)
    found += one_of(spec, "dnsPolicy", path, _DNS)
    found += validate_labels(spec.get("nodeSelector"), child(path, "nodeSelector"))
    for name in ("serviceAccountName", "nodeName", "priorityClassName", "runtimeClassName"):
        found += _named(spec, name, path)
    for name in ("hostname", "subdomain"):
        if spec.get(name):
            found += [fields.invalid(child(path, name), spec[name], text) for text in dns1123_label(spec[name])]
    deadline = spec.get("activeDeadlineSeconds")
    if deadline is not None and not 1 <= deadline <= _LARGEST:
        text = f"must be between 1 and {_LARGEST}, inclusive"
        found.append(fields.invalid(child(path, "activeDeadlineSeconds"), deadline, text))
    found += not_negative(spec, path, "terminationGracePeriodSeconds")
    for position, toleration in enumerate(spec.get("tolerations") or ()):
        found += _toleration_errors(toleration, index(child(path, "tolerations"), position))
    return found


def _named(spec: Object, name: str, path: str) -> list[FieldError]:
    value = spec.get(name)
    return [fields.invalid(child(path, name), value, text) for text in dns1123_subdomain(value)] if value else []


def _volume_errors(volumes: list[Object], path: str) -> tuple[set[str], list[FieldError]]:
    """The volumes' names, and what is wrong with them."""
    found: list[FieldError] = []
    names: set[str] = set()
    for position, volume in enumerate(volumes):
        where = index(path, position)
        sources = sorted(set(volume) - {"name"})
        if not sources:
            found.append(fields.required(where, "must specify a volume type"))
        found += [
            fields.forbidden(child(where, extra), "may not specify more than 1 volume type") for extra in sources[1:]
        ]
        found += _source_errors(volume, where)
        name = volume.get("name") or ""
        if not name:
            found.append(fields.required(child(where, "name")))
        else:
            found += [fields.invalid(child(where, "name"), name, text) for text in dns1123_label(name)]
        if name in names:
            found.append(fields.duplicate(child(where, "name"), name))
        names.add(name)
    return names, found


def _source_errors(volume: Object, path: str) -> list[FieldError]:
    """What a volume's source cannot do without."""
    found: list[FieldError] = []
    for source, needed in (
        ("secret", "secretName"),
        ("configMap", "name"),
        ("persistentVolumeClaim", "claimName"),
        ("hostPath", "path"),
    ):
        given = volume.get(source)
        if given is not None and not given.get(needed):
            found.append(fields.required(child(child(path, source), needed)))
    return found


def _container_errors(container: Object, path: str, volumes: set[str], names: set[str]) -> list[FieldError]:
    found: list[FieldError] = []
    name = container.get("name") or ""
    if not name:
        found.append(fields.required(child(path, "name")))
    else:
        found += [fields.invalid(child(path, "name"), name, text) for text in dns1123_label(name)]
        if name in names:
            found.append(fields.duplicate(child(path, "name"), name))
    names.add(name)
    image = container.get("image") or ""
    if not image:
        found.append(fields.required(child(path, "image")))
    elif image != image.strip():
        text = "must not have leading or trailing whitespace"
        found.append(fields.invalid(child(path, "image"), image, text))
    found += one_of(container, "terminationMessagePolicy", path, _MESSAGES)
    found += _port_errors(container.get("ports") or [], child(path, "ports"))
    found += _env_errors(container.get("env") or [], child(path, "env"))
    found += _mount_errors(container.get("volumeMounts") or [], child(path, "volumeMounts"), volumes)
    found += one_of(container, "imagePullPolicy", path, _PULL)
    found += resource_errors(container.get("resources") or {}, child(path, "resources"))
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        if container.get(probe) is not None:
            found += _probe_errors(container[probe], child(path, probe))
    for moment, hook in sorted((container.get("lifecycle") or {}).items()):
        if isinstance(hook, dict):
            found += _handler_errors(hook, child(child(path, "lifecycle"), moment))
    return found


def _port_errors(ports: list[Object], path: str) -> list[FieldError]:
    found: list[FieldError] = []
    names: set[str] = set()
    for position, entry in enumerate(ports):
        where = index(path, position)
        name = entry.get("name") or ""
        if name:
            found += [fields.invalid(child(where, "name"), name, text) for text in port_name_errors(name)]
            if name in names:
                found.append(fields.duplicate(child(where, "name"), name))
            names.add(name)
        number = entry.get("containerPort") or 0
        found += (
            port(number, child(where, "containerPort")) if number else [fields.required(child(where, "containerPort"))]
        )
        if entry.get("hostPort"):
            found += port(entry["hostPort"], child(where, "hostPort"))
        found += one_of(entry, "protocol", where, PROTOCOLS)
    return found


def _env_errors(variables: list[Object], path: str) -> list[FieldError]:
    found: list[FieldError] = []
    for position, variable in enumerate(variables):
        where = index(path, position)
        name = variable.get("name") or ""
        if not name:
            found.append(fields.required(child(where, "name")))
        elif "=" in name or not all(" " <= char <= "~" for char in name):
            found.append(fields.invalid(child(where, "name"), name, _ENV_NAME))
        source = variable.get("valueFrom")
        if source is not None:
            found += _env_source_errors(source, variable, child(where, "valueFrom"))
    return found


def _env_source_errors(source: Object, variable: Object, path: str) -> list[FieldError]:
    if len(source) == 0:
        text = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
        return [fields.invalid(path, "", text)]
    if variable.get("value"):
        return [fields.invalid(path, "", "may not be specified when `value` is not empty")]
    if len(source) > 1:
        return [fields.invalid(path, "", "may not have more than one field specified at a time")]
    found: list[FieldError] = []
    for name in ("configMapKeyRef", "secretKeyRef"):
        if name in source and not source[name].get("key"):
            found.append(fields.required(child(child(path, name), "key")))
    return found


def _mount_errors(mounts: list[Object], path: str, volumes: set[str]) -> list[FieldError]:
    found: list[FieldError] = []
    points: set[str] = set()
    for position, mount in enumerate(mounts):
        where = index(path, position)
        name, point = mount.get("name") or "", mount.get("mountPath") or ""
        if not name:
            found.append(fields.required(child(where, "name")))
        if name not in volumes:
            found.append(fields.not_found(child(where, "name"), name))
        if not point:
            found.append(fields.required(child(where, "mountPath")))
        if point in points:
            found.append(fields.invalid(child(where, "mountPath"), point, "must be unique"))
        points.add(point)
    return found


def resource_errors(resources: Object, path: str) -> list[FieldError]:
    """Limits and requests: none negative, none over its limit."""
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    found = amounts(limits, child(path, "limits"))
    for name, value in sorted(requests.items()):
        found += amounts({name: value}, child(path, "requests"))
        if name in limits and quantity.compare(value, limits[name]) > 0:
            text = f"must be less than or equal to {name} limit of {limits[name]}"
            found.append(fields.invalid(child(path, "requests"), value, text))
    return found


def _probe_errors(probe: Object, path: str) -> list[FieldError]:
    found = _handler_errors(probe, path)
    names = ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")
    found += not_negative(probe, path, *names)
    once = "livenessProbe" in path or "startupProbe" in path
    if once and probe.get("successThreshold", 1) != 1:
        found.append(fields.invalid(child(path, "successThreshold"), probe["successThreshold"], "must be 1"))
    return found


def _handler_errors(handler: Object, path: str) -> list[FieldError]:
    given = [name for name in _HANDLERS if handler.get(name) is not None]
    if not given:
        return [fields.required(path, "must specify a handler type")]
    found = [fields.forbidden(child(path, name), "may not specify more than 1 handler type") for name in given[1:]]
    what: Any = handler[given[0]]
    where = child(path, given[0])
    if given[0] == "exec" and not what.get("command"):
        found.append(fields.required(child(where, "command")))
    elif given[0] in ("httpGet", "tcpSocket"):
        found += port_or_name(what.get("port", 0), child(where, "port"))
    elif given[0] == "grpc":
        found += port(what.get("port", 0), child(where, "port"))
    return found


def _toleration_errors(toleration: Object, path: str) -> list[FieldError]:
    found: list[FieldError] = []
    operator = toleration.get("operator") or "Equal"
    if not toleration.get("key") and operator != "Exists":
        text = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
        found.append(fields.invalid(child(path, "operator"), toleration.get("operator") or "", text))
    if operator == "Exists" and toleration.get("value"):
        text = "value must be empty when `operator` is 'Exists'"
        found.append(fields.invalid(child(path, "operator"), toleration["value"], text))
    if operator not in ("Equal", "Exists", "Lt", "Gt"):
        found.append(fields.not_supported(child(path, "operator"), operator, ["Equal", "Exists"]))
    effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"]
    if toleration.get("effect") and toleration["effect"] not in effects:
        found.append(fields.not_supported(child(path, "effect"), toleration["effect"], effects))
    if toleration.get("tolerationSeconds") is not None and toleration.get("effect") != "NoExecute":
        text = "effect must be 'NoExecute' when `tolerationSeconds` is set"
        found.append(fields.invalid(child(path, "effect"), toleration.get("effect") or "", text))
    return found
