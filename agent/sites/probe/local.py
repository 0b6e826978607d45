"""What this machine says about itself and about the file system below a folder."""

import hashlib
import os
from pathlib import Path

from agent.sites.probe import block as probe_block
from agent.sites.probe import machine as probe_machine
from agent.sites.probe.answer import Self, filesystem_id
from agent.sites.probe.machine import Read
from recovery.places import FileSystem

_MOST_BYTES = 1024 * 1024
_SYSTEM = Path("/")


def look_at_folder(folder: Path, root: Path = _SYSTEM) -> Self:
    """Read what can be read below `root`; what cannot is absent, never a guess."""
    read = reader(root)
    filesystem, free_blocks = _filesystem(folder) or (None, None)
    mount = _mount(folder, read, root)
    return Self(
        boot_id=probe_machine.boot_id(read),
        booted_at_s=probe_machine.booted_at(read),
        machine_id=probe_machine.machine_id(read),
        dmi_uuid=probe_machine.board(read),
        filesystem=filesystem,
        free_blocks=free_blocks,
        mount_type=mount.type if mount else None,
        mount_source=mount.source if mount else None,
        mount_number=mount.number if mount else None,
        gateway_mac=probe_machine.gateway_station(read),
        config_digest=_digest(folder / "config"),
    )


def reader(root: Path = _SYSTEM) -> Read:
    """Reads this machine's files."""

    def read(name: str) -> str | None:
        try:
            with (root / name.lstrip("/")).open("rb") as file:
                return file.read(_MOST_BYTES).decode("utf-8")
        except (OSError, UnicodeDecodeError):
            return None

    return read


def _filesystem(folder: Path) -> tuple[FileSystem, int] | None:
    try:
        status = os.statvfs(folder)
    except OSError:
        return None
    found = FileSystem(filesystem_id(status.f_fsid), status.f_blocks, status.f_frsize)
    return found, status.f_bfree


def _mount(folder: Path, read: Read, root: Path) -> probe_machine.Mount | None:
    """The folder's mount, and what stands behind it: a disk elsewhere looks like one here."""
    try:
        place = folder.resolve(strict=True)
    except OSError:
        return None
    mount = probe_machine.mount_below(read, str(place))
    return mount and probe_block.behind(mount, root)


def _digest(file: Path) -> str | None:
    try:
        with file.open("rb") as stream:
            return hashlib.sha256(stream.read(_MOST_BYTES)).hexdigest()
    except OSError:
        return None
