"""What kind of network an address belongs to (IANA special-purpose registries, RFC 6890)."""

import ipaddress

from llmspell.security.urls import Address

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_KINDS: tuple[tuple[Network, str], ...] = tuple(
    (ipaddress.ip_network(network), kind)
    for kind, networks in {
        # What clouds answer with keys to whoever asks; Azure's address is a public one.
        "a metadata": "169.254.169.254/32 169.254.170.2/32 100.100.100.200/32 192.0.0.192/32 "
        "168.63.129.16/32 fd00:ec2::254/128",
        "a loopback": "127.0.0.0/8 ::1/128",
        "a private": "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7 fec0::/10",
        "a link-local": "169.254.0.0/16 fe80::/10",
        "a shared (carrier-grade NAT)": "100.64.0.0/10",
        "a multicast": "224.0.0.0/4 ff00::/8",
        "an unspecified": "0.0.0.0/8 ::/128",
        "a reserved": "192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 198.18.0.0/15 198.51.100.0/24 "
        "203.0.113.0/24 240.0.0.0/4 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 3fff::/20",
    }.items()
    for network in networks.split()
)
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052
_COMPATIBLE = ipaddress.IPv6Network("::/96")  # RFC 4291, 2.5.5.1

PRIVATE = frozenset({"a private", "a shared (carrier-grade NAT)"})
"""The kinds that an organisation's own names lead to."""

LOOPBACK = "a loopback"


def kind_of(address: Address) -> str:
    """Give the kind of a network that is not public, with its article; empty for a public one."""
    address = embedded(address)
    for network, kind in _KINDS:
        if address in network:
            return kind
    return "" if address.is_global else "a reserved"


def embedded(address: Address) -> Address:
    """Give the IPv4 address that an IPv6 address leads to, or the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address in _TRANSLATED:
        inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    if inner is None and address in _COMPATIBLE and int(address) > 1:
        inner = ipaddress.IPv4Address(int(address))
    return address if inner is None else inner
