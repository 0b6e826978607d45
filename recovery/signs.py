"""The signs that two places are one: each is a code with a pure question.

A sign answers True (they agree, so the places look like one), False (they differ) or None
(could not be learned). Hard signs decide alone; soft ones add points, hints none.

Source: reference "Are two sites two sites?", section 7. Its "IO coupling" is left out: it
loads a disk for seconds, is noisy, and sees nothing that the free space does not show.
"""

from collections.abc import Callable
from dataclasses import dataclass

from recovery.pair import Pair
from recovery.places import Place
from recovery.signs_of_machine import (
    booted_together,
    free_space_moves_together,
    same_filesystem,
    same_size,
)
from recovery.signs_of_place import (
    answers_from_here,
    declared_near,
    declared_too_near,
    same_building,
    same_network,
    too_near_for_light,
)

Answer = bool | None


@dataclass(frozen=True, slots=True)
class Sign:
    """One question.

    `of_machine`: it also counts between host and site. `of_distance`: it is asked only where a
    distance is required or declared. `with_host`: it is asked only between host and site.
    """

    code: str
    ask: Callable[[Pair], Answer]
    points: int = 0
    hard: bool = False
    of_machine: bool = False
    of_distance: bool = False
    with_host: bool = False

    def concerns(self, pair: Pair) -> bool:
        if self.of_distance and pair.distance_km is None:
            return False
        return self.of_machine if pair.with_host else not self.with_host


def _equal(signal: Callable[[Place], object]) -> Callable[[Pair], Answer]:
    def ask(pair: Pair) -> Answer:
        a, b = signal(pair.a), signal(pair.b)
        return None if a is None or b is None else a == b

    return ask


SIGNS = (
    Sign("boot_id", _equal(lambda place: place.boot_id), hard=True, of_machine=True),
    Sign("filesystem", same_filesystem, hard=True, of_machine=True),
    Sign("free_space", free_space_moves_together, hard=True, of_machine=True),
    Sign("canary", lambda pair: pair.between.canary_seen, hard=True, of_machine=True),
    Sign("repository", _equal(lambda place: place.repository_id), hard=True),
    Sign("rtt", too_near_for_light, hard=True, of_distance=True),
    Sign("coordinates", declared_too_near, hard=True, of_distance=True),
    Sign("boot_time", booted_together, points=2, of_machine=True),
    Sign("machine_id", _equal(lambda place: place.machine_id), points=2, of_machine=True),
    Sign("dmi_uuid", _equal(lambda place: place.dmi_uuid), points=2, of_machine=True),
    Sign("host_key", _equal(lambda place: place.host_key), points=2, of_machine=True),
    Sign("own_address", answers_from_here, points=2, of_machine=True, with_host=True),
    Sign("tls_key", _equal(lambda place: place.tls_key), points=2),
    Sign("station", _equal(lambda place: place.station), points=2),
    Sign("storage_source", _equal(lambda place: place.storage_source), points=2),
    Sign("storage_server", _equal(lambda place: place.storage_server), points=2),
    Sign("master_key", _equal(lambda place: place.master_key_mark), points=2),
    Sign("building", same_building, points=2),
    Sign("size", same_size, points=1),
    Sign("address", _equal(lambda place: place.address), points=1),
    Sign("network", same_network, points=1),
    Sign("gateway", _equal(lambda place: place.gateway_mac)),
    Sign("near", declared_near),
    Sign("provider", _equal(lambda place: place.provider)),
    Sign("banner", _equal(lambda place: place.banner)),
    Sign("device", _equal(lambda place: place.device)),
)
