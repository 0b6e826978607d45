"""Which folder a handle means, and whether anybody watches it; remembered within bounds."""

import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agent.integrity.live import kernel
from agent.integrity.live.places import Place

_FSID = 8
_MOST = 4096  # folders remembered; about 200 bytes each
_TRIES = 3
_OPEN = os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY | os.O_NONBLOCK  # O_PATH is refused there


@dataclass(frozen=True, slots=True)
class Folder:
    """What a folder has to do with the watched paths.

    `inside`: its watched names (several where it shows through several mounts). `above`: the
    watched paths that lie below it, each with the way down to it. Neither: nobody watches it.
    """

    inside: tuple[bytes, ...] = ()
    above: tuple[tuple[bytes, bytes], ...] = ()

    def names(self, name: bytes) -> tuple[bytes, ...]:
        """The watched names of what is called so in this folder; of the folder itself without.

        What happens on the way down to a watched path happens to that path.
        """
        if self.inside:
            return tuple((each + b"/" + name if name else each) or b"/" for each in self.inside)
        if not self.above or not name:
            return ()
        return tuple(
            watched or b"/"
            for way, watched in self.above
            if way == name or way.startswith(name + b"/")
        )


NOBODYS = Folder()


@dataclass(slots=True)
class Folders:
    """Guards the mounts' descriptors and the remembered answers."""

    _places: tuple[Place, ...] = ()
    _mounts: dict[bytes, list[int]] = field(default_factory=dict)  # by filesystem
    _known: dict[bytes, Folder] = field(default_factory=dict)

    def watch(self, places: Sequence[Place]) -> None:
        """From now on these places count; everything remembered is forgotten."""
        self.close()
        self._places = tuple(places)
        for path in dict.fromkeys(point for place in places for point in place.mounts):
            try:
                descriptor = os.open(_folder_of(path), _OPEN)
            except OSError:  # it has gone since the places were found: they are found again soon
                continue
            self._mounts.setdefault(filesystem_of(descriptor), []).append(descriptor)

    def of(self, key: bytes) -> Folder:
        """The folder with this key (filesystem's id, handle) by its present name.

        Raises:
            OSError: that cannot be told now; what is gone belongs to nobody.
        """
        known = self._known.get(key)
        if known is None:
            known, lasting = self._resolve(key)
            if lasting:
                if len(self._known) >= _MOST:
                    self._known.clear()
                self._known[key] = known
        return known

    def forget(self) -> None:
        """A folder has another name now, and so has all that is in it."""
        self._known.clear()

    def close(self) -> None:
        for descriptors in self._mounts.values():
            for descriptor in descriptors:
                os.close(descriptor)
        self._mounts, self._known = {}, {}

    def _resolve(self, key: bytes) -> tuple[Folder, bool]:
        """The folder, and whether that may be remembered."""
        inside: dict[bytes, None] = {}
        above: list[tuple[bytes, bytes]] = []
        lasting = True
        for mount in self._mounts.get(key[:_FSID], ()):
            try:
                descriptor = kernel.open_handle(mount, key[_FSID:])
            except OSError as error:
                if error.errno != errno.ESTALE:
                    raise
                return NOBODYS, True
            try:
                path, sure = self._name_of(descriptor)
            finally:
                os.close(descriptor)
            lasting = lasting and sure
            for place in self._places if path else ():
                configured = place.configured(path)
                if configured is not None:
                    inside[configured.rstrip(b"/")] = None
                elif place.lies_below(path):
                    way = place.real[len(path.rstrip(b"/")) + 1 :]
                    above.append((way, place.watched))
        found = Folder(tuple(inside), tuple(above)) if inside or above else NOBODYS
        return found, lasting

    def _name_of(self, descriptor: int) -> tuple[bytes, bool]:
        """The name under which everybody finds it, empty where nobody cares; whether that is sure.

        A folder outside a mount that shows only a part of its filesystem has a name that means
        something else: what is found under it must be the folder itself. A path longer than 4,096
        bytes is nobody's: only a scan comes there, name by name.
        """
        for _ in range(_TRIES):
            try:
                path = os.readlink(b"/proc/self/fd/%d" % descriptor)  # noqa: PTH115 - bytes
            except OSError as error:
                if error.errno != errno.ENAMETOOLONG:
                    raise
                return b"", True
            if not self._concerns(path):
                return b"", True
            try:
                if os.path.samestat(os.lstat(path), os.fstat(descriptor)):
                    return path, True
            except OSError:
                continue  # renamed or removed at this moment
        return b"", False

    def _concerns(self, path: bytes) -> bool:
        return any(
            place.lies_below(path) or place.configured(path) is not None for place in self._places
        )


def filesystem_of(descriptor: int) -> bytes:
    """The filesystem's id as events name it."""
    return os.statvfs(descriptor).f_fsid.to_bytes(_FSID, "little")


def _folder_of(path: bytes) -> bytes:
    return path if Path(os.fsdecode(path)).is_dir() else path.rpartition(b"/")[0] or b"/"
