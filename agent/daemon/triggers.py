"""Cron lines and periods as APScheduler's triggers, and what was missed while we were off."""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from agent.config.cron import Cron, parse_cron
from agent.daemon.diary import JobRecord
from agent.daemon.jobs import Job

_LONGEST_JITTER_S = 300
_JITTER_SHARE = 0.05
_NAMES = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


def local_zone(now: datetime) -> tzinfo:
    """Schedules are read in this host's own time."""
    return now.astimezone().tzinfo or UTC


def trigger_of(job: Job, zone: tzinfo) -> Any:  # noqa: ANN401 - APScheduler ships no types
    """When the job is due; jitter keeps a province's agents from speaking at one moment."""
    if job.every is not None:
        seconds = job.every.total_seconds()
        jitter = int(min(_LONGEST_JITTER_S, seconds * _JITTER_SHARE)) or None
        return IntervalTrigger(seconds=int(seconds), jitter=jitter, timezone=zone)
    return cron_trigger(parse_cron(job.cron), zone)


def cron_trigger(cron: Cron, zone: tzinfo) -> Any:  # noqa: ANN401
    """As cron(5) reads it: APScheduler counts weekdays from Monday and demands both day fields."""
    if cron.days is not None and cron.weekdays is not None:
        return OrTrigger(
            [
                _one(cron, zone, day=_listed(cron.days)),
                _one(cron, zone, day_of_week=_weekdays(cron.weekdays)),
            ]
        )
    if cron.weekdays is not None:
        return _one(cron, zone, day_of_week=_weekdays(cron.weekdays))
    return _one(cron, zone, day=_listed(cron.days) if cron.days is not None else "*")


def overdue(job: Job, record: JobRecord | None, now: datetime, zone: tzinfo) -> bool:
    """Whether a run was due since the last success; a job never done is due at once."""
    if not job.missed_counts:
        return False
    if record is None or record.succeeded_at is None or record.succeeded_at > now:
        return True  # never done; or the clock was set back since, and nobody knows when it was
    if job.every is not None:
        return now - record.succeeded_at >= job.every
    return _next(cron_trigger(parse_cron(job.cron), zone), record.succeeded_at) <= now


def period(job: Job, now: datetime, zone: tzinfo) -> timedelta:
    """How long from one run to the next, at this moment."""
    if job.every is not None:
        return job.every
    trigger = cron_trigger(parse_cron(job.cron), zone)
    first = _next(trigger, now)
    return _next(trigger, first + timedelta(seconds=1)) - first


def _next(trigger: Any, after: datetime) -> datetime:  # noqa: ANN401
    """The first moment after; a line that never comes (30 February) is due never."""
    moment: datetime | None = trigger.get_next_fire_time(None, after)
    return moment or after + timedelta(days=36_500)


def _one(cron: Cron, zone: tzinfo, **days: str) -> Any:  # noqa: ANN401
    return CronTrigger(
        minute=_listed(cron.minutes),
        hour=_listed(cron.hours),
        month=_listed(cron.months),
        timezone=zone,
        **days,
    )


def _listed(numbers: frozenset[int]) -> str:
    return ",".join(str(number) for number in sorted(numbers))


def _weekdays(numbers: frozenset[int]) -> str:
    return ",".join(_NAMES[number] for number in sorted(numbers))
