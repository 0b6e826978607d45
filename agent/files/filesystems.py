"""On which filesystem a path lies, and what that means for looking at it."""

import re
from pathlib import Path
from typing import NamedTuple

from agent.files.record import StatusOf, status_of, status_without_inode

_MOUNTS = Path("/proc/self/mountinfo")
_ESCAPED = re.compile(rb"\\([0-7]{3})")
_TYPE_AFTER = b" - "
_POINT_FIELD = 4
# Other machines write there, too, and no kernel tells this one.
NETWORK = frozenset(
    ("nfs", "nfs4", "cifs", "smb3", "9p", "afs", "ceph", "ocfs2", "gfs2", "lustre", "glusterfs")
)
_NETWORK_IN_FUSE = frozenset(("fuse.sshfs", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs"))
# The number of an inode is made up anew with each mount: it says nothing about a file.
_MADE_UP = frozenset(("cifs", "smb3", "vfat", "exfat", "msdos")) | _NETWORK_IN_FUSE


def is_network(filesystem: str) -> bool:
    """Whether other machines write there, too."""
    return filesystem in NETWORK or filesystem in _NETWORK_IN_FUSE


class Mount(NamedTuple):
    """A place where a filesystem begins."""

    point: bytes
    filesystem: str

    @property
    def is_network(self) -> bool:
        return is_network(self.filesystem)

    @property
    def asks_a_server(self) -> bool:
        """Whether another machine or program must answer, and may never do so."""
        return self.is_network or self.filesystem.partition(".")[0] in ("fuse", "fuseblk")

    @property
    def has_inodes(self) -> bool:
        return self.filesystem not in _MADE_UP

    @property
    def status_of(self) -> StatusOf:
        return status_of if self.has_inodes else status_without_inode


def mounts() -> tuple[Mount, ...]:
    """Every mount of this process, in the order in which they were made."""
    return parse(_MOUNTS.read_bytes())


def parse(mountinfo: bytes) -> tuple[Mount, ...]:
    """Source: proc(5), /proc/[pid]/mountinfo."""
    found = []
    for line in mountinfo.splitlines():
        place, _, kind = line.partition(_TYPE_AFTER)
        point = place.split(b" ")[_POINT_FIELD]
        found.append(Mount(_unescaped(point), kind.split(b" ")[0].decode()))
    return tuple(found)


def mount_over(known: tuple[Mount, ...], path: bytes) -> Mount:
    """The mount that a path lies on: the longest way to it, the last one made there."""
    chosen = Mount(b"/", "")
    for mount in known:
        point = mount.point.rstrip(b"/")
        inside = path == point or path.startswith(point + b"/")
        if inside and len(mount.point) >= len(chosen.point):
            chosen = mount
    return chosen


def _unescaped(point: bytes) -> bytes:
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 8)]), point)
