"""Where places stand on a drawing: to scale where all are known, else as a plan. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import cos, hypot, radians

KM_PER_DEGREE = 111.195
_LEAST_SPAN_KM = 0.4  # places nearer than that fill no drawing
_BAR_SHARE = 0.3  # of the width, at most
_NICE = (1.0, 2.0, 5.0)

Coordinates = tuple[float, float]  # latitude, longitude
Spot = tuple[float, float]  # x, y


@dataclass(frozen=True, slots=True)
class Sheet:
    """The size of a drawing, and how far inside its edges anything stands.

    Where everything lies side by side it is made flatter, down to `least_height`.
    """

    width: float
    height: float
    margin: float
    least_height: float = 0.0


@dataclass(frozen=True, slots=True)
class Layout:
    """Spots in the order of the places; a bar that says how long so many kilometres are."""

    spots: tuple[Spot, ...]
    sheet: Sheet
    bar_km: float | None = None  # None: a plan, not to scale
    bar_width: float = 0.0
    spread: bool = False  # some stood too near to each other and were drawn apart


def to_scale(places: Sequence[Coordinates], sheet: Sheet, least_apart: float = 0.0) -> Layout:
    """North is up. Places nearer than `least_apart` on the drawing are moved apart."""
    latitude = sum(one[0] for one in places) / len(places)
    kilometres = [
        (one[1] * KM_PER_DEGREE * cos(radians(latitude)), -one[0] * KM_PER_DEGREE) for one in places
    ]
    west, north = min(x for x, _ in kilometres), min(y for _, y in kilometres)
    wide = max(x for x, _ in kilometres) - west
    high = max(y for _, y in kilometres) - north
    sheet = _flattened(sheet, wide, high)
    room = sheet.width - 2 * sheet.margin, sheet.height - 2 * sheet.margin
    scale = room[0] / max(wide, _LEAST_SPAN_KM)
    if high * scale > room[1] + 1:
        scale = room[1] / high
    left = sheet.margin + (room[0] - wide * scale) / 2
    top = sheet.margin + (room[1] - high * scale) / 2
    spots = [(left + (x - west) * scale, top + (y - north) * scale) for x, y in kilometres]
    apart = drawn_apart(spots, sheet, least_apart)
    bar_km = _nice(sheet.width * _BAR_SHARE / scale)
    return Layout(apart, sheet, bar_km, bar_km * scale, spread=list(apart) != spots)


def as_plan(number: int, sheet: Sheet) -> Layout:
    """The first place to the left, the others to the right of it, one below the other."""
    left, right = sheet.margin, sheet.width - sheet.margin
    others = number - 1
    step = (sheet.height - 2 * sheet.margin) / max(1, others - 1)
    first_y = sheet.margin if others > 1 else sheet.height / 2
    spots = [(left, sheet.height / 2)] if number else []
    spots += [(right, first_y + position * step) for position in range(others)]
    return Layout(tuple(spots), sheet)


def _flattened(sheet: Sheet, wide: float, high: float) -> Sheet:
    needed = 2 * sheet.margin + (sheet.width - 2 * sheet.margin) * high / max(wide, _LEAST_SPAN_KM)
    return replace(sheet, height=min(sheet.height, max(needed, sheet.least_height)))


def drawn_apart(spots: Sequence[Spot], sheet: Sheet, least: float) -> tuple[Spot, ...]:
    """Push pairs that are too near away from each other, and back onto the sheet."""
    moved = list(spots)
    for _ in range(24):
        near = [
            (a, b)
            for a in range(len(moved))
            for b in range(a + 1, len(moved))
            if hypot(moved[b][0] - moved[a][0], moved[b][1] - moved[a][1]) < least - 0.5
        ]
        if not near:
            break
        for a, b in near:
            moved[a], moved[b] = _pushed(moved[a], moved[b], least)
        moved = [_inside(spot, sheet) for spot in moved]
    return tuple(moved)


def _pushed(a: Spot, b: Spot, least: float) -> tuple[Spot, Spot]:
    wide, high = b[0] - a[0], b[1] - a[1]
    length = hypot(wide, high)
    if length < 1:
        wide, high, length = 1.0, 0.35, hypot(1.0, 0.35)  # one on the other: beside each other
    more = (least - hypot(b[0] - a[0], b[1] - a[1])) / 2 + 1
    by_x, by_y = wide / length * more, high / length * more
    return (a[0] - by_x, a[1] - by_y), (b[0] + by_x, b[1] + by_y)


def _inside(spot: Spot, sheet: Sheet) -> Spot:
    x, y = spot
    return (
        min(max(x, sheet.margin), sheet.width - sheet.margin),
        min(max(y, sheet.margin), sheet.height - sheet.margin),
    )


def _nice(kilometres: float) -> float:
    """The largest of 1, 2 and 5 with noughts, or tenths of them, that is no longer."""
    power = 1.0
    while power > kilometres:
        power /= 10
    while power * 10 <= kilometres:
        power *= 10
    return max(power * step for step in _NICE if power * step <= kilometres)
