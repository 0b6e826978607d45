"""Looks whether a program has finished its export, by the marker that it writes last.

The marker is believed only as far as it can be checked: it is newer than all that lies beside it,
and where it lists the files with SHA-256, every file is listed and is what it says. Links are
never followed: what the program wrote is what is saved.

Source: sha256sum(1), its lines.
"""

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from agent.backup.databases.kit import Kit, Taken
from agent.backup.databases.sql_text import DumpLook
from agent.config.datasets import Export, MarkerSays
from wire.verdicts import Cause, Consistency

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_MOST_MARKER_BYTES = 64 << 20  # half a million files
_PIECE_BYTES = 1 << 20
_SLACK = timedelta(minutes=5)
_LINE = re.compile(rb"(?P<escaped>\\?)(?P<sha256>[0-9a-fA-F]{64}) [ *](?P<name>[^\n]+)\n")
_ESCAPED = {b"\\\\": b"\\", b"\\n": b"\n", b"\\r": b"\r"}
_NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Marker:
    """What stands in the marker, and when it was written."""

    written_ns: int
    content: bytes

    @property
    def written_at(self) -> datetime:
        return datetime.fromtimestamp(self.written_ns / _NANOSECONDS, UTC)


@dataclass(frozen=True, slots=True)
class Exported:
    """One file beside the marker."""

    name: bytes  # below the folder
    bytes: int
    written_ns: int
    sha256: str


def look(export: Export, kit: Kit, rpo: timedelta, before: datetime | None) -> Taken:
    """What the program declares to be whole; `before` is the marker that was taken last.

    Raises:
        ProductionError: it has not finished, has not exported again, or something differs.
    """
    marker = _marker(export, kit)
    _demand_new(kit, marker, rpo, before)
    sums = export.marker_says is MarkerSays.SUMS
    files = list(_files(export, kit, hashed=sums))
    _demand_older(kit, marker, files)
    if sums:
        _demand_listed(kit, listed(marker.content, kit), files)
    size = sum(file.bytes for file in files)
    seen = DumpLook(size, size, len(files), whole=True)
    at = marker.written_at
    return Taken(at, Consistency.VENDOR_DECLARED, seen, at)


def still(export: Export, kit: Kit, marker_at: datetime) -> bool:
    """Whether nothing was exported again while it was being saved."""
    marker = _marker(export, kit)
    newest = max((file.written_ns for file in _files(export, kit, hashed=False)), default=0)
    return marker.written_at == marker_at and newest <= marker.written_ns


def listed(content: bytes, kit: Kit) -> dict[bytes, str]:
    """The names in a list of sums, with their sums.

    Raises:
        ProductionError: it is no such list, or not written to its end.
    """
    found: dict[bytes, str] = {}
    place = 0
    while place < len(content):
        line = _LINE.match(content, place)
        if line is None:
            raise kit.failed(Cause.EXPORT_INCOMPLETE, f"marker, byte {place}: no sum and name")
        name = line["name"]
        if line["escaped"]:
            name = re.sub(rb"\\[\\nr]", lambda sign: _ESCAPED[sign[0]], name)
        found[os.path.normpath(name)] = line["sha256"].decode().lower()
        place = line.end()
    return found


def _marker(export: Export, kit: Kit) -> Marker:
    if not export.path.is_dir():
        raise kit.failed(Cause.SOURCE_MISSING, str(export.path))
    path = export.path / export.done_marker
    try:
        descriptor = os.open(path, _READ)
    except FileNotFoundError as error:
        raise kit.failed(Cause.EXPORT_UNMARKED, str(path)) from error
    except OSError as error:
        raise kit.failed(Cause.EXPORT_INCOMPLETE, f"{path}: {error.strerror}") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_MARKER_BYTES:
            raise kit.failed(Cause.EXPORT_INCOMPLETE, f"{path}: no file of a marker's size")
        content = b""
        if export.marker_says is MarkerSays.SUMS:
            content = b"".join(iter(lambda: os.read(descriptor, _PIECE_BYTES), b""))
    finally:
        os.close(descriptor)
    return Marker(status.st_mtime_ns, content)


def _demand_new(kit: Kit, marker: Marker, rpo: timedelta, before: datetime | None) -> None:
    now = kit.clock.now()
    at = marker.written_at
    if at > now + _SLACK:
        raise kit.failed(Cause.EXPORT_INCOMPLETE, f"marker of {at:%Y-%m-%d %H:%M}, not yet")
    if now - at > rpo:
        raise kit.failed(Cause.EXPORT_OLD, f"marker of {at:%Y-%m-%d %H:%M} UTC")
    if before is not None and at < before:
        raise kit.failed(Cause.EXPORT_OLD, f"marker of {at:%Y-%m-%d %H:%M} UTC, older than before")


def _files(export: Export, kit: Kit, *, hashed: bool) -> Iterator[Exported]:
    """Every regular file but the marker; what cannot be looked at is not passed over."""
    root = os.fsencode(export.path)
    marker = os.path.join(root, os.fsencode(export.done_marker))  # noqa: PTH118 - bytes

    def fail(error: OSError) -> None:
        raise kit.failed(Cause.SOURCE_UNREADABLE, f"{error.filename!r}: {error.strerror}")

    done = 0
    for place, _, names, descriptor in os.fwalk(root, onerror=fail, follow_symlinks=False):
        for name in names:
            path = os.path.join(place, name)  # noqa: PTH118 - bytes
            try:
                status = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
                if path == marker or not stat.S_ISREG(status.st_mode):
                    continue
                digest = _sha256(name, descriptor) if hashed else ""
            except FileNotFoundError as error:
                raise kit.failed(Cause.EXPORT_INCOMPLETE, f"{path!r}: gone") from error
            except OSError as error:
                raise kit.failed(Cause.SOURCE_UNREADABLE, f"{path!r}: {error}") from error
            done += status.st_size
            kit.tell(done)
            inner = os.path.relpath(path, root)
            yield Exported(inner, status.st_size, status.st_mtime_ns, digest)


def _sha256(name: bytes, folder: int) -> str:
    digest = hashlib.sha256()
    descriptor = os.open(name, _READ, dir_fd=folder)
    try:
        while piece := os.read(descriptor, _PIECE_BYTES):
            digest.update(piece)
    finally:
        os.close(descriptor)
    return digest.hexdigest()


def _demand_older(kit: Kit, marker: Marker, files: list[Exported]) -> None:
    newer = [file for file in files if file.written_ns > marker.written_ns]
    if newer:
        says = f"{newer[0].name!r} is newer than the marker"
        raise kit.failed(Cause.EXPORT_INCOMPLETE, says)


def _demand_listed(kit: Kit, wanted: dict[bytes, str], files: list[Exported]) -> None:
    """Every file is vouched for, and every file vouched for is there."""
    there = {file.name: file.sha256 for file in files}
    for name in sorted(wanted.keys() | there.keys()):
        if wanted.get(name) != there.get(name):
            what = "missing" if name not in there else "unlisted" if name not in wanted else "other"
            raise kit.failed(Cause.EXPORT_INCOMPLETE, f"{name!r}: {what}")
