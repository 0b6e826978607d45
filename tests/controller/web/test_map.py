"""The map: drawn from what was disclosed, said in words too, and of one's own facilities only."""

import re
from datetime import timedelta
from itertools import combinations
from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.web.pages.map_layout import Sheet, as_plan, drawn_apart, to_scale
from controller.web.pages.site_map import shown_verdict
from tests.controller.web.visiting import Town
from wire.messages import Placed, SiteEvidence, SitePair
from wire.recovery_messages import HOST
from wire.verdicts import Separation

SHEET = Sheet(400, 250, 48)
PLEIKU, AN_KHE, QUY_NHON = (13.98, 108.0), (13.95, 108.65), (13.78, 109.22)
SEPARATE, UNCLEAR = Separation.SEPARATE, Separation.INCONCLUSIVE


def evidence(town: Town, *places: Placed, verdict: Separation = SEPARATE) -> SiteEvidence:
    pairs = (
        SitePair(HOST, "a", UNCLEAR, (), (), ("boot_id",), distance_km=0.0),
        SitePair(HOST, "b", SEPARATE, (), (), (), distance_km=70.2),
        SitePair("a", "b", verdict, (), (), (), distance_km=70.2),
    )
    return SiteEvidence(verdict, pairs, town.clock(), places)


def placed(name: str, spot: tuple[float, float] | None) -> Placed:
    return Placed(name, latitude=spot[0], longitude=spot[1]) if spot else Placed(name)


def told(town: Town, code: str, body: SiteEvidence) -> None:
    town.add_facility(code, f"Bệnh viện {code}")
    host = town.host_at(code)
    sent = host.send(host.opening(), host.statement(body))
    assert not sent.json()["refused"], sent.text


def test_disclosed_places_are_drawn_to_scale_and_said_in_words(town: Town) -> None:
    places = (placed(HOST, PLEIKU), placed("a", PLEIKU), placed("b", AN_KHE))
    told(town, "XA", evidence(town, *places))
    page = town.entered("an").get("/facility/XA").text
    assert "Đúng tỷ lệ" in page
    assert "vẽ tách ra" in page  # the server and site A stand at one spot
    label = re.search(r'<svg[^>]*role="img" aria-label="([^"]*)"', page)
    assert label
    assert "b: tách biệt (có minh chứng), cách nhau 70 km" in label[1]
    assert page.count('class="link good"') == 2
    assert 'class="link unknown"' in page
    assert "style=" not in page  # the content policy allows none


def test_undisclosed_places_are_a_plan(town: Town) -> None:
    told(town, "XA", evidence(town, placed(HOST, None), placed("a", PLEIKU), placed("b", None)))
    page = town.entered("an").get("/facility/XA").text
    assert "không theo tỷ lệ" in page
    assert "70 km" in page
    assert "bar-line" not in page


def test_a_statement_without_places_is_a_plan_too(full_town: Town) -> None:
    page = full_town.entered("an").get("/facility/XA").text
    assert "không theo tỷ lệ" in page
    assert 'class="link bad"' in page


def test_the_province_shows_those_that_disclose_and_that_one_may_see(town: Town) -> None:
    told(town, "XA", evidence(town, placed(HOST, PLEIKU), placed("b", QUY_NHON)))
    told(town, "YB", evidence(town, placed("a", AN_KHE), placed("b", QUY_NHON)))
    told(town, "ZC", evidence(town, placed("a", None), placed("b", QUY_NHON)))
    everybody = town.entered("an").get("/").text
    figure = everybody[everybody.index('<figure class="map">') :]
    assert "Bệnh viện XA" in figure
    assert "Bệnh viện YB" in figure
    assert "Bệnh viện ZC" not in figure
    own = town.entered("binh", "facility", "YB").get("/").text
    assert "Bệnh viện XA" not in own
    assert "Bệnh viện YB" in own[own.index('<figure class="map">') :]


def test_without_any_there_is_no_map_of_the_province(town: Town) -> None:
    town.add_facility("XA", "Bệnh viện XA")
    assert "<figure" not in town.entered("an").get("/").text


@pytest.mark.parametrize(
    ("verdict", "days", "shown"),
    [
        (SEPARATE, 1, SEPARATE),
        (SEPARATE, 31, UNCLEAR),
        (Separation.SUSPECT, 400, Separation.SUSPECT),
    ],
)
def test_old_good_news_is_not_drawn_as_good(
    town: Town, verdict: Separation, days: int, shown: Separation
) -> None:
    now = town.clock()
    assert shown_verdict(verdict, now - timedelta(days=days), now) is shown


def test_north_is_up_east_is_right_and_the_bar_is_true() -> None:
    layout = to_scale([PLEIKU, QUY_NHON], SHEET)
    (west_x, west_y), (east_x, east_y) = layout.spots
    assert west_x < east_x
    assert west_y < east_y  # Pleiku is farther north
    assert layout.bar_km is not None
    per_km = layout.bar_width / layout.bar_km
    assert hypot(east_x - west_x, east_y - west_y) / per_km == pytest.approx(133.6, rel=0.01)


PLACES = st.lists(st.tuples(st.floats(-89, 89), st.floats(-179, 179)), min_size=1, max_size=6)


@given(PLACES)
def test_whatever_is_declared_stays_on_the_sheet(places: list[tuple[float, float]]) -> None:
    layout = to_scale(places, SHEET, 60.0)
    for x, y in layout.spots:
        assert SHEET.margin - 1 <= x <= SHEET.width - SHEET.margin + 1
        assert SHEET.margin - 1 <= y <= SHEET.height - SHEET.margin + 1
    assert layout.bar_km
    assert 0 < layout.bar_width <= SHEET.width


@given(st.integers(1, 3))
def test_places_at_one_spot_are_drawn_apart(number: int) -> None:
    spots = drawn_apart([(200.0, 125.0)] * number, SHEET, 70.0)
    for a, b in combinations(spots, 2):
        assert hypot(b[0] - a[0], b[1] - a[1]) >= 60


@given(st.integers(0, 5))
def test_a_plan_has_a_spot_for_each(number: int) -> None:
    spots = as_plan(number, SHEET).spots
    assert len(set(spots)) == number
