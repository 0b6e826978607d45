"""Two places beside each other, and what was measured and is demanded between them."""

from dataclasses import dataclass

from recovery.distance import REQUIRED_KM, great_circle_km
from recovery.places import HOST, Between, Place


@dataclass(frozen=True, slots=True)
class Pair:
    """`required_km`: how far apart the highest level wants them; None where no rule says so."""

    a: Place
    b: Place
    between: Between
    required_km: float | None = None

    @property
    def with_host(self) -> bool:
        return HOST in (self.a.name, self.b.name)

    @property
    def declared_km(self) -> float | None:
        if self.a.coordinates is None or self.b.coordinates is None:
            return None
        first, second = sorted((self.a.coordinates, self.b.coordinates))  # equal in either order
        return great_circle_km(first, second)

    @property
    def distance_km(self) -> float | None:
        """What light is asked about: the required distance, or a declared one that is as long."""
        declared = self.declared_km
        long = declared if declared is not None and declared >= REQUIRED_KM else None
        known = [distance for distance in (self.required_km, long) if distance is not None]
        return max(known) if known else None
