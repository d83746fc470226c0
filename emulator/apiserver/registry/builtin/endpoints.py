"""Endpoints and EndpointSlices (k8s.io/kubernetes/pkg/apis/{core,discovery}/validation)."""

from __future__ import annotations

import ipaddress

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError, child, index
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.syntax import dns1123_label, dns1123_subdomain
from emulator.apiserver.registry.builtin.generic import BuiltinStrategy
from emulator.apiserver.registry.builtin.numbers import PROTOCOLS, one_of, port
from emulator.apiserver.registry.strategy import Context

NOT_AN_ADDRESS = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
_TYPES = ["IPv4", "IPv6", "FQDN"]
_LIMIT = 1000


class EndpointsStrategy(BuiltinStrategy):
    """Endpoints: where the pods of a Service are."""

    allow_create_on_update = True

    def prepare_for_create(self, context: Context, obj: Object) -> None:
        """Warn of a kind that is on its way out."""
        context.warnings.append("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice")

    def prepare_for_update(self, context: Context, new: Object, old: Object) -> None:
        """Warn of a kind that is on its way out."""
        self.prepare_for_create(context, new)

    def check(self, obj: Object) -> list[FieldError]:
        """Each subset has addresses and ports."""
        found: list[FieldError] = []
        for position, subset in enumerate(obj.get("subsets") or ()):
            path = index("subsets", position)
            ready, rest = subset.get("addresses") or [], subset.get("notReadyAddresses") or []
            if not ready and not rest:
                found.append(fields.required(path, "must specify `addresses` or `notReadyAddresses`"))
            for name, addresses in (("addresses", ready), ("notReadyAddresses", rest)):
                for number, address in enumerate(addresses):
                    where = child(index(child(path, name), number), "ip")
                    found += address_errors(address.get("ip") or "", where)
            ports = subset.get("ports") or []
            for number, entry in enumerate(ports):
                found += _port_errors(entry, index(child(path, "ports"), number), named=len(ports) > 1)
        return found


def _port_errors(entry: Object, path: str, *, named: bool) -> list[FieldError]:
    found: list[FieldError] = []
    name = entry.get("name") or ""
    if named and not name:
        found.append(fields.required(child(path, "name")))
    elif name:
        found += [fields.invalid(child(path, "name"), name, text) for text in dns1123_label(name)]
    found += port(entry.get("port") or 0, child(path, "port"))
    return found + one_of(entry, "protocol", path, PROTOCOLS)


class EndpointSliceStrategy(BuiltinStrategy):
    """EndpointSlices."""

    counts_generations = True

    def check(self, obj: Object) -> list[FieldError]:
        """Addresses of one type; ports with names of their own."""
        found: list[FieldError] = []
        sort = obj.get("addressType") or ""
        if not sort:
            found.append(fields.required("addressType"))
        elif sort not in _TYPES:
            found.append(fields.not_supported("addressType", sort, sorted(_TYPES)))
        endpoints = obj.get("endpoints") or []
        if len(endpoints) > _LIMIT:
            found.append(fields.too_many("endpoints", len(endpoints), _LIMIT))
        for position, endpoint in enumerate(endpoints):
            found += _endpoint_errors(endpoint, index("endpoints", position), sort)
        names: set[str] = set()
        for position, entry in enumerate(obj.get("ports") or ()):
            path = index("ports", position)
            name = entry.get("name") or ""
            if name:
                found += [fields.invalid(child(path, "name"), name, text) for text in dns1123_label(name)]
            if name in names:
                found.append(fields.duplicate(child(path, "name"), name))
            names.add(name)
            found += one_of(entry, "protocol", path, PROTOCOLS)
        return found

    def check_update(self, new: Object, old: Object) -> list[FieldError]:
        """The type of addresses stays."""
        if new.get("addressType") != old.get("addressType"):
            return [fields.invalid("addressType", new.get("addressType"), "field is immutable")]
        return []


def _endpoint_errors(endpoint: Object, path: str, sort: str) -> list[FieldError]:
    where = child(path, "addresses")
    addresses = endpoint.get("addresses") or []
    if not addresses:
        return [fields.required(where, "must contain at least 1 address")]
    found: list[FieldError] = []
    for position, address in enumerate(addresses):
        here = index(where, position)
        if sort == "FQDN":
            found += [fields.invalid(here, address, text) for text in dns1123_subdomain(address)]
        elif sort:
            found += address_errors(address, here, version=4 if sort == "IPv4" else 6)
    return found


def address_errors(address: str, path: str, version: int = 0) -> list[FieldError]:
    """What is wrong with an IP address, of one version if that matters."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return [fields.invalid(path, address, NOT_AN_ADDRESS)]
    if version and parsed.version != version:
        return [fields.invalid(path, address, f"must be a valid IPv{version} address")]
    if parsed.is_unspecified:
        return [fields.invalid(path, address, f"may not be unspecified ({address})")]
    if parsed.is_loopback:
        return [fields.invalid(path, address, "may not be in the loopback range (127.0.0.0/8, ::1/128)")]
    if parsed.is_link_local:
        return [fields.invalid(path, address, "may not be in the link-local range (169.254.0.0/16, fe80::/10)")]
    return []
