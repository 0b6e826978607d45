"""Looks at single paths that somebody has named, beside a refresh that may be running."""

import os
import sqlite3
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from agent.files.examining import Examining
from agent.files.filesystems import Mount, mount_over
from agent.files.journal import is_watched
from agent.files.names import key_of, path_of
from agent.files.record import NO_STATUS, Status, Trouble, trouble_of
from agent.files.refresh import refresh
from agent.files.rows import Row, read_row, read_rows
from agent.files.walk import Seen

IgnoreOf = Callable[[bytes], bool]  # whether nothing is to be known of this absolute path


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at single paths did."""

    paths: int  # that were named, each once
    files: int  # regular files looked at, also inside folders that are new
    hashed: int
    removed: int
    unreadable: int
    later: int  # large files that wait to be read; their transitions follow


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


@dataclass(frozen=True, slots=True)
class Single:
    """What a look at single paths needs."""

    connection: sqlite3.Connection
    examining: Examining
    ignore_of: IgnoreOf
    mounts: tuple[Mount, ...]

    def look(self, paths: Iterable[bytes]) -> int:
        """Look at each path once; at a folder that is not known, at everything in it.

        Returns:
            How many different paths were named.
        """
        keys = sorted({key_of(path) for path in paths})
        walked = b""
        for key in keys:
            if walked and key.startswith(walked):
                continue
            if self._look_at(key):
                path = path_of(key)
                ignore = IgnoredBelow(path, self.ignore_of)
                refresh(self.connection, path, ignore, self.examining, _no_step)
                walked = key + b"\0"
        self.examining.finish()
        return len(keys)

    def _look_at(self, key: bytes) -> bool:
        """Judge one path; true when it is a folder of which nothing is known yet."""
        found, seen = read_row(self.connection, key), self._seen(key)
        if seen is None or seen.status is None:
            self._forget(key, itself=True)
            return False
        if stat.S_ISDIR(seen.status.mode) and not seen.trouble:
            if found is None or not _same_folder(found, seen.status):
                return True
        elif found is not None and stat.S_ISDIR(found.mode):  # what was in it is gone with it
            self._forget(key, itself=False)
        if self.ignore_of(path_of(key)):
            return False
        if seen.trouble:
            self.examining.close_off(seen, found, ())
        else:
            self.examining.take(seen, found)
        return False

    def _seen(self, key: bytes) -> Seen | None:
        """What lies there; None: nothing, or not at this place but through a link on the way.

        Another filesystem is entered only where it is itself watched.
        """
        path = path_of(key)
        folder = os.path.dirname(path)  # noqa: PTH120 - bytes
        try:
            if os.path.realpath(folder, strict=True) != self._real(path, folder):
                return None
            status = mount_over(self.mounts, path).status_of(os.lstat(path))
            foreign = status.device != os.lstat(folder).st_dev
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            return Seen(key, NO_STATUS, trouble_of(error))
        if foreign and not is_watched(self.connection, key):
            return Seen(key, status, Trouble.OTHER_FILESYSTEM)
        return Seen(key, status)

    def _real(self, path: bytes, folder: bytes) -> bytes:
        """The folder without the links above a watched path: who configured it, wants those."""
        watched = path
        while watched and not is_watched(self.connection, key_of(watched)):
            watched = watched.rpartition(b"/")[0]
        if not watched:
            return folder
        way = os.path.dirname(watched)  # noqa: PTH120 - bytes
        return os.path.realpath(way).rstrip(b"/") + folder[len(way.rstrip(b"/")) :]

    def _forget(self, key: bytes, *, itself: bool) -> None:
        """All that was in it, and the thing itself if it is gone, too."""
        for row in read_rows(self.connection, key):
            if itself or row.key != key:
                self.examining.forget(row)


def _same_folder(found: Row, status: Status) -> bool:
    """Not another one under the same name, whose inside nobody has seen."""
    return (
        stat.S_ISDIR(found.mode) and found.inode == status.inode and found.trouble == Trouble.NONE
    )


def _no_step(_seen: int) -> None:
    pass
