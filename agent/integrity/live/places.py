"""Where the watched paths lie now: their real names, their filesystems, the mounts in them."""

import os
import re
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

MOUNTS = Path("/proc/self/mountinfo")
_REMOTE = frozenset(
    {
        *("9p", "afs", "ceph", "cifs", "coda", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4"),
        *("pvfs2", "smb3", "smbfs", "vboxsf", "vmhgfs"),
    }
)
_REMOTE_FUSE = ("fuse.",)  # somebody else may hold what lies behind it: sshfs, rclone, glusterfs
_ESCAPED = re.compile(rb"\\([0-7]{3})")


class Mount(NamedTuple):
    """One line of mountinfo."""

    point: bytes
    device: tuple[int, int]  # major, minor
    kind: str  # ext4, nfs4, …


@dataclass(frozen=True, slots=True)
class Place:
    """One watched path as it is now."""

    watched: bytes  # as it is configured
    real: bytes  # the same with the links in its parents resolved
    identity: tuple[int, int, int] | None  # device, inode, kind; None: nothing is there
    anchor: bytes  # itself, or the nearest folder above it that is there
    device: int  # of the anchor
    kind: str  # of its filesystem
    mounts: tuple[bytes, ...]  # through which its filesystem shows below it

    @property
    def remote(self) -> bool:
        """Whether another host may write there without this kernel hearing of it."""
        return self.kind in _REMOTE or self.kind.startswith(_REMOTE_FUSE)

    @property
    def is_link(self) -> bool:
        return self.identity is not None and stat.S_ISLNK(self.identity[2])

    def configured(self, path: bytes) -> bytes | None:
        """The real path as the configuration names it; None outside this place."""
        if path == self.real or path.startswith(self.real + b"/"):
            return self.watched + path[len(self.real) :]
        return None

    def lies_below(self, path: bytes) -> bool:
        """Whether this real path is the place itself or one of the folders above it."""
        return self.real == path or self.real.startswith(path.rstrip(b"/") + b"/")


def find_places(watched: Iterable[bytes], mounts: Sequence[Mount]) -> tuple[Place, ...]:
    """Look where each path is. Nothing is opened, nothing is waited for but the parents' links."""
    return tuple(_place(path, mounts) for path in watched)


def read_mounts(text: bytes) -> tuple[Mount, ...]:
    """Source: proc(5), /proc/pid/mountinfo."""
    mounts = []
    for line in text.splitlines():
        left, _, right = line.partition(b" - ")
        fields = left.split(b" ")
        major, _, minor = fields[2].partition(b":")
        point = _ESCAPED.sub(lambda found: bytes([int(found[1], 8)]), fields[4])
        mounts.append(Mount(point, (int(major), int(minor)), right.split(b" ")[0].decode()))
    return tuple(mounts)


def _place(watched: bytes, mounts: Sequence[Mount]) -> Place:
    parent, _, name = watched.rpartition(b"/")
    real = os.path.realpath(parent or b"/").rstrip(b"/") + b"/" + name if name else b""
    identity = _identity(real or b"/")
    anchor = real or b"/"
    while (found := _identity(anchor)) is None or stat.S_ISLNK(found[2]):
        anchor = anchor.rpartition(b"/")[0] or b"/"
    holding = _holding(anchor, mounts)
    inner = [
        mount.point
        for mount in mounts
        if mount.device == holding.device and mount.point.startswith(real + b"/")
    ]
    return Place(watched, real, identity, anchor, found[0], holding.kind, (anchor, *inner))


def _identity(path: bytes) -> tuple[int, int, int] | None:
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino, stat.S_IFMT(found.st_mode)


def _holding(path: bytes, mounts: Sequence[Mount]) -> Mount:
    """The mount that shows the path: of those at the longest point above it the newest."""
    best = Mount(b"", (0, 0), "")
    for mount in mounts:
        inside = path == mount.point or path.startswith(mount.point.rstrip(b"/") + b"/")
        if inside and len(mount.point) >= len(best.point):
            best = mount
    return best
