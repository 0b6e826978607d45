"""Take a baseline of one watched path, or compare the path with the one that is approved."""

import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agent.config.durations import parse_duration
from agent.config.model import Watched
from agent.files.asking import LONG_PATIENCE_S, answering, unreachable
from agent.files.ignore import Hidden, Ignore
from agent.files.ledger import Ledger
from agent.files.names import key_of, path_bytes
from agent.files.pace import FULL, Pace
from agent.files.record import FileRecord
from agent.files.refresh import Refresh
from agent.integrity.change import Change, Unseen
from agent.integrity.compare import compare
from agent.integrity.digest import Approval
from agent.integrity.findings import NOTHING, Findings, gather
from agent.integrity.store import NOBODY, BaselineStore, StoredBaseline

NO_BASELINE, BASELINE_LOST, BASELINE_CHANGED = "no_baseline", "baseline_lost", "baseline_changed"
SYMBOLIC_LINK, MISSING = "symbolic_link", "missing"


@dataclass(frozen=True, slots=True)
class Looking:
    """What a look needs: the files as they are, what was approved, and whom to tell how far."""

    ledger: Ledger
    store: BaselineStore
    now: Callable[[], datetime]
    progress: Callable[[int], None] = lambda _files: None
    pace: Pace = FULL
    patience_s: float = LONG_PATIENCE_S  # with whoever serves the files
    on_silence: Callable[[Path], None] = lambda _path: None  # nobody does any more: we may hang


@dataclass(frozen=True, slots=True)
class Taken:
    """A baseline that waits for its approval, or the reason why there is none."""

    watched: Watched
    baseline: StoredBaseline | None
    gap: str = ""
    upto: int = 0  # number of the newest transition of the journal that led to it


@dataclass(frozen=True, slots=True)
class Scan:
    """What one scan of a watched path found."""

    watched: Watched
    baseline: StoredBaseline | None
    at: datetime
    refresh: Refresh
    findings: Findings
    gap: str = ""

    @property
    def unreadable(self) -> int:
        """What could not be looked at: counted by the comparison, or without one by the walk."""
        return self.refresh.unreadable if self.gap else self.findings.unreadable

    @property
    def from_at(self) -> datetime | None:
        """Every change happened after this moment: when the baseline was made."""
        return self.baseline.made_at if self.baseline else None


def take(looking: Looking, watched: Watched, approval: Approval = NOBODY) -> Taken:
    """Store the present state of a path, not approved yet."""
    trouble = unreachable(watched.path, looking.patience_s)
    if trouble:
        return Taken(watched, None, trouble)
    refresh = _refresh(looking, watched)
    gap = _gap_of(looking.ledger, watched.path, refresh)
    if gap:
        return Taken(watched, None, gap)
    return _present(looking, watched, approval)


def _present(looking: Looking, watched: Watched, approval: Approval) -> Taken:
    """What the ledger holds of the path, as a baseline that waits for approval."""
    with looking.ledger.unchanging():
        records = looking.ledger.entries(watched.path, ignore=left_out(watched))
        stored = looking.store.write(path_bytes(watched.path), records, looking.now(), approval)
        return Taken(watched, stored, upto=looking.ledger.newest_transition())


def scan(looking: Looking, watched: Watched, sealed_root: str | None) -> Scan:
    """Compare a path with its baseline.

    Args:
        looking: the ledger and the store.
        watched: the path.
        sealed_root: root of the newest sealed baseline of this path, None when none is known.
    """
    baseline, gap = trusted(looking.store, path_bytes(watched.path), sealed_root)
    trouble = unreachable(watched.path, looking.patience_s)
    if trouble:
        return Scan(watched, baseline, looking.now(), Refresh(), NOTHING, trouble)
    refresh = _refresh(looking, watched)
    gap = gap or (_link_gap(looking.ledger, watched.path))
    findings = NOTHING
    if baseline is not None and not gap:
        findings, gap = _compared(looking, watched, baseline)
    return Scan(watched, baseline, looking.now(), refresh, findings, gap)


def trusted(
    store: BaselineStore, path: bytes, sealed_root: str | None
) -> tuple[StoredBaseline | None, str]:
    """The baseline that was sealed last, or why there is none to trust.

    A baseline that was sealed, but whose approval was cut off by a crash, is approved now.
    """
    stored = store.of(path)
    if sealed_root is None:
        approved = next((one for one in stored if one.approved), None)
        return approved, "" if approved else NO_BASELINE
    found = next((one for one in stored if one.root == sealed_root), None)
    if found is None:
        return None, BASELINE_CHANGED if stored else BASELINE_LOST
    if not found.approved:
        store.approve(found)
    return found, ""


def _compared(looking: Looking, watched: Watched, baseline: StoredBaseline) -> tuple[Findings, str]:
    """Nothing that a changed baseline says is believed, neither changes nor their absence."""
    if not looking.store.holds(baseline):
        return NOTHING, BASELINE_CHANGED
    with looking.ledger.unchanging():
        return gather(differences(looking, watched, baseline), baseline.root), ""


def differences(
    looking: Looking, watched: Watched, baseline: StoredBaseline
) -> Iterator[Change | Unseen]:
    """What differs from a baseline that holds, in order; inside `unchanging` at one moment."""
    hidden = Hidden(left_out(watched), key_of(baseline.watched))
    stored = looking.store.records(baseline)
    approved = (record for record in stored if not hidden.covers(key_of(record.path)))
    present = looking.ledger.entries(watched.path, ignore=left_out(watched))
    return compare(approved, present)


def _refresh(looking: Looking, watched: Watched) -> Refresh:
    with answering(watched.path, looking.on_silence):
        return looking.ledger.refresh(
            watched.path,
            ignore=left_out(watched),
            pace=looking.pace,
            reread_within=parse_duration(watched.reread_within),
            progress=looking.progress,
        )


def left_out(watched: Watched) -> Ignore:
    return Ignore(watched.ignore, watched.only)


def _gap_of(ledger: Ledger, path: Path, refresh: Refresh) -> str:
    return _link_gap(ledger, path) if refresh.present else MISSING


def _link_gap(ledger: Ledger, path: Path) -> str:
    """A watched path that is a link is not followed: the link alone would be watched."""
    root: FileRecord | None = ledger.record(path)
    return SYMBOLIC_LINK if root is not None and stat.S_ISLNK(root.mode) else ""
