"""Packs that vanish because retention freed their space: no loss, once nothing needed is missing.

Which packs restic removes while it frees space nobody can say beforehand. So while that is under
way, or has been announced, packs that are gone are no loss if the structure of the repository is
whole without them: every snapshot still finds all that it refers to.
"""

from datetime import timedelta

from agent.backup.records.records import Records
from agent.clock import Clock
from agent.restic import checking, locks, packs
from agent.restic.door import Restic
from agent.restic.locks import Need

LASTS_AT_MOST = timedelta(days=3)  # the maintenance host says when it begins, not when it ends


def settle(restic: Restic, records: Records, clock: Clock) -> None:
    """Look at what is left after space was freed here; take gone packs off the ledger.

    Raises:
        ResticError: something that is needed is missing (REPOSITORY_DAMAGED), or it could not
            be looked at.
    """
    _look_at_structure(restic)
    _take_off(restic, records)
    records.departures(restic.site).prune_settled(clock.now())


def settle_announced(restic: Restic, records: Records, clock: Clock) -> None:
    """The same before packs are counted, where a maintenance host has announced it.

    Raises:
        ResticError: as `settle`.
    """
    since = records.departures(restic.site).prune_open_since()
    if since is None:
        return
    _look_at_structure(restic)
    _take_off(restic, records)
    if clock.now() - since > LASTS_AT_MOST:
        records.departures(restic.site).prune_settled(clock.now())


def _look_at_structure(restic: Restic) -> None:
    locks.past_locks(Need((restic,), exclusive=True), lambda: checking.structure(restic))


def _take_off(restic: Restic, records: Records) -> None:
    records.pack_ledger(restic.site).freed(packs.listed(restic))
