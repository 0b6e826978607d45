"""The daemon: one clockwork, its children, and an end that leaves nothing behind."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from types import FrameType
from typing import Any, NoReturn

from apscheduler.events import EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from agent.config.home import Home
from agent.config.load import load
from agent.daemon import leftovers
from agent.daemon.app import App
from agent.daemon.children import agent_command
from agent.daemon.jobs import Job, jobs_of
from agent.daemon.metrics_door import metrics_door
from agent.daemon.reporting import tell_configuration
from agent.daemon.runner import Runner
from agent.daemon.service_notice import notify_service
from agent.daemon.set_back import SetBack, plan_anew
from agent.daemon.tell import tell_gaps
from agent.daemon.triggers import local_zone, trigger_of
from agent.daemon.watching import watching
from agent.errors import ConfigurationError
from agent.state.lock import hold
from agent.uplink.identity import read_membership
from wire.errors import GOOD, INTERRUPTED

log = logging.getLogger("lachan.agent")
_LOOK_EVERY_S = 2.0
_QUICK, _SLOW, _ORDERS, _BACKUPS, _MAIL = "quick", "slow", "orders", "backups", "mail"
# What is slow must not keep heartbeats waiting; backups go one after another; whatever hangs, the
# watch over the backups goes on.
_EXECUTORS = {_QUICK: 3, _SLOW: 4, _ORDERS: 1, _BACKUPS: 1, _MAIL: 1}
_UNDER_THE_BACKUPS_LOCK = ("backup", "verify", "retention")
_SLOW_INSIDE = ("site_watch", "suspicion")  # waits for the network, or for a child
_MISFIRE_GRACE_S = 3600
_JOB_DEFAULTS = {
    "coalesce": True,
    "max_instances": 1,
    "misfire_grace_time": _MISFIRE_GRACE_S,
}


class End(Enum):
    """Why the daemon stops."""

    ASKED = "asked"  # SIGTERM
    INTERRUPTED = "interrupted"  # Ctrl-C
    CHANGED = "changed"  # another configuration, or joined meanwhile


@dataclass(slots=True)
class Wish:
    """What the signals have asked for."""

    asked: threading.Event
    end: End = End.ASKED


def run_daemon(app: App, runner: Runner) -> End:
    """Work until a signal comes or the configuration changes; end without leaving a child.

    Raises:
        BusyError: another daemon works on this home.
    """
    with hold(app.home, "daemon", clock=app.clock), _signals() as wish:
        before = _fingerprint(app.home)
        tell_gaps(app)
        tell_configuration(app)
        leftovers.at_start(app)
        with metrics_door(app, runner.diary), watching(app):
            scheduler = _scheduler(app, runner)
            scheduler.start()
            notify_service("READY=1")
            log.info("working: %d jobs", len(scheduler.get_jobs()))
            end = _wait(app, runner, scheduler, wish, before)
            notify_service("STOPPING=1")
            scheduler.pause()
            runner.children.stop_all()
            scheduler.shutdown(wait=True)
    log.info("ended: %s", end.value)
    return end


def exit_code(end: End) -> int:
    return INTERRUPTED if end is End.INTERRUPTED else GOOD


def begin_again(home: Home) -> NoReturn:
    """The same process with a new configuration: systemd need not know."""
    argv = agent_command(home, ("run",))
    os.execv(sys.executable, argv)  # noqa: S606 - ourselves


def _scheduler(app: App, runner: Runner) -> Any:  # noqa: ANN401 - APScheduler ships no types
    zone = local_zone(app.clock.now())
    scheduler = BackgroundScheduler(
        executors={name: ThreadPoolExecutor(size) for name, size in _EXECUTORS.items()},
        job_defaults=_JOB_DEFAULTS,
        timezone=zone,
    )
    scheduler.add_listener(_log_event, EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
    for job in jobs_of(app):
        first = {"next_run_time": app.clock.now()} if runner.is_overdue(job) else {}
        scheduler.add_job(
            runner.run,
            trigger_of(job, zone),
            args=[job],
            id=job.name,
            executor=_executor_of(job),
            # a backup that had to wait for another one is late, not missed
            misfire_grace_time=None if job.kind in _UNDER_THE_BACKUPS_LOCK else _MISFIRE_GRACE_S,
            **first,
        )
    return scheduler


def _executor_of(job: Job) -> str:
    if job.name == "orders":
        return _ORDERS
    if job.name == "notify":
        return _MAIL
    if job.kind in _UNDER_THE_BACKUPS_LOCK:
        return _BACKUPS
    return _SLOW if job.words or job.name in _SLOW_INSIDE else _QUICK


def _log_event(event: Any) -> None:  # noqa: ANN401
    log.warning("job %s was not run in time", str(event.job_id).partition(":")[0])


def _wait(
    app: App,
    runner: Runner,
    scheduler: Any,  # noqa: ANN401
    wish: Wish,
    before: tuple[int, ...],
) -> End:
    refused, clock = before, SetBack(app.clock)
    while not wish.asked.wait(_LOOK_EVERY_S):
        if clock.noticed():
            log.warning("the clock was set back: all jobs are planned anew")
            plan_anew(app, scheduler)
        now = _fingerprint(app.home)
        if now in (before, refused) or runner.children.count() > 0:
            continue
        if _usable(app.home):
            return End.CHANGED
        refused = now
    return wish.end


def _usable(home: Home) -> bool:
    """A wrong configuration does not end the daemon that works with the last good one."""
    try:
        load(home)
    except ConfigurationError as error:
        log.warning("%s", error)
        return False
    return True


def _fingerprint(home: Home) -> tuple[int, ...]:
    """Changes when agent.yaml is written or a controller is joined."""
    status = home.agent_yaml.stat() if home.agent_yaml.exists() else None
    written = (status.st_mtime_ns, status.st_size) if status else (0, 0)
    return (*written, int(read_membership(home) is not None))


@contextmanager
def _signals() -> Iterator[Wish]:
    wish = Wish(threading.Event())

    def remember(number: int, _frame: FrameType | None) -> None:
        wish.end = End.INTERRUPTED if number == signal.SIGINT else End.ASKED
        wish.asked.set()

    before = {number: signal.signal(number, remember) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield wish
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
