"""When jobs are due: as cron(5) counts, and what was missed while the host was off."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agent.config.cron import parse_cron
from agent.daemon.diary import JobRecord
from agent.daemon.jobs import Job
from agent.daemon.triggers import cron_trigger, overdue, trigger_of

SAIGON = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=SAIGON)  # a Sunday


def next_of(text: str, after: datetime = NOW) -> datetime:
    moment: datetime = cron_trigger(parse_cron(text), SAIGON).get_next_fire_time(None, after)
    return moment


def record(succeeded_at: datetime | None) -> JobRecord:
    return JobRecord("job", NOW, NOW, succeeded_at, "ok", 1, 0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15 */4 * * *", "2026-11-22T12:15"),
        ("30 2 * * *", "2026-11-23T02:30"),
        ("0 3 * * 6", "2026-11-28T03:00"),  # Saturday, not Sunday
        ("0 3 * * 0", "2026-11-29T03:00"),
        ("0 3 * * 7", "2026-11-29T03:00"),
        ("0 3 * * mon", "2026-11-23T03:00"),
        ("0 0 1 * *", "2026-12-01T00:00"),
        ("0 0 25 * mon", "2026-11-23T00:00"),  # either day field, as cron does
        ("0 0 24 * sat", "2026-11-24T00:00"),
    ],
)
def test_the_next_run_is_the_one_that_cron_would_choose(text: str, expected: str) -> None:
    assert next_of(text) == datetime.fromisoformat(expected).replace(tzinfo=SAIGON)


@pytest.mark.parametrize(
    ("succeeded", "due"),
    [
        (None, True),
        (NOW - timedelta(hours=11), True),  # 01:00
        (NOW - timedelta(hours=9), False),  # 03:00, after the last run at 02:30
        (NOW - timedelta(hours=10), True),  # 02:00, before it
        (NOW - timedelta(days=3), True),
    ],
)
def test_a_missed_nightly_run_is_due_at_start(succeeded: datetime | None, due: object) -> None:
    job = Job("backup:x", cron="30 2 * * *", words=("x",))
    assert overdue(job, record(succeeded), NOW, SAIGON) is due


def test_a_job_never_done_is_due() -> None:
    assert overdue(Job("check", every=timedelta(hours=1)), None, NOW, SAIGON)


def test_an_hourly_job_is_due_after_an_hour() -> None:
    job = Job("check", every=timedelta(hours=1))
    assert not overdue(job, record(NOW - timedelta(minutes=59)), NOW, SAIGON)
    assert overdue(job, record(NOW - timedelta(minutes=60)), NOW, SAIGON)


@pytest.mark.parametrize("job", [Job("x", every=timedelta(days=1)), Job("x", cron="0 2 * * *")])
def test_what_was_done_by_a_clock_that_was_set_back_since_is_due(job: Job) -> None:
    assert overdue(job, record(NOW + timedelta(days=365)), NOW, SAIGON)


def test_a_drill_waits_for_its_hour() -> None:
    job = Job("drill_d1", cron="0 3 * * 6", missed_counts=False)
    assert not overdue(job, None, NOW, SAIGON)


def test_a_line_that_never_comes_is_never_due() -> None:
    job = Job("backup:x", cron="0 0 30 2 *")
    assert not overdue(job, record(NOW - timedelta(days=400)), NOW, SAIGON)


def test_periods_have_jitter_so_that_a_province_does_not_speak_at_once() -> None:
    trigger = trigger_of(Job("check", every=timedelta(hours=1)), UTC)
    moments = {trigger.get_next_fire_time(NOW, NOW) for _ in range(20)}
    assert len(moments) > 10
    assert max(abs((moment - NOW).total_seconds() - 3600) for moment in moments) <= 180
