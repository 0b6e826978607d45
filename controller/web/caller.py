"""Who calls, as far as those who count tries and requests can tell callers apart."""

import ipaddress

_SITE_BITS = 64  # one network of IPv6 gives a caller more addresses than anyone can count


def network_of(address: str) -> str:
    """The address; of an IPv6 address its network, all of which one caller has."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, _SITE_BITS), strict=False))
