"""How far apart two places are, as far as coordinates and light can tell."""

from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0
KM_PER_RTT_MS = 100.0  # light in fibre: about 200 km per millisecond one way


def great_circle_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """The haversine distance of two points (latitude, longitude in degrees)."""
    latitude_a, longitude_a, latitude_b, longitude_b = map(radians, (*a, *b))
    half_chord = (
        sin((latitude_b - latitude_a) / 2) ** 2
        + cos(latitude_a) * cos(latitude_b) * sin((longitude_b - longitude_a) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(half_chord)))


def farthest_km(least_rtt_ms: float) -> float:
    """No signal that came back in this time went farther. A long time proves nothing."""
    return least_rtt_ms * KM_PER_RTT_MS
