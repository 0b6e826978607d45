"""Opens files one after the other, and the folder that they lie in only once."""

import os
from typing import Self

from agent.files.names import path_of
from agent.files.opening import open_unseen

_FLAGS = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NONE = -1


class Folders:
    """To a file in a deep folder the way is long: it is gone once for the files in a row.

    Not to be kept: a folder that is moved away takes its open descriptor along.
    """

    def __init__(self) -> None:
        self._key = b""
        self._descriptor = _NONE

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()

    def open(self, key: bytes, flags: int) -> int:
        folder, _, name = key.rpartition(b"\0")
        if folder != self._key or self._descriptor == _NONE:
            self._leave()
            self._descriptor = os.open(path_of(folder), _FLAGS)
            self._key = folder
        return open_unseen(name, flags, self._descriptor)

    def _leave(self) -> None:
        if self._descriptor != _NONE:
            os.close(self._descriptor)
            self._descriptor = _NONE
