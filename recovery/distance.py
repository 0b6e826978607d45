"""How far apart two places are, as far as coordinates and light can tell."""

from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0
KM_PER_RTT_MS = 100.0  # light in fibre: about 200 km per millisecond one way
FARTHEST_KM = 20_100.0  # half the way around
LEVEL_WITH_DISTANCE = 5
REQUIRED_KM = 30.0  # between the sites of that level: TCVN 14423:2026, 7.12.2.2 a)
OFF_THE_BUILDING_KM = 0.1  # declared nearer than this, two places may be one building

Coordinates = tuple[float, float]


def great_circle_km(a: Coordinates, b: Coordinates) -> float:
    """The haversine distance of two points (latitude, longitude in degrees)."""
    latitude_a, longitude_a, latitude_b, longitude_b = map(radians, (*a, *b))
    half_chord = (
        sin((latitude_b - latitude_a) / 2) ** 2
        + cos(latitude_a) * cos(latitude_b) * sin((longitude_b - longitude_a) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(half_chord)))


def farthest_km(least_rtt_ms: float) -> float:
    """No signal that came back in this time went farther. A long time proves nothing."""
    return min(FARTHEST_KM, least_rtt_ms * KM_PER_RTT_MS)


def required_km(level: int) -> float | None:
    """The distance that a level asks for between two sites; below it: off the building.

    Source: TCVN 14423:2026, 7.12.2.2 a) for level 5; 5.11.2.3 a), 6.11.2.3 a) and 7.11.2.3 a)
    (3-2-1, one copy elsewhere, or an equivalent) name no figure, and levels 1 and 2 no place.
    """
    return REQUIRED_KM if level >= LEVEL_WITH_DISTANCE else None
