"""Which transaction a change may belong to, by time and by the package of its path. Pure.

Time alone explains nothing: a change must fit a package's own sums as well.
"""

from datetime import timedelta

from agent.integrity.noise.packages.state import Packages, Transaction
from agent.integrity.seen import Seen

_EARLY = timedelta(seconds=5)  # the log knows whole seconds, and is written a little late
_LATE = timedelta(seconds=60)  # until a change was looked at


def transaction_of(seen: Seen, packages: Packages, package: str) -> Transaction | None:
    """The newest that can have made this change; None: there is none.

    Args:
        seen: the change.
        packages: what dpkg says.
        package: whose file it is; empty: of none, so any transaction will do.
    """
    for transaction in reversed(packages.transactions):
        touches = not package or package in transaction.changes
        if touches and _fits_time(seen, transaction):
            return transaction
    return None


def _fits_time(seen: Seen, transaction: Transaction) -> bool:
    first = seen.since if seen.since is not None else seen.at
    return transaction.began_at - _EARLY <= seen.at and first <= transaction.ended_at + _LATE
