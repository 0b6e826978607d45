"""The book of processes: who was behind a process number at one moment.

A thread reads what the kernel says of processes, so that one that lives for a millisecond is asked
for its program at once, whatever the watcher does meanwhile and however busy the host is; in a
storm it steps back instead. Where something was lost, nobody is named until all that lives was
looked at again.
"""

import os
import select
import sys
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Self

from agent.integrity.who import proc
from agent.integrity.who.answer import DOUBT_NS, Told, candidates, told_of
from agent.integrity.who.connector import NoConnectorError, ProcConnector
from agent.integrity.who.gone import Moment
from agent.integrity.who.looking import by_looking, is_there
from agent.integrity.who.memory import Memory, same
from agent.integrity.who.record import Who
from agent.integrity.who.samba import Clients, NoClients
from wire.text import N_

_GONE = -1  # FAN_NOPIDFD; -2 is a failure of the kernel's, of a process that may live
_BATCH = 64
_PAUSES = 3  # times as long as a full batch took: at most a quarter of one processor in a storm
_TURN_S = 0.0005  # for which the watcher may keep the reader waiting
_AT_ONCE = 20_000  # happenings that a question waits for
_PATIENCE_S = 0.5  # a question does not wait longer for the reader
_MENDING_EVERY_S = 1.0
_MENDING_SHARE = 10  # a mending that took 1 s is not repeated within 10 s

_WITHOUT = {
    "denied": N_(
        "Who changes files is asked only after the change, since the agent may not hear of "
        "processes (CAP_NET_ADMIN): whose program has ended by then stays unknown."
    ),
    "silent": N_(
        "Who changes files is asked only after the change, since a container does not hear of "
        "processes: whose program has ended by then stays unknown."
    ),
    "missing": N_(
        "Who changes files is asked only after the change, since this kernel does not tell of "
        "processes (CONFIG_PROC_EVENTS): whose program has ended by then stays unknown."
    ),
}
_LOST = N_(
    "Processes begin and end faster than they can be noted: who changed files in that time is "
    "unknown."
)
_BROKEN = N_(
    "The kernel has stopped telling of processes: restart the agent to know who changes files."
)


class ProcessBook:
    """Remembers processes as they begin, change and end, also those that live for a millisecond.

    Open it before anything is watched. It reads in a thread of its own; `at` may be asked from
    any thread.
    """

    def __init__(self, clients: Clients | None = None) -> None:
        """Begin to listen, and look at all that lives; takes some milliseconds."""
        self.overruns = 0  # how often something was lost since opening
        self._clients = clients or NoClients()
        self._memory = Memory(proc, time.monotonic_ns)
        self._lock = threading.Lock()
        self._complete = False
        self._mend_at_s = 0.0
        self._trouble = ""
        self._doubted: tuple[Who, ...] = ()  # of the question that is being answered
        self._opened_ns = 0
        self._connector: ProcConnector | None = None
        self._turn_s = sys.getswitchinterval()
        self._wake, self._woken = os.pipe2(os.O_CLOEXEC)
        try:
            self._connector = ProcConnector()
        except NoConnectorError as error:
            self._trouble = _WITHOUT[str(error)]
            self._thread = None
            return
        self._mend(self._connector)
        self._opened_ns = time.monotonic_ns()
        sys.setswitchinterval(_TURN_S)
        self._thread = threading.Thread(target=self._watch, name="processes", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def at(
        self, pid: int, pidfd: int | None, at_ns: int, since_ns: int | None = None
    ) -> Who | None:
        """Whose process did something that was heard of at `at_ns`; None where it is not certain.

        Args:
            pid: of the thread group, as fanotify says it; 0 is nobody that this host can name.
            pidfd: as fanotify gave it; -1: the process was gone when it was heard of. None: there
                is none. It stays the caller's to close.
            at_ns: UTC wall clock, when it was heard of.
            since_ns: UTC wall clock, the earliest moment at which it can have happened (when
                nothing waited to be heard of); None: a moment before `at_ns`.
        """
        if pid <= 0 or not self._lock.acquire(timeout=_PATIENCE_S):
            return None
        moment = self._moment(pidfd, at_ns, since_ns)
        self._doubted = ()
        try:
            told = self._answer(pid, pidfd, moment)
        except OSError:
            self._trouble = _BROKEN
            told = None
        finally:
            doubted = self._doubted
            self._lock.release()
        if told is None:
            if doubted:
                self._clients.doubts(at_ns, doubted)
            return None
        return self._clients.named(told.who, told.born_ns)

    def __len__(self) -> int:
        """How many processes are remembered, living and dead."""
        return len(self._memory)

    def limits(self) -> str:
        """What cannot be known here about who, as a message id; empty: nothing is amiss."""
        return self._trouble or ("" if self._complete else _LOST)

    def close(self) -> None:
        os.write(self._woken, b"x")
        if self._thread is not None:
            self._thread.join()
            sys.setswitchinterval(self._turn_s)
        if self._connector is not None:
            self._connector.close()
            self._connector = None
        os.close(self._wake)
        os.close(self._woken)

    def _answer(self, pid: int, pidfd: int | None, moment: Moment) -> Told | None:
        if self._connector is None or self._trouble:
            return by_looking(pid, pidfd, moment)
        if self._take(self._connector, _AT_ONCE) == _AT_ONCE:
            return None  # there is more, and who it was may have changed in it
        if not self._complete:
            return self._unchanged(pid, pidfd, moment)
        process = self._memory.which(pid, moment)
        if process is None:
            return None
        told = told_of(process, moment)
        if told is None:
            self._doubted = candidates(process, moment)
        return told

    def _moment(self, pidfd: int | None, at_ns: int, since_ns: int | None) -> Moment:
        """By the clock of the kernel's happenings; nothing was watched before we were open.

        We may be held up between two clocks: it is never made shorter than it was.
        """
        there = None if pidfd is None or pidfd < _GONE else is_there(pidfd)
        before_ns, wall_ns, now_ns = time.monotonic_ns(), time.time_ns(), time.monotonic_ns()
        earliest_ns = at_ns - DOUBT_NS if since_ns is None else since_ns
        return Moment(
            since_ns=max(earliest_ns - wall_ns + before_ns, self._opened_ns),
            at_ns=min(at_ns - wall_ns + now_ns, now_ns),
            there=there,
        )

    def _unchanged(self, pid: int, pidfd: int | None, moment: Moment) -> Told | None:
        """Who is the same now as before something was lost was the same between."""
        known, found = self._memory.newest(pid), proc.found(pid)
        if known is None or found is None or not same(known, found) or not is_there(pidfd):
            return None
        return told_of(known, moment)

    def _watch(self) -> None:
        _comes_first()
        connector = self._connector
        while connector is not None:
            wait_s = None if self._complete else _MENDING_EVERY_S
            ready, _, _ = select.select([connector.fileno(), self._wake], [], [], wait_s)
            if self._wake in ready:
                return
            begun_s = time.monotonic()
            try:
                with self._lock:
                    taken = self._take(connector, _BATCH)
                    if not self._complete and begun_s >= self._mend_at_s:
                        self._mend(connector)
            except OSError:
                self._trouble = _BROKEN
            if self._trouble:
                return
            if taken >= _BATCH:
                time.sleep(_PAUSES * (time.monotonic() - begun_s))

    def _take(self, connector: ProcConnector, most: int) -> int:
        happenings = connector.read(most)
        if self._complete:
            self._memory.notes(happenings)
            if len(happenings) < most:
                self._memory.settles()
        if (connector.lost() or self._memory.crowded) and self._complete:
            self._complete = False
            self.overruns += 1
        return len(happenings)

    def _mend(self, connector: ProcConnector) -> None:
        """Look at all that lives; what happens meanwhile waits, and is noted afterwards."""
        begun_s = time.monotonic()
        while connector.read(_AT_ONCE):
            pass
        connector.lost()
        self._memory.begins(proc.everything())
        self._complete = True
        took_s = time.monotonic() - begun_s
        self._mend_at_s = begun_s + max(_MENDING_EVERY_S, took_s * _MENDING_SHARE)


def _comes_first() -> None:
    """Before all that waits for a processor, where we may: it works for microseconds."""
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), -20)
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))
