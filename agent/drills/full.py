"""D1: bring everything back from the site into the sealed folder and compare all of it."""

from concurrent.futures import ThreadPoolExecutor

from agent.drills import compare
from agent.drills.companion import demand_root
from agent.drills.errors import StoppedDrillError
from agent.drills.found import Found
from agent.drills.ground import Ground, Located, demand_space, looking_at_restored
from agent.drills.phases import COMPARE, RESTORE
from agent.restic import reading
from agent.restic.errors import ResticError
from recovery.drill_verdict import DrillFacts
from wire.verdicts import Cause


def restore_all(ground: Ground, located: Located) -> Found:
    """Restore and compare; damage at the site is counted file by file, not only told.

    Raises:
        StoppedDrillError: no room, or the manifest contradicts itself.
        ResticError: the site went away: nothing can be said about its data then.
    """
    committed = located.held.commitment
    unproven = located.held.about.unproven
    demand_space(ground, committed.leaves + unproven, committed.bytes)
    with ground.watch.phase(RESTORE):
        damage = _restore(ground, located)
    with ground.watch.phase(COMPARE), looking_at_restored(ground):
        comparison = compare.compare_all(ground.sealed.tree, located.held.entries())
        files = compare.count_files(ground.sealed.tree)
    uncommitted = max(0, files - comparison.present - unproven)
    facts = DrillFacts(
        committed=committed.leaves,
        expected=committed.leaves,
        compared=comparison.present,
        mismatches=comparison.mismatches + uncommitted,
        unproven=unproven,
        cause=damage,
    )
    return Found(facts, files=comparison.present, bytes=comparison.bytes, located=located)


def _restore(ground: Ground, located: Located) -> Cause | None:
    """Restore while the manifest is checked against its root: restic is a process of its own.

    Returns:
        REPOSITORY_DAMAGED when part of it did not come; None when restic gave everything.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="root") as pool:
        root = pool.submit(demand_root, located.held)
        damage = restore_what_can_be(ground, located.point.data.id)
        root.result()
    return damage


def restore_what_can_be(
    ground: Ground, snapshot: str, include: tuple[str, ...] = ()
) -> Cause | None:
    """Restore; damaged data is an answer, anything else that fails is not."""
    try:
        reading.restore(ground.restic, snapshot, ground.sealed.tree, include=include)
    except ResticError as error:
        if error.cause is Cause.DISK_FULL:  # a restore fills our disk, not the site's
            raise StoppedDrillError(
                Cause.NO_SPACE, site=ground.site, detail="the disk here became full"
            ) from error
        if error.cause is not Cause.REPOSITORY_DAMAGED:
            raise
        return error.cause
    return None
