"""Services: cluster IPs, node ports, and what their ports may say (k8s.io/kubernetes/pkg/registry/core/service)."""

from __future__ import annotations

import ipaddress
import itertools
from collections.abc import Callable

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError, child, index
from emulator.apiserver.apimachinery.metadata import validate_labels
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.syntax import dns1123_label, dns1123_subdomain
from emulator.apiserver.registry.builtin.generic import BuiltinStrategy
from emulator.apiserver.registry.builtin.numbers import PROTOCOLS, not_negative, port, port_or_name
from emulator.apiserver.registry.strategy import Context

NETWORK = ipaddress.ip_network("10.96.0.0/12")
NODE_PORTS = range(30000, 32768)
TYPES = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]
HEADLESS = "None"
_FIRST_FREE = 10  # the lowest addresses are for kubernetes, DNS and the like
_CHANGED = "may not change once set"
_ALLOCATED = ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")


class ServiceStrategy(BuiltinStrategy):
    """Services, without a network behind them."""

    returns_deleted_object = True
    allow_create_on_update = True
    has_status = True
    name_rule = staticmethod(dns1123_label)

    def __init__(self, selectable: tuple[str, ...] = ()) -> None:
        super().__init__(selectable)
        self._addresses: set[str] = {str(NETWORK[1])}
        self._ports: set[int] = set()

    def prepare_for_create(self, context: Context, obj: Object) -> None:
        """An empty status; addresses and ports."""
        obj["status"] = {"loadBalancer": {}}
        self._allocate(obj["spec"], keep=not context.dry_run)

    def prepare_for_update(self, context: Context, new: Object, old: Object) -> None:
        """The status stays, and so does the address unless the type changes."""
        super().prepare_for_update(context, new, old)
        spec, before = new["spec"], old["spec"]
        _drop_dependents(spec, before)
        if not _has_node_ports(spec) and not context.dry_run:
            self._ports -= {entry.get("nodePort") for entry in before.get("ports") or ()}
        if spec.get("type") == "ExternalName":
            if before.get("type") != "ExternalName":
                for name in (*_ALLOCATED, "internalTrafficPolicy"):
                    spec.pop(name, None)
                self._release(before)
            return
        if before.get("type") != "ExternalName":
            for name in _ALLOCATED:
                if not spec.get(name) and before.get(name):
                    spec[name] = before[name]
            _keep_node_ports(spec, before)
        self._allocate(spec, keep=not context.dry_run)

    def _allocate(self, spec: Object, *, keep: bool) -> None:
        if spec.get("type") == "ExternalName":
            return
        given = spec.get("clusterIP") or next(iter(spec.get("clusterIPs") or ()), "")
        address = given or self._free_address()
        spec["clusterIP"] = address
        if not spec.get("clusterIPs"):
            spec["clusterIPs"] = [address]
        if not spec.get("ipFamilies"):
            spec["ipFamilies"] = ["IPv6" if ":" in address else "IPv4"]
        if not spec.get("ipFamilyPolicy"):
            spec["ipFamilyPolicy"] = "SingleStack"
        wants_ports = spec.get("type") in ("NodePort", "LoadBalancer") and spec.get(
            "allocateLoadBalancerNodePorts", True
        )
        taken = {entry["nodePort"] for entry in spec.get("ports") or () if entry.get("nodePort")}
        for entry in (spec.get("ports") or ()) if wants_ports else ():
            if not entry.get("nodePort"):
                entry["nodePort"] = next(number for number in NODE_PORTS if number not in self._ports | taken)
                taken.add(entry["nodePort"])
        if keep:
            self._ports |= taken
            if address != HEADLESS:
                self._addresses.add(address)

    def _free_address(self) -> str:
        candidates = (str(NETWORK[number]) for number in itertools.count(_FIRST_FREE))
        return next(address for address in candidates if address not in self._addresses)

    def _release(self, spec: Object) -> None:
        self._addresses.discard(spec.get("clusterIP") or "")
        for entry in spec.get("ports") or ():
            self._ports.discard(entry.get("nodePort") or 0)

    def claim(self, obj: Object) -> None:
        """Its addresses and ports are taken."""
        self._allocate(obj["spec"], keep=True)

    def after_delete(self, context: Context, obj: Object) -> None:
        """Free its addresses and ports."""
        self._release(obj["spec"])

    def check(self, obj: Object) -> list[FieldError]:
        """Ports, types, addresses."""
        spec = obj["spec"]
        found = _type_errors(spec)
        ports = spec.get("ports") or []
        seen: set[tuple[object, object]] = set()
        names: set[str] = set()
        for position, entry in enumerate(ports):
            path = index("spec.ports", position)
            found += _port_errors(entry, path, spec, named=len(ports) > 1, names=names)
            where = (entry.get("protocol"), entry.get("port"))
            if where in seen:
                found.append(fields.duplicate(path, {"protocol": where[0], "port": where[1]}))
            seen.add(where)
        found += validate_labels(spec.get("selector"), "spec.selector")
        sorts = ["ClientIP", "None"]
        if spec.get("sessionAffinity") not in sorts:
            found.append(fields.not_supported("spec.sessionAffinity", spec.get("sessionAffinity"), sorts))
        return found + _address_errors(spec)

    def check_update(self, new: Object, old: Object) -> list[FieldError]:
        """The address does not change while the Service has one."""
        one, two = new["spec"], old["spec"]
        if "ExternalName" in (one.get("type"), two.get("type")) or one.get("clusterIPs") == two.get("clusterIPs"):
            return []
        return [fields.invalid("spec.clusterIPs[0]", one.get("clusterIPs"), _CHANGED)]


def _has_node_ports(spec: Object) -> bool:
    if spec.get("type") == "NodePort":
        return True
    return spec.get("type") == "LoadBalancer" and bool(spec.get("allocateLoadBalancerNodePorts", True))


def _drop_dependents(spec: Object, before: Object) -> None:
    """What belongs to the old type alone goes with it, unless the writer changed it (dropTypeDependentFields)."""

    def given_up(name: str, needed: Callable[[Object], bool]) -> bool:
        return needed(before) and not needed(spec) and spec.get(name) == before.get(name)

    def outside(one: Object) -> bool:
        return one.get("type") in ("NodePort", "LoadBalancer") or (
            one.get("type") == "ClusterIP" and bool(one.get("externalIPs"))
        )

    def balanced(one: Object) -> bool:
        return one.get("type") == "LoadBalancer"

    ports, others = spec.get("ports") or (), before.get("ports") or ()
    same = [port.get("nodePort") for port in ports] == [port.get("nodePort") for port in others]
    if _has_node_ports(before) and not _has_node_ports(spec) and same:
        for port in ports:
            port.pop("nodePort", None)
    for name, needed in (
        ("allocateLoadBalancerNodePorts", balanced),
        ("loadBalancerClass", balanced),
        ("externalTrafficPolicy", outside),
        ("healthCheckNodePort", lambda one: balanced(one) and one.get("externalTrafficPolicy") == "Local"),
    ):
        if given_up(name, needed):
            spec.pop(name, None)


def _keep_node_ports(spec: Object, before: Object) -> None:
    """An update that leaves out node ports keeps those of the same port."""
    if spec.get("type") not in ("NodePort", "LoadBalancer"):
        return
    known = {(entry.get("protocol"), entry.get("port")): entry.get("nodePort") for entry in before.get("ports") or ()}
    for entry in spec.get("ports") or ():
        if not entry.get("nodePort") and known.get((entry.get("protocol"), entry.get("port"))):
            entry["nodePort"] = known[entry.get("protocol"), entry.get("port")]


def _type_errors(spec: Object) -> list[FieldError]:
    found: list[FieldError] = []
    sort = spec.get("type")
    if sort != "ExternalName" and not spec.get("ports") and spec.get("clusterIP") != HEADLESS:
        found.append(fields.required("spec.ports"))
    if sort == "ExternalName":
        name = spec.get("externalName") or ""
        if not name:
            found.append(fields.required("spec.externalName"))
        else:
            target = name.removesuffix(".")
            found += [fields.invalid("spec.externalName", name, text) for text in dns1123_subdomain(target)]
        if spec.get("clusterIP"):
            found.append(fields.forbidden("spec.clusterIPs[0]", "may not be set when `type` is 'ExternalName'"))
    if sort == "LoadBalancer" and spec.get("clusterIP") == HEADLESS:
        text = "may not be set to 'None' for LoadBalancer services"
        found.append(fields.invalid("spec.clusterIPs[0]", HEADLESS, text))
    if sort not in TYPES:
        found.append(fields.not_supported("spec.type", sort, TYPES))
    return found


def _address_errors(spec: Object) -> list[FieldError]:
    found: list[FieldError] = []
    for position, address in enumerate(spec.get("clusterIPs") or ()):
        if address == HEADLESS:
            continue
        path = index("spec.clusterIPs", position)
        try:
            inside = ipaddress.ip_address(address) in NETWORK
        except ValueError:
            text = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
            found.append(fields.invalid(path, address, text))
        else:
            if not inside:
                text = f"failed to allocate IP {address}: the provided network does not match the current range"
                found.append(fields.invalid("spec.clusterIPs", spec["clusterIPs"], text))
    return found


def _port_errors(entry: Object, path: str, spec: Object, *, named: bool, names: set[str]) -> list[FieldError]:
    found: list[FieldError] = []
    name = entry.get("name") or ""
    if named and not name:
        found.append(fields.required(child(path, "name")))
    elif name:
        found += [fields.invalid(child(path, "name"), name, text) for text in dns1123_label(name)]
        if name in names:
            found.append(fields.duplicate(child(path, "name"), name))
    names.add(name)
    found += port(entry.get("port") or 0, child(path, "port"))
    if entry.get("protocol") not in PROTOCOLS:
        found.append(fields.not_supported(child(path, "protocol"), entry.get("protocol"), PROTOCOLS))
    found += port_or_name(entry.get("targetPort"), child(path, "targetPort"))
    if entry.get("nodePort"):
        if spec.get("type") in ("ClusterIP", "ExternalName"):
            text = f"may not be used when `type` is '{spec['type']}'"
            found.append(fields.forbidden(child(path, "nodePort"), text))
        elif entry["nodePort"] not in NODE_PORTS:
            text = (
                f"provided port is not in the valid range. The range of valid ports is {NODE_PORTS[0]}-{NODE_PORTS[-1]}"
            )
            found.append(fields.invalid(child(path, "nodePort"), entry["nodePort"], text))
    return found + not_negative(entry, path, "nodePort")
