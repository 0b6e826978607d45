"""The frames in which lines of full_audit stand: of syslog, of journald, of Samba's own log. Pure.

Source: RFC 3164 and rsyslog's RSYSLOG_FileFormat, journalctl(1) -o json, smb.conf(5).
"""

import re
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

import msgspec

PROGRAM = "smbd_audit"
_SECOND_NS = 1_000_000_000
_DAY_S = 86_400
_LONGEST_SYSLOG = 1_000  # some daemons cut there; what was cut can be another's path
_LONGEST_OWN = 4_000
_MONTHS = b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_SYSLOG = re.compile(
    rb"(?:(" + b"|".join(_MONTHS) + rb") ([ \d]\d) (\d\d):(\d\d):(\d\d)"
    rb"|(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)))"
    rb" (\S+) " + PROGRAM.encode() + rb"(?:\[(\d+)\])?: ?(.*)\Z",
    re.DOTALL,
)
_ESCAPED = re.compile(rb"#[0-7]{3}")  # a control character, or a name that looks like one
_OWN = re.compile(
    rb"\[(\d{4})/(\d\d)/(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{6}))?, +\d+(?:, pid=(\d+))?[^\]]*\]"
    rb" .*vfs_full_audit\.c:\d+\(do_log\)\Z"
)


class Line(NamedTuple):
    """One line, and what is certain of it besides its text."""

    from_ns: int  # UTC wall clock: it was written between …
    until_ns: int
    pid: int | None  # of the process that wrote it; None: nobody says
    vouched: bool  # nobody else can have written it than this process, or root
    message: bytes


def of_syslog(raw: Iterable[bytes], now_s: float, host: bytes) -> Iterator[Line]:
    """Of this host's lines; anybody who may log can write such a one."""
    for text in raw:
        found = _SYSLOG.match(text)
        if found is None or len(text) > _LONGEST_SYSLOG or _ESCAPED.search(found[9]):
            continue
        if found[7].partition(b".")[0] != host.partition(b".")[0]:
            continue
        try:
            from_ns, until_ns = _of_iso(found[6]) if found[6] else _of_year_unknown(found, now_s)
        except (ValueError, OverflowError):  # no moment that there is: nobody's daemon wrote it
            continue
        pid = int(found[8]) if found[8] else None
        yield Line(from_ns, until_ns, pid, vouched=False, message=found[9])


def of_own(raw: Iterable[bytes], *, vouched: bool) -> Iterator[Line]:
    """A head, then the message, indented; one of more lines has a name with a line end in it."""
    head: re.Match[bytes] | None = None
    messages: list[bytes] = []
    for text in (*raw, b"["):
        if text.startswith(b"  "):
            messages.append(text[2:])
            continue
        if head is not None and len(messages) == 1 and len(messages[0]) < _LONGEST_OWN:
            year, month, day, hour, minute, second = (int(head[n]) for n in range(1, 7))
            micros = int(head[7] or 0)
            at_ns = _local_ns((year, month, day, hour, minute, second)) + micros * 1000
            until_ns = at_ns if head[7] else at_ns + _SECOND_NS
            pid = int(head[8]) if head[8] else None
            yield Line(at_ns, until_ns, pid, vouched, messages[0])
        head, messages = _OWN.match(text), []


class _Entry(msgspec.Struct):
    message: str | list[int] | None = msgspec.field(name="MESSAGE", default=None)
    at_us: str = msgspec.field(name="__REALTIME_TIMESTAMP", default="")
    sent_us: str = msgspec.field(name="_SOURCE_REALTIME_TIMESTAMP", default="")
    pid: str = msgspec.field(name="_PID", default="")
    exe: str = msgspec.field(name="_EXE", default="")
    cursor: str = msgspec.field(name="__CURSOR", default="")


class Journalled(NamedTuple):
    lines: tuple[Line, ...]
    cursor: str  # after which the next are asked for


def of_journal(text: str, programs: frozenset[str]) -> Journalled:
    """What some smbd wrote; journald has asked the kernel for the sender and its program.

    Anybody may run an smbd of his own: whose it was, is asked where the line is used.

    Raises:
        msgspec.DecodeError: it is something else.
    """
    lines, cursor = [], ""
    for row in text.splitlines():
        entry = msgspec.json.decode(row, type=_Entry)
        cursor = entry.cursor
        if entry.exe not in programs or not entry.pid.isdecimal() or entry.message is None:
            continue
        said = entry.message
        raw = said.encode() if isinstance(said, str) else bytes(said)
        at_us = entry.sent_us or entry.at_us
        if at_us.isdecimal():
            at_ns = int(at_us) * 1000
            lines.append(Line(at_ns, at_ns, int(entry.pid), vouched=True, message=raw))
    return Journalled(tuple(lines), cursor)


def _of_iso(text: bytes) -> tuple[int, int]:
    at = datetime.fromisoformat(text.decode())
    at_ns = int(at.timestamp()) * _SECOND_NS + at.microsecond * 1000
    return at_ns, at_ns if at.microsecond else at_ns + _SECOND_NS


def _of_year_unknown(found: re.Match[bytes], now_s: float) -> tuple[int, int]:
    year = time.localtime(now_s).tm_year
    day, hour, minute, second = (int(found[n]) for n in range(2, 6))
    month = _MONTHS.index(found[1]) + 1
    at_ns = _local_ns((year, month, day, hour, minute, second))
    if at_ns > (now_s + _DAY_S) * _SECOND_NS:
        at_ns = _local_ns((year - 1, month, day, hour, minute, second))
    return at_ns, at_ns + _SECOND_NS


def _local_ns(moment: tuple[int, int, int, int, int, int]) -> int:
    return int(time.mktime((*moment, 0, 0, -1))) * _SECOND_NS
