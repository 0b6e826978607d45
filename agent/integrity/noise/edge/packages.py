"""Reads what dpkg and apt wrote down of their newest transactions, as far as changes need it.

What cannot be read explains nothing. Lists are read while dpkg is at work, too: of a package that
goes nobody knows afterwards which files it had.
"""

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.errors import UnreadableFactError
from agent.host.door import Host, read_if_present
from agent.integrity.noise.edge.lock import is_running
from agent.integrity.noise.packages import apt_history, dpkg_log
from agent.integrity.noise.packages.dpkg_log import Action
from agent.integrity.noise.packages.lists import (
    Stanza,
    diversions_of,
    paths_of,
    stanzas_of,
    sums_of,
)
from agent.integrity.noise.packages.ownership import Listed, owned_paths, path_of
from agent.integrity.noise.packages.state import Owned, Packages, Transaction
from agent.integrity.noise.packages.transactions import transactions

_DPKG = "/var/lib/dpkg"
_LOGS = ("/var/log/dpkg.log", "/var/log/dpkg.log.1")
_HISTORIES = ("/var/log/apt/history.log.1", "/var/log/apt/history.log")
_LIMIT = 64 * 2**20
_MARGIN = timedelta(minutes=2)
_MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")


class PackageReader:
    """Guards what was read of lists while dpkg was at work."""

    def __init__(self, host: Host, root: Path = Path("/")) -> None:
        """`root`: where the host's files lie for this process."""
        self._host = host
        self._root = root
        self._prefix = os.fsencode(root).rstrip(b"/")
        self._parsed: dict[str, tuple[str, list[Action]]] = {}  # log -> its text, what it says
        self._former: dict[str, frozenset[str]] = {}  # package -> what it had at work

    def packages(self, since: datetime) -> Packages:
        """What is known of transactions that were not over at `since`.

        Raises:
            UnreadableFactError: dpkg's own records cannot be read.
        """
        running = is_running(self._root / _DPKG.removeprefix("/"))
        found = self._transactions(since)
        names = {name for transaction in found for name in transaction.changes}
        self._former = {name: paths for name, paths in self._former.items() if name in names}
        if running:
            self._remember(names)
        owned = self._owned(found) if names and not running else {}
        keeper = self._host.lstat(_DPKG)
        return Packages(
            running, found, owned, self._formerly(), self._prefix, keeper.uid, keeper.gid
        )

    def _formerly(self) -> dict[bytes, str]:
        lists = self._former.items()
        return {path_of(path, self._prefix): name for name, paths in lists for path in paths}

    def _transactions(self, since: datetime) -> tuple[Transaction, ...]:
        newer = self._actions(_LOGS[0])
        whole = bool(newer) and newer[0].at < since - _MARGIN
        older = () if whole else self._actions(_LOGS[1])
        runs = [
            run
            for name in _HISTORIES
            for run in apt_history.parse(read_if_present(self._host, name) or "", _to_utc)
        ]
        found = transactions([*older, *newer], runs)
        return tuple(one for one in found if one.ended_at >= since - _MARGIN)

    def _actions(self, name: str) -> Sequence[Action]:
        """What the log says; only what was written since the last time is parsed."""
        text = read_if_present(self._host, name, limit_bytes=_LIMIT) or ""
        text = text[: text.rfind("\n") + 1]
        known, actions = self._parsed.get(name, ("", []))
        if not text.startswith(known):
            known, actions = "", []
        actions.extend(dpkg_log.parse(text[len(known) :], _to_utc))
        self._parsed[name] = text, actions
        return actions

    def _remember(self, names: Iterable[str]) -> None:
        """What the packages of a running transaction have now; the first answer stands."""
        for name in names:
            if name not in self._former:
                text = self._info(name, "list")
                self._former[name] = frozenset(paths_of(text)) if text is not None else frozenset()

    def _owned(self, found: tuple[Transaction, ...]) -> dict[bytes, Owned]:
        newest = {name: one for one in found for name in one.changes}
        status = self._host.read(f"{_DPKG}/status", limit_bytes=_LIMIT)
        stanzas = stanzas_of(status, {name.partition(":")[0] for name in newest})
        listed = []
        for stanza in stanzas:
            name = next((one for one in _names(stanza) if one in newest), None)
            if name is not None and self._is_as_logged(name, stanza, newest[name]):
                listed.append(self._listed(name, stanza))
        diversions = diversions_of(read_if_present(self._host, f"{_DPKG}/diversions") or "")
        return owned_paths(listed, diversions, self._merged(), self._prefix)

    def _is_as_logged(self, name: str, stanza: Stanza, transaction: Transaction) -> bool:
        """The version is the one that the log says, and nobody wrote its sums afterwards."""
        if stanza.version != transaction.changes[name].new or not stanza.present:
            return False
        changed_at = self._changed_at(name)
        return changed_at is None or changed_at <= transaction.ended_at + _MARGIN

    def _listed(self, name: str, stanza: Stanza) -> Listed:
        sums = sums_of(self._info(name, "md5sums") or "")
        paths = tuple(paths_of(self._info(name, "list") or ""))
        return Listed(name, paths, {**sums, **stanza.conffiles})

    def _info(self, name: str, kind: str) -> str | None:
        """One of dpkg's files about a package, which may bear the architecture in its name."""
        for place in _places(name, kind):
            text = read_if_present(self._host, place, limit_bytes=_LIMIT)
            if text is not None:
                return text
        return None

    def _changed_at(self, name: str) -> datetime | None:
        """When the sums were written to, by the kernel's word: ctime is not set by hand."""
        for place in _places(name, "md5sums"):
            try:
                seen = os.lstat(self._root / place.removeprefix("/"))
            except FileNotFoundError:
                continue
            except OSError as error:
                raise UnreadableFactError(place, "failed", str(error.strerror)) from error
            return datetime.fromtimestamp(seen.st_ctime, UTC)
        return None

    def _merged(self) -> frozenset[str]:
        """Folders that are only links into /usr now; packages may still name them."""
        found = set()
        for name in _MERGED:
            try:
                if self._host.lstat(f"/{name}").kind == "link":
                    found.add(name)
            except UnreadableFactError as error:
                if error.reason != "missing":
                    raise
        return frozenset(found)


def _places(name: str, kind: str) -> tuple[str, str]:
    return f"{_DPKG}/info/{name}.{kind}", f"{_DPKG}/info/{name.partition(':')[0]}.{kind}"


def _names(stanza: Stanza) -> tuple[str, str]:
    """As the log may name it."""
    return f"{stanza.name}:{stanza.architecture}", stanza.name


def _to_utc(local: datetime) -> datetime:
    return local.astimezone(UTC)
