"""What a look at the sites proves of where copies lie."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from compliance.reasons import Reason
from tests.compliance.backed_up import CONFIGURATION, HOUR, SITES, judged, judged_entries, pair
from tests.compliance.logbook import NOW, said
from wire.recovery_messages import HOST, SitePair
from wire.verdicts import ControlState, Separation

MET, NOT_MET, UNKNOWN = ControlState.MET, ControlState.NOT_MET, ControlState.UNKNOWN


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        (Separation.SEPARATE, MET),
        (Separation.INCONCLUSIVE, UNKNOWN),
        (Separation.SUSPECT, NOT_MET),
        (Separation.NOT_SEPARATE, NOT_MET),
    ],
)
def test_separate_sites_need_the_verdict_separate(verdict: Separation, state: ControlState) -> None:
    assert judged("sites_separate", replace(SITES, verdict=verdict)).state is state


@pytest.mark.parametrize(
    ("a", "b", "state"),
    [
        (Separation.SEPARATE, Separation.NOT_SEPARATE, MET),
        (Separation.INCONCLUSIVE, Separation.NOT_SEPARATE, UNKNOWN),
        (Separation.NOT_SEPARATE, Separation.SUSPECT, NOT_MET),
    ],
)
def test_one_site_apart_from_the_server_is_enough(
    a: Separation, b: Separation, state: ControlState
) -> None:
    pairs = (pair(HOST, "a", a), pair("b", HOST, b), pair("a", "b", Separation.SEPARATE))
    assert judged("apart_from_host", replace(SITES, pairs=pairs)).state is state


@pytest.mark.parametrize(
    ("verdict", "hard", "missing", "state"),
    [
        (Separation.SEPARATE, (), (), MET),
        (Separation.SEPARATE, (), ("gateway",), MET),
        (Separation.SEPARATE, (), ("rtt",), UNKNOWN),
        (Separation.SEPARATE, (), ("coordinates",), UNKNOWN),
        (Separation.INCONCLUSIVE, (), (), UNKNOWN),
        (Separation.NOT_SEPARATE, ("rtt",), (), NOT_MET),
        (Separation.NOT_SEPARATE, ("coordinates",), ("rtt",), NOT_MET),
        (Separation.NOT_SEPARATE, ("boot_id",), (), UNKNOWN),
    ],
)
def test_thirty_kilometres_are_proved_by_places_and_by_light(
    verdict: Separation, hard: tuple[str, ...], missing: tuple[str, ...], state: ControlState
) -> None:
    far = SitePair(a="a", b="b", verdict=verdict, hard=hard, soft=(), missing=missing)
    looked = replace(SITES, pairs=(pair(HOST, "a", Separation.SEPARATE), far))
    assert judged("sites_far_apart", CONFIGURATION, looked).state is state


def test_one_site_too_near_does_not_hide_another_far_away() -> None:
    near = SitePair("a", "b", Separation.NOT_SEPARATE, hard=("rtt",), soft=(), missing=())
    looked = replace(SITES, pairs=(near, pair("a", "c", Separation.SEPARATE)))
    assert judged("sites_far_apart", CONFIGURATION, looked).state is MET


def test_below_level_5_nobody_measured_thirty_kilometres() -> None:
    lower = replace(CONFIGURATION, levels={"S1": 4})
    assert judged("sites_far_apart", lower, SITES).reason is Reason.COULD_NOT_LOOK
    assert judged("sites_far_apart", SITES).reason is Reason.NEVER_SEEN
    before = said(0, SITES, made_at=NOW - HOUR)
    assert judged_entries("sites_far_apart", before, said(1, CONFIGURATION)).state is UNKNOWN


@pytest.mark.parametrize("code", ["sites_separate", "apart_from_host", "sites_far_apart"])
def test_an_old_or_missing_look_at_the_sites_is_unknown(code: str) -> None:
    old = judged(code, replace(SITES, measured_at=NOW - timedelta(days=3)))
    assert (old.state, old.reason) == (UNKNOWN, Reason.STALE)
    assert judged(code, CONFIGURATION).reason is Reason.NEVER_SEEN
