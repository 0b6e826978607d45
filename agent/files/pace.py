"""How hard a look at the files may press the machine, whose real work is another."""

import contextlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from agent.clock import Clock
from agent.config.pace import IntegrityPace

_LOAD_AVERAGE = Path("/proc/loadavg")
_LOOK_EVERY_S = 1.0
_REST = 3.0  # under load: so many times as long as was worked


@dataclass(frozen=True, slots=True)
class Pace:
    """The default is as fast as the machine goes."""

    nice: int = 0  # added to the priority of the processes that read
    idle: bool = False  # they read only while nobody else wants the disk
    files_per_s: float | None = None  # looked at, at most
    most_load: float | None = None  # others' running tasks per processor; above, mostly rest


FULL = Pace()


def pace_of(configured: IntegrityPace) -> Pace:
    """What the owner wishes, as the work needs it."""
    return Pace(
        nice=configured.nice,
        idle=True,
        files_per_s=configured.files_per_s or None,
        most_load=configured.rest_above or None,
    )


@dataclass(slots=True)
class Pacer:
    """Rests as the pace demands; told how many files were looked at so far."""

    pace: Pace
    clock: Clock
    own_tasks: int  # processes of ours that are part of the load
    _started: float = field(init=False)
    _looked_at: float = field(init=False)

    def __post_init__(self) -> None:
        self._started = self._looked_at = self.clock.monotonic()

    def step(self, files: int) -> None:
        now = self.clock.monotonic()
        wait = 0.0
        if self.pace.files_per_s:
            wait = self._started + files / self.pace.files_per_s - now
        if self.pace.most_load is not None and now - self._looked_at >= _LOOK_EVERY_S:
            if others_load(self.own_tasks) > self.pace.most_load:
                wait = max(wait, _REST * (now - self._looked_at))
            self._looked_at = now + max(wait, 0.0)
        if wait > 0:
            self.clock.sleep(wait)


def be_polite(process: int, pace: Pace) -> None:
    """Give a process of ours the pace's priorities; one that has just ended needs none.

    Whoever has started us as more polite stays so: only root could take that back.
    """
    with contextlib.suppress(ProcessLookupError):
        if os.getpriority(os.PRIO_PROCESS, process) < pace.nice:
            os.setpriority(os.PRIO_PROCESS, process, pace.nice)
    if pace.idle:
        import psutil  # 2 MiB that a look at single files does not need

        with contextlib.suppress(psutil.NoSuchProcess):
            psutil.Process(process).ionice(psutil.IOPRIO_CLASS_IDLE)


def others_load(own_tasks: int) -> float:
    """Tasks of others that run or wait for a disk, per processor, over the last minute.

    Source: proc(5), /proc/loadavg.
    """
    load = float(_LOAD_AVERAGE.read_text().split()[0])
    return max(0.0, load - own_tasks) / len(os.sched_getaffinity(0))
