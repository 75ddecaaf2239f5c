"""Which addresses a call may go to.

An endpoint's address comes from a maintainer, but what a name resolves to does not: without a
guard a name could lead into our own network. Every address must be public; an endpoint that is
marked as local may also be on loopback or a private network, and nothing may ever reach
link-local addresses, where clouds keep their metadata service.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Ways to write an IPv4 address inside an IPv6 one that no provider has a use for.
_NEVER_V6 = tuple(
    ipaddress.IPv6Network(net) for net in ("::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "fec0::/10")
)
# Public by number, yet answered by the cloud a machine stands in.
_METADATA = frozenset({ipaddress.ip_address("168.63.129.16"), ipaddress.ip_address("192.0.0.192")})
# A host whose last part is a number is an IPv4 address in some notation: 127.1, 0x7f000001, 2130706433.
_ENDS_IN_NUMBER = re.compile(r"(^|\.)(\d+|0[xX][0-9a-fA-F]*)\.?$")


class AddressRefused(OSError):
    """The address is not one a call may go to. Permanent; nothing was sent."""


def check_address(url: str, allow_private: bool) -> None:
    """Look at an address as it is written. Raises AddressRefused; names are looked at when resolved."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise AddressRefused("The address is not a valid URL.") from None
    if parts.scheme not in ("http", "https"):
        raise AddressRefused("The address must begin with http:// or https://.")
    if not host:
        raise AddressRefused("The address has no host name.")
    if parts.username is not None or parts.password is not None:
        raise AddressRefused("The address must not hold a user name or password; name a key instead.")
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        if _ENDS_IN_NUMBER.search(host):
            raise AddressRefused(f"{host} is not a host name, and not an IP address in its usual form.") from None
        return
    check_ip(literal, allow_private)


def check_ip(address: Address, allow_private: bool) -> None:
    """Look at the address a connection is about to be made to. Raises AddressRefused."""
    if isinstance(address, ipaddress.IPv6Address):
        # Behind these two stands the IPv4 address in the last 32 bits.
        if address.ipv4_mapped is not None or address in _NAT64:
            return check_ip(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF), allow_private)
        if address.scope_id is not None:
            raise AddressRefused(f"{address} is a link-local address; calls never go there.")
        if not address.is_loopback and any(address in net for net in _NEVER_V6):
            raise AddressRefused(f"{address} is not an address calls may go to.")
    if address.is_link_local or address in _METADATA:
        raise AddressRefused(f"{address} is a link-local or metadata address; calls never go there.")
    if address.is_unspecified or address.is_multicast:
        raise AddressRefused(f"{address} is not the address of one machine.")
    if address.is_global:
        return None
    if not (address.is_loopback or address.is_private) or int(address) == 0xFFFFFFFF:
        # Shared carrier space, documentation ranges, class E: neither public nor anybody's own network.
        raise AddressRefused(f"{address} is not an address calls may go to.")
    if not allow_private:
        raise AddressRefused(
            f"{address} is on this machine or a private network. Mark the endpoint as local if it is meant."
        )
    return None
