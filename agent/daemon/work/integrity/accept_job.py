"""Approves reviewed changes, or a part of them: by one person, or by two who want the same."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from agent.config.model import Accept, Watched
from agent.daemon.app import App
from agent.daemon.people import Person, caller
from agent.daemon.work.agreement import agreed, waiting_for, wish_of
from agent.daemon.work.integrity.approval_events import Told, counts_of, events_of, store_approvals
from agent.daemon.work.integrity.integrity_job import (
    Baselined,
    Progress,
    anchors_of,
    chosen_paths,
    covered_by,
    looking_at,
    put_in_force,
    scan_one,
)
from agent.files.names import path_bytes
from agent.integrity.accepting import Chosen, accepted, chosen_by
from agent.integrity.change import Change, Kind, Unseen
from agent.integrity.digest import Approval
from agent.integrity.errors import ChangedSinceReviewError, NothingChosenError
from agent.integrity.events.event import Event
from agent.integrity.findings import gather
from agent.integrity.look import Looking, Scan, Taken, differences
from agent.integrity.store import StoredBaseline, open_store
from agent.integrity.wishes import EVERYTHING, Part, Wish

_QUIET: Progress = lambda _files: None  # noqa: E731 - a default


@dataclass(frozen=True, slots=True)
class Accepted:
    """What came of one person's word; `wish` waits for a second one."""

    watched: Watched
    changes: int  # that are meant
    left: int  # of the review that stay unexplained
    baselined: Baselined | None = None
    people: tuple[str, ...] = ()
    wish: Wish | None = None


@dataclass(frozen=True, slots=True)
class _Review:
    """One reviewed scan, and which of its changes are meant."""

    scan: Scan
    baseline: StoredBaseline
    code: str
    part: Part
    chosen: Chosen

    @property
    def listed(self) -> tuple[Change, ...]:
        """Of the changes that the scan lists one by one, those that are meant."""
        return tuple(filter(self.chosen, self.scan.findings.changes))


def accept(
    app: App,
    code: str,
    part: Part = EVERYTHING,
    *,
    person: Person | None = None,
    progress: Progress = _QUIET,
) -> Accepted:
    """Approve exactly what the scan with this code has shown, or a part of it.

    Args:
        app: the agent.
        code: of the scan that was reviewed.
        part: paths or events; nothing named is everything.
        person: who says so; None: who has logged in.
        progress: called with the number of files looked at.

    Raises:
        ChangedSinceReviewError: no watched path is in that state now.
        NothingWatchedError: nothing is watched.
        NothingChosenError: no change lies in that part.
        NobodyInParticularError: two people must approve, and this is root.
        NoSuchEventError: an event of `part` is not kept.
    """
    by = person or caller()
    with looking_at(app, progress) as looking:
        anchors = anchors_of(app)
        for watched in chosen_paths(app, ()):
            scanned = scan_one(app, looking, watched, anchors)
            if scanned.baseline is not None and scanned.findings.review == code:
                review = _review(app, scanned, scanned.baseline, part)
                return _accept(app, looking, review, by)
    raise ChangedSinceReviewError(code=code)


def asked(app: App) -> tuple[Wish, ...]:
    """What one person has approved so far, and waits for a second one."""
    with open_store(app.home, app.keys.k_f, app.clock) as store:
        return tuple(
            wish for watched in app.config.integrity for wish in waiting_for(app, store, watched)
        )


def _review(app: App, scanned: Scan, baseline: StoredBaseline, part: Part) -> _Review:
    found = scanned.findings
    chosen = chosen_by(part, found.changes, _events(app, part))
    return _Review(scanned, baseline, found.review, part.in_order(), chosen)


def _events(app: App, part: Part) -> tuple[Event, ...]:
    """The named events, with all that is folded into them."""
    if not part.events:
        return ()
    with events_of(app) as store:
        reader = store.reader
        return tuple(
            one for number in part.events for one in (reader.event(number), *reader.members(number))
        )


def _accept(app: App, looking: Looking, review: _Review, person: Person) -> Accepted:
    watched = review.scan.watched
    total = sum(review.scan.findings.counts.values())
    tally = _counted(looking, review)
    meant = sum(tally.values())
    if not meant:
        raise NothingChosenError(code=review.code)
    people: tuple[str, ...] = (person.id,)
    if watched.accept is Accept.TWO:
        wish = wish_of(app, watched, person, review.code, review.part)
        people = agreed(app, looking.store, watched, wish)
        if not people:
            return Accepted(watched, meant, total - meant, wish=wish)
    approval = Approval(people, review.code, bool(review.part))
    taken = _proposed(looking, review, approval)
    baselined = put_in_force(app, looking, taken)
    told = Told(review.listed, counts_of(tally))
    store_approvals(app, looking.store, told, covered_by(baselined))
    looking.store.keep_wishes(
        tuple(one for one in looking.store.wishes() if one.watched != path_bytes(watched.path))
    )
    return Accepted(watched, meant, total - meant, baselined, people)


def _counted(looking: Looking, review: _Review) -> dict[Kind, int]:
    """The changes that are meant, exactly, with moved files as one."""
    tally = Counter(change.kind for change in _differing(looking, review) if review.chosen(change))
    moved = sum(change.kind is Kind.RENAMED for change in review.listed)
    tally[Kind.ADDED] -= moved
    tally[Kind.REMOVED] -= moved
    tally[Kind.RENAMED] += moved
    return dict(tally)


def _proposed(looking: Looking, review: _Review, approval: Approval) -> Taken:
    """The new baseline, made of one moment in which the review still fits."""
    watched, before = review.scan.watched, review.baseline
    with looking.ledger.unchanging():
        found = gather(differences(looking, watched, before), before.root)
        if found.review != review.code:
            raise ChangedSinceReviewError(code=review.code)
        findings = differences(looking, watched, before)
        records = accepted(looking.store.records(before), findings, review.chosen)
        stored = looking.store.write(before.watched, records, looking.now(), approval)
        return Taken(watched, stored, upto=looking.ledger.newest_transition())


def _differing(looking: Looking, review: _Review) -> Iterator[Change]:
    found: Iterator[Change | Unseen] = differences(looking, review.scan.watched, review.baseline)
    return (one for one in found if isinstance(one, Change))
