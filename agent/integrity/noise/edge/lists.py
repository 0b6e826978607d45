"""Reads dpkg's lists and sums of single packages, as early as they can be had.

Of a package that goes nobody knows afterwards which files it had; and lists and sums that were
written to after the package was unpacked are not its own. What was read and was good is kept.
"""

import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from agent.errors import UnreadableFactError
from agent.host.door import Host, read_if_present
from agent.integrity.noise.packages.lists import paths_of, sums_of
from agent.integrity.noise.packages.ownership import Listed
from agent.integrity.noise.packages.state import PackageChange, Transaction
from agent.integrity.noise.packages.windows import lies_in

_DPKG = "/var/lib/dpkg"
_STATUS = f"{_DPKG}/status"
_INFO = f"{_DPKG}/info"
_LIMIT = 64 * 2**20
_Unpacked = tuple[str, str, datetime]  # which package in which version came to be there, and when


class ListReader:
    """Guards what was read of the packages of transactions that are of interest now."""

    def __init__(self, host: Host, root: Path) -> None:
        self._host = host
        self._root = root
        self._former: dict[str, frozenset[str]] = {}  # package -> what it had at work
        self._good: dict[_Unpacked, Listed] = {}
        self._found: Sequence[Transaction] = ()
        self._recorded_ns: int | None = None

    def watch(self, found: Sequence[Transaction], *, running: bool) -> int:
        """These are of interest; while dpkg runs, what can be lost is read at once.

        Returns:
            When dpkg wrote its newest record, by the kernel's word; 0 while it runs.
        """
        wanted = {name for one in found for name in one.changes}
        self._former = {name: paths for name, paths in self._former.items() if name in wanted}
        self._good = {one: listed for one, listed in self._good.items() if one[0] in wanted}
        self._found = found
        status = None if running else self._written(_STATUS)
        self._recorded_ns = None if status is None else status.st_ctime_ns
        if running:
            self._read_at_once()
        return self._recorded_ns or 0

    def former(self) -> Iterator[tuple[str, str]]:
        """Paths that packages had while dpkg was at work, each with its package."""
        return ((path, name) for name, paths in self._former.items() for path in paths)

    def listed(self, change: PackageChange, transaction: Transaction) -> Listed | None:
        """The paths and sums of a package; None: they are not as dpkg has left them.

        Args:
            change: what dpkg's log says of it.
            transaction: the one that unpacked it.
        """
        if change.unpacked_at is None:
            return None
        key = (change.name, change.new, change.unpacked_at)
        if key not in self._good and self._is_dpkgs(change, transaction, change.unpacked_at):
            sums = sums_of(self._info(change.name, "md5sums") or "")
            paths = tuple(paths_of(self._info(change.name, "list") or ""))
            if self._is_dpkgs(change, transaction, change.unpacked_at):  # also while it was read
                self._good[key] = Listed(change.name, paths, sums)
        return self._good.get(key)

    def _read_at_once(self) -> None:
        for transaction in self._found:
            for name, change in transaction.changes.items():
                if name not in self._former:
                    self._former[name] = frozenset(paths_of(self._info(name, "list") or ""))
                self.listed(change, transaction)

    def _is_dpkgs(
        self, change: PackageChange, transaction: Transaction, unpacked_at: datetime
    ) -> bool:
        """Whether list and sums were written when the log says so, and not touched since.

        dpkg writes both whenever it unpacks a package, and the list also when another package takes
        over one of its files. Its status file it writes after all of them.
        """
        listed, sums = self._of(change.name, "list"), self._of(change.name, "md5sums")
        if listed is None or not self._was_there(listed):
            return False
        later = self._found[self._found.index(transaction) :]
        if not any(lies_in(listed.st_ctime_ns, one.began_at, one.ended_at) for one in later):
            return False
        return sums is None or (
            self._was_there(sums) and lies_in(sums.st_ctime_ns, transaction.began_at, unpacked_at)
        )

    def _was_there(self, seen: os.stat_result) -> bool:
        """When dpkg wrote its newest record, and on its filesystem."""
        status = self._written(_STATUS)
        if status is None or status.st_dev != seen.st_dev:
            return False
        return self._recorded_ns is None or seen.st_ctime_ns <= self._recorded_ns

    def _of(self, name: str, kind: str) -> os.stat_result | None:
        found = (self._written(place) for place in _places(name, kind))
        return next((seen for seen in found if seen is not None), None)

    def _written(self, place: str) -> os.stat_result | None:
        """What the kernel says of one of dpkg's files: ctime is not set by hand."""
        try:
            return os.lstat(self._root / place.removeprefix("/"))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UnreadableFactError(place, "failed", str(error.strerror)) from error

    def _info(self, name: str, kind: str) -> str | None:
        """One of dpkg's files about a package, which may bear the architecture in its name."""
        for place in _places(name, kind):
            text = read_if_present(self._host, place, limit_bytes=_LIMIT)
            if text is not None:
                return text
        return None


def _places(name: str, kind: str) -> tuple[str, str]:
    return f"{_INFO}/{name}.{kind}", f"{_INFO}/{name.partition(':')[0]}.{kind}"
