"""Looks at single paths that somebody has named, beside a refresh that may be running."""

import os
import sqlite3
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from agent.files.examining import Examining
from agent.files.journal import is_watched
from agent.files.names import key_of, path_of
from agent.files.record import Status, Trouble, status_of
from agent.files.refresh import refresh
from agent.files.rows import Row, read_row, read_rows
from agent.files.walk import NO_STATUS, Seen, trouble_of

IgnoreOf = Callable[[bytes], bool]  # whether nothing is to be known of this absolute path


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at single paths did."""

    paths: int  # that were named, each once
    files: int  # regular files looked at, also inside folders that are new
    hashed: int
    removed: int
    unreadable: int
    later: int = 0  # large files that are still being read; their transitions follow


@dataclass(frozen=True, slots=True)
class IgnoredBelow:
    """`IgnoreOf` as a walk asks it; every folder is entered, since one answer judges one path."""

    root: bytes
    ignore_of: IgnoreOf

    def covers(self, relative: bytes) -> bool:  # noqa: ARG002 - the protocol's
        return False

    def restricts(self, relative: bytes) -> bool:
        return self.ignore_of(self.root + b"/" + relative)

    def __bool__(self) -> bool:
        return True


def look(
    connection: sqlite3.Connection,
    paths: Iterable[bytes],
    ignore_of: IgnoreOf,
    examining: Examining,
) -> int:
    """Look at each path once; at a folder that is not known, at everything in it.

    Returns:
        How many different paths were named.
    """
    keys = sorted({key_of(path) for path in paths})
    walked = b""
    for key in keys:
        if walked and key.startswith(walked):
            continue
        path = path_of(key)
        if _look_at(connection, key, examining, ignored=ignore_of(path)):
            refresh(connection, path, IgnoredBelow(path, ignore_of), examining, _no_step)
            walked = key + b"\0"
    examining.finish()
    return len(keys)


def _look_at(
    connection: sqlite3.Connection, key: bytes, examining: Examining, *, ignored: bool
) -> bool:
    """Judge one path; true when it is a folder of which nothing is known yet."""
    found, seen = read_row(connection, key), _seen(key, is_root=is_watched(connection, key))
    if seen is None or seen.status is None:
        _forget_all(connection, key, examining)
        return False
    if stat.S_ISDIR(seen.status.mode) and not seen.trouble:
        if found is None or not _same_folder(found, seen.status):
            return True
    elif found is not None and stat.S_ISDIR(found.mode):  # what was in it is gone with it
        _forget_all(connection, key + b"\0", examining)
    if ignored:
        return False
    if seen.trouble:
        examining.close_off(seen, found, ())
    else:
        examining.take(seen, found)
    return False


def _forget_all(connection: sqlite3.Connection, key: bytes, examining: Examining) -> None:
    for row in read_rows(connection, key):
        examining.forget(row)


def _seen(key: bytes, *, is_root: bool) -> Seen | None:
    """What lies there; None: nothing, or not at this place but through a link on the way.

    Another filesystem is entered only where it is itself watched.
    """
    path = path_of(key)
    folder = os.path.dirname(path)  # noqa: PTH120 - bytes
    try:
        if os.path.realpath(folder, strict=True) != folder:
            return None
        status = status_of(os.lstat(path))
        foreign = not is_root and status.device != os.lstat(folder).st_dev
        return Seen(key, status, Trouble.OTHER_FILESYSTEM if foreign else Trouble.NONE)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return Seen(key, NO_STATUS, trouble_of(error))


def _same_folder(found: Row, status: Status) -> bool:
    """Not another one under the same name, whose inside nobody has seen."""
    return (
        stat.S_ISDIR(found.mode) and found.inode == status.inode and found.trouble == Trouble.NONE
    )


def _no_step(_seen: int) -> None:
    pass
