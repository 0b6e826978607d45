"""Where the watched paths lie now: their real names, their filesystems, the mounts in them."""

import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.files.filesystems import Mount, mount_over


@dataclass(frozen=True, slots=True)
class Place:
    """One watched path as it is now."""

    watched: bytes  # as it is configured
    real: bytes  # the same with the links in its parents resolved
    identity: tuple[int, int, int] | None  # device, inode, kind; None: nothing is there
    anchor: bytes  # itself, or the nearest folder above it that is there
    device: int  # of the anchor
    mount: Mount
    mounts: tuple[bytes, ...]  # through which its filesystem shows below it

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


def _place(watched: bytes, mounts: Sequence[Mount]) -> Place:
    parent, _, name = watched.rpartition(b"/")
    real = os.path.realpath(parent or b"/").rstrip(b"/") + b"/" + name if name else b""
    identity = _identity(real or b"/")
    anchor = real or b"/"
    while (found := _identity(anchor)) is None or stat.S_ISLNK(found[2]):
        anchor = anchor.rpartition(b"/")[0] or b"/"
    inner = [
        mount.point
        for mount in mounts
        if mount.point.startswith(real + b"/") and (_identity(mount.point) or (0,))[0] == found[0]
    ]
    return Place(
        watched,
        real,
        identity,
        anchor,
        found[0],
        mount_over(tuple(mounts), anchor),
        (anchor, *inner),
    )


def _identity(path: bytes) -> tuple[int, int, int] | None:
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino, stat.S_IFMT(found.st_mode)
