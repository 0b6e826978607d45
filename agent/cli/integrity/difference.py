"""What is different in a file, with what it was and what it is: `mode 0644 → 0600`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from agent.cli.documents import moment_text
from agent.daemon.people import account_name, group_name
from agent.files.record import FileRecord
from agent.integrity.change import Change
from texts.file_words import WHAT, word_of
from texts.moments import show_bytes, show_count, show_second

_ALONG = frozenset({"content", "mtime", "ctime"})  # come along with new content


def differences(change: Change) -> str:
    """For a person; codes that are newer than this program speak for themselves."""
    return ", ".join(_difference(code, change.before, change.after) for code in _telling(change))


def values(record: FileRecord | None) -> dict[str, Any] | None:
    """What a program may want to compare of a file; never its content's hash."""
    if record is None:
        return None
    return {
        "size": record.size,
        "mode": mode_of(record),
        "uid": record.uid,
        "gid": record.gid,
        "links": record.links,
        "changed": moment_text(_mtime(record)),
    }


def mode_of(record: FileRecord) -> str:
    return f"{record.mode & 0o7777:04o}"


def _telling(change: Change) -> Sequence[str]:
    """Without what comes along anyway: new content has a new time, and any change a ctime."""
    along = _ALONG if "content" in change.what else {"ctime"}
    return [code for code in change.what if code not in along] or change.what


def _difference(code: str, before: FileRecord | None, after: FileRecord | None) -> str:
    word = word_of(WHAT, code)
    if before is None or after is None or code not in _SHOWN:
        return word
    shows = _SHOWN[code]
    old, new = shows(before), shows(after)
    if old != new:
        return f"{word} {old} → {new}"
    if code == "size":  # both 1.5 KiB: by the byte, then
        return f"{word} {show_count(before.size)} → {show_count(after.size)} B"
    return word


def _mtime(record: FileRecord) -> datetime:
    return datetime.fromtimestamp(record.mtime_ns / 1e9, tz=UTC)


_SHOWN: Mapping[str, Callable[[FileRecord], str]] = {
    "size": lambda record: show_bytes(record.size),
    "mode": mode_of,
    "uid": lambda record: account_name(record.uid),
    "gid": lambda record: group_name(record.gid),
    "mtime": lambda record: show_second(_mtime(record)),
    "links": lambda record: show_count(record.links),
}
