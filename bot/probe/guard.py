"""Which addresses may be probed: those of the diagnosed path, and never a host's own or its cloud's inside.

A probe that connected wherever a user says would reach the instance metadata service and its credentials, or the
loopback of the machine it runs on (OWASP: server-side request forgery).
"""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_AMAZON_LOCAL = IPv6Network("fd00:ec2::/32")
"""Where EC2 serves instance metadata (::254), DNS and time over IPv6 (AWS: configuring-instance-metadata-service)."""
_CARRY_IPV4 = tuple(map(IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::ffff:0:0:0/96", "::/96")))
"""Prefixes before an IPv4 address: NAT64 (RFC 6052, RFC 8215), translated (RFC 2765), compatible (RFC 4291)."""


def allowed(address: str, resolved: Collection[str], *, demo: bool = False) -> bool:
    """Whether this address may be probed.

    `resolved` holds the addresses that the diagnosed path led to; anything else is refused, and so is what is no
    plain IP address. Metadata, link-local, loopback, multicast, broadcast and unspecified addresses are refused even
    from the path, unless `demo` is set: the local world of the demo stands on loopback.
    """
    wanted = _parsed(address)
    if wanted is None or wanted not in {_parsed(one) for one in resolved}:
        return False
    return demo or not any(map(_special, {wanted, _carried(wanted)}))


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _carried(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address stands for (mapped, 6to4, `_CARRY_IPV4`); itself where there is none."""
    if isinstance(address, IPv4Address):
        return address
    if any(address in prefix for prefix in _CARRY_IPV4):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _special(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address) and (address.is_reserved or int(address) >> 24 == 0):
        return True
    return (
        address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or address in _AMAZON_LOCAL
    )
