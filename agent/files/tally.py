"""How much lies below a folder, without reading any of it."""

import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agent.files.ignore import NOTHING
from agent.files.names import path_bytes
from agent.files.walk import walk

_STEP = 500  # things seen between two calls of `on_files`


@dataclass(slots=True)
class Tally:
    """Regular files and their bytes; not present: there is nothing at the path."""

    present: bool = False
    files: int = 0
    bytes: int = 0


def tally(root: Path, on_files: Callable[[int], None] = lambda _files: None) -> Tally:
    found = Tally()
    for number, seen in enumerate(walk(path_bytes(root), NOTHING)):
        found.present = True
        if seen.status is not None and stat.S_ISREG(seen.status.mode):
            found.files += 1
            found.bytes += seen.status.size
        if number % _STEP == 0:
            on_files(number)
    return found
