"""Notes that retention leaves in a repository for the other host that works at it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from agent.restic import reading, saving
from agent.restic.door import Restic
from agent.restic.errors import ResticError
from wire.verdicts import Cause

_FILE = "note"
LONGEST_BYTES = 4 << 20  # tens of thousands of ids


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a note lies until it is saved, and in whose name."""

    folder: Path
    host: str


def leave(restic: Restic, desk: Desk, tag: str, raw: bytes) -> str:
    """Save a note; return its full id.

    Raises:
        ResticError: it could not be saved.
    """
    shutil.rmtree(desk.folder, ignore_errors=True)
    desk.folder.mkdir(mode=0o700, parents=True)
    try:
        (desk.folder / _FILE).write_bytes(raw)
        return saving.save(restic, saving.Sources(desk.folder, (".",), desk.host, (tag,))).id
    finally:
        shutil.rmtree(desk.folder, ignore_errors=True)


def read(restic: Restic, snapshot: str) -> bytes:
    """What a note says.

    Raises:
        ResticError: it cannot be read, or is too long to be one.
    """
    with reading.dump(restic, snapshot, f"/{_FILE}") as stream:
        raw = stream.read(LONGEST_BYTES + 1)
    if len(raw) > LONGEST_BYTES:
        raise ResticError(Cause.RESTIC_FAILED, site=restic.site, verb="dump", says="too long")
    return raw
