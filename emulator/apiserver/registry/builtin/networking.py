"""Ingresses and NetworkPolicies (k8s.io/kubernetes/pkg/apis/networking/validation)."""

from __future__ import annotations

import ipaddress

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError, child, index
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.syntax import dns1035_label, dns1123_subdomain
from emulator.apiserver.registry.builtin.generic import BuiltinStrategy
from emulator.apiserver.registry.builtin.label_selectors import selector_errors
from emulator.apiserver.registry.builtin.numbers import PROTOCOLS, port, port_name_errors, port_or_name
from emulator.apiserver.registry.strategy import Context

_PATH_TYPES = ["Exact", "ImplementationSpecific", "Prefix"]
_WRONG_SEQUENCES = ("//", "/./", "/../", "%2f", "%2F")
_WRONG_ENDS = ("/..", "/.")


class IngressStrategy(BuiltinStrategy):
    """Ingresses."""

    has_status = True
    counts_generations = True

    def prepare_for_create(self, context: Context, obj: Object) -> None:
        """Nothing balances the load yet."""
        super().prepare_for_create(context, obj)
        obj["status"] = {"loadBalancer": {}}

    def check(self, obj: Object) -> list[FieldError]:
        """Rules, or a backend for everything."""
        spec = obj["spec"]
        found: list[FieldError] = []
        if not spec.get("rules") and spec.get("defaultBackend") is None:
            text = "either `defaultBackend` or `rules` must be specified"
            found.append(fields.invalid("spec", spec.get("rules"), text))
        for position, rule in enumerate(spec.get("rules") or ()):
            path = index("spec.rules", position)
            host = rule.get("host") or ""
            if host:
                found += [fields.invalid(child(path, "host"), host, text) for text in _host_errors(host)]
            for number, entry in enumerate((rule.get("http") or {}).get("paths") or ()):
                found += _path_errors(entry, index(child(path, "http.paths"), number))
        if spec.get("defaultBackend") is not None:
            found += _backend_errors(spec["defaultBackend"], "spec.defaultBackend")
        return found


def _host_errors(host: str) -> list[str]:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return dns1123_subdomain(host.removeprefix("*."))
    return ["must be a DNS name, not an IP address"]


def _path_errors(entry: Object, path: str) -> list[FieldError]:
    found: list[FieldError] = []
    sort, where = entry.get("pathType"), entry.get("path") or ""
    if sort is None:
        return [fields.required(child(path, "pathType"), "pathType must be specified")]
    if sort not in _PATH_TYPES:
        found.append(fields.not_supported(child(path, "pathType"), sort, _PATH_TYPES))
    elif sort in ("Exact", "Prefix"):
        if not where.startswith("/"):
            found.append(fields.invalid(child(path, "path"), where, "must be an absolute path"))
        for wrong in _WRONG_SEQUENCES:
            if wrong in where:
                found.append(fields.invalid(child(path, "path"), where, f"must not contain '{wrong}'"))
        for wrong in _WRONG_ENDS:
            if where.endswith(wrong):
                found.append(fields.invalid(child(path, "path"), where, f"cannot end with '{wrong}'"))
    elif where and not where.startswith("/"):
        found.append(fields.invalid(child(path, "path"), where, "must be an absolute path"))
    return found + _backend_errors(entry.get("backend") or {}, child(path, "backend"))


def _backend_errors(backend: Object, path: str) -> list[FieldError]:
    service, resource = backend.get("service"), backend.get("resource")
    if service is not None and resource is not None:
        return [fields.invalid(path, "", "cannot set both resource and service backends")]
    if service is None and resource is None:
        return [fields.required(path, "must specify either a service or resource backend")] if not backend else []
    found: list[FieldError] = []
    if service is None:
        return found
    name = service.get("name") or ""
    where = child(path, "service")
    if not name:
        found.append(fields.required(child(where, "name")))
    else:
        found += [fields.invalid(child(where, "name"), name, text) for text in dns1035_label(name)]
    target = service.get("port") or {}
    named, number = target.get("name") or "", target.get("number") or 0
    if not named and not number:
        found.append(fields.required(where, "port name or number is required"))
    elif named and number:
        found.append(fields.invalid(where, "", "cannot set both port name & port number"))
    elif named:
        found += [fields.invalid(child(where, "port.name"), named, text) for text in port_name_errors(named)]
    else:
        found += port(number, child(where, "port.number"))
    return found


class NetworkPolicyStrategy(BuiltinStrategy):
    """NetworkPolicies."""

    counts_generations = True

    def check(self, obj: Object) -> list[FieldError]:
        """Whom it is about, and what may come in and go out."""
        spec = obj["spec"]
        found = selector_errors(spec.get("podSelector"), "spec.podSelector")
        for way, peers in (("ingress", "from"), ("egress", "to")):
            for position, rule in enumerate(spec.get(way) or ()):
                path = index(child("spec", way), position)
                for number, entry in enumerate(rule.get("ports") or ()):
                    found += _policy_port_errors(entry, index(child(path, "ports"), number))
                for number, peer in enumerate(rule.get(peers) or ()):
                    found += _peer_errors(peer, index(child(path, peers), number))
        for position, sort in enumerate(spec.get("policyTypes") or ()):
            if sort not in ("Egress", "Ingress"):
                path = index("spec.policyTypes", position)
                found.append(fields.not_supported(path, sort, ["Egress", "Ingress"]))
        return found


def _policy_port_errors(entry: Object, path: str) -> list[FieldError]:
    found: list[FieldError] = []
    if entry.get("protocol") not in PROTOCOLS:
        found.append(fields.not_supported(child(path, "protocol"), entry.get("protocol"), PROTOCOLS))
    if entry.get("port") is not None:
        found += port_or_name(entry["port"], child(path, "port"))
    elif entry.get("endPort") is not None:
        text = "may not be specified when `port` is not specified"
        found.append(fields.invalid(child(path, "endPort"), entry["endPort"], text))
    return found


def _peer_errors(peer: Object, path: str) -> list[FieldError]:
    found: list[FieldError] = []
    for name in ("podSelector", "namespaceSelector"):
        found += selector_errors(peer.get(name), child(path, name))
    block = peer.get("ipBlock")
    if block is not None:
        cidr = block.get("cidr") or ""
        try:
            ipaddress.ip_network(cidr, strict=False)
        except ValueError:
            text = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
            where = child(path, "ipBlock.cidr")
            found.append(fields.invalid(where, cidr, text) if cidr else fields.required(where))
    if not peer:
        found.append(fields.required(path, "must specify a peer"))
    elif block is not None and len(peer) > 1:
        text = "may not specify both ipBlock and another peer"
        found.append(fields.forbidden(path, text))
    return found
