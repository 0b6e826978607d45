"""Runs one job, inside the daemon or as a child, and writes in the diary how it ended."""

import logging
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from agent.daemon.app import App
from agent.daemon.children import Children, agent_command
from agent.daemon.diary import Diary
from agent.daemon.jobs import Job
from agent.daemon.triggers import local_zone, overdue
from agent.state.damage import refusal_of
from wire.errors import GOOD, INTERRUPTED, UNDECIDED, WRONG, LachanError

log = logging.getLogger("lachan.agent")
Work = Callable[[App], None]
_CRASHED = 70  # sysexits.h EX_SOFTWARE


@dataclass(frozen=True, slots=True)
class Runner:
    """What running a job needs."""

    app: App
    children: Children
    diary: Diary
    inside: Mapping[str, Work]  # jobs that the daemon does itself, by name
    said: dict[str, str] = field(default_factory=dict)  # why each failed last, as logged

    def run(self, job: Job) -> int:
        """Do it once; an error ends the run, never the daemon."""
        self.diary.began(job.name)
        code, reason = self._child(job) if job.words else self._inside(job)
        if code in (GOOD, WRONG):  # 1: it looked, and something is wrong
            self.diary.succeeded(job.name)
            self.said.pop(job.name, None)
        else:
            self.diary.failed(job.name, reason)
            if self.said.get(job.name) != reason:  # the same every ten seconds helps nobody
                log.warning("job %s: %s", job.kind, reason)
            self.said[job.name] = reason
        return code

    def _child(self, job: Job) -> tuple[int, str]:
        code = self.children.run(agent_command(self.app.home, job.words))
        if code < 0:
            return INTERRUPTED, signal.Signals(-code).name
        return code, f"exit {code}"

    def _inside(self, job: Job) -> tuple[int, str]:
        try:
            self.inside[job.name](self.app)
        except LachanError as error:
            return (error.exit_code if error.exit_code != WRONG else UNDECIDED), _code_of(error)
        except Exception as error:  # a fault in one job must not stop the others
            refusal = refusal_of(error)
            if refusal:
                log.warning("the disk refuses it: %s", refusal)
                return UNDECIDED, "StateDisk"
            log.exception("job %s", job.kind)
            return _CRASHED, type(error).__name__
        return GOOD, ""

    def is_overdue(self, job: Job) -> bool:
        now = self.app.clock.now()
        return overdue(job, self.diary.record(job.name), now, local_zone(now))


def _code_of(error: LachanError) -> str:
    """The error's name as a code: it goes into the diary, not its sentence."""
    return type(error).__name__.removesuffix("Error")
