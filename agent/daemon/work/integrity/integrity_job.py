"""Baselines and scans of the watched paths, under one lock, each sealed as evidence."""

import contextlib
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.config.model import Accept, Watched
from agent.daemon.app import App
from agent.daemon.lock_names import WATCH
from agent.daemon.people import Person, caller
from agent.daemon.tell import tell
from agent.daemon.work.agreement import SECOND_PERSON, agreed, let_die, wish_of
from agent.daemon.work.integrity.approval_events import (
    approved_in_events,
    events_of,
    newest_in_events,
    number_of,
    root_behind,
    store_approvals,
)
from agent.daemon.work.integrity.integrity_statements import (
    baseline_statement,
    gap_statement,
    scan_statement,
    watched_name,
)
from agent.daemon.work.integrity.text_keeping import keep_approved_texts
from agent.daemon.work.sealed import sealed_approvals, sealed_roots
from agent.files.ledger import Ledger, open_ledger
from agent.files.names import path_bytes, shown
from agent.files.pace import pace_of
from agent.integrity import look
from agent.integrity.digest import Approval
from agent.integrity.errors import (
    ApprovalWaitsError,
    BaselineWriteError,
    NothingWatchedError,
    NotWatchedError,
    ReviewFirstError,
    SilentError,
)
from agent.integrity.look import Looking, Scan, Taken
from agent.integrity.store import BaselineStore, open_store
from agent.state.lock import hold, holder
from texts.shell import sentence_of

log = logging.getLogger("lachan.agent")
LOCK_WAIT_S = 30.0
_ALL = (1 << 63) - 1
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Baselined:
    """The baseline of one watched path after the job."""

    taken: Taken
    kept: bool = False  # there was one already, and it stays

    @property
    def watched(self) -> Watched:
        return self.taken.watched


@dataclass(frozen=True, slots=True)
class Anchors:
    """What other chains say of the newest approval of each path."""

    sealed: dict[str, str]  # by the path's pseudonym: in sealed statements
    in_events: dict[bytes, str]

    def root_of(self, app: App, store: BaselineStore, watched: Watched) -> str | None:
        """The root that counts, of the newer of both; None where nothing was ever approved."""
        path = path_bytes(watched.path)
        sealed, head = self.sealed.get(watched_name(app, watched)), self.in_events.get(path)
        if head is None:
            return sealed
        stored = {one.root: one.facts.number for one in store.of(path) if one.facts}
        if sealed is None or number_of(head) > stored.get(sealed, number_of(head)):
            return root_behind(store, path, head)
        return sealed


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Who wants a baseline, and whether also in the place of one that holds."""

    person: Person
    again: bool


def anchors_of(app: App) -> Anchors:
    return Anchors(sealed_roots(app), approved_in_events(app))


def baseline(
    app: App,
    paths: Sequence[Path] = (),
    *,
    again: bool = False,
    person: Person | None = None,
    progress: Progress = lambda _files: None,
) -> tuple[Baselined, ...]:
    """Approve the present state of the paths that have no baseline; `again`: of all of them.

    Raises:
        NotWatchedError: a path is not among the watched ones.
        ReviewFirstError: two people must approve what is different, not the state as a whole.
        NobodyInParticularError: two people must approve, and this is root.
        BusyError: another integrity job has run for longer than half a minute.
    """
    chosen = chosen_paths(app, paths)
    by = person or caller()
    with looking_at(app, progress) as looking:
        anchors = anchors_of(app)
        wanted = _Wanted(by, again)
        done = tuple(_baseline_one(app, looking, one, anchors, wanted) for one in chosen)
        store_approvals(app, looking.store, covered=covered_by(*done))
        if not paths and all(one.taken.baseline and not one.kept for one in done):
            _forget_before_watching(app, looking.ledger)
    return done


def _forget_before_watching(app: App, ledger: Ledger) -> None:
    """All of it has just been approved: where nobody ever watched, nothing before is news."""
    if holder(app.home, WATCH) is None:
        with events_of(app) as events:
            if not events.journal_number and events.watched() is None:
                ledger.forget_transitions(_ALL)


def scan(
    app: App, paths: Sequence[Path] = (), *, progress: Progress = lambda _files: None
) -> tuple[Scan, ...]:
    """Compare the watched paths with their baselines, and say what is different.

    Raises:
        NotWatchedError: a path is not among the watched ones.
        BusyError: another integrity job has run for longer than half a minute.
    """
    chosen = chosen_paths(app, paths)
    with looking_at(app, progress) as looking:
        anchors = anchors_of(app)
        return tuple(scan_one(app, looking, one, anchors) for one in chosen)


def chosen_paths(app: App, paths: Sequence[Path]) -> tuple[Watched, ...]:
    known = {path_bytes(watched.path): watched for watched in app.config.integrity}
    if not known:
        raise NothingWatchedError
    for path in paths:
        if path_bytes(path) not in known:
            raise NotWatchedError(path=shown(path_bytes(path)))
    return tuple(known[path_bytes(path)] for path in paths) or app.config.integrity


@contextlib.contextmanager
def looking_at(app: App, progress: Progress) -> Iterator[Looking]:
    with (
        hold(app.home, "integrity", wait_s=LOCK_WAIT_S, clock=app.clock),
        open_ledger(app.home, app.clock) as ledger,
        ledger.alone(),  # what is approved is what was compared
        open_store(app.home, app.keys.k_f, app.clock) as store,
    ):
        # from the first baseline on every change is kept, though nobody watches yet
        ledger.watch([watched.path for watched in app.config.integrity])
        pace = pace_of(app.config.integrity_pace)
        known = newest_in_events(app)
        store.settle(sealed_approvals(app), known)
        if store.newest().number > known:  # a crash or a full disk came between both
            store_approvals(app, store)
        yield Looking(ledger, store, app.clock.now, progress, pace, on_silence=_end)


def _end(path: Path) -> None:
    """Nothing can free whoever waits there, and it holds locks that scans and backups need."""
    log.error("%s", sentence_of(SilentError(path=shown(path_bytes(path)))))
    os._exit(SilentError.exit_code)


def _baseline_one(
    app: App, looking: Looking, watched: Watched, anchors: Anchors, wanted: _Wanted
) -> Baselined:
    root = anchors.root_of(app, looking.store, watched)
    present, _ = look.trusted(looking.store, path_bytes(watched.path), root)
    if present is not None and not wanted.again:
        return Baselined(Taken(watched, present), kept=True)
    people: tuple[str, ...] = (wanted.person.id,)
    if watched.accept is Accept.TWO and root is not None:
        if present is not None:
            raise ReviewFirstError(path=shown(path_bytes(watched.path)))
        people = agreed(app, looking.store, watched, wish_of(app, watched, wanted.person))
        if not people:
            return Baselined(Taken(watched, None, SECOND_PERSON))
    return put_in_force(app, looking, look.take(looking, watched, Approval(people)))


def covered_by(*done: Baselined) -> dict[str, int]:
    """Root of each new baseline -> the newest transition of the journal that led to it."""
    new = (one.taken for one in done if not one.kept)
    return {taken.baseline.root: taken.upto for taken in new if taken.baseline is not None}


def put_in_force(app: App, looking: Looking, taken: Taken) -> Baselined:
    """Seal first, approve then: a crash in between is mended by the next job (`settle`)."""
    if taken.baseline is not None:
        tell(app, baseline_statement(app, taken.watched, taken.baseline))
        try:
            looking.store.approve(taken.baseline)
        except BaselineWriteError as error:
            raise ApprovalWaitsError(**error.parameters) from error
        keep_approved_texts(app, taken.watched, looking.store.records(taken.baseline))
    return Baselined(taken)


def scan_one(app: App, looking: Looking, watched: Watched, anchors: Anchors) -> Scan:
    scanned = look.scan(looking, watched, anchors.root_of(app, looking.store, watched))
    if scanned.gap:
        tell(app, gap_statement(scanned))
    else:
        let_die(app, looking.store, watched, scanned.findings.review)
    tell(app, scan_statement(app, scanned))
    return scanned
