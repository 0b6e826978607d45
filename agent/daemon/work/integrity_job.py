"""Baselines and scans of the watched paths, under one lock, each sealed as evidence."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.config.model import Watched
from agent.daemon.app import App
from agent.daemon.tell import tell
from agent.daemon.work.integrity_statements import (
    baseline_statement,
    gap_statement,
    scan_statement,
    watched_name,
)
from agent.files.ledger import open_ledger
from agent.files.names import path_bytes
from agent.files.pace import pace_of
from agent.integrity import look
from agent.integrity.errors import ChangedSinceReviewError, NothingWatchedError, NotWatchedError
from agent.integrity.look import Looking, Scan, Taken
from agent.integrity.store import open_store
from agent.state.lock import hold
from wire.codec import decode_statement
from wire.envelope import peek_payload
from wire.messages import Baseline

LOCK_WAIT_S = 30.0
_MOST_READ = 1_000  # sealed baselines looked through for the newest of each path
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Baselined:
    """The baseline of one watched path after the job."""

    taken: Taken
    kept: bool = False  # there was one already, and it stays

    @property
    def watched(self) -> Watched:
        return self.taken.watched


def baseline(
    app: App,
    paths: Sequence[Path] = (),
    *,
    again: bool = False,
    progress: Progress = lambda _files: None,
) -> tuple[Baselined, ...]:
    """Approve the present state of the paths that have no baseline; `again`: of all of them.

    Raises:
        NotWatchedError: a path is not among the watched ones.
        BusyError: another integrity job has run for longer than half a minute.
    """
    chosen = _chosen(app, paths)
    with _looking(app, progress) as looking:
        sealed = _sealed_roots(app)
        return tuple(_baseline_one(app, looking, one, sealed, again=again) for one in chosen)


def scan(
    app: App, paths: Sequence[Path] = (), *, progress: Progress = lambda _files: None
) -> tuple[Scan, ...]:
    """Compare the watched paths with their baselines, and say what is different.

    Raises:
        NotWatchedError: a path is not among the watched ones.
        BusyError: another integrity job has run for longer than half a minute.
    """
    chosen = _chosen(app, paths)
    with _looking(app, progress) as looking:
        sealed = _sealed_roots(app)
        return tuple(_scan_one(app, looking, one, sealed) for one in chosen)


def accept(
    app: App, code: str, *, progress: Progress = lambda _files: None
) -> tuple[Baselined, ...]:
    """Approve exactly what the scan with this code has shown.

    Raises:
        ChangedSinceReviewError: no watched path is in that state now.
        NothingWatchedError: nothing is watched.
    """
    with _looking(app, progress) as looking:
        sealed = _sealed_roots(app)
        for watched in _chosen(app, ()):
            scanned = _scan_one(app, looking, watched, sealed)
            if scanned.findings.review == code:
                fresh = look.store_present(looking, watched)
                return (_approved(app, looking, Taken(watched, fresh)),)
    raise ChangedSinceReviewError(code=code)


def _chosen(app: App, paths: Sequence[Path]) -> tuple[Watched, ...]:
    known = {path_bytes(watched.path): watched for watched in app.config.integrity}
    if not known:
        raise NothingWatchedError
    for path in paths:
        if path_bytes(path) not in known:
            raise NotWatchedError(path=str(path))
    return tuple(known[path_bytes(path)] for path in paths) or app.config.integrity


@contextlib.contextmanager
def _looking(app: App, progress: Progress) -> Iterator[Looking]:
    with (
        hold(app.home, "integrity", wait_s=LOCK_WAIT_S, clock=app.clock),
        open_ledger(app.home, app.clock) as ledger,
        ledger.alone(),  # what is approved is what was compared
        open_store(app.home, app.keys.k_f, app.clock) as store,
    ):
        pace = pace_of(app.config.integrity_pace)
        yield Looking(ledger, store, app.clock.now, progress, pace)


def _sealed_roots(app: App) -> dict[str, str]:
    """Watched path's pseudonym -> root of its newest sealed baseline, from our own chain."""
    roots: dict[str, str] = {}
    for row in app.outbox.latest("baseline", _MOST_READ):
        body = decode_statement("baseline", peek_payload(row.raw)).body
        if isinstance(body, Baseline):
            roots.setdefault(body.watched, body.root)
    return roots


def _baseline_one(
    app: App, looking: Looking, watched: Watched, sealed: dict[str, str], *, again: bool
) -> Baselined:
    root = sealed.get(watched_name(app, watched))
    present, _ = look.trusted(looking.store, path_bytes(watched.path), root)
    if present is not None and not again:
        return Baselined(Taken(watched, present), kept=True)
    return _approved(app, looking, look.take(looking, watched))


def _approved(app: App, looking: Looking, taken: Taken) -> Baselined:
    """Seal first, approve then: a crash in between is mended by the next look (`trusted`)."""
    if taken.baseline is not None:
        tell(app, baseline_statement(app, taken.watched, taken.baseline))
        looking.store.approve(taken.baseline)
    return Baselined(taken)


def _scan_one(app: App, looking: Looking, watched: Watched, sealed: dict[str, str]) -> Scan:
    scanned = look.scan(looking, watched, sealed.get(watched_name(app, watched)))
    if scanned.gap:
        tell(app, gap_statement(scanned))
    tell(app, scan_statement(app, scanned))
    return scanned
