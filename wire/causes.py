"""What causes mean together: which say "could not look", and which goes first."""

from collections.abc import Iterable

from wire.verdicts import Cause

# Nothing was learned about the site now; what is known of it is from before.
COULD_NOT_LOOK = frozenset(
    {
        Cause.SITE_UNREACHABLE,
        Cause.HOST_KEY_CHANGED,
        Cause.LOCKED,
        Cause.RESTIC_MISSING,
        Cause.RESTIC_CRASHED,
        Cause.RESTIC_FAILED,
        Cause.CANCELLED,
        Cause.CLOCK,
        Cause.COULD_NOT_LOOK,
    }
)
# The site was looked at, and what it has is no copy to count on.
HOLDS_NOTHING = frozenset(
    {
        Cause.REPOSITORY_DAMAGED,
        Cause.CONTENT_DIFFERS,
        Cause.SNAPSHOTS_VANISHED,
        Cause.NO_REPOSITORY,
        Cause.BAD_KEY,
        Cause.NO_SNAPSHOT,
        Cause.NEVER_RUN,
        Cause.SEEDING,
    }
)
_SERIOUSNESS = {cause: place for place, cause in enumerate(Cause)}


def most_serious(causes: Iterable[Cause]) -> Cause | None:
    """The published order decides: a fault of data always goes before the sites' separation."""
    return min(causes, key=_SERIOUSNESS.__getitem__, default=None)
