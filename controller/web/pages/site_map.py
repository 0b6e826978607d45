"""The map of a facility's server and sites, and that of a province: drawn here, from evidence.

Nothing is fetched from anybody, and nothing is shown that no agent has disclosed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from controller.web.pages.map_layout import Layout, Sheet, Spot, as_plan, to_scale
from controller.web.pages.recovery_view import SitesView
from recovery.standing import believed
from texts.catalogue import tr
from texts.codes import word
from texts.moments import show_distance
from wire.messages import Placed, SitePair
from wire.recovery_messages import HOST
from wire.text import N_
from wire.verdicts import Separation

SHEET = Sheet(400, 250, 48, least_height=200)
PROVINCE_SHEET = Sheet(400, 300, 30, least_height=120)
_LEAST_APART = 92.0
_LONGEST_NAME, _SHORT_NAME = 16, 8
_SYMBOLS = {
    Separation.SEPARATE: "✓",
    Separation.SUSPECT: "!",
    Separation.NOT_SEPARATE: "✕",
    Separation.INCONCLUSIVE: "?",
}


@dataclass(frozen=True, slots=True)
class Point:
    """One place on the drawing."""

    name: str
    x: float
    y: float
    is_host: bool

    @property
    def anchor(self) -> str:
        """Which end of the name stands at the place, so that a long one stays on the sheet."""
        if len(self.name) <= _SHORT_NAME:
            return "middle"
        if self.x < SHEET.width / 4:
            return "start"
        return "end" if self.x > SHEET.width * 3 / 4 else "middle"


@dataclass(frozen=True, slots=True)
class Line:
    """What is known between two places, and where its mark stands."""

    a: Point
    b: Point
    verdict: Separation
    distance_km: float | None
    symbol: str

    @property
    def middle(self) -> Spot:
        return (self.a.x + self.b.x) / 2, (self.a.y + self.b.y) / 2

    @property
    def distance(self) -> str:
        return "" if self.distance_km is None else show_distance(self.distance_km)

    @property
    def sentence(self) -> str:
        both = {"a": self.a.name, "b": self.b.name, "verdict": word(self.verdict)}
        if self.distance_km is None:
            return tr(N_("{a} and {b}: {verdict}"), **both)
        return tr(N_("{a} and {b}: {verdict}, {km} apart"), **both, km=self.distance)


@dataclass(frozen=True, slots=True)
class SiteMap:
    """The places of one agent, as it saw them last."""

    view: SitesView
    layout: Layout
    points: tuple[Point, ...]
    lines: tuple[Line, ...]

    @property
    def title(self) -> str:
        return tr(N_("Places of {host}"), host=self.view.header.host)

    @property
    def description(self) -> str:
        return " ".join(f"{line.sentence}." for line in self.lines)

    @property
    def bar(self) -> str:
        return "" if self.layout.bar_km is None else show_distance(self.layout.bar_km)


@dataclass(frozen=True, slots=True)
class ProvinceLine:
    """One facility's two farthest disclosed places."""

    facility: str
    name: str
    verdict: Separation
    symbol: str
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class ProvinceMap:
    layout: Layout
    lines: tuple[ProvinceLine, ...]

    @property
    def bar(self) -> str:
        return "" if self.layout.bar_km is None else show_distance(self.layout.bar_km)


def site_maps(views: Sequence[SitesView], now: datetime) -> tuple[SiteMap, ...]:
    return tuple(_map(view, now) for view in views if view.body.pairs)


def province_map(
    views: Sequence[SitesView], names: Mapping[str, str], now: datetime
) -> ProvinceMap | None:
    """All facilities that disclose at least two places; None: nobody does."""
    found = [
        (view, spots)
        for view in views
        if view.header.facility in names and len(spots := _disclosed(view.body.places)) > 1
    ]
    if not found:
        return None
    layout = to_scale([spot for _, spots in found for spot in spots], PROVINCE_SHEET)
    lines, waiting = [], list(layout.spots)
    for view, spots in found:
        verdict = shown_verdict(view.body.verdict, view.body.measured_at, now)
        facility = view.header.facility
        own, waiting = tuple(waiting[: len(spots)]), waiting[len(spots) :]
        lines.append(ProvinceLine(facility, names[facility], verdict, _SYMBOLS[verdict], own))
    return ProvinceMap(layout, tuple(lines))


def shown_verdict(verdict: Separation, measured_at: datetime, now: datetime) -> Separation:
    """Good news that is too old to count is no news."""
    return believed(verdict, measured_at, now) or Separation.INCONCLUSIVE


def _map(view: SitesView, now: datetime) -> SiteMap:
    names = _names(view)
    known = {one.name: one for one in view.body.places}
    spots = _disclosed([known[name] for name in names if name in known])
    if len(spots) == len(names):
        layout = to_scale(spots, SHEET, _LEAST_APART)
    else:
        layout = as_plan(len(names), SHEET)
    points = {
        name: Point(_label(name, view), *spot, is_host=name == HOST)
        for name, spot in zip(names, layout.spots, strict=True)
    }
    lines = tuple(_line(pair, points, view.body.measured_at, now) for pair in view.body.pairs)
    return SiteMap(view, layout, tuple(points.values()), lines)


def _names(view: SitesView) -> list[str]:
    """The host first, then the sites in their order."""
    named = [name for pair in view.body.pairs for name in (pair.a, pair.b)]
    return sorted(dict.fromkeys(named), key=lambda name: name != HOST)


def _line(
    pair: SitePair, points: Mapping[str, Point], measured_at: datetime, now: datetime
) -> Line:
    verdict = shown_verdict(pair.verdict, measured_at, now)
    return Line(points[pair.a], points[pair.b], verdict, pair.distance_km, _SYMBOLS[verdict])


def _disclosed(places: Sequence[Placed]) -> list[Spot]:
    return [
        (one.latitude, one.longitude)
        for one in places
        if one.latitude is not None and one.longitude is not None
    ]


def _label(name: str, view: SitesView) -> str:
    text = view.header.host if name == HOST else name
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 1]}…"
