"""How fast a run may be: its configuration and the local time decide, nothing else."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.config.sites import Limit, LimitWindow
from agent.restic.door import Job, Restic
from agent.restic.environment import Repository, Workplace
from agent.restic.limits import LOOKS_AHEAD, Rate, rate_at, rate_of_run
from tests.agent.restic.conftest import impostor

HANOI = timezone(timedelta(hours=7))
NIGHT = LimitWindow("22:00-06:00", upload=0, download=0)
LUNCH = LimitWindow("11:30-13:00", upload=2048)
LINE = Limit(upload=512, download=1024, windows=(NIGHT, LUNCH))


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-07-01T{clock}:00").replace(tzinfo=HANOI)


@pytest.mark.parametrize(
    ("clock", "rate"),
    [
        ("21:59", Rate(512, 1024)),
        ("22:00", Rate(0, 0)),
        ("23:59", Rate(0, 0)),
        ("00:00", Rate(0, 0)),
        ("05:59", Rate(0, 0)),
        ("06:00", Rate(512, 1024)),
        ("11:29", Rate(512, 1024)),
        ("11:30", Rate(2048, 0)),
        ("12:59", Rate(2048, 0)),
        ("13:00", Rate(512, 1024)),
    ],
)
def test_the_window_that_holds_the_moment_decides(clock: str, rate: Rate) -> None:
    assert rate_at(LINE, at(clock)) == rate


def test_the_first_of_two_windows_counts() -> None:
    both = Limit(windows=(LimitWindow("08:00-12:00", 1), LimitWindow("10:00-18:00", 2)))
    assert [rate_at(both, at(clock)).upload for clock in ("09:00", "11:00", "13:00")] == [1, 1, 2]


def test_without_a_limit_nothing_is_said_to_restic() -> None:
    assert rate_of_run(at("12:00"), None, None).arguments() == ()
    assert rate_of_run(at("23:00"), LINE).arguments() == ()


def test_a_run_shortly_before_stricter_hours_keeps_theirs() -> None:
    assert rate_of_run(at("05:29"), LINE) == Rate(0, 0)
    assert rate_of_run(at("05:30"), LINE) == Rate(512, 1024)
    assert rate_of_run(at("05:50"), LINE).arguments() == (
        "--limit-upload",
        "512",
        "--limit-download",
        "1024",
    )


def test_a_run_shortly_before_free_hours_keeps_the_present_limit() -> None:
    assert rate_of_run(at("21:50"), LINE) == Rate(512, 1024)


def test_of_two_sites_the_stricter_counts_for_both() -> None:
    assert rate_of_run(at("12:00"), LINE, Limit(upload=100)) == Rate(100, 0)
    assert rate_of_run(at("12:00"), None, Limit(download=7)) == Rate(0, 7)


@given(st.datetimes(timezones=st.just(HANOI)), st.integers(0, 9), st.integers(0, 9))
def test_looking_ahead_never_lifts_a_limit(moment: datetime, upload: int, download: int) -> None:
    limit = Limit(upload, download, (NIGHT,))
    if moment.year == 9999:
        return
    chosen, now = rate_of_run(moment, limit), rate_at(limit, moment)
    ahead = rate_at(limit, moment + LOOKS_AHEAD)
    for kept, rates in zip(chosen, zip(now, ahead, strict=True), strict=True):
        assert kept == min((rate for rate in rates if rate), default=0)


def test_restic_is_started_with_the_limit_of_its_hour(tmp_path: Path) -> None:
    """The hour is this host's own; the limit here is the same at every hour."""
    path = impostor(tmp_path / "bin", 'printf "%s " "$@"')
    repository = Repository("b", "/r", tmp_path / "password", limit=Limit(512, 64))
    restic = Restic(repository, Workplace(tmp_path / "work", path=path))
    said = restic.run(Job(("snapshots",))).decode()
    assert said == "--limit-upload 512 --limit-download 64 snapshots "
