"""Which addresses a call may go to.

An endpoint's address comes from a maintainer, but what a name resolves to does not: without a
guard a name could lead into our own network. Every address must be public; an endpoint that is
marked as local may also be on loopback or a private network, and nothing may ever reach
link-local addresses, where clouds keep their metadata service.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import parse_qsl, urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# The only IPv6 addresses that are given out for public use.
_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
# Public by number, but ways to write an IPv4 address inside an IPv6 one, or for documents and anycast relays only.
_NEVER = tuple(ipaddress.ip_network(net) for net in ("192.88.99.0/24", "2001::/32", "2002::/16", "3fff::/20"))
# A machine's own and a private network's; whatever else is not public is nobody's.
_OWN = tuple(
    ipaddress.ip_network(net)
    for net in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)
# Where clouds answer questions about a machine, keys included, beside the link-local 169.254.169.254.
_METADATA = frozenset(
    ipaddress.ip_address(address)
    for address in (
        "168.63.129.16",  # Azure
        "192.0.0.192",  # Oracle
        "100.100.100.200",  # Alibaba
        "fd00:ec2::254",  # Amazon
        "fd20:ce::254",  # Google
        "fd00:c1::a9fe:a9fe",  # Oracle
        "fd00:42::42",  # Scaleway
    )
)
# A host whose last part is a number is an IPv4 address in some notation: 127.1, 0x7f000001, 2130706433.
_ENDS_IN_NUMBER = re.compile(r"(^|\.)(\d+|0[xX][0-9a-fA-F]*)\.?$")


# Different readers of a URL disagree about where its host ends when it has one of these.
_NOT_IN_A_URL = re.compile(r"[\\\x00-\x20\x7f]")
_KEY_PARAMETERS = frozenset({"key", "api_key", "api-key", "apikey", "access_token", "token", "subscription-key", "sig"})


class AddressRefused(OSError):
    """The address is not one a call may go to. Permanent; nothing was sent."""


def check_address(url: str, allow_private: bool) -> None:
    """Look at an address as it is written. Raises AddressRefused; names are looked at when resolved."""
    if _NOT_IN_A_URL.search(url):
        raise AddressRefused("The address holds a character that no URL has.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise AddressRefused("The address is not a valid URL.") from None
    if parts.scheme not in ("http", "https"):
        raise AddressRefused("The address must begin with http:// or https://.")
    if not host or not parts.netloc:
        raise AddressRefused("The address has no host name.")
    if parts.username is not None or parts.password is not None:
        raise AddressRefused("The address must not hold a user name or password; name a key instead.")
    if port == 0:
        raise AddressRefused("The address is not a valid URL: there is no port 0.")
    if any(name.lower() in _KEY_PARAMETERS for name, _ in parse_qsl(parts.query, keep_blank_values=True)):
        raise AddressRefused("The address must not hold a key; name the variable or file that has it.")
    if not host.startswith("[") and "%" in host:
        raise AddressRefused("The address has a % in its host name.")
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
    if address.is_link_local or address in _METADATA:
        raise AddressRefused(f"{address} is a link-local or metadata address; calls never go there.")
    if address.is_unspecified or address.is_multicast:
        raise AddressRefused(f"{address} is not the address of one machine.")
    if _is_public(address):
        return None
    if not any(address in net for net in _OWN):
        # Shared carrier space, documentation ranges, class E and the like: neither public nor anybody's own network.
        raise AddressRefused(f"{address} is not an address calls may go to.")
    if not allow_private:
        raise AddressRefused(
            f"{address} is on this machine or a private network. Mark the endpoint as local if it is meant."
        )
    return None


def _is_public(address: Address) -> bool:
    if not address.is_global or any(address in net for net in _NEVER):
        return False
    return isinstance(address, ipaddress.IPv4Address) or address in _PUBLIC_V6
