"""What was proved of two places stands until it is disproved, and is not believed for ever."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from recovery.places import Between, FileSystem, Place
from recovery.separation import evidence, judge_pair
from recovery.standing import believed, from_before, standing
from wire.recovery_messages import SitePair
from wire.verdicts import Separation

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
A = Place("a", boot_id="1", filesystem=FileSystem(1, 9, 4096), repository_id="r", machine_id="m")
TWIN = Place("b", boot_id="1", filesystem=FileSystem(1, 9, 4096), repository_id="s")
OTHER = Place("b", boot_id="2", filesystem=FileSystem(2, 8, 4096), repository_id="s")
UNSEEN = Place("b")


def look(b: Place, a: Place = A) -> SitePair:
    return judge_pair(a, b)


def test_a_look_that_could_not_see_disproves_nothing() -> None:
    proved = look(TWIN)
    assert proved.hard == ("boot_id", "filesystem")
    blind = look(UNSEEN)
    assert blind.verdict is Separation.INCONCLUSIVE
    seen = standing(proved, blind)
    assert (seen.verdict, seen.hard) == (Separation.NOT_SEPARATE, ("boot_id", "filesystem"))
    assert seen.missing == blind.missing
    assert from_before(seen) == ("boot_id", "filesystem")
    assert standing(seen, look(UNSEEN)) == seen
    assert evidence([seen], NOW).verdict is Separation.NOT_SEPARATE


def test_a_look_that_asks_the_same_again_disproves_it() -> None:
    seen = standing(standing(look(TWIN), look(UNSEEN)), look(OTHER))
    assert (seen.hard, from_before(seen)) == ((), ())
    assert seen == look(OTHER)


def test_a_look_that_asks_a_part_disproves_that_part() -> None:
    part = Place("b", filesystem=FileSystem(2, 8, 4096))
    seen = standing(look(TWIN), look(part))
    assert (seen.verdict, seen.hard) == (Separation.NOT_SEPARATE, ("boot_id",))


def test_a_suspicion_stands_too() -> None:
    alike = Place("b", boot_id="2", machine_id="m")
    assert look(alike).verdict is Separation.SUSPECT
    assert standing(look(alike), look(UNSEEN)).verdict is Separation.SUSPECT
    answered = Place("b", machine_id="n")
    assert standing(look(alike), look(answered)).verdict is Separation.INCONCLUSIVE


def test_a_way_on_which_nothing_can_be_asked_shakes_nothing_off() -> None:
    mounted = Place("b", filesystem=FileSystem(2, 8, 4096), network_mount=True)
    assert standing(look(TWIN), look(mounted)).hard == ("boot_id",)


def test_a_distance_that_nobody_demands_any_more_is_no_sign() -> None:
    far, near = (13.98, 108.0), (13.98, 109.22)
    short = Between(least_rtt_ms=0.2, rtt_samples=50)
    refuted = judge_pair(replace(A, coordinates=far), replace(OTHER, coordinates=near), short)
    assert refuted.hard == ("rtt",)
    assert standing(refuted, look(OTHER)).hard == ()


def test_without_an_earlier_look_the_new_one_says_all() -> None:
    assert standing(None, look(UNSEEN)) == look(UNSEEN)


@pytest.mark.parametrize("verdict", list(Separation))
@pytest.mark.parametrize(
    ("age", "good"),
    [
        (timedelta(0), True),
        (timedelta(days=30), True),
        (timedelta(days=30, seconds=1), False),
        (timedelta(days=-1), False),  # measured in the future
    ],
)
def test_good_news_grows_old_and_bad_news_does_not(
    verdict: Separation, age: timedelta, good: bool
) -> None:
    bad = verdict in (Separation.NOT_SEPARATE, Separation.SUSPECT)
    assert believed(verdict, NOW - age, NOW) is (verdict if bad or good else None)
