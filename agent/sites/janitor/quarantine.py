"""The quarantine: outside the repository, on the same file system; nothing in it is ever deleted.

A move is one rename between two open folders. The manifest gets a line before it and a line after
it, so that a kill in between is found and told at the next start.
"""

import contextlib
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from agent.sites.janitor.judge import Reason
from agent.sites.janitor.reading import opened_folder, read_object

MANIFEST = "manifest.jsonl"
_ABOUT_CONTENT = (Reason.WRONG_HASH, Reason.CUT, Reason.ALTERED)


@dataclass(frozen=True, slots=True)
class Offender:
    """What is to be moved: where it is, what lstat said of it, why."""

    folder: str  # inside the repository
    name: str
    status: os.stat_result
    reason: Reason


@dataclass(frozen=True, slots=True)
class Moved:
    """One line of the manifest."""

    number: int
    at: float
    folder: str
    name: str  # with \\-escapes where it is no plain text
    type: str
    size: int
    modified_at: float
    arrived_at: float
    reason: str
    sha256: str = ""
    outcome: str = "begun"  # begun | moved | gone | refused | exchanged | put_back


class Quarantine:
    """Guards the folder and its manifest."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self._folder = folder
        self._newest = {line.number: line for line in self._readable_lines()}
        self._finish_what_was_begun()

    def moved(self) -> Iterator[Moved]:
        """What lies here, oldest first; what was put back is not told."""
        return (line for line in self._newest.values() if line.outcome == "moved")

    def take(self, repository_folder: int, offender: Offender, now: float) -> Moved:
        """Move it here; what comes back says how that ended."""
        line = self._add(_line(len(self._newest) + 1, offender, now))
        with opened_folder(self._folder) as here:
            try:
                os.rename(
                    offender.name,
                    _name(line),
                    src_dir_fd=repository_folder,
                    dst_dir_fd=here,
                )
            except FileNotFoundError:
                return self._add(_with(line, outcome="gone"))
            except OSError:  # another file system, no right: it stays and is told
                return self._add(_with(line, outcome="refused"))
            return self._add(self._settled(here, repository_folder, offender, line))

    def put_back(self, line: Moved, repository_folder: int) -> bool:
        """Give back what turned out to be an object after all; never over something else."""
        with opened_folder(self._folder) as here:
            back = _link_back(here, _name(line), repository_folder, line.name)
        if back:
            self._add(_with(line, outcome="put_back"))
        return back

    def _settled(self, here: int, back_to: int, offender: Offender, line: Moved) -> Moved:
        """What came may be another one than was judged: names can be exchanged, writers end."""
        sha256 = _sha256(here, line)
        came = os.stat(_name(line), dir_fd=here, follow_symlinks=False)
        judged = offender.status
        other = (came.st_dev, came.st_ino) != (judged.st_dev, judged.st_ino)
        right = offender.reason in _ABOUT_CONTENT and sha256 == offender.name
        if (other or right) and _link_back(here, _name(line), back_to, offender.name):
            return _with(line, outcome="exchanged")
        return _with(line, outcome="moved", sha256=sha256)

    def _finish_what_was_begun(self) -> None:
        with opened_folder(self._folder) as here:
            for line in tuple(self._newest.values()):
                if line.outcome == "begun":
                    there = (self._folder / _name(line)).is_symlink()
                    there = there or (self._folder / _name(line)).exists()
                    outcome = "moved" if there else "gone"
                    self._add(_with(line, outcome=outcome, sha256=_sha256(here, line)))

    def _add(self, line: Moved) -> Moved:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(self._folder / MANIFEST, flags, 0o600)
        try:
            os.write(descriptor, json.dumps(asdict(line)).encode() + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        self._newest[line.number] = line
        return line

    def _readable_lines(self) -> list[Moved]:
        """All whole lines; a torn one is of a move that its next line would have told."""
        file = self._folder / MANIFEST
        if not file.exists():
            return []
        lines: list[Moved] = []
        with file.open("rb+") as listed:
            for raw in listed:
                if not raw.endswith(b"\n"):
                    listed.write(b"\n")  # so that the next line stands by itself
                with contextlib.suppress(ValueError, TypeError):
                    lines.append(Moved(**json.loads(raw)))
        return lines


def _line(number: int, offender: Offender, now: float) -> Moved:
    status = offender.status
    return Moved(
        number=number,
        at=now,
        folder=offender.folder,
        name=os.fsencode(offender.name).decode("utf-8", "backslashreplace"),
        type=_TYPES.get(stat.S_IFMT(status.st_mode), "other"),
        size=status.st_size,
        modified_at=status.st_mtime,
        arrived_at=status.st_ctime,
        reason=offender.reason.value,
    )


_TYPES = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "folder",
    stat.S_IFLNK: "link",
    stat.S_IFIFO: "pipe",
    stat.S_IFSOCK: "socket",
}


def _name(line: Moved) -> str:
    """A number: names that strangers chose end here."""
    return f"{line.number:08d}"


def _with(line: Moved, *, outcome: str, sha256: str = "") -> Moved:
    return Moved(**{**asdict(line), "outcome": outcome, "sha256": sha256 or line.sha256})


def _sha256(folder: int, line: Moved) -> str:
    return read_object(folder, _name(line)).sha256 if line.type == "file" else ""


def _link_back(here: int, name: str, there: int, its_name: str) -> bool:
    """Link and unlink: unlike a rename this never replaces what is there by now."""
    try:
        os.link(name, its_name, src_dir_fd=here, dst_dir_fd=there, follow_symlinks=False)
    except OSError:
        return False
    os.unlink(name, dir_fd=here)
    return True
