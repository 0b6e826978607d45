"""Reads a site's packs, some or all, and keeps account of it: `backup verify`."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.backup.records.losses import PACK
from agent.backup.records.pack_ledger import PackLedger
from agent.backup.records.records import Records
from agent.backup.records.site_facts import Reading, Structure
from agent.backup.retention import freeing
from agent.backup.verification import rotation
from agent.backup.verification.rotation import EVERY_PACK_WITHIN, Choice, Pack, Portion
from agent.clock import Clock
from agent.restic import checking, locks
from agent.restic import packs as stored
from agent.restic.door import Restic
from agent.restic.errors import ResticError
from wire.verdicts import Cause

STRUCTURE_WITHIN = timedelta(days=7)  # as long as new packs may wait
# The data was read and is bad: this stays with the site until it has been read again and is good.
_DAMAGE = frozenset({Cause.REPOSITORY_DAMAGED, Cause.NO_REPOSITORY, Cause.BAD_KEY})


@dataclass(frozen=True, slots=True)
class Verified:
    """One site after the look. `says` is for a person at this host."""

    site: str
    packs: tuple[Pack, ...]
    read_now: int
    at: datetime
    cause: Cause | None = None
    says: str = ""
    lost: int = 0  # packs that were here, are gone, and that nobody has accepted
    bad: tuple[str, ...] = ()  # packs that were read and are not what they were

    @property
    def oldest_read_at(self) -> datetime | None:
        return rotation.oldest_read_at(self.packs)

    @property
    def next_due_at(self) -> datetime | None:
        return rotation.next_due_at(self.packs)

    @property
    def read_within_30_days(self) -> tuple[Pack, ...]:
        return rotation.read_within(self.packs, EVERY_PACK_WITHIN, self.at)

    @property
    def bytes(self) -> int:
        return sum(pack.weight for pack in self.packs)

    @property
    def bytes_read_within_30_days(self) -> int:
        return sum(pack.weight for pack in self.read_within_30_days)


def verify(restic: Restic, records: Records, clock: Clock, choose: Choice) -> Verified:
    """Read of this site's packs what `choose` names. What is found bad is remembered."""
    ledger = records.pack_ledger(restic.site)
    read: set[str] = set()
    try:
        freeing.settle_announced(restic, records, clock)
        packs = _known(restic, ledger, clock)
        wanted = choose(packs, clock.now())
        _read(restic, ledger, wanted, clock, read)
        _read_structure(restic, records, wanted, clock.now())
    except ResticError as error:
        if error.cause in _DAMAGE:
            records.damaged(restic.site, error.cause, clock.now())
        return failed(records, restic.site, clock.now(), error, len(read))
    records.entered(restic.site)
    packs = ledger.packs()
    _keep(records, restic.site, packs, clock.now())
    if len(read) == len(packs):
        records.whole(restic.site)
    lost = records.losses(restic.site).standing(PACK)
    cause = Cause.SNAPSHOTS_VANISHED if lost else None
    return Verified(restic.site, packs, len(read), clock.now(), cause, lost=lost)


def _keep(records: Records, site: str, packs: tuple[Pack, ...], now: datetime) -> None:
    """What the state of the site says of its packs."""
    within = rotation.read_within(packs, EVERY_PACK_WITHIN, now)
    reading = Reading(len(packs), len(within), rotation.oldest_read_at(packs))
    records.site_facts().put(site, reading, now)


def failed(
    records: Records, site: str, at: datetime, error: ResticError, read_now: int = 0
) -> Verified:
    """What is known of a site that could not be read to the end."""
    packs = records.pack_ledger(site).packs()
    lost = records.losses(site).standing(PACK)
    return Verified(site, packs, read_now, at, error.cause, error.says, lost, error.packs)


def _known(restic: Restic, ledger: PackLedger, clock: Clock) -> tuple[Pack, ...]:
    """The packs that the site lists now, with their sizes from the indexes not yet read."""
    packs = ledger.renew(stored.listed(restic), clock.now())
    if any(pack.bytes is None for pack in packs):
        read = ledger.indexes_read()
        for index in stored.indexes(restic):
            if index not in read:
                ledger.measured(index, stored.sizes(restic, index))
    return ledger.packs()


def _read(
    restic: Restic, ledger: PackLedger, wanted: Portion, clock: Clock, read: set[str]
) -> None:
    for pack in wanted.single:
        begun = clock.now()
        stored.read(restic, pack.id)
        ledger.read([pack.id], begun)
        read.add(pack.id)
    for group in wanted.groups:
        read.update(_read_group(restic, ledger, group, clock))


def _read_structure(restic: Restic, records: Records, wanted: Portion, now: datetime) -> None:
    """Indexes, snapshots and trees: a group is read with them; else from the cache, or anew.

    Up to 0.18 `check --with-cache` does not see an index that was changed at the site.
    """
    facts = records.site_facts()
    if not wanted.groups:
        cached = facts.fresh(restic.site, Structure, now, STRUCTURE_WITHIN) is not None
        locks.past_locks(_alone(restic), lambda: checking.structure(restic, cached=cached))
        if cached:
            return
    facts.put(restic.site, Structure(), now)


def _read_group(
    restic: Restic, ledger: PackLedger, group: rotation.Group, clock: Clock
) -> list[str]:
    """Read one group; believe restic only when it read as many packs as the indexes name.

    It reads no pack that no index names: what a run that was cut off has left behind, and the
    object that attacks are made on. Those are read one by one.
    """
    begun = clock.now()
    asked = checking.Group(group.number, group.groups)
    named = [pack.id for pack in group.packs if pack.bytes is not None]
    checked = locks.past_locks(_alone(restic), lambda: checking.check(restic, asked))
    if checked.packs_read < len(named):
        raise ResticError(
            Cause.REPOSITORY_DAMAGED,
            site=restic.site,
            verb="check",
            says=f"{checked.packs_read} of {len(named)} packs were read",
        )
    unnamed = [pack.id for pack in group.packs if pack.bytes is None]
    for pack in unnamed:
        stored.read(restic, pack)
    ledger.read([*named, *unnamed], begun)
    return [*named, *unnamed]


def _alone(restic: Restic) -> locks.Need:
    """Restic's check suffers nobody beside it, up to 0.14 not even a backup."""
    return locks.Need((restic,), exclusive=True)
