"""Where the watched paths lie now: their real names, their filesystems, the mounts in them."""

import errno
import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.files.filesystems import Mount, mount_over

_NOTHING = frozenset(
    (errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.EPERM, errno.ELOOP, errno.ENAMETOOLONG)
)


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
    silent: bool = False  # nobody answers there: nothing else of it is known

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
    """Look where each path is. Nothing is opened."""
    return tuple(find_place(path, mounts) for path in watched)


def silent_place(watched: bytes, mounts: Sequence[Mount]) -> Place:
    """Where nobody answers; nothing below it is touched."""
    mount = mount_over(tuple(mounts), watched)
    return Place(watched, watched, None, b"/", 0, mount, (), silent=True)


def find_place(watched: bytes, mounts: Sequence[Mount]) -> Place:
    """Look where a path is. Whoever serves the files there may never answer."""
    parent, _, name = watched.rpartition(b"/")
    real = os.path.realpath(parent or b"/").rstrip(b"/") + b"/" + name if name else b""
    identity = _identity(real or b"/")
    anchor = real or b"/"
    while (found := _identity(anchor)) is None or stat.S_ISLNK(found[2]):
        anchor = anchor.rpartition(b"/")[0] or b"/"
    own = mount_over(tuple(mounts), anchor)
    if own.asks_a_server:
        os.statvfs(anchor)  # the kernel may have answered the rest by itself
    inner = [
        mount.point
        for mount in mounts
        if mount.point.startswith(real + b"/")
        and mount.filesystem == own.filesystem  # another one need not even answer
        and (_identity(mount.point) or (0,))[0] == found[0]
    ]
    return Place(watched, real, identity, anchor, found[0], own, (anchor, *inner))


def _identity(path: bytes) -> tuple[int, int, int] | None:
    """None: there is nothing, as far as we may see.

    Raises:
        OSError: whoever serves the files does not do so any more.
    """
    try:
        found = os.lstat(path)
    except OSError as error:
        if error.errno not in _NOTHING:
            raise
        return None
    return found.st_dev, found.st_ino, stat.S_IFMT(found.st_mode)
