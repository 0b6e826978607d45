"""Signs that two machines stand at one place: the network, light, and what people declare."""

from ipaddress import ip_address, ip_network

from recovery.distance import OFF_THE_BUILDING_KM, farthest_km
from recovery.pair import Pair
from recovery.places import HOST

LEAST_RTT_SAMPLES = 50
_NEIGHBOURS = {4: 24, 6: 64}  # IP version -> prefix length of one local network


def too_near_for_light(pair: Pair) -> bool | None:
    """Only where a distance is required or declared; only a short time says something."""
    nearest = at_most_km(pair)
    if pair.distance_km is None or nearest is None:
        return None
    return nearest < pair.distance_km


def at_most_km(pair: Pair) -> float | None:
    """How far apart they can be; None: not measured, or not often enough."""
    between = pair.between
    if between.least_rtt_ms is None or between.rtt_samples < LEAST_RTT_SAMPLES:
        return None
    return farthest_km(between.least_rtt_ms)


def declared_too_near(pair: Pair) -> bool | None:
    """Coordinates prove nothing by themselves; nearer than required, they refute."""
    if pair.declared_km is None:
        return None
    return pair.required_km is not None and pair.declared_km < pair.required_km


def declared_near(pair: Pair) -> bool | None:
    """Nearer than coordinates with three decimals can tell two buildings apart."""
    return None if pair.declared_km is None else pair.declared_km < OFF_THE_BUILDING_KM


def same_building(pair: Pair) -> bool | None:
    """What people wrote: coordinates that are far enough apart win over equal words."""
    near, words = declared_near(pair), (pair.a.written_address, pair.b.written_address)
    if near is False:
        return False
    if None not in words:
        return words[0] == words[1]
    return near


def same_network(pair: Pair) -> bool | None:
    """The same /24 (IPv6: /64); a name or a broken address says nothing."""
    if pair.a.address is None or pair.b.address is None:
        return None
    try:
        a, b = ip_address(pair.a.address), ip_address(pair.b.address)
    except ValueError:
        return None
    return a.version == b.version and b in ip_network(f"{a}/{_NEIGHBOURS[a.version]}", strict=False)


def answers_from_here(pair: Pair) -> bool | None:
    """A site behind one of the protected host's own addresses, unless its kernel is another.

    A tunnel to a far site ends at such an address too: then the probe hears another kernel.
    """
    host, site = (pair.a, pair.b) if pair.a.name == HOST else (pair.b, pair.a)
    if site.address is None or not host.own_addresses:
        return None
    if None not in (host.boot_id, site.boot_id) and host.boot_id != site.boot_id:
        return False
    return site.address in host.own_addresses
