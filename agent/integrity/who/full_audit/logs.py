"""All logs into which full_audit writes on this host, and of which time they are known whole."""

import time
from dataclasses import dataclass
from pathlib import Path

from agent.errors import UnreadableFactError
from agent.host import Host, list_if_present, read_if_present
from agent.integrity.live.limit import Limit
from agent.integrity.who.full_audit.lines import Line
from agent.integrity.who.full_audit.places import of_rsyslog
from agent.integrity.who.full_audit.shares import Recorded
from agent.integrity.who.full_audit.sources import JournalLog, Log, OwnLogs, SyslogFiles
from wire.text import N_

JOURNAL = "/run/systemd/journal/socket"
_RSYSLOG, _RSYSLOG_PARTS = "/etc/rsyslog.conf", "/etc/rsyslog.d"
_UNREADABLE = N_(
    "Samba records who changes files, but the record cannot be read: {reason}. Who shares a "
    "connection with others stays unknown."
)
_UNREADABLE_REMEDY = N_("Run the agent as root, with journald or rsyslog on this host.")
_FAILS = N_("reading it fails")
_REASONS = {"missing": "No such file or directory", "denied": "Permission denied"}


@dataclass(slots=True)
class Logs:
    """Guards all logs that are written, and of which time everything in them was read."""

    host: Host
    journal: Path = Path(JOURNAL)
    _open: tuple[Log, ...] = ()
    _complete_ns: int | None = None  # None: nothing was read yet
    _trouble: str = ""

    def begin(self, recorded: Recorded) -> None:
        """From now on what is recorded so is read."""
        self.close()
        opened: list[Log] = []
        facilities = recorded.facilities - {""}
        if facilities and self.journal.exists():
            opened.append(JournalLog(self.host))
        elif facilities:
            opened.append(self._rsyslogs(facilities))
        if "" in recorded.facilities:
            opened.append(OwnLogs(recorded.own_log))
        self._open = tuple(opened)

    def read(self, since_ns: int) -> tuple[Line, ...]:
        """What is new; at the first time, from this moment on."""
        heard = [log.read(since_ns) for log in self._open]
        lines = tuple(line for each in heard for line in each.lines)
        if self._complete_ns is None:
            self._complete_ns = since_ns
        for each in heard:
            if each.skipped:
                begun_ns = min((line.until_ns for line in each.lines), default=time.time_ns())
                self._complete_ns = max(self._complete_ns, begun_ns)
        self._trouble = next((each.trouble for each in heard if each.trouble), "")
        return lines

    def complete_since(self, at_ns: int) -> bool:
        return self._complete_ns is not None and self._complete_ns <= at_ns

    def limits(self) -> tuple[Limit, ...]:
        if not self._trouble:
            return ()
        reason = _REASONS.get(self._trouble, _FAILS)
        return (Limit(_UNREADABLE, {"reason": reason}, _UNREADABLE_REMEDY),)

    def close(self) -> None:
        for log in self._open:
            log.close()
        self._open, self._complete_ns, self._trouble = (), None, ""

    def _rsyslogs(self, facilities: frozenset[str]) -> SyslogFiles:
        """Where rsyslog's settings cannot be read, nobody knows into which files it writes."""
        try:
            names = list_if_present(self.host, _RSYSLOG_PARTS)
            parts = (f"{_RSYSLOG_PARTS}/{name}" for name in names if name.endswith(".conf"))
            texts = [read_if_present(self.host, path) or "" for path in (_RSYSLOG, *parts)]
        except UnreadableFactError as error:
            return SyslogFiles((), trouble=error.reason)
        found = (path for each in sorted(facilities) for path in of_rsyslog("\n".join(texts), each))
        return SyslogFiles(tuple(dict.fromkeys(found)))
