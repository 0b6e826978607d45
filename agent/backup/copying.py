"""Brings what the first site holds to another one."""

from collections.abc import Sequence

from agent.backup.records.records import Point
from agent.backup.verification.persisting import persist
from agent.restic import checking, locks, saving, traffic
from agent.restic.door import LONG_S, Restic
from agent.restic.environment import Repository
from agent.restic.errors import ResticError
from wire.verdicts import Cause


def copy(
    target: Restic,
    source: Restic,
    ids: Sequence[str],
    on_stored: traffic.OnBytes = traffic.ignore,
) -> None:
    """Copy snapshots by their full ids; a failure names the site that it belongs to.

    Raises:
        ResticError: the copy was not made; `site` is where the fault lies.
    """

    def work() -> None:
        saving.copy(target, source.repository, ids, timeout_s=LONG_S, on_stored=on_stored)

    try:
        persist((target, source), lambda: locks.past_locks(locks.Need((target, source)), work))
    except ResticError as error:
        if error.cause is not Cause.REPOSITORY_DAMAGED:
            raise
        raise _located(error, target, source.repository) from error


def _located(error: ResticError, target: Restic, source: Repository) -> ResticError:
    """Restic does not say which of the two repositories is damaged: look at the target's own."""
    try:
        checking.structure(target)
    except ResticError as at_target:
        return at_target
    return ResticError(error.cause, site=source.site, verb="copy", says=error.says)


def known_companion(point: Point | None, tree: str) -> str | None:
    """The companion that already serves this tree at a site, as last read back there."""
    return point.companion if point is not None and point.tree == tree else None
