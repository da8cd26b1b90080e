"""The addresses that nothing is sent to, in every spelling (N7)."""

from __future__ import annotations

import socket
from ipaddress import ip_address

import pytest

from chalicelib.domain.web_addresses import BadAddress, Destination, allowed, destination, is_public

PLACE = Destination("hooks.market.example", 443, "/")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://hooks.market.example", PLACE),
        ("https://hooks.market.example/", PLACE),
        ("https://HOOKS.Market.Example:443/", PLACE),
        ("https://hooks.market.example:8443/a/b?c=d&e", Destination("hooks.market.example", 8443, "/a/b?c=d&e")),
        ("https://xn--mnchen-3ya.example/?q", Destination("xn--mnchen-3ya.example", 443, "/?q")),
        ("https://1.2.3.example/", Destination("1.2.3.example", 443, "/")),
    ],
)
def test_a_name_of_the_internet_is_taken(url: str, expected: Destination) -> None:
    """N7: https, a full name, port 443 or 8443."""
    assert expected == destination(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.market.example",
        "//hooks.market.example/",
        "http://hooks.market.example/",
        "ftp://hooks.market.example/",
        "gopher://hooks.market.example/",
        "file:///etc/passwd",
        "https:///",
        "https://",
        "https://hooks.market.example:80/",
        "https://hooks.market.example:22/",
        "https://hooks.market.example:0/",
        "https://hooks.market.example:99999/",
        "https://hooks.market.example:x/",
        "https://hooks.market.example:/",
        "https://me:secret@hooks.market.example/",
        "https://me@hooks.market.example/",
        "https://@hooks.market.example/",
        "https://hooks.market.example@169.254.169.254/",
        "https://hooks.market.example/#part",
        "https://hooks.market.example./",
        "https://.hooks.market.example/",
        "https://hooks..example/",
        "https://-hooks.example/",
        "https://hooks_1.example/",
        "https://localhost/",
        "https://market/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://0x7f.0x1/",
        "https://0177.0.0.1/",
        "https://017700000001/",
        "https://1.0x7f/",
        "https://hooks.0xA/",
        "https://hooks.1/",
        "https://[::1]/",
        "https://[::ffff:169.254.169.254]/",
        "https://[fe80::1%25eth0]/",
        "https://[2606:4700::1111]/",
        "https://93.184.216.34/",
        "https://münchen.example/",
        "https://hooks\u3002example/",
        "https://\uff11\uff12\uff17.0.0.1/",
        "https://hooks.example\\@127.0.0.1/",
        "https://hooks.market.example /",
        "https://hooks.market.example/\r\nHost: inside",
        "https://hooks.market.example/\x00",
        "https://hooks.market%2eexample/",
        f"https://hooks.market.example/{'x' * 2048}",
        f"https://{'a' * 64}.example/",
        f"https://{'a.' * 130}example/",
    ],
)
def test_anything_else_is_refused(url: str) -> None:
    """N7: other schemes and ports, passwords, IP addresses in any spelling, and names that readers disagree about."""
    for loopback in (False, True):
        with pytest.raises(BadAddress) as refused:
            destination(url, loopback=loopback)
        assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254"),  # noqa: S104 - refused
        *("169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1"),
        *("192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "255.255.255.255"),
        *("::", "::1", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1"),
        *("fe80::1", "fe80::1%eth0", "2606:4700::1111%1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "100::1"),
        *("2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1", "4000::1"),
        *("", "hooks.market.example", "8.8.8", "0x7f.1", "8.8.8.8/32"),
    ],
)
def test_an_address_inside_is_not_public(address: str) -> None:
    """N7: private, shared, link-local with AWS's metadata, loopback, multicast, mapped, NAT64, 6to4 and Teredo."""
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "93.184.216.34", "100.63.255.255", "100.128.0.0", "172.32.0.0", "2606:4700::1111", "2a00:1450:4001::200e"],
)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    """N7: those around the refused ranges, and those of the new protocol."""
    assert is_public(address)
    assert ip_address(address).is_global


def test_whatever_python_calls_private_is_refused() -> None:
    """N7: a public address is one that Python's own table calls global too; sampled over all of IPv4."""
    sampled = [socket.inet_ntoa(number.to_bytes(4, "big")) for number in range(0, 2**32, 2**32 // 4099)]
    public = [address for address in sampled if is_public(address)]
    assert len(public) > 3000
    assert [] == [it for it in public if not ip_address(it).is_global or ip_address(it).is_multicast]


def test_one_address_inside_is_enough() -> None:
    """N7: a name with a public and a private address is refused whole: it may give the private one alone the next time."""
    with pytest.raises(BadAddress, match="not in the public internet"):
        allowed(PLACE, ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(BadAddress, match="no address"):
        allowed(PLACE, [])


def test_addresses_are_tried_in_the_order_that_works_everywhere() -> None:
    """N7: IPv4 first, because functions without a network of their own have no other; else as the resolver has them."""
    assert ["8.8.8.8", "8.8.4.4", "2606:4700::1111"] == allowed(PLACE, ["2606:4700::1111", "8.8.8.8", "8.8.4.4"])


@pytest.mark.parametrize("url", ["http://127.0.0.1:8123/hook", "http://localhost:8123/hook"])
def test_loopback_is_for_sandboxes_only(url: str) -> None:
    """N7: http to one's own machine is taken only where it is said to be, and leads nowhere else then."""
    to = destination(url, loopback=True)
    assert (8123, "/hook", False) == (to.port, to.target, to.secure)
    assert ["127.0.0.1"] == allowed(to, ["127.0.0.1"])
    with pytest.raises(BadAddress):
        allowed(to, ["10.0.0.1"])
    with pytest.raises(BadAddress):
        destination(url)


@pytest.mark.parametrize(
    ("to", "authority"),
    [
        (PLACE, "hooks.market.example"),
        (Destination("hooks.market.example", 8443, "/"), "hooks.market.example:8443"),
        (Destination("127.0.0.1", 8123, "/", secure=False), "127.0.0.1:8123"),
    ],
)
def test_the_host_header_names_the_host(to: Destination, authority: str) -> None:
    """N7: with the port unless it is 443."""
    assert authority == to.authority
