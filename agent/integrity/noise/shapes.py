"""What a file may do besides being there: bits, owner and attributes that matter. Pure."""

import stat

from agent.files.attributes import LABEL, NOT_READ, values_of
from agent.files.record import FileRecord

_SET_ID = stat.S_ISUID | stat.S_ISGID
_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH
_RUNS = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH


def same_powers(before: FileRecord, after: FileRecord) -> bool:
    """The same kind of thing, mode, owner, ACL and capabilities."""
    return (before.mode, before.uid, before.gid) == (after.mode, after.uid, after.gid) and (
        _attributes(before) == _attributes(after) is not None
    )


def ordinary(record: FileRecord, uid: int, gid: int) -> bool:
    """Owned as given, without set-id bits, ACL or capabilities, and written by nobody else.

    The mode of a symbolic link says nothing.
    """
    plain = stat.S_ISLNK(record.mode) or not record.mode & (_SET_ID | _BY_OTHERS)
    return plain and (record.uid, record.gid) == (uid, gid) and _attributes(record) == {}


def idle(record: FileRecord) -> bool:
    """An ordinary file that nobody can run as a program, and without attributes of its own."""
    runs = record.mode & (_SET_ID | _RUNS)
    return record.is_file and not runs and not record.trouble and not _attributes(record)


def _attributes(record: FileRecord) -> dict[bytes, bytes] | None:
    """Without the label, which the system's policy sets; None where they were not read."""
    if record.attributes == NOT_READ:
        return None
    values = values_of(record.attributes)
    values.pop(LABEL, None)
    return values
