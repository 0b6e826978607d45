"""The watching process: every part of it, put together once; and the look that closes its gaps."""

import contextlib
import logging
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.daemon.app import App
from agent.daemon.children import agent_command, start
from agent.daemon.lock_names import WATCH
from agent.daemon.people import account_name
from agent.daemon.work.integrity.approval_events import events_of
from agent.daemon.work.integrity.event_names import Telling
from agent.daemon.work.integrity.live_configured import note_configured
from agent.daemon.work.integrity.live_keeper import Keeper
from agent.daemon.work.integrity.live_teller import Outlet, StatementTeller
from agent.daemon.work.integrity.live_wishes import Wishes
from agent.daemon.work.integrity.suspicion_watch import SuspicionWatch
from agent.daemon.work.integrity.suspicions import suspicions_of
from agent.files.asking import unreachable
from agent.files.filesystems import mounts
from agent.files.ledger import open_ledger
from agent.files.names import path_bytes, shown
from agent.files.pace import pace_of
from agent.integrity.errors import NothingWatchedError, NotLookedAtError, NotWatchedError
from agent.integrity.events.store import EventStore
from agent.integrity.live.alive import MARK_FILE, MarkFile, Moments
from agent.integrity.live.allocating import allocate_for_long
from agent.integrity.live.limit import Limit
from agent.integrity.live.loop import Live
from agent.integrity.live.parts import Parts, Reporter
from agent.integrity.live.rescans import Running
from agent.integrity.live.roots import roots_of
from agent.integrity.live.ways import Hearing, Ways
from agent.integrity.noise.explainer import Explainer
from agent.integrity.ransom.store import SuspicionStore
from agent.integrity.who.book import ProcessBook
from agent.integrity.who.full_audit.audit import FullAudit, full_audit_at
from agent.integrity.who.samba import SambaClients
from agent.state.lock import hold
from wire.errors import LachanError

log = logging.getLogger("lachan.agent")
_WAIT_S = 5.0  # for one that is just ending


def mark_file(app: App) -> MarkFile:
    """Where the watching says that it lives."""
    return MarkFile(app.home.state_dir / MARK_FILE)


def watch(app: App, wishes: Wishes) -> None:
    """Watch until the wish to end comes.

    Raises:
        NothingWatchedError: the configuration watches nothing.
        BusyError: another process watches on this home.
    """
    if not app.config.integrity:
        raise NothingWatchedError
    with contextlib.ExitStack() as stack:
        stack.enter_context(hold(app.home, WATCH, wait_s=_WAIT_S, clock=app.clock))
        live = _put_together(app, wishes, stack)
        wishes.wake_by(live.wake)
        live.begin()
        allocate_for_long()
        try:
            live.run(wishes.ended)
        finally:
            live.end()


def look_at(app: App, paths: Sequence[Path]) -> None:
    """Look at whole watched paths, politely; what is different goes into the journal.

    Raises:
        LachanError: not all of it could be looked at.
    """
    known = {path_bytes(each.path): each for each in app.config.integrity}
    with open_ledger(app.home, app.clock) as ledger:
        for path in paths:
            watched = known.get(path_bytes(path))
            if watched is None:  # the configuration has changed: whoever wanted this, ends
                raise NotWatchedError(path=shown(path_bytes(path)))
            trouble = unreachable(watched.path)
            if trouble:
                raise NotLookedAtError(path=shown(path_bytes(path)), reason=trouble)
            ledger.refresh(
                watched.path,
                ignore=roots_of((watched,)).all[0].ignore,
                pace=pace_of(app.config.integrity_pace),
            )


def _put_together(app: App, wishes: Wishes, stack: contextlib.ExitStack) -> Live:
    clock, watched = app.clock, app.config.integrity
    moments = Moments(app.boot_id, time.time_ns, _boot_ns)
    book, record = _people(app, stack)
    ledger = stack.enter_context(open_ledger(app.home, clock))
    events = stack.enter_context(events_of(app))
    roots = roots_of(watched)
    hearing = Hearing(book.at, moments.wall_ns, OwnWork(app.home.state_dir).covers, roots.hidden)
    ways = Ways(hearing, with_fanotify=wishes.with_fanotify)
    marks = mark_file(app)
    note_configured(app, events, marks.read())
    telling = Telling(app.pseudonyms, account_name)
    outlet = Outlet(app, telling, wishes.nudge, wishes.show, marks, wishes.alarm)
    suspicions = stack.enter_context(suspicions_of(app))
    parts = Parts(
        watched=watched,
        ledger=ledger,
        open_ledger=lambda: open_ledger(app.home, clock),
        keeper=_keeper(app, events, suspicions, outlet),
        ways=ways,
        rescan=lambda paths: _look_beside(app, paths),
        marks=marks,
        moments=moments,
        clock=clock,
        reporter=LogReporter(wishes.ready, wishes.alive),
        mounts=mounts,
        pid=os.getpid(),
        who_limits=book.limits,
        named=record.named,
        client_limits=record.limits,
    )
    return Live(parts)


def _keeper(app: App, events: EventStore, suspicions: SuspicionStore, outlet: Outlet) -> Keeper:
    return Keeper(
        store=events,
        explain=Explainer(
            app.host,
            canaries=suspicions.canaries_ever,
            approvals=events.covering,
        ).explain,
        watchman=SuspicionWatch(outlet, suspicions, events.journal_number),
        teller=StatementTeller(outlet, events),
        clock=app.clock,
        waiting=events.reader.waiting(app.config.integrity),
    )


def _people(app: App, stack: contextlib.ExitStack) -> tuple[ProcessBook, FullAudit]:
    """Who knows whose a process is, and whom a file server's process served."""
    clients = SambaClients(app.host.run)
    book = stack.enter_context(ProcessBook(clients))
    return book, full_audit_at(app.host, clients, app.clock.monotonic)


@dataclass(frozen=True, slots=True)
class LogReporter(Reporter):
    """Says it once, on standard error: the journal of the service."""

    on_ready: Callable[[Sequence[Limit]], None]
    on_alive: Callable[[], None]

    def troubled(self, error: LachanError) -> None:
        log.warning("%s", error)

    def mended(self) -> None:
        log.info("changes are stored again")

    def alive(self) -> None:
        self.on_alive()

    def clock_set(self, by_ns: int) -> None:
        log.warning("the clock was set by %.0f s; files are watched on", by_ns / 1e9)

    def ready(self, limits: Sequence[Limit]) -> None:
        self.on_ready(limits)


class OwnWork:
    """Our own processes' writes below the state folder: hearing them would make more of them."""

    def __init__(self, state: Path) -> None:
        self._state = os.fsencode(state.resolve()) + b"/"
        self._ours = frozenset({os.getpid(), os.getppid()})

    def covers(self, path: bytes, pid: int) -> bool:
        """Whether this is our own work. Of other programs' writes there everything is told."""
        return path.startswith(self._state) and self._is_ours(pid)

    def _is_ours(self, pid: int) -> bool:
        """We, whoever started us, and whatever that one started."""
        for _ in range(8):
            if pid in self._ours:
                return True
            pid = _parent(pid)
            if pid <= 1:
                return False
        return False


def _parent(pid: int) -> int:
    """0 where it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return 0
    return int(text.rpartition(b")")[2].split()[1])


def _look_beside(app: App, paths: Sequence[bytes]) -> Running:
    words = ("integrity", "watch", "--look", *(os.fsdecode(path) or "/" for path in paths))
    return start(agent_command(app.home, words))


def _boot_ns() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)
