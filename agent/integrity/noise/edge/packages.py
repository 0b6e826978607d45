"""Reads what dpkg and apt wrote down of their newest transactions, as far as changes need it.

What cannot be read explains nothing.
"""

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.errors import UnreadableFactError
from agent.host.door import Host, read_if_present
from agent.integrity.noise.edge.lists import ListReader
from agent.integrity.noise.edge.lock import is_running
from agent.integrity.noise.edge.renewed import was_renewed
from agent.integrity.noise.packages import apt_history, dpkg_log
from agent.integrity.noise.packages.dpkg_log import Action
from agent.integrity.noise.packages.lists import Stanza, diversions_of, stanzas_of
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
    """Guards what was parsed of dpkg's logs, and read of its lists."""

    def __init__(self, host: Host, root: Path = Path("/")) -> None:
        """`root`: where the host's files lie for this process."""
        self._host = host
        self._root = root
        self._prefix = os.fsencode(root).rstrip(b"/")
        self._parsed: dict[str, tuple[str, list[Action]]] = {}  # log -> its text, what it says
        self._lists = ListReader(host, root)
        self._new: dict[tuple[str, datetime], bool] = {}  # package, when it came -> really

    def packages(self, since: datetime) -> Packages:
        """What is known of transactions that were not over at `since`.

        Raises:
            UnreadableFactError: dpkg's own records cannot be read.
        """
        running = is_running(self._root / _DPKG.removeprefix("/"))
        found = self._transactions(since)
        recorded_ns = self._lists.watch(found, running=bool(running))
        owned = self._owned(found) if found and not running else {}
        former = {path_of(path, self._prefix): name for path, name in self._lists.former()}
        keeper = self._host.lstat(_DPKG)
        return Packages(
            running, found, owned, former, recorded_ns, self._prefix, keeper.uid, keeper.gid
        )

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

    def _owned(self, found: tuple[Transaction, ...]) -> dict[bytes, Owned]:
        newest = _newest(found)
        self._new = {key: new for key, new in self._new.items() if key[0] in newest}
        status = self._host.read(f"{_DPKG}/status", limit_bytes=_LIMIT)
        stanzas = stanzas_of(status, {name.partition(":")[0] for name in newest})
        listed = (self._listed(stanza, newest) for stanza in stanzas)
        diversions = diversions_of(read_if_present(self._host, f"{_DPKG}/diversions") or "")
        present = (one for one in listed if one is not None)
        owned = owned_paths(present, diversions, self._merged(), self._prefix)
        return self._renewed(owned, newest)

    def _listed(self, stanza: Stanza, newest: Mapping[str, Transaction]) -> Listed | None:
        """None: it is not there in the version that the log says, or its sums are not its own."""
        name = next((one for one in _names(stanza) if one in newest), None)
        if name is None or not stanza.present:
            return None
        change = newest[name].changes[name]
        if stanza.version != change.new:
            return None
        if change.unpacked_at is None:  # only configured: nothing else of it came anew
            return Listed(name, tuple(stanza.conffiles), stanza.conffiles)
        listed = self._lists.listed(change, newest[name])
        return replace(listed, sums={**listed.sums, **stanza.conffiles}) if listed else None

    def _renewed(
        self, owned: dict[bytes, Owned], newest: Mapping[str, Transaction]
    ) -> dict[bytes, Owned]:
        """Without packages that the log says were unpacked, and of which most is older."""
        files = defaultdict[str, list[bytes]](list)
        for path, one in owned.items():
            if one.md5:
                files[one.package].append(path)
        forged = {name for name, own in files.items() if not self._is_new(name, own, newest)}
        if not forged:
            return owned
        return {path: one for path, one in owned.items() if one.package not in forged}

    def _is_new(self, name: str, files: Sequence[bytes], newest: Mapping[str, Transaction]) -> bool:
        """Asked once of each."""
        transaction = newest[name]
        unpacked_at = transaction.changes[name].unpacked_at
        if unpacked_at is None:
            return True
        key = (name, unpacked_at)
        if key not in self._new:
            self._new[key] = was_renewed(files, transaction.began_at)
        return self._new[key]

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


def _newest(found: Sequence[Transaction]) -> dict[str, Transaction]:
    """The one that came last of each package; one that unpacked it before others."""
    newest: dict[str, Transaction] = {}
    for one in found:
        for name, change in one.changes.items():
            if change.unpacked_at is not None or change.new == "" or name not in newest:
                newest[name] = one
    return newest


def _names(stanza: Stanza) -> tuple[str, str]:
    """As the log may name it."""
    return f"{stanza.name}:{stanza.architecture}", stanza.name


def _to_utc(local: datetime) -> datetime:
    return local.astimezone(UTC)
