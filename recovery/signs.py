"""The signs that two places are one: each is a code with a pure question.

A sign answers True (they agree, so the places look like one), False (they differ) or None
(could not be learned). Hard signs decide alone; soft ones add points.

Source: reference "Are two sites two sites?", section 7.
"""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from recovery.distance import farthest_km, great_circle_km
from recovery.places import Between, Place

BOOT_SKEW_S = 2
LEAST_CORRELATION = 0.95
LEAST_ROUNDS = 3
FREE_SPACE_NOISE_BYTES = 64 * 1024 * 1024  # what others may write between two looks
LEAST_RTT_SAMPLES = 50
_NEIGHBOURS = {4: 24, 6: 64}  # IP version -> prefix length of one local network

Answer = bool | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two places, what was measured between them, and how far apart they must be (km)."""

    a: Place
    b: Place
    between: Between
    distance_km: float | None = None


@dataclass(frozen=True, slots=True)
class Sign:
    """One question. `points` 0 means hard. `of_machine`: it also counts between host and site."""

    code: str
    ask: Callable[[Pair], Answer]
    points: int = 0
    of_machine: bool = False


def _equal(a: object, b: object) -> Answer:
    return None if a is None or b is None else a == b


def _same_filesystem(pair: Pair) -> Answer:
    """An id of 0 is no answer; an equal id counts with equal blocks only."""
    a, b = pair.a.filesystem, pair.b.filesystem
    if a is None or b is None or 0 in (a.fsid, b.fsid):
        return None
    return a == b


def _same_size(pair: Pair) -> Answer:
    """Equal in size and, within what is written meanwhile, in free space."""
    a, b = pair.a, pair.b
    if a.filesystem is None or b.filesystem is None:
        return None
    if a.free_blocks is None or b.free_blocks is None:
        return None
    if a.filesystem.size_bytes != b.filesystem.size_bytes:
        return False
    free_a = a.free_blocks * a.filesystem.fragment_size
    free_b = b.free_blocks * b.filesystem.fragment_size
    return abs(free_a - free_b) <= FREE_SPACE_NOISE_BYTES


def _booted_together(pair: Pair) -> Answer:
    a, b = pair.a.booted_at_s, pair.b.booted_at_s
    return None if a is None or b is None else abs(a - b) <= BOOT_SKEW_S


def _free_space_moves_together(pair: Pair) -> Answer:
    between = pair.between
    if between.free_space_correlation is None or between.free_space_rounds < LEAST_ROUNDS:
        return None
    return between.free_space_correlation >= LEAST_CORRELATION


def _too_near_for_light(pair: Pair) -> Answer:
    """Only where a distance is required or declared; only a short time says something."""
    between = pair.between
    if pair.distance_km is None or between.least_rtt_ms is None:
        return None
    if between.rtt_samples < LEAST_RTT_SAMPLES:
        return None
    return farthest_km(between.least_rtt_ms) < pair.distance_km


def _declared_too_near(pair: Pair) -> Answer:
    if pair.distance_km is None or pair.a.coordinates is None or pair.b.coordinates is None:
        return None
    return great_circle_km(pair.a.coordinates, pair.b.coordinates) < pair.distance_km


def _same_network(pair: Pair) -> Answer:
    """The same /24 (IPv6: /64); a name or a broken address says nothing."""
    if pair.a.address is None or pair.b.address is None:
        return None
    try:
        a, b = ip_address(pair.a.address), ip_address(pair.b.address)
    except ValueError:
        return None
    return a.version == b.version and b in ip_network(f"{a}/{_NEIGHBOURS[a.version]}", strict=False)


SIGNS = (
    Sign("boot_id", lambda pair: _equal(pair.a.boot_id, pair.b.boot_id), of_machine=True),
    Sign("filesystem", _same_filesystem, of_machine=True),
    Sign("free_space", _free_space_moves_together, of_machine=True),
    Sign("canary", lambda pair: pair.between.canary_seen, of_machine=True),
    Sign("repository", lambda pair: _equal(pair.a.repository_id, pair.b.repository_id)),
    Sign("rtt", _too_near_for_light),
    Sign("coordinates", _declared_too_near),
    Sign("boot_time", _booted_together, points=2, of_machine=True),
    Sign(
        "machine_id", lambda pair: _equal(pair.a.machine_id, pair.b.machine_id), 2, of_machine=True
    ),
    Sign("dmi_uuid", lambda pair: _equal(pair.a.dmi_uuid, pair.b.dmi_uuid), 2, of_machine=True),
    Sign("host_key", lambda pair: _equal(pair.a.host_key, pair.b.host_key), 2, of_machine=True),
    Sign("storage_source", lambda pair: _equal(pair.a.storage_source, pair.b.storage_source), 2),
    Sign("master_key", lambda pair: _equal(pair.a.master_key_mark, pair.b.master_key_mark), 2),
    Sign("io", lambda pair: pair.between.io_coupled, points=2),
    Sign("size", _same_size, points=1),
    Sign("address", lambda pair: _equal(pair.a.address, pair.b.address), points=1),
    Sign("network", _same_network, points=1),
    Sign("gateway", lambda pair: _equal(pair.a.gateway_mac, pair.b.gateway_mac), points=1),
    Sign("provider", lambda pair: _equal(pair.a.provider, pair.b.provider), points=1),
)
