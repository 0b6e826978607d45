"""Walk a tree in the order of keys, following nothing and entering no other filesystem.

Folders are opened relative to their parent and never through a symbolic link, so that a user who
swaps a folder for a link while we walk as root leads us nowhere.
"""

import os
import stat
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from agent.files.names import key_of
from agent.files.opening import open_unseen
from agent.files.record import (
    NO_STATUS,
    NOT_ASKED,
    Status,
    StatusOf,
    Trouble,
    status_of,
    trouble_of,
)

_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
# Behind each name, so that a listing is one sorted list of bytes: NUL keeps the names' order.
_REGULAR, _FOLDER, _OTHER = b"\0f", b"\0d", b"\0-"
_CUT = len(_REGULAR)
Unasked = Callable[[bytes], bool]  # whether a file will be opened whatever its status is


class Ignoring(Protocol):
    """What a walk leaves out; false when it leaves out nothing."""

    def covers(self, relative: bytes) -> bool:
        """Whether this path below the root is left out, with all that is in it."""

    def restricts(self, relative: bytes) -> bool:
        """Whether it alone is left out: a folder is entered all the same."""

    def __bool__(self) -> bool: ...


class Seen(NamedTuple):
    """One thing of the tree. Without a status: ignored, together with all that is in it."""

    key: bytes
    status: Status | None
    trouble: Trouble = Trouble.NONE


class _Folder(NamedTuple):
    """A folder that is being walked."""

    descriptor: int
    key: bytes
    names: Iterator[bytes]


def asked(_key: bytes) -> bool:
    """The status of every file is asked for."""
    return False


def walk(
    root: bytes,
    ignore: Ignoring,
    status_of: StatusOf = status_of,
    unasked: Unasked = asked,
    shut: frozenset[bytes] = frozenset(),
) -> Iterator[Seen]:
    """Yield the root and everything below it. A root that is not there yields nothing.

    What vanishes meanwhile is left out; what cannot be looked at comes with its trouble. A file
    that is `unasked` comes with `NOT_ASKED`: whoever opens it learns its status for less. The keys
    `shut` are other filesystems at which nobody answers: they are not touched.
    """
    return _Walk(root, ignore, status_of, unasked, shut).run()


class _Walk:
    """The stack of open folders: one descriptor for each level."""

    def __init__(
        self,
        root: bytes,
        ignore: Ignoring,
        status_of: StatusOf,
        unasked: Unasked,
        shut: frozenset[bytes],
    ) -> None:
        self._root = root
        self._root_key = key_of(root)
        self._ignore = ignore
        self._status_of = status_of
        self._unasked = unasked
        self._shut = shut
        self._stack: list[_Folder] = []
        self._device = 0

    def run(self) -> Iterator[Seen]:
        try:
            yield from self._begin()
            while self._stack:
                folder = self._stack[-1]
                yield from self._inside(folder)
                if self._stack[-1] is folder:
                    os.close(self._stack.pop().descriptor)
        finally:
            for folder in self._stack:
                os.close(folder.descriptor)

    def _begin(self) -> Iterator[Seen]:
        try:
            status = self._status_of(os.lstat(self._root or b"/"))
        except (FileNotFoundError, NotADirectoryError):
            return
        self._device = status.device
        yield self._enter(self._root or b"/", None, self._root_key, status)

    def _inside(self, folder: _Folder) -> Iterator[Seen]:
        """What lies in a folder, up to a folder that must be entered first."""
        start = folder.key + b"\0"
        for entry in folder.names:
            name = entry[:-_CUT]
            key = start + name
            if self._ignore and self._left_out(key, entry):
                yield Seen(key, None)
            elif entry.endswith(_REGULAR) and self._unasked(key):
                yield Seen(key, NOT_ASKED)
            elif (seen := self._look(folder, name, key)) is not None:
                yield seen
                if self._stack[-1] is not folder:
                    return

    def _left_out(self, key: bytes, entry: bytes) -> bool:
        """With all that is in it; or alone, if it is a file."""
        relative = key[len(self._root_key) + 1 :].replace(b"\0", b"/")
        return self._ignore.covers(relative) or (
            not entry.endswith(_FOLDER) and self._ignore.restricts(relative)
        )

    def _look(self, folder: _Folder, name: bytes, key: bytes) -> Seen | None:
        """None: it vanished."""
        if key in self._shut:
            return Seen(key, NO_STATUS, Trouble.OTHER_FILESYSTEM)
        try:
            status = self._status_of(os.lstat(name, dir_fd=folder.descriptor))
        except FileNotFoundError:
            return None
        except OSError as error:  # the folder may be read, but not passed through
            return Seen(key, NO_STATUS, trouble_of(error))
        seen = self._enter(name, folder.descriptor, key, status)
        return None if seen.status is None else seen

    def _enter(self, name: bytes, parent: int | None, key: bytes, status: Status) -> Seen:
        """Open a folder and put it on the stack; anything else is only seen."""
        if not stat.S_ISDIR(status.mode):
            return Seen(key, status)
        if status.device != self._device:
            return Seen(key, status, Trouble.OTHER_FILESYSTEM)
        try:
            descriptor = open_unseen(name, _FOLDER_FLAGS, parent)
        except FileNotFoundError:
            return Seen(key, None)
        except OSError as error:
            return Seen(key, status, trouble_of(error))
        try:
            names = _listing(descriptor)
        except OSError as error:
            os.close(descriptor)
            return Seen(key, status, trouble_of(error))
        self._stack.append(_Folder(descriptor, key, iter(names)))
        return Seen(key, status)


def _listing(descriptor: int) -> list[bytes]:
    """The names in order, each with its kind behind it."""
    with os.scandir(descriptor) as entries:
        return sorted(os.fsencode(entry.name) + _kind(entry) for entry in entries)


def _kind(entry: "os.DirEntry[str]") -> bytes:
    if entry.is_file(follow_symlinks=False):
        return _REGULAR
    return _FOLDER if entry.is_dir(follow_symlinks=False) else _OTHER
