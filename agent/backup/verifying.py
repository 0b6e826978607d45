"""Reads a site's packs, some or all, and keeps account of it: `backup verify`."""

from dataclasses import dataclass
from datetime import datetime

from agent.backup import pack_ledger
from agent.backup.losses import PACK
from agent.backup.pack_ledger import EVERY_PACK_WITHIN, Pack, PackLedger
from agent.backup.records import Records
from agent.clock import Clock
from agent.restic import checking, locks
from agent.restic.checking import Group
from agent.restic.door import Restic
from agent.restic.errors import ResticError
from wire.verdicts import Cause

_SMALL_PACKS = 128  # about 2 GiB: read whole each time
_GROUPS = 30  # a group a day reads everything in a month
# The data was read and is bad: this stays with the site until it has been read again and is good.
_DAMAGE = frozenset({Cause.REPOSITORY_DAMAGED, Cause.NO_REPOSITORY, Cause.BAD_KEY})


@dataclass(frozen=True, slots=True)
class Verified:
    """One site after the look. `says` is for a person at this host."""

    site: str
    packs: tuple[Pack, ...]
    read_now: int
    bytes: int
    at: datetime
    cause: Cause | None = None
    says: str = ""
    lost: int = 0  # packs that were here, are gone, and that nobody has accepted

    @property
    def oldest_read_at(self) -> datetime | None:
        return pack_ledger.oldest_read_at(self.packs)

    @property
    def read_within_30_days(self) -> int:
        return pack_ledger.read_within(self.packs, EVERY_PACK_WITHIN, self.at)


def verify(restic: Restic, records: Records, clock: Clock, *, everything: bool) -> Verified:
    """Read what is due at this site, or everything. What is found bad is remembered."""
    ledger = records.pack_ledger(restic.site)
    read_now = 0
    try:
        packs = ledger.renew(checking.packs(restic), clock.now())
        for group in _groups(packs, clock.now(), everything=everything):
            read_now += _read(restic, ledger, packs, group, clock)
        size = checking.stored_bytes(restic)
    except ResticError as error:
        if error.cause in _DAMAGE:
            records.damaged(restic.site, error.cause, clock.now())
        return failed(records, restic.site, clock.now(), error, read_now)
    now = clock.now()
    packs = ledger.packs()
    if read_now == len(packs):
        records.whole(restic.site)
    lost = records.losses(restic.site).standing(PACK)
    cause = Cause.SNAPSHOTS_VANISHED if lost else None
    return Verified(restic.site, packs, read_now, size, now, cause, lost=lost)


def failed(
    records: Records, site: str, at: datetime, error: ResticError, read_now: int = 0
) -> Verified:
    """What is known of a site that could not be read to the end."""
    packs = records.pack_ledger(site).packs()
    lost = records.losses(site).standing(PACK)
    return Verified(site, packs, read_now, 0, at, error.cause, error.says, lost)


def _groups(packs: tuple[Pack, ...], now: datetime, *, everything: bool) -> tuple[Group, ...]:
    if everything or len(packs) <= _SMALL_PACKS:
        return (Group(1, 1),)
    return tuple(Group(number, _GROUPS) for number in pack_ledger.groups_due(packs, _GROUPS, now))


def _read(
    restic: Restic, ledger: PackLedger, packs: tuple[Pack, ...], group: Group, clock: Clock
) -> int:
    """Read one group; believe restic only when it read as many packs as we know it to hold."""
    begun = clock.now()
    checked = locks.with_own_locks_cleared(restic, lambda: checking.check(restic, group))
    expected = pack_ledger.members(packs, group.number, group.groups)
    if checked.packs_read < len(expected):
        raise ResticError(
            Cause.REPOSITORY_DAMAGED,
            site=restic.site,
            verb="check",
            says=f"{checked.packs_read} of {len(expected)} packs were read",
        )
    ledger.read(expected, begun)
    return len(expected)
