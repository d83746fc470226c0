"""Tables of what connects pods."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.builtin.printers import words
from emulator.apiserver.registry.builtin.printers.columns import AGE, CORE, NAME, Printer, column, name_of, part
from emulator.apiserver.registry.builtin.printers.words import NONE, UNSET, created, some

_NETWORKING, _DISCOVERY = "io.k8s.api.networking.v1.", "io.k8s.api.discovery.v1."
_SHOWN = 3


def _service(obj: Object, now: datetime) -> list[Any]:
    spec = part(obj, "spec")
    addresses = spec.get("clusterIPs") or []
    ports = ",".join(_port(entry) for entry in spec.get("ports") or ()) or NONE
    inside = addresses[0] if addresses else NONE
    return [
        name_of(obj),
        spec.get("type", ""),
        inside,
        _outside(obj, spec),
        ports,
        created(obj, now),
        words.labels(spec.get("selector")),
    ]


def _port(entry: Object) -> str:
    node = f":{entry['nodePort']}" if entry.get("nodePort") else ""
    return f"{entry.get('port')}{node}/{entry.get('protocol', '')}"


def _outside(obj: Object, spec: Object) -> str:
    if spec.get("type") == "ExternalName":
        return str(spec.get("externalName", ""))
    given = spec.get("externalIPs") or []
    if spec.get("type") != "LoadBalancer":
        return ",".join(given) or NONE
    entries = part(part(obj, "status"), "loadBalancer").get("ingress") or []
    found = sorted({item.get("ip") or item.get("hostname") or "" for item in entries} - {""})
    return ",".join([*found, *given]) or "<pending>"


def _endpoints(obj: Object, now: datetime) -> list[Any]:
    found = []
    for subset in obj.get("subsets") or ():
        addresses = [item.get("ip", "") for item in subset.get("addresses") or ()]
        ports = subset.get("ports") or []
        if ports:
            found += [_host_port(address, entry.get("port")) for entry in ports for address in addresses]
        else:
            found += addresses
    return [name_of(obj), some(found, _SHOWN), created(obj, now)]


def _host_port(address: str, port: Any) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _endpoint_slice(obj: Object, now: datetime) -> list[Any]:
    ports = [
        str(entry["port"]) if entry.get("port") is not None else entry.get("name") or "*"
        for entry in obj.get("ports") or ()
    ]
    addresses = [address for entry in obj.get("endpoints") or () for address in entry.get("addresses") or ()]
    shown = [some(ports, _SHOWN, UNSET), some(addresses, _SHOWN, UNSET)]
    return [name_of(obj), obj.get("addressType", ""), *shown, created(obj, now)]


def _ingress(obj: Object, now: datetime) -> list[Any]:
    spec = part(obj, "spec")
    hosts = [rule["host"] for rule in spec.get("rules") or () if rule.get("host")]
    entries = part(part(obj, "status"), "loadBalancer").get("ingress") or []
    addresses = [item.get("ip") or item.get("hostname") or "" for item in entries]
    ports = "80, 443" if spec.get("tls") else "80"
    kind = spec.get("ingressClassName")
    return [
        name_of(obj),
        NONE if kind is None else kind,
        some(hosts, _SHOWN, "*"),
        ",".join(addresses),
        ports,
        created(obj, now),
    ]


def _ingress_class(obj: Object, now: datetime) -> list[Any]:
    spec = part(obj, "spec")
    given = spec.get("parameters")
    shown = NONE
    if given is not None:
        group = f".{given['apiGroup']}" if given.get("apiGroup") else ""
        shown = f"{given.get('kind', '')}{group}/{given.get('name', '')}"
    return [name_of(obj), spec.get("controller", ""), shown, created(obj, now)]


def _network_policy(obj: Object, now: datetime) -> list[Any]:
    return [name_of(obj), words.selector(part(obj, "spec").get("podSelector")), created(obj, now)]


def _address(obj: Object, now: datetime) -> list[Any]:
    parent = part(part(obj, "spec"), "parentRef")
    names = [parent.get("resource", ""), parent.get("namespace", ""), parent.get("name", "")]
    group = f".{parent['group']}" if parent.get("group") else ""
    return [name_of(obj), f"{names[0]}{group}/{'/'.join(name for name in names[1:] if name)}", created(obj, now)]


def _range(obj: Object, now: datetime) -> list[Any]:
    return [name_of(obj), ",".join(part(obj, "spec").get("cidrs") or ()), created(obj, now)]


PRINTERS = {
    "Service": Printer(
        (
            NAME,
            column("Type", of=CORE + "ServiceSpec#type"),
            column("Cluster-IP", of=CORE + "ServiceSpec#clusterIP"),
            column("External-IP", of=CORE + "ServiceSpec#externalIPs"),
            column("Port(s)", of=CORE + "ServiceSpec#ports"),
            AGE,
            column("Selector", wide=True, of=CORE + "ServiceSpec#selector"),
        ),
        _service,
    ),
    "Endpoints": Printer((NAME, column("Endpoints", of=CORE + "Endpoints#subsets"), AGE), _endpoints),
    "EndpointSlice": Printer(
        (
            NAME,
            column("AddressType", of=_DISCOVERY + "EndpointSlice#addressType"),
            column("Ports", of=_DISCOVERY + "EndpointSlice#ports"),
            column("Endpoints", of=_DISCOVERY + "EndpointSlice#endpoints"),
            AGE,
        ),
        _endpoint_slice,
    ),
    "Ingress": Printer(
        (
            NAME,
            column("Class", of=_NETWORKING + "IngressSpec#ingressClassName"),
            column("Hosts", "The hosts that its rules are for."),
            column("Address", "Where the load balancer is."),
            column("Ports", "The ports that are open."),
            AGE,
        ),
        _ingress,
    ),
    "IngressClass": Printer(
        (
            NAME,
            column("Controller", of=_NETWORKING + "IngressClassSpec#controller"),
            column("Parameters", of=_NETWORKING + "IngressClassSpec#parameters"),
            AGE,
        ),
        _ingress_class,
    ),
    "NetworkPolicy": Printer(
        (NAME, column("Pod-Selector", of=_NETWORKING + "NetworkPolicySpec#podSelector"), AGE), _network_policy
    ),
    "IPAddress": Printer((NAME, column("ParentRef", of=_NETWORKING + "IPAddressSpec#parentRef"), AGE), _address),
    "ServiceCIDR": Printer((NAME, column("CIDRs", of=_NETWORKING + "ServiceCIDRSpec#cidrs"), AGE), _range),
}
