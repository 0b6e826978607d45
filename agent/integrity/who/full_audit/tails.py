"""What was added to a log file since it was read last; it follows the file when logs rotate."""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

_AT_ONCE = 1 << 20  # of a file that is new to us, or that grew beyond what is read …
_MOST = 8 << 20  # … in one go
_WRITABLE_BY_OTHERS = 0o022


@dataclass(frozen=True, slots=True)
class Added:
    """Whole lines, without their ends."""

    lines: tuple[bytes, ...]
    skipped: bool  # something before them was not read
    vouched: bool  # only root can have written them


@dataclass(slots=True)
class Tail:
    """Guards one file that is read to its end again and again."""

    path: Path
    _descriptor: int = -1
    _offset: int = 0
    _rest: bytes = b""
    _skipped: bool = field(default=False)

    def read(self) -> Added:
        """Raises OSError when there is no such file, or it is not ours to read."""
        lines: list[bytes] = []
        self._skipped = False
        vouched = True
        if self._descriptor >= 0:
            vouched = self._take(lines)
        if self._moved():
            self.close()
            self._descriptor = _opened(self.path)
            vouched = self._take(lines) and vouched
        return Added(tuple(lines), self._skipped, vouched)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor, self._offset, self._rest = -1, 0, b""

    def _moved(self) -> bool:
        """Whether the name is another file's by now, or of none yet."""
        if self._descriptor < 0:
            return True
        ours = os.fstat(self._descriptor)
        named = self.path.lstat()
        return (ours.st_dev, ours.st_ino) != (named.st_dev, named.st_ino)

    def _take(self, lines: list[bytes]) -> bool:
        """Whether only root can have written it."""
        status = os.fstat(self._descriptor)
        if status.st_size < self._offset:  # emptied in place
            self._offset, self._rest, self._skipped = 0, b"", True
        cut = status.st_size - self._offset > (_MOST if self._offset else _AT_ONCE)
        if cut:
            self._offset, self._rest, self._skipped = status.st_size - _AT_ONCE, b"", True
        text = os.pread(self._descriptor, status.st_size - self._offset, self._offset)
        self._offset += len(text)
        whole = (self._rest + text).split(b"\n")
        self._rest = whole.pop()[-_AT_ONCE:]
        lines += whole[1:] if cut else whole
        return status.st_uid == 0 and not status.st_mode & _WRITABLE_BY_OTHERS


def _opened(path: Path) -> int:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileNotFoundError(path)
    return descriptor
