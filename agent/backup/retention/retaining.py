"""Removes old points at one site: looks, has restic agree, records, removes, proves, frees."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from agent.backup.naming import data_tags, listed_of
from agent.backup.records.records import Records
from agent.backup.retention import freeing
from agent.clock import Clock
from agent.config.keep import Keep
from agent.restic import forgetting, locks, reading
from agent.restic.door import Restic
from agent.restic.errors import ResticError
from agent.restic.locks import Need
from agent.restic.output import Snapshot
from recovery import retention
from recovery.keep_within import Rules, span
from recovery.retention import DryRun, Look, Plan
from recovery.retention_leave import Obstacle
from wire.verdicts import Cause

Announce = Callable[[tuple[str, ...], bool], None]  # ids that go; whether space is freed


def say_nothing(_ids: tuple[str, ...], _frees: bool) -> None:  # noqa: FBT001 - an Announce
    return


@dataclass(frozen=True, slots=True)
class Place:
    """A site as retention may work at it. `announce` is told before anything is removed."""

    restic: Restic
    records: Records
    clock: Clock
    announce: Announce = say_nothing

    @property
    def site(self) -> str:
        return self.restic.site


@dataclass(frozen=True, slots=True)
class Wanted:
    """By which rules, and what must stay whatever they say."""

    keeps: Mapping[str, Keep]
    needed: frozenset[str]

    @property
    def rules(self) -> dict[str, Rules]:
        return {name: rules_of(keep) for name, keep in self.keeps.items()}


@dataclass(frozen=True, slots=True)
class Seen:
    """What the site listed, and what follows from it. `lost`: what nobody decided to remove."""

    at: datetime
    snapshots: tuple[Snapshot, ...]
    plan: Plan
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Retained:
    """What retention found at a site and did there. `says` is for a person at this host."""

    site: str
    at: datetime
    plan: Plan | None = None
    obstacles: tuple[Obstacle, ...] = ()
    removed: tuple[str, ...] = ()
    freed: bool = False
    cause: Cause | None = None
    says: str = ""
    dry_run: bool = field(default=False, kw_only=True)


def rules_of(keep: Keep) -> Rules:
    lengths = (span(text) if text else None for text in keep.spans.values())
    return Rules(*lengths)


def look(place: Place, wanted: Wanted) -> Seen:
    """Ask the site and restic; nothing there is changed.

    Raises:
        ResticError: it could not be asked.
    """
    snapshots = reading.snapshots(place.restic)
    now = place.clock.now()
    lost = account(place.records, place.site, snapshots, now)
    listed = tuple(listed_of(one) for one in snapshots)
    believed = place.records.arrivals(place.site).see({one.id: one.at for one in snapshots}, now)
    known = believed | {point.snapshot for point in place.records.points("", place.site)}
    held = {name for one in listed for name in one.matched_by}
    dry_runs = {
        name: _dry_run(place.restic, name, keep)
        for name, keep in wanted.keeps.items()
        if name in held
    }
    seen = Look(listed, known, wanted.needed, dry_runs)
    return Seen(now, snapshots, retention.plan(seen, wanted.rules, now), lost)


def account(
    records: Records, site: str, snapshots: Sequence[Snapshot], now: datetime
) -> tuple[str, ...]:
    """Points that were here and are gone: what retention took is noted, the rest is a loss.

    What it had decided and is still there, nobody removes now: it is withdrawn.
    """
    present = {one.id for one in snapshots}
    missing = [one.snapshot for one in records.points("", site) if one.snapshot not in present]
    missing += sorted(records.departures(site).undone() - present - set(missing))
    lost = records.departures(site).explain(missing, now)
    records.departures(site).withdraw()
    if lost:
        records.losses(site).points_vanished(lost, now)
    return lost


def _dry_run(restic: Restic, dataset: str, keep: Keep) -> DryRun:
    judged = forgetting.dry_run(restic, data_tags(dataset), keep.spans)
    return DryRun(judged.keep, judged.remove)


def remove(place: Place, seen: Seen) -> tuple[str, ...]:
    """Remove what the plan lets go, and prove it: that is gone, and nothing else is.

    Raises:
        ResticError: it did not work; what it had decided and is still there is no departure.
    """
    ids = tuple(one.id for one in seen.plan.go)
    if not ids:
        return ()
    departures = place.records.departures(place.site)
    departures.withdraw()
    departures.decide(ids, seen.at)
    try:
        place.announce(ids, False)  # noqa: FBT003 - an Announce
        _alone(place.restic, lambda: forgetting.forget(place.restic, ids))
        after = reading.snapshots(place.restic)
    except ResticError:
        _note_what_is_gone(place, ids)
        raise
    gone = _gone(place, seen, ids, after)
    departures.withdraw()
    if len(gone) != len(ids):
        raise _fault(place, Cause.RESTIC_FAILED, f"{len(ids) - len(gone)} points are still there")
    return gone


def _gone(
    place: Place, seen: Seen, ids: Sequence[str], after: Sequence[Snapshot]
) -> tuple[str, ...]:
    now, present = place.clock.now(), {one.id for one in after}
    gone = tuple(one for one in ids if one not in present)
    place.records.departures(place.site).explain(gone, now)
    others = [one.id for one, _ in seen.plan.stay if one.id not in present]
    if others:
        place.records.losses(place.site).points_vanished(others, now)
        raise _fault(place, Cause.SNAPSHOTS_VANISHED, f"{len(others)} others are gone, too")
    return gone


def _note_what_is_gone(place: Place, ids: Sequence[str]) -> None:
    """After a failure: what went is a departure, what stayed never was one."""
    try:
        present = {one.id for one in reading.snapshots(place.restic)}
    except ResticError:
        return  # both stay decided: the next look tells which went
    departures = place.records.departures(place.site)
    departures.explain([one for one in ids if one not in present], place.clock.now())
    departures.withdraw()


def free(place: Place, repack_bytes: int) -> None:
    """Free the space of what is gone, and look that nothing needed went with it.

    Raises:
        ResticError: it did not work, or something needed is missing now.
    """
    departures = place.records.departures(place.site)
    place.announce((), True)  # noqa: FBT003 - an Announce
    departures.prune_begun(place.clock.now())
    _alone(place.restic, lambda: forgetting.prune(place.restic, repack_bytes))
    freeing.settle(place.restic, place.records, place.clock)


def _alone(restic: Restic, work: Callable[[], None]) -> None:
    locks.past_locks(Need((restic,), exclusive=True, takes_away=True), work)


def _fault(place: Place, cause: Cause, says: str) -> ResticError:
    return ResticError(cause, site=place.site, verb="forget", says=says)
