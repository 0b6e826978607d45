"""Which packs of a site to read now, so that all are within 30 days, new ones within 7. Pure.

restic reads packs in groups by the first byte of their ids. A run reads groups until it has read
its share of the bytes, those unread longest first: a large site is then read evenly, in runs that
are all about as long, and never all at once. A few new packs are read one by one, at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from recovery.rpo import happened_within

EVERY_PACK_WITHIN = timedelta(days=30)
NEW_PACKS_WITHIN = timedelta(days=7)

_AGAIN_AFTER = timedelta(days=20)  # leaves ten days, 40 runs, for what cannot be asked meanwhile
_SHARE_OF_A_RUN = 20  # of new data: 28 runs in seven days; of old: 40 runs in ten days
_SMALL_BYTES = 1 << 30  # a site so small is read whole
_GROUPS = 64
_MOST_SINGLE = 32  # each costs a start of restic
_TYPICAL_BYTES = 16 << 20  # what restic fills a pack up to; for a pack that no index names


@dataclass(frozen=True, slots=True)
class Pack:
    """One file of the repository, its size, and when it was last read whole."""

    id: str
    seen_at: datetime
    read_at: datetime | None
    bytes: int | None = None  # None: no index names it

    @property
    def due_at(self) -> datetime:
        if self.read_at is None:
            return self.seen_at + NEW_PACKS_WITHIN
        return self.read_at + EVERY_PACK_WITHIN

    @property
    def weight(self) -> int:
        return _TYPICAL_BYTES if self.bytes is None else self.bytes


@dataclass(frozen=True, slots=True)
class Group:
    """The packs that restic reads as number `number` of `groups`."""

    number: int
    groups: int
    packs: tuple[Pack, ...]

    @property
    def bytes(self) -> int:
        return sum(pack.weight for pack in self.packs)

    @property
    def urgency(self) -> tuple[datetime, int]:
        """The most urgent pack's moment; the number makes the order the same every time."""
        return min(pack.due_at for pack in self.packs), self.number


@dataclass(frozen=True, slots=True)
class Portion:
    """What one run reads: packs by their ids, and groups."""

    single: tuple[Pack, ...] = ()
    groups: tuple[Group, ...] = ()

    @property
    def bytes(self) -> int:
        return sum(pack.weight for pack in self.single) + sum(one.bytes for one in self.groups)


Choice = Callable[[Sequence[Pack], datetime], Portion]


def everything(packs: Sequence[Pack], _now: datetime) -> Portion:
    return Portion(groups=groups_of(packs, 1))


def before_it_is_carried_away(packs: Sequence[Pack], now: datetime) -> Portion:
    """All that is new, however much it is; everything, where anything was read too long ago."""
    read = [pack.read_at for pack in packs if pack.read_at is not None]
    overdue = any(not happened_within(at, EVERY_PACK_WITHIN, now) for at in read)
    new = [pack for pack in packs if pack.read_at is None]
    if overdue or len(new) > _MOST_SINGLE or len(new) == len(packs):
        return everything(packs, now)
    return Portion(single=tuple(new))


def portion(packs: Sequence[Pack], now: datetime) -> Portion:
    """What is to be read in a run that begins now; the same ledger and moment give the same.

    New packs come first, one by one where they are few. Otherwise, and for those read 20 days
    ago, whole groups, until a run's share of all bytes is reached.
    """
    share = max(_SMALL_BYTES, sum(pack.weight for pack in packs) // _SHARE_OF_A_RUN)
    single = _single(packs, share)
    left = share - sum(pack.weight for pack in single)
    waiting = [one for one in groups_of(packs, _groups(packs)) if _waits(one, single, now)]
    taken: list[Group] = []
    for group in sorted(waiting, key=lambda one: one.urgency):
        if taken and sum(one.bytes for one in taken) + group.bytes > left:
            break
        taken.append(group)
    read = {pack.id for group in taken for pack in group.packs}
    return Portion(tuple(pack for pack in single if pack.id not in read), tuple(taken))


def _single(packs: Sequence[Pack], share: int) -> tuple[Pack, ...]:
    """The new packs, where they are few and there are others."""
    new = [pack for pack in packs if pack.read_at is None]
    few = len(new) <= _MOST_SINGLE and sum(pack.weight for pack in new) <= share // 2
    if not few or len(new) == len(packs):
        return ()
    return tuple(sorted(new, key=lambda pack: (pack.seen_at, pack.id)))


def groups_of(packs: Sequence[Pack], groups: int) -> tuple[Group, ...]:
    """The groups, from 1, that restic sorts packs into: first byte of the id, modulo."""
    sorted_in: dict[int, list[Pack]] = {}
    for pack in packs:
        sorted_in.setdefault(int(pack.id[:2], 16) % groups + 1, []).append(pack)
    return tuple(Group(number, groups, tuple(held)) for number, held in sorted(sorted_in.items()))


def oldest_read_at(packs: Sequence[Pack]) -> datetime | None:
    """When the longest unread pack was read; None while any was never read."""
    reads = [pack.read_at for pack in packs if pack.read_at is not None]
    return min(reads) if reads and len(reads) == len(packs) else None


def next_due_at(packs: Sequence[Pack]) -> datetime | None:
    """By when the most urgent pack must be read; None: there is none."""
    return min((pack.due_at for pack in packs), default=None)


def read_within(packs: Sequence[Pack], span: timedelta, now: datetime) -> tuple[Pack, ...]:
    return tuple(
        pack
        for pack in packs
        if pack.read_at is not None and happened_within(pack.read_at, span, now)
    )


def _groups(packs: Sequence[Pack]) -> int:
    return 1 if sum(pack.weight for pack in packs) <= _SMALL_BYTES else _GROUPS


def _waits(group: Group, single: Sequence[Pack], now: datetime) -> bool:
    """Whether a pack of it is to be read that is not read by itself."""
    alone = {pack.id for pack in single}
    return any(
        pack.read_at is None or now - pack.read_at >= _AGAIN_AFTER or pack.read_at > now
        for pack in group.packs
        if pack.id not in alone
    )
