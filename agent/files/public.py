"""What every user of this host may read: the only door that checks of a province's pack get.

Each folder on the way is opened by itself, without following a link, and looked at through its
descriptor, so that nothing can be put in its place between the look and the reading. A link is
followed by hand, under the same rules. A mount below a public folder is not entered: a dataset
could be mounted there.
"""

import os
import stat
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from agent.clock import Clock
from agent.errors import UnreadableFactError
from agent.host import FILE_LIMIT_BYTES, LINK_LIMIT, PIECE_BYTES, FileStatus, status_of
from compliance.pack_rules import ROOTS, is_below, path_problem

REFUSED = "pack_rules"  # one reason for all refusals: which rule it was tells nobody anything
PUBLIC_LIMIT_BYTES = 32 * 2**20  # as much as the longest list that a family reads
# Asked for by our own families, never by a pack's words: numbers of names, and a folder that
# hardly any machine has.
_LOOKED_UP = ("/etc/passwd", "/etc/group")
_IF_MISSING = ("/run/sysctl.d",)
_LOOK = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_RUN_TIME_ONLY = ("/proc/sys", "/sys", "/run/systemd")
_ROOTS_ON_THE_WAY = frozenset(
    "/".join(root.split("/")[:depth]) for root in ROOTS for depth in range(1, root.count("/") + 1)
)


@dataclass(frozen=True, slots=True)
class Place:
    """Something that was reached, held open without reading it."""

    path: str  # as links really lead
    descriptor: int
    status: os.stat_result


@dataclass(slots=True)
class _Way:
    """How far a walk has come: the folders that are open, from the root on."""

    folders: list[Place]
    waiting: list[str]  # names that are still to be entered, the next one last
    links: int = 0
    stack: ExitStack = field(default_factory=ExitStack)


@dataclass(frozen=True, slots=True)
class PublicHost:
    """A host as its least user sees it. `private` are folders and files that no pack looks at.

    Everything that is not public, or not certainly so, raises `UnreadableFactError`.
    """

    clock: Clock
    private: tuple[str, ...]
    root: Path = Path("/")

    def run(self, argv: Sequence[str], timeout_s: float, *, accept: Collection[int] = (0,)) -> str:
        """No pack runs a program."""
        del timeout_s, accept
        raise UnreadableFactError(argv[0], REFUSED)

    def rows(self, database: str, query: str) -> tuple[tuple[str, ...], ...]:
        """No pack asks a database."""
        del query
        raise UnreadableFactError(database, REFUSED)

    def read(self, path: str, *, limit_bytes: int = FILE_LIMIT_BYTES) -> str:
        """The text of a regular file that others may read."""
        limit = min(limit_bytes, PUBLIC_LIMIT_BYTES)
        with self._reached(path, follow_last=True, content=path not in _LOOKED_UP) as place:
            mode, links = place.status.st_mode, place.status.st_nlink
            if not stat.S_ISREG(mode) or not mode & stat.S_IROTH or links > 1:
                raise UnreadableFactError(path, REFUSED)
            content = _read(path, place.descriptor, limit + 1)
        if len(content) > limit:
            raise UnreadableFactError(path, "too_large", f"more than {limit} bytes")
        return content.decode("utf-8", errors="replace")

    def listing(self, path: str) -> tuple[str, ...]:
        """The names in a folder that others may read."""
        with self._reached(path, follow_last=True, content=True) as place:
            mode = place.status.st_mode
            if not stat.S_ISDIR(mode) or not mode & stat.S_IROTH or not mode & stat.S_IXOTH:
                raise UnreadableFactError(path, REFUSED)
            try:
                inside = Path(f"/proc/self/fd/{place.descriptor}").iterdir()
                return tuple(sorted(entry.name for entry in inside))
            except OSError as error:
                raise _unreadable(path, error) from error

    def lstat(self, path: str) -> FileStatus:
        """Mode and owner, which everybody sees who may enter the folder."""
        with self._reached(path, follow_last=False, content=False) as place:
            return status_of(place.status)

    def now(self) -> datetime:
        return self.clock.now()

    @contextmanager
    def _reached(self, path: str, *, follow_last: bool, content: bool) -> Iterator[Place]:
        if path_problem(path, content=content):
            missing = path in _IF_MISSING and not os.path.lexists(f"{self.root}{path}")
            raise UnreadableFactError(path, "missing" if missing else REFUSED)
        if self.root != Path("/") and any(is_below(path, place) for place in _RUN_TIME_ONLY):
            raise UnreadableFactError(path, "other_root")
        try:
            with ExitStack() as stack:
                place = self._walk(path, stack, follow_last=follow_last)
                if path_problem(place.path, content=content or place.path != path):
                    raise UnreadableFactError(path, REFUSED)
                yield place
        except OSError as error:
            raise _unreadable(path, error) from error

    def _walk(self, path: str, stack: ExitStack, *, follow_last: bool) -> Place:
        """Enter one name after the other; every step keeps to the rules."""
        start = _opened("", os.open(self.root, _LOOK), stack)
        way = _Way([start], _names(path), stack=stack)
        while way.waiting:
            name = way.waiting.pop()
            if name == "..":
                way.folders = way.folders[:-1] or way.folders
                continue
            here = way.folders[-1]
            descriptor = os.open(name, _LOOK, dir_fd=here.descriptor)
            found = _opened(f"{here.path}/{name}", descriptor, stack)
            if stat.S_ISLNK(found.status.st_mode) and (way.waiting or follow_last):
                self._follow(path, found, way)
                continue
            self._demand_public(path, found, way)
            way.folders.append(found)
        return way.folders[-1]

    def _follow(self, path: str, link: Place, way: _Way) -> None:
        way.links += 1
        if way.links > LINK_LIMIT:
            raise UnreadableFactError(path, REFUSED)
        target = os.readlink("", dir_fd=link.descriptor)
        if target.startswith("/"):
            way.folders = way.folders[:1]
        way.waiting.extend(_names(target))

    def _demand_public(self, path: str, found: Place, way: _Way) -> None:
        """The rules for one step: where it is, who may enter it, and that it is no mount."""
        refused = UnreadableFactError(path, REFUSED)
        if any(is_below(found.path, place) for place in self.private):
            raise refused
        above = way.folders[-1]
        if (above.path or self.root == Path("/")) and not above.status.st_mode & stat.S_IXOTH:
            raise refused
        if found.path in _ROOTS_ON_THE_WAY:
            return
        if path_problem(found.path, content=False):
            raise refused
        if found.path not in ROOTS and mount_of(found) != mount_of(above):
            raise refused


def _names(path: str) -> list[str]:
    return [name for name in reversed(path.split("/")) if name not in {"", "."}]


def _opened(path: str, descriptor: int, stack: ExitStack) -> Place:
    stack.callback(os.close, descriptor)
    return Place(path, descriptor, os.fstat(descriptor))


def mount_of(place: Place) -> str:
    """The number of the mount that a descriptor is on: a bind mount has another one."""
    with Path(f"/proc/self/fdinfo/{place.descriptor}").open() as file:
        return next((line for line in file if line.startswith("mnt_id:")), "")


def _read(path: str, descriptor: int, most: int) -> bytes:
    """The very file that was looked at, opened again through its descriptor."""
    content = bytearray()
    reading = os.open(f"/proc/self/fd/{descriptor}", _READ)
    try:
        while len(content) < most:
            piece = os.read(reading, min(PIECE_BYTES, most - len(content)))
            if not piece:
                break
            content += piece
    except OSError as error:
        raise _unreadable(path, error) from error
    finally:
        os.close(reading)
    return bytes(content)


def _unreadable(path: str, error: OSError) -> UnreadableFactError:
    missing = isinstance(error, FileNotFoundError | NotADirectoryError)
    return UnreadableFactError(path, "missing" if missing else REFUSED)
