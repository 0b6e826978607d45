"""Reads one small text file, through no link, and says why one cannot be shown."""

import hashlib
import os
import stat
from dataclasses import dataclass

from agent.integrity.diff.errors import NotShownError

LARGEST_BYTES = 256 * 1024
_FOLDER = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_TEXT_CONTROLS = frozenset(b"\t\n\r\f\x1b")
_MOST_CONTROLS = 0.02  # of its bytes; text in old Vietnamese encodings has some


@dataclass(frozen=True, slots=True)
class SmallText:
    """A file's text as it is, with its secrets: mask it before it goes anywhere."""

    text: str
    sha256: bytes

    def __repr__(self) -> str:
        return f"SmallText({self.sha256.hex()[:12]})"


def read_small_text(path: bytes) -> SmallText:
    """The text of a regular file.

    Raises:
        NotShownError: it is no small text file, or cannot be read; `reason` says why.
    """
    try:
        content = _read(path)
    except FileNotFoundError as error:
        raise NotShownError(path, "missing") from error
    except PermissionError as error:
        raise NotShownError(path, "denied") from error
    except NotADirectoryError as error:  # a folder on the way is a link or a file
        raise NotShownError(path, "no_file") from error
    except OSError as error:
        raise NotShownError(path, "io") from error
    return SmallText(text_of(path, content), hashlib.sha256(content).digest())


def text_of(path: bytes, content: bytes) -> str:
    """The text of these bytes; what is no UTF-8 is escaped.

    Raises:
        NotShownError: it is too large, or no text.
    """
    if len(content) > LARGEST_BYTES:
        raise NotShownError(path, "too_large")
    controls = sum(byte < ord(" ") and byte not in _TEXT_CONTROLS for byte in content)
    if 0 in content or controls > _MOST_CONTROLS * len(content):
        raise NotShownError(path, "binary")
    return content.decode("utf-8", "backslashreplace")


def _read(path: bytes) -> bytes:
    """Folder by folder: a user who swaps one for a link leads us nowhere."""
    *folders, name = path.strip(b"/").split(b"/")
    folder = os.open(b"/", _FOLDER)
    try:
        for each in folders:
            inner = os.open(each, _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
        descriptor = os.open(name, _FILE, dir_fd=folder)
    finally:
        os.close(folder)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotShownError(path, "no_file")
        return _all_of(descriptor)
    finally:
        os.close(descriptor)


def _all_of(descriptor: int) -> bytes:
    pieces, length = [], 0
    while length <= LARGEST_BYTES and (piece := os.read(descriptor, LARGEST_BYTES + 1 - length)):
        pieces.append(piece)
        length += len(piece)
    return b"".join(pieces)
