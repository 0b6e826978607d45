"""Which transaction a change may belong to, by time and by the package of its path. Pure.

Time alone explains nothing: a change must fit a package's own sums as well. Of a package's file
the kernel's time of its last change counts, too: nobody sets it by hand. What was touched before
dpkg began, after the package was configured, or after dpkg's newest record, somebody else touched.
"""

from datetime import UTC, datetime, timedelta

from agent.files.record import FileRecord
from agent.integrity.noise.packages.state import PackageChange, Packages, Transaction
from agent.integrity.seen import Seen

_EARLY = timedelta(seconds=5)  # the log knows whole seconds, and is written a little late
_LATE = timedelta(seconds=60)  # until a change was looked at
_SECOND = timedelta(seconds=1)  # the log's moments are cut to whole ones


def transaction_of(seen: Seen, packages: Packages, package: str) -> Transaction | None:
    """The newest that can have made this change; None: there is none.

    Args:
        seen: the change.
        packages: what dpkg says.
        package: whose file it is; empty: of none, so any transaction will do.
    """
    for transaction in reversed(packages.transactions):
        if not _fits_time(seen, transaction):
            continue
        if not package:
            return transaction
        change = transaction.changes.get(package)
        if change and _was_changed(seen.change.after, transaction, change, packages):
            return transaction
    return None


def lies_in(moment_ns: int, begin: datetime, end: datetime) -> bool:
    """Whether the kernel's time lies within what the log says from these seconds."""
    moment = datetime.fromtimestamp(moment_ns // 1_000 / 1e6, UTC)
    return begin - _SECOND <= moment < end + _SECOND


def _fits_time(seen: Seen, transaction: Transaction) -> bool:
    first = seen.since if seen.since is not None else seen.at
    return transaction.began_at - _EARLY <= seen.at and first <= transaction.ended_at + _LATE


def _was_changed(
    after: FileRecord | None, transaction: Transaction, change: PackageChange, packages: Packages
) -> bool:
    """Whether this transaction can have touched it last; what is gone has no time."""
    if after is None or after.is_directory:
        return True
    end = change.configured_at or transaction.ended_at
    known = after.ctime_ns <= packages.recorded_ns
    return known and lies_in(after.ctime_ns, transaction.began_at, end)
