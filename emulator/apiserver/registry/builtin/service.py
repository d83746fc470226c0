"""Services: cluster IPs, node ports, and what their ports may say."""

from __future__ import annotations

import ipaddress
import itertools

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError, child, index
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.syntax import dns1035_label
from emulator.apiserver.registry.builtin.generic import BuiltinStrategy
from emulator.apiserver.registry.strategy import Context

NETWORK = ipaddress.ip_network("10.96.0.0/16")
NODE_PORTS = range(30000, 32768)
TYPES = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]


class ServiceStrategy(BuiltinStrategy):
    """k8s.io/kubernetes/pkg/registry/core/service, without a network behind it."""

    returns_deleted_object = True

    def __init__(self, selectable: tuple[str, ...]) -> None:
        super().__init__(selectable, status=True)
        self._addresses: set[str] = {str(NETWORK[1])}
        self._ports: set[int] = set()

    def prepare_for_create(self, context: Context, obj: Object) -> None:
        """An empty status, families, and (unless it is a dry run) addresses."""
        obj["status"] = {"loadBalancer": {}}
        self._allocate(obj["spec"])

    def prepare_for_update(self, context: Context, new: Object, old: Object) -> None:
        """The status stays, and so does the address unless the type changes."""
        super().prepare_for_update(context, new, old)
        spec, before = new["spec"], old.get("spec") or {}
        if spec.get("type") != "ExternalName" and before.get("type") != "ExternalName":
            for name in ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"):
                if not spec.get(name) and before.get(name):
                    spec[name] = before[name]
        self._allocate(spec)

    def _allocate(self, spec: Object) -> None:
        if spec.get("type") == "ExternalName":
            return
        if not spec.get("clusterIP"):
            address = next(str(NETWORK[n]) for n in itertools.count(10) if str(NETWORK[n]) not in self._addresses)
            spec["clusterIP"] = address
        if spec["clusterIP"] != "None":
            self._addresses.add(spec["clusterIP"])
        if not spec.get("clusterIPs"):
            spec["clusterIPs"] = [spec["clusterIP"]]
        spec.setdefault("ipFamilies", ["IPv6" if ":" in spec["clusterIP"] else "IPv4"])
        spec.setdefault("ipFamilyPolicy", "SingleStack")
        if spec.get("type") in ("NodePort", "LoadBalancer"):
            for port in spec.get("ports") or ():
                if not port.get("nodePort"):
                    port["nodePort"] = next(number for number in NODE_PORTS if number not in self._ports)
                self._ports.add(port["nodePort"])

    def after_delete(self, context: Context, obj: Object) -> None:
        """Free its addresses and ports."""
        spec = obj.get("spec") or {}
        self._addresses.discard(spec.get("clusterIP") or "")
        for port in spec.get("ports") or ():
            self._ports.discard(port.get("nodePort") or 0)

    def validate(self, context: Context, obj: Object) -> list[FieldError]:
        """Ports, types, addresses."""
        spec = obj.get("spec") or {}
        found: list[FieldError] = []
        ports = spec.get("ports") or []
        if not ports and spec.get("clusterIP") != "None" and spec.get("type") != "ExternalName":
            found.append(fields.required("spec.ports"))
        names: set[str] = set()
        for position, port in enumerate(ports):
            found += _port_errors(port, index("spec.ports", position), len(ports) > 1, names)
        if spec.get("type") not in TYPES:
            found.append(fields.not_supported("spec.type", spec.get("type"), TYPES))
        if spec.get("sessionAffinity") not in ("ClientIP", "None"):
            found.append(fields.not_supported("spec.sessionAffinity", spec.get("sessionAffinity"), ["ClientIP", "None"]))
        return found

    def validate_update(self, context: Context, new: Object, old: Object) -> list[FieldError]:
        """The address is immutable; the rest is as for a new one."""
        found: list[FieldError] = []
        one, two = new.get("spec") or {}, old.get("spec") or {}
        if "ExternalName" not in (one.get("type"), two.get("type")) and one.get("clusterIP") != two.get("clusterIP"):
            text = "may not change once set"
            found.append(fields.invalid("spec.clusterIPs[0]", [one.get("clusterIP")], text))
        return found + self.validate(context, new)

    def name_errors(self, name: str) -> list[str]:
        """Names are DNS labels that start with a letter."""
        return dns1035_label(name)


def _port_errors(port: Object, path: str, named: bool, names: set[str]) -> list[FieldError]:
    found: list[FieldError] = []
    name = port.get("name") or ""
    if named and not name:
        found.append(fields.required(child(path, "name")))
    elif name in names and name:
        found.append(fields.duplicate(child(path, "name"), name))
    names.add(name)
    number = port.get("port") or 0
    if not 1 <= number <= 65535:
        found.append(fields.invalid(child(path, "port"), number, "must be between 1 and 65535, inclusive"))
    if port.get("protocol") not in ("TCP", "UDP", "SCTP"):
        found.append(fields.not_supported(child(path, "protocol"), port.get("protocol"), ["SCTP", "TCP", "UDP"]))
    return found
