"""Decide which addresses a webhook may be sent to: names of the public internet over https, and nothing inside (N7)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

URL_AT_MOST = 2048
PORTS = (443, 8443)
_LOOPBACK = ("127.0.0.1", "localhost")
_WRITTEN = re.compile(r"[!-\[\]-~]+")
"""Visible ASCII without the backslash, which some readers take for a slash."""
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?=.{{4,253}}$){_LABEL}(?:\.{_LABEL})*\.(?=[a-z0-9-]*[a-z]){_LABEL}")
"""A name with a dot, whose last label has a letter. What has none, such as 127.1 or 0x7f.1 would be read as a number."""
_LAST_IS_A_NUMBER = re.compile(r".*\.0x[0-9a-f]*")
_REFUSED_V4 = tuple(
    map(
        IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16"),
            *("192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        ),
    )
)
"""IANA's IPv4 addresses for special purposes: private, shared (CGNAT), link-local with AWS's metadata, multicast and others."""
_PUBLIC_V6 = IPv6Network("2000::/3")
"""The only IPv6 addresses that are given out. Loopback, local, multicast, IPv4-mapped and NAT64 ones lie outside."""
_REFUSED_V6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")))
"""Those among them that lead elsewhere: Teredo and 6to4, which hold an IPv4 address, documentation and others."""


class BadAddress(ValueError):  # noqa: N818 - it says what is wrong
    """Nothing is sent to that address; the text says why."""


@dataclass(frozen=True, slots=True)
class Destination:
    """The parts of a URL that a connection needs."""

    host: str
    port: int
    target: str
    """The path and the query."""
    secure: bool = True

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        return self.host if self.secure and self.port == PORTS[0] else f"{self.host}:{self.port}"


def destination(url: str, *, loopback: bool = False) -> Destination:
    """Return where ``url`` leads. With ``loopback``, http to this machine on any port is taken as well.

    Raises ``BadAddress``.
    """
    if len(url) > URL_AT_MOST or not _WRITTEN.fullmatch(url):
        raise BadAddress(
            f"Write the URL in at most {URL_AT_MOST} characters of ASCII; a name of other letters begins with xn--."
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadAddress("This is not a URL.") from None
    if "@" in parts.netloc:
        raise BadAddress("Leave out the name and password: the signature shows who sends.")
    if "#" in url:
        raise BadAddress("Leave out the fragment, which begins with #.")
    host, port = (parts.hostname or "").lower(), PORTS[0] if port is None else port
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if loopback and parts.scheme == "http" and host in _LOOPBACK:
        return Destination(host, port, target, secure=False)
    if parts.scheme != "https":
        raise BadAddress("The URL begins with https://.")
    if not _NAME.fullmatch(host) or _LAST_IS_A_NUMBER.fullmatch(host):
        raise BadAddress("Give the full name of a host, such as hooks.market.example, without a dot at its end.")
    if port not in PORTS or parts.netloc.endswith(":"):
        raise BadAddress(f"The port is {' or '.join(map(str, PORTS))}; 443 can be left out.")
    return Destination(host, port, target)


def is_public(address: str) -> bool:
    """Return whether an IP address lies in the public internet."""
    try:
        found = ip_address(address)
    except ValueError:
        return False  # a scope such as fe80::1%eth0, or no address at all
    match found:
        case IPv4Address():
            return not any(found in network for network in _REFUSED_V4)
        case IPv6Address():
            return found.scope_id is None and found in _PUBLIC_V6 and not any(found in network for network in _REFUSED_V6)


def is_loopback(address: str) -> bool:
    """Return whether an IP address is this machine's own."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def allowed(to: Destination, addresses: list[str]) -> list[str]:
    """Return the addresses to try, IPv4 first. Raises ``BadAddress`` unless there are some, and all of them are public.

    One address inside is enough to refuse the name: whoever gives such answers may give it alone the next time.
    """
    if not addresses:
        raise BadAddress(f"{to.host} has no address.")
    good = is_public if to.secure else is_loopback
    if not all(map(good, addresses)):
        raise BadAddress(f"{to.host} leads to an address that is not in the public internet.")
    return sorted(addresses, key=lambda address: ":" in address)
