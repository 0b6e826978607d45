"""Reads what is new where full_audit writes: journald, rsyslog's files, Samba's own log."""

import os
import socket
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from agent.errors import UnreadableFactError
from agent.host import Host
from agent.host.files import reason_of
from agent.integrity.who.full_audit.lines import PROGRAM, Line, of_journal, of_own, of_syslog
from agent.integrity.who.full_audit.tails import Added, Tail
from agent.integrity.who.sessions import PROGRAMS

_ASK = (
    "journalctl", "--quiet", "--no-pager", "--all", f"--identifier={PROGRAM}", "--output=json",
    "--output-fields=MESSAGE,_PID,_EXE,_SOURCE_REALTIME_TIMESTAMP",
)  # fmt: skip
_MOST_LINES = 5_000
_WITHIN_S = 2.0
_MOST_FILES = 64
_SECOND_NS = 1_000_000_000


class Heard(NamedTuple):
    """Lines in the order of each log."""

    lines: tuple[Line, ...]
    skipped: bool = False  # something before them was not read
    trouble: str = ""  # a code of agent.errors.UnreadableFactError: nothing can be read


class Log(Protocol):
    """One place into which lines are written."""

    def read(self, since_ns: int) -> Heard:
        """What is new; of a log that was never read, from this moment on or earlier."""

    def close(self) -> None: ...


@dataclass(slots=True)
class JournalLog:
    """journald's: it has asked the kernel who sent each line."""

    host: Host
    _cursor: str = ""

    def read(self, since_ns: int) -> Heard:
        since_s = since_ns // _SECOND_NS
        after = f"--after-cursor={self._cursor}" if self._cursor else f"--since=@{since_s}"
        try:
            text = self.host.run((*_ASK, f"--lines={_MOST_LINES}", after), _WITHIN_S)
            found = of_journal(text, PROGRAMS)
        except UnreadableFactError as error:
            self._cursor = ""
            return Heard((), skipped=True, trouble=error.reason)
        except (msgspec.DecodeError, ValueError):
            self._cursor = ""
            return Heard((), skipped=True, trouble="unparsable")
        self._cursor = found.cursor or self._cursor
        return Heard(found.lines, skipped=text.count("\n") >= _MOST_LINES)

    def close(self) -> None:
        self._cursor = ""


@dataclass(slots=True)
class SyslogFiles:
    """What rsyslog writes: anybody may have told it to, so that none of it is vouched for."""

    paths: Sequence[str]
    trouble: str = ""  # why nobody knows the paths
    wall_s: Callable[[], float] = time.time
    host: str = field(default_factory=socket.gethostname)
    _tails: dict[Path, Tail] = field(default_factory=dict)

    def read(self, since_ns: int) -> Heard:
        del since_ns
        if self.trouble:
            return Heard((), skipped=True, trouble=self.trouble)
        heard = _read_all(self._tails, (Path(path) for path in self.paths[:_MOST_FILES]))
        now_s, host = self.wall_s(), os.fsencode(self.host)
        lines = (line for added in heard.added for line in of_syslog(added.lines, now_s, host))
        return Heard(tuple(lines), heard.skipped, heard.trouble)

    def close(self) -> None:
        _close_all(self._tails)


@dataclass(slots=True)
class OwnLogs:
    """Samba's own log, which may be a file for each client."""

    pattern: str
    _tails: dict[Path, Tail] = field(default_factory=dict)

    def read(self, since_ns: int) -> Heard:
        try:
            paths = self._newest(since_ns)
        except OSError as error:
            return Heard((), skipped=True, trouble=reason_of(error))
        heard = _read_all(self._tails, iter(paths))
        lines = (
            line for added in heard.added for line in of_own(added.lines, vouched=added.vouched)
        )
        return Heard(tuple(lines), heard.skipped, heard.trouble)

    def close(self) -> None:
        _close_all(self._tails)

    def _newest(self, since_ns: int) -> list[Path]:
        """Those that were written to since; what is read already counts first."""
        pattern = Path(self.pattern)
        written: list[tuple[int, Path]] = []
        for path in pattern.parent.glob(pattern.name):
            status = path.lstat()
            if stat.S_ISREG(status.st_mode) and status.st_mtime_ns >= since_ns:
                written.append((status.st_mtime_ns, path))
        newest = [path for _, path in sorted(written, reverse=True)[:_MOST_FILES]]
        for path in set(self._tails) - set(newest):
            self._tails.pop(path).close()
        return newest


class _Read(NamedTuple):
    added: list[Added]
    skipped: bool
    trouble: str


def _read_all(tails: dict[Path, Tail], paths: Iterator[Path]) -> _Read:
    """What is not there is written by nobody yet; where nothing can be read, the reason is told."""
    added: list[Added] = []
    trouble = ""
    for path in paths:
        try:
            added.append(tails.setdefault(path, Tail(path)).read())
        except FileNotFoundError:
            tails.pop(path).close()
            trouble = trouble or "missing"
        except OSError as error:
            tails.pop(path).close()
            trouble = reason_of(error)
    if added and trouble == "missing":
        trouble = ""
    return _Read(added, any(each.skipped for each in added), trouble)


def _close_all(tails: dict[Path, Tail]) -> None:
    for tail in tails.values():
        tail.close()
    tails.clear()
