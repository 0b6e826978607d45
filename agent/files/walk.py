"""Walk a tree in the order of keys, following nothing and entering no other filesystem.

Folders are opened relative to their parent and never through a symbolic link, so that a user who
swaps a folder for a link while we walk as root leads us nowhere.
"""

import errno
import os
import stat
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from agent.files.names import key_of
from agent.files.record import Status, StatusOf, Trouble, status_of

_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_DENIED = (errno.EACCES, errno.EPERM)
NO_STATUS = Status(0, 0, 0, 0, 0, 0, 0, 0, 0)


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


def walk(root: bytes, ignore: Ignoring, status_of: StatusOf = status_of) -> Iterator[Seen]:
    """Yield the root and everything below it. A root that is not there yields nothing.

    What vanishes meanwhile is left out; what cannot be looked at comes with its trouble.
    """
    return _Walk(root, ignore, status_of).run()


def trouble_of(error: OSError) -> Trouble:
    return Trouble.DENIED if error.errno in _DENIED else Trouble.INPUT_OUTPUT


class _Walk:
    """The stack of open folders: one descriptor for each level."""

    def __init__(self, root: bytes, ignore: Ignoring, status_of: StatusOf) -> None:
        self._root = root
        self._root_key = key_of(root)
        self._ignore = ignore
        self._status_of = status_of
        self._stack: list[_Folder] = []
        self._device = 0

    def run(self) -> Iterator[Seen]:
        try:
            yield from self._begin()
            while self._stack:
                folder = self._stack[-1]
                name = next(folder.names, None)
                if name is None:
                    os.close(self._stack.pop().descriptor)
                else:
                    yield from self._look(folder, name)
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

    def _look(self, folder: _Folder, name: bytes) -> Iterator[Seen]:
        key = folder.key + b"\0" + name
        if self._ignore and self._ignore.covers(self._relative(key)):
            yield Seen(key, None)
            return
        try:
            status = self._status_of(os.lstat(name, dir_fd=folder.descriptor))
        except FileNotFoundError:
            return
        except OSError as error:  # the folder may be read, but not passed through
            yield Seen(key, NO_STATUS, trouble_of(error))
            return
        if stat.S_ISDIR(status.mode):
            seen = self._enter(name, folder.descriptor, key, status)
            if seen.status is None:  # it vanished
                return
            yield seen
        elif self._ignore and self._ignore.restricts(self._relative(key)):
            yield Seen(key, None)
        else:
            yield Seen(key, status)

    def _enter(self, name: bytes, parent: int | None, key: bytes, status: Status) -> Seen:
        """Open a folder and put it on the stack; anything else is only seen."""
        if not stat.S_ISDIR(status.mode):
            return Seen(key, status)
        if status.device != self._device:
            return Seen(key, status, Trouble.OTHER_FILESYSTEM)
        try:
            descriptor = os.open(name, _FOLDER_FLAGS, dir_fd=parent)
        except FileNotFoundError:
            return Seen(key, None)
        except OSError as error:
            return Seen(key, status, trouble_of(error))
        try:
            names = sorted(map(os.fsencode, os.listdir(descriptor)))  # noqa: PTH208 - a descriptor
        except OSError as error:
            os.close(descriptor)
            return Seen(key, status, trouble_of(error))
        self._stack.append(_Folder(descriptor, key, iter(names)))
        return Seen(key, status)

    def _relative(self, key: bytes) -> bytes:
        return key[len(self._root_key) + 1 :].replace(b"\0", b"/")
