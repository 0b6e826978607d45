"""Reads dpkg's lists and sums of single packages, as early as they can be had.

Of a package that goes nobody knows afterwards which files it had; and sums that were written to
after the package was unpacked are not its own. What was read and was good is kept.
"""

import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.errors import UnreadableFactError
from agent.host.door import Host, read_if_present
from agent.integrity.noise.packages.lists import paths_of, sums_of
from agent.integrity.noise.packages.ownership import Listed
from agent.integrity.noise.packages.state import PackageChange

_INFO = "/var/lib/dpkg/info"
_LIMIT = 64 * 2**20
_WHOLE_SECOND = timedelta(seconds=1.5)  # the log's moments are cut, and written a little later


class ListReader:
    """Guards what was read of the packages of transactions that are of interest now."""

    def __init__(self, host: Host, root: Path) -> None:
        self._host = host
        self._root = root
        self._former: dict[str, frozenset[str]] = {}  # package -> what it had at work
        self._good: dict[PackageChange, Listed] = {}

    def watch(self, changes: Iterable[PackageChange], *, running: bool) -> None:
        """These are of interest; while dpkg runs, what can be lost is read at once."""
        wanted = {change.name: change for change in changes}
        self._former = {name: paths for name, paths in self._former.items() if name in wanted}
        self._good = {one: listed for one, listed in self._good.items() if one.name in wanted}
        if not running:
            return
        for name, change in wanted.items():
            if name not in self._former:
                self._former[name] = frozenset(paths_of(self._info(name, "list") or ""))
            if change.unpacked_at is not None:
                self.listed(change, change.unpacked_at)

    def former(self) -> Iterator[tuple[str, str]]:
        """Paths that packages had while dpkg was at work, each with its package."""
        return ((path, name) for name, paths in self._former.items() for path in paths)

    def listed(self, change: PackageChange, began_at: datetime) -> Listed | None:
        """The paths and sums of a package; None: somebody wrote to the sums afterwards.

        Args:
            change: what dpkg's log says of it.
            began_at: when the transaction began: one that only configures writes no sums.
        """
        if change not in self._good:
            changed_at = self._sums_changed_at(change.name)
            written_at = change.unpacked_at or began_at
            if changed_at is not None and changed_at > written_at + _WHOLE_SECOND:
                return None
            sums = sums_of(self._info(change.name, "md5sums") or "")
            paths = tuple(paths_of(self._info(change.name, "list") or ""))
            self._good[change] = Listed(change.name, paths, sums)
        return self._good[change]

    def _info(self, name: str, kind: str) -> str | None:
        """One of dpkg's files about a package, which may bear the architecture in its name."""
        for place in _places(name, kind):
            text = read_if_present(self._host, place, limit_bytes=_LIMIT)
            if text is not None:
                return text
        return None

    def _sums_changed_at(self, name: str) -> datetime | None:
        """By the kernel's word: ctime is not set by hand. None: there are no sums."""
        for place in _places(name, "md5sums"):
            try:
                seen = os.lstat(self._root / place.removeprefix("/"))
            except FileNotFoundError:
                continue
            except OSError as error:
                raise UnreadableFactError(place, "failed", str(error.strerror)) from error
            return datetime.fromtimestamp(seen.st_ctime, UTC)
        return None


def _places(name: str, kind: str) -> tuple[str, str]:
    return f"{_INFO}/{name}.{kind}", f"{_INFO}/{name.partition(':')[0]}.{kind}"
