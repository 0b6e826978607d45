"""A clock that is set back a year must not stop the daemon's work for a year."""

from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.schedulers.background import BackgroundScheduler

from agent.daemon.app import App
from agent.daemon.jobs import jobs_of
from agent.daemon.set_back import SetBack, plan_anew
from agent.daemon.triggers import local_zone, trigger_of

NOW = datetime(2026, 11, 22, tzinfo=UTC)


class DrivenClock:
    """Both clocks go on with `sleep`; the wall clock can be set."""

    def __init__(self) -> None:
        self.at, self.stopwatch_s = NOW, 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.stopwatch_s

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.stopwatch_s += seconds


@pytest.mark.parametrize(
    ("by", "noticed"),
    [
        (timedelta(days=-365), True),
        (timedelta(minutes=-1), True),
        (timedelta(seconds=-5), False),  # how clocks are kept right
        (timedelta(), False),
        (timedelta(days=365), False),  # what is late then runs at once, by itself
    ],
)
def test_only_a_clock_that_was_set_back_is_noticed_and_once(by: timedelta, noticed: object) -> None:
    clock = DrivenClock()
    looking = SetBack(clock)
    clock.sleep(2)
    assert not looking.noticed()
    clock.at += by
    clock.sleep(2)
    assert looking.noticed() is noticed
    clock.sleep(2)
    assert not looking.noticed()


def test_after_it_no_job_is_due_later_than_its_period(app: App) -> None:
    """As after a year: the jobs were planned by a clock that was a year ahead."""
    ahead = timedelta(days=365)
    zone = local_zone(app.clock.now())
    scheduler = BackgroundScheduler(timezone=zone)
    scheduler.start(paused=True)
    try:
        for job in jobs_of(app):
            trigger = trigger_of(job, zone)
            trigger.start_date += ahead
            first = app.clock.now() + ahead
            scheduler.add_job(print, trigger, id=job.name, next_run_time=first)
        plan_anew(app, scheduler)
        for job in jobs_of(app):
            assert job.every is not None
            wait = scheduler.get_job(job.name).next_run_time - app.clock.now()
            assert wait <= job.every + timedelta(minutes=6), job.name
    finally:
        scheduler.shutdown()
