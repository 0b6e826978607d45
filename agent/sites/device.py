"""A disk that is plugged in for a copy and carried away: where it is, and whether it is one.

A folder on this server's own disk, a network share or memory is no disk that can be unplugged.
"""

import contextlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.errors import UnreadableFactError
from agent.facts import mounts
from agent.facts.mounts import Mount, MountFacts
from agent.host import Host
from agent.sites.errors import DeviceError
from wire.text import N_

_NO_DISK = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "glusterfs", "virtiofs"),
        *("tmpfs", "ramfs", "overlay", "squashfs", "proc", "sysfs", "devtmpfs"),
    }
)
_OPTIONS = "nosuid,nodev,noexec"
_LIMIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Device:
    """Where the disk's files are at this moment."""

    folder: Path


@contextlib.contextmanager
def opened(host: Host, wanted: Path, live: Sequence[Path], place: Path) -> Iterator[Device]:
    """The disk, mounted below `place` for as long as the block runs if it was not before.

    Args:
        host: the door to this machine.
        wanted: a folder on the disk, or its block device as /dev/sdb1.
        live: folders of this server's data and of its sites: the disk must be another one.
        place: where to mount a device that is not mounted.

    Raises:
        DeviceError: it is not there, is no disk of its own, or cannot be mounted.
    """
    if not _is_block_device(wanted):
        demand_fit(wanted, mounts.collect(host), live)
        yield Device(wanted)
        return
    mounted = _mounted_at(wanted, mounts.collect(host))
    if mounted is not None:
        demand_fit(mounted, mounts.collect(host), live)
        yield Device(mounted)
        return
    with _mounted_by_us(host, wanted, place):
        demand_fit(place, mounts.collect(host), live)
        yield Device(place)


def demand_fit(folder: Path, facts: MountFacts, live: Sequence[Path]) -> None:
    """Refuse what cannot be unplugged, and the disk that the data or a site is on.

    Raises:
        DeviceError: it is such a folder.
    """
    if not folder.is_dir():
        raise DeviceError(device=str(folder), reason=N_("there is no such folder or device"))
    mount = facts.holding(os.path.realpath(folder))
    if mount.kind in _NO_DISK or mount.kind.startswith("fuse."):
        raise DeviceError(device=str(folder), reason=N_("it is no disk that can be unplugged"))
    for other in (Path("/"), *live):
        if _same(mount, facts, other, folder):
            raise DeviceError(
                device=str(folder), reason=N_("this server's data or a site is on the same disk")
            )


def _same(mount: Mount, facts: MountFacts, other: Path, folder: Path) -> bool:
    beside = facts.holding(os.path.realpath(other))
    return beside.device == mount.device or _number(other) == _number(folder)


def _number(path: Path) -> int | None:
    """The file system's number; of a folder that is not there, that of what it would lie in."""
    while not path.exists():
        path = path.parent
    return path.stat().st_dev


def _is_block_device(path: Path) -> bool:
    try:
        return stat.S_ISBLK(path.stat().st_mode)
    except OSError:
        return False


def _mounted_at(device: Path, facts: MountFacts) -> Path | None:
    real = os.path.realpath(device)
    found = [mount.place for mount in facts.mounts if os.path.realpath(mount.device) == real]
    return Path(found[0]) if found else None


@contextlib.contextmanager
def _mounted_by_us(host: Host, device: Path, place: Path) -> Iterator[None]:
    """Only an owner of the machine may mount; what was written is on the disk afterwards."""
    if os.geteuid() != 0:
        raise DeviceError(device=str(device), reason=N_("only root may mount it; mount it first"))
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    command = ("mount", "-o", _OPTIONS, "--", str(device), str(place))
    with _told(device, N_("it could not be mounted")):
        host.run(command, _LIMIT_S)
    try:
        yield
    finally:
        with _told(device, N_("it could not be unmounted: do not pull it out yet")):
            host.run(("umount", "--", str(place)), _LIMIT_S)


@contextlib.contextmanager
def _told(device: Path, reason: str) -> Iterator[None]:
    try:
        yield
    except UnreadableFactError as error:
        raise DeviceError(device=str(device), reason=reason) from error
