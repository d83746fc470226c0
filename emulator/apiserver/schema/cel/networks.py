"""CEL's addresses and networks, as Kubernetes' libraries ``ip`` and ``cidr`` read them. A network keeps the address it was written with."""

from __future__ import annotations

import ipaddress

from emulator.apiserver.apimachinery.fields import go_quote
from emulator.apiserver.schema.cel.values import CelError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Interface | ipaddress.IPv6Interface
_LINK_LOCAL_MULTICAST = {4: ipaddress.ip_network("224.0.0.0/24"), 6: ipaddress.ip_network("ff02::/16")}


def parse_address(text: str) -> Address:
    """An address without a zone that is no IPv4 address in IPv6's clothes. Raises CelError."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        trouble = f"ParseAddr({go_quote(text)}): unable to parse IP"
        raise CelError(f"IP Address {go_quote(text)} parse error during conversion from string: {trouble}") from None
    if "%" in text:
        raise CelError(f"IP address {go_quote(text)} with zone value is not allowed")
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        raise CelError(f"IPv4-mapped IPv6 address {go_quote(text)} is not allowed")
    return found


def parse_network(text: str) -> Network:
    """An address with the length of its prefix. Raises CelError."""
    address, slash, length = text.partition("/")
    try:
        if not slash or not (length.isascii() and length.isdigit()):
            raise ValueError("no prefix length")
        parse_address(address)
        return ipaddress.ip_interface(text)
    except (ValueError, CelError):
        trouble = (
            f"netip.ParsePrefix({go_quote(text)}): no '/'" if not slash else f"netip.ParsePrefix({go_quote(text)})"
        )
        raise CelError(f"network address parse error during conversion from string: {trouble}") from None


def contains_address(network: Network, value: Address | str) -> bool:
    """Whether an address is in a network; one of the other family never is."""
    return (parse_address(value) if isinstance(value, str) else value) in network.network


def contains_network(one: Network, two: Network | str) -> bool:
    """Whether a network lies within another."""
    inner = parse_network(two) if isinstance(two, str) else two
    return inner.network.prefixlen >= one.network.prefixlen and inner.network.network_address in one.network


def masked(network: Network) -> Network:
    """The network with the address that all its addresses share."""
    return ipaddress.ip_interface(str(network.network))


def link_local_multicast(value: Address) -> bool:
    """Whether an address speaks to all on its link."""
    return value in _LINK_LOCAL_MULTICAST[value.version]
