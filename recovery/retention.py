"""Which snapshots of a site may go, and why each of the others stays. Pure.

Two computations must agree before anything goes: ours and restic's own dry run over all listed
snapshots. What then goes must also be superfluous among the snapshots alone that are known to
have been made when they say: snapshots that somebody added take no good point's place.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from recovery.keep_within import Dated, Rules, kept
from recovery.rpo import lies_ahead

LEAST_POINTS = 3
MOST_AT_ONCE = 24  # of a dataset in one run, or a tenth of its points: mistakes take days to hurt
NOTES_KEPT_FOR = timedelta(days=90)
ORPHANED_AFTER = timedelta(days=2)  # a companion is saved after its point, never long before


class Kind(StrEnum):
    """What a snapshot is to us."""

    POINT = "point"
    COMPANION = "companion"
    NOTE = "note"  # of retention itself: what it took, whether it may
    FOREIGN = "foreign"


class Stay(StrEnum):
    """Why a snapshot stays."""

    RULE = "RULE"  # `keep` wants it
    NEWEST = "NEWEST"  # one of the newest three
    NEEDED = "NEEDED"  # verified or restored from last
    NOT_KNOWN = "NOT_KNOWN"  # nobody here knows that it was made when it says
    AHEAD = "AHEAD"  # dated in the future
    TREE_LIVES = "TREE_LIVES"  # the companion of a point that stays
    NO_RULE = "NO_RULE"  # no configured dataset's
    DISAGREED = "DISAGREED"  # restic's own dry run says otherwise
    LATER = "LATER"  # enough for one run
    RECENT = "RECENT"


@dataclass(frozen=True, slots=True)
class Listed:
    """A snapshot as the site lists it; `at` in the time zone in which it was written."""

    id: str
    at: datetime
    tree: str
    kind: Kind
    dataset: str = ""
    of_tree: str = ""  # of a companion: the point's tree
    matched_by: frozenset[str] = frozenset()  # datasets whose tags restic finds on it

    @property
    def dated(self) -> Dated:
        return Dated(self.id, self.at)


@dataclass(frozen=True, slots=True)
class DryRun:
    """What restic itself would keep and remove of a dataset's points."""

    keep: frozenset[str]
    remove: frozenset[str]


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a site.

    `known`: ids that were read back, or seen to arrive when they say. `needed`: ids that must
    stay whatever the rules say.
    """

    listed: tuple[Listed, ...]
    known: frozenset[str]
    needed: frozenset[str]
    dry_runs: Mapping[str, DryRun]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that the site listed, each with what becomes of it."""

    go: tuple[Listed, ...]
    stay: tuple[tuple[Listed, Stay], ...]

    @property
    def strange(self) -> int:
        """How many snapshots are not known to have been made when they say."""
        return sum(1 for _, why in self.stay if why in (Stay.NOT_KNOWN, Stay.AHEAD))

    @property
    def disagreed(self) -> bool:
        return any(why is Stay.DISAGREED for _, why in self.stay)


def plan(look: Look, rules: Mapping[str, Rules], now: datetime) -> Plan:
    """Decide about every listed snapshot; whatever is not clearly superfluous stays."""
    why: dict[str, Stay] = {}
    for dataset in {one.dataset for one in look.listed if one.kind is Kind.POINT}:
        why |= _points(look, dataset, rules.get(dataset), now)
    living = {one.tree for one in look.listed if one.kind is Kind.POINT and one.id in why}
    why |= _companions(look, living, rules, now)
    why |= _notes(look, now)
    why |= {one.id: Stay.NO_RULE for one in look.listed if one.kind is Kind.FOREIGN}
    return Plan(
        go=tuple(one for one in look.listed if one.id not in why),
        stay=tuple((one, why[one.id]) for one in look.listed if one.id in why),
    )


def _points(look: Look, dataset: str, rules: Rules | None, now: datetime) -> dict[str, Stay]:
    points = [one for one in look.listed if one.kind is Kind.POINT and one.dataset == dataset]
    if rules is None:
        return {one.id: Stay.NO_RULE for one in points}
    ids = frozenset(one.id for one in points)
    matched = [one.dated for one in look.listed if dataset in one.matched_by]
    wanted = kept(matched, rules, now)
    if not _agree(look.dry_runs.get(dataset), matched, rules, now):
        return dict.fromkeys(ids, Stay.DISAGREED)
    ahead = {one.id for one in points if lies_ahead(one.at, now)}
    known = _newest_first(one for one in points if one.id in look.known - ahead)
    among_known = kept([one.dated for one in known], rules, now)
    why = dict.fromkeys((wanted | among_known) & ids, Stay.RULE)
    why |= dict.fromkeys(look.needed & ids, Stay.NEEDED)
    why |= {one.id: Stay.NEWEST for one in known[:LEAST_POINTS]}
    why |= dict.fromkeys(ids - look.known, Stay.NOT_KNOWN)
    why |= dict.fromkeys(ahead, Stay.AHEAD)
    superfluous = [one.id for one in reversed(known) if one.id not in why]
    most = max(MOST_AT_ONCE, len(points) // 10)
    return why | dict.fromkeys(superfluous[most:], Stay.LATER)


def _agree(dry_run: DryRun | None, matched: Sequence[Dated], rules: Rules, now: datetime) -> bool:
    """Restic must say what its source says, the older one's or the newer one's."""
    ids = frozenset(one.id for one in matched)
    ours = [kept(matched, rules, now, oldest_too=oldest_too) for oldest_too in (True, False)]
    return dry_run in [DryRun(keep, ids - keep) for keep in ours]


def _companions(
    look: Look, living: set[str], rules: Mapping[str, Rules], now: datetime
) -> dict[str, Stay]:
    """A companion goes with the last point of its tree, and never before."""
    trees = {one.tree for one in look.listed if one.kind is Kind.POINT}
    why: dict[str, Stay] = {}
    for one in look.listed:
        if one.kind is not Kind.COMPANION:
            continue
        if one.of_tree in living:
            why[one.id] = Stay.TREE_LIVES
        elif one.dataset not in rules:
            why[one.id] = Stay.NO_RULE
        elif one.id in look.needed:
            why[one.id] = Stay.NEEDED
        elif one.of_tree not in trees and now - one.at < ORPHANED_AFTER:
            why[one.id] = Stay.RECENT
    return why


def _notes(look: Look, now: datetime) -> dict[str, Stay]:
    notes = _newest_first(one for one in look.listed if one.kind is Kind.NOTE)
    recent = {one.id for one in notes if now - one.at < NOTES_KEPT_FOR}
    return dict.fromkeys(recent | {one.id for one in notes[:LEAST_POINTS]}, Stay.RECENT)


def _newest_first(listed: Iterable[Listed]) -> Sequence[Listed]:
    return sorted(listed, key=lambda one: (one.at, one.id), reverse=True)
