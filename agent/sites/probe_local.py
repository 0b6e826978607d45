"""What this machine says about itself and about the file system below a folder."""

import os
import re
from pathlib import Path

from agent.sites.probe_answer import Self, filesystem_id
from recovery.places import FileSystem

_PROC = Path("/proc")
_ETC = Path("/etc")
_MOUNT_POINT = 4  # of the fields before the dash of a line of mountinfo
_MOUNT_SOURCE = 1  # of those behind it; the first is the type


def look_at_folder(folder: Path, proc: Path = _PROC, etc: Path = _ETC) -> Self:
    """Read what can be read; what cannot is absent, never a guess."""
    filesystem, free_blocks = _filesystem(folder) or (None, None)
    mount_type, mount_source = _mount(folder, proc)
    return Self(
        boot_id=_text(proc / "sys/kernel/random/boot_id"),
        booted_at_s=_booted_at(proc),
        machine_id=_text(etc / "machine-id"),
        filesystem=filesystem,
        free_blocks=free_blocks,
        mount_type=mount_type,
        mount_source=mount_source,
    )


def _text(file: Path) -> str | None:
    try:
        return file.read_text(encoding="ascii").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def _booted_at(proc: Path) -> int | None:
    """Source: proc(5), /proc/stat, `btime`."""
    found = re.search(r"^btime ([0-9]+)$", _text(proc / "stat") or "", re.MULTILINE)
    return int(found[1]) if found else None


def _filesystem(folder: Path) -> tuple[FileSystem, int] | None:
    try:
        status = os.statvfs(folder)
    except OSError:
        return None
    found = FileSystem(filesystem_id(status.f_fsid), status.f_blocks, status.f_frsize)
    return found, status.f_bfree


def _mount(folder: Path, proc: Path) -> tuple[str | None, str | None]:
    """Type and source of the folder's mount: the longest mount point above it, last mounted.

    Not by device number: a btrfs subvolume has another one than its mount.

    Source: proc(5), /proc/pid/mountinfo.
    """
    try:
        place = folder.resolve(strict=True)
    except OSError:
        return None, None
    depth = 0
    found: tuple[str | None, str | None] = (None, None)
    for line in (_text(proc / "self/mountinfo") or "").splitlines():
        fields, _, rest = line.partition(" - ")
        words, kind = fields.split(" "), rest.split(" ")
        if len(words) <= _MOUNT_POINT or len(kind) <= _MOUNT_SOURCE:
            continue
        mount_point = Path(_unescaped(words[_MOUNT_POINT]))
        if place.is_relative_to(mount_point) and len(mount_point.parts) >= depth:
            depth = len(mount_point.parts)
            found = (kind[0], _unescaped(kind[_MOUNT_SOURCE]))
    return found


def _unescaped(text: str) -> str:
    r"""`\040` and the like stand for blanks in mountinfo."""
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), text)
