"""Facility and province are scored together by level, and what has no score stands beside it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from compliance.aggregate import SystemResult, aggregate
from compliance.logged import SystemKey
from controller.fleet.add_system import add_system
from controller.fleet.score_systems import store_scores
from controller.web.pages.rendering import LANGUAGE_COOKIE
from tests.controller.speaking import Clock
from tests.controller.web.visiting import Town, found_town, served
from texts.catalogue import use
from texts.moments import show_share
from wire.acts import SystemAdded
from wire.verdicts import Regime


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    clock = Clock()
    province = found_town(tmp_path / "home", clock)
    with served(province) as client:
        town = Town(province, clock, client)
        town.add_facility("XA", "Bệnh viện XA")
        town.tell_everything("XA")
        yield town
    province.database.close()


def test_a_system_without_a_score_is_counted_beside_the_mean(town: Town) -> None:
    scored = [each for each in store_scores(town.province) if each.score is not None]
    add_system(town.province, "test", SystemAdded("XA", "NEW", "Mới", Regime.ND331, 1, 3600.0))
    visitor = town.entered("lan")
    visitor.client.cookies.set(LANGUAGE_COOKIE, "en", domain="127.0.0.1")
    page = visitor.get("/").text
    results = [
        SystemResult(
            SystemKey("XA", each.system.code), each.system.level, each.score.value, None, 0.0
        )
        for each in scored
        if each.score is not None
    ]
    use("en")
    shown = re.search(r"All systems together, by level</dt><dd>([^<]*)<", page)
    assert shown is not None
    assert shown[1].strip() == show_share(aggregate(results).value)
    assert "systems without a score: 1" in page
    assert "<b>together</b>" in page
