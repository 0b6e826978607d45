"""Notices that the clock was set back: what was planned by it would wait for as long as that."""

from datetime import timedelta
from typing import Any

from agent.clock import Clock
from agent.daemon.app import App
from agent.daemon.jobs import jobs_of
from agent.daemon.triggers import local_zone, trigger_of

_NOTICED = timedelta(seconds=30)  # less is how clocks are kept right, and delays nothing


class SetBack:
    """Compares the clock with the stopwatch each time that it is asked."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._at, self._stopwatch_s = clock.now(), clock.monotonic()

    def noticed(self) -> bool:
        """Whether it was set back since this was asked last."""
        at, stopwatch_s = self._clock.now(), self._clock.monotonic()
        expected = self._at + timedelta(seconds=stopwatch_s - self._stopwatch_s)
        self._at, self._stopwatch_s = at, stopwatch_s
        return expected - at > _NOTICED


def plan_anew(app: App, scheduler: Any) -> None:  # noqa: ANN401 - APScheduler ships no types
    """Every job is due again as if the daemon had just begun."""
    zone = local_zone(app.clock.now())
    for job in jobs_of(app):
        scheduler.reschedule_job(job.name, trigger=trigger_of(job, zone))
