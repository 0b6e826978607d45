"""restic's JSON output, read tolerantly: blank and foreign lines are passed over. Pure."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import msgspec
from msgspec import Struct


class _Kind(Struct):
    message_type: str = ""


class Progress(Struct, frozen=True):
    """How far a backup is. Remaining seconds are not read: they exceed 64 bits at times."""

    percent_done: float = 0.0
    total_files: int = 0
    files_done: int = 0
    total_bytes: int = 0
    bytes_done: int = 0


class Summary(Struct, frozen=True):
    """restic's own account of a backup; `snapshot_id` is short (8 digits) up to 0.14."""

    snapshot_id: str
    files_new: int = 0
    files_changed: int = 0
    files_unmodified: int = 0
    data_added: int = 0
    total_files_processed: int = 0
    total_bytes_processed: int = 0
    dirs_new: int = 0
    dirs_changed: int = 0
    dry_run: bool = False

    @property
    def changed(self) -> bool:
        """Whether anything differs from the parent; what was deleted changed its folder."""
        return bool(self.files_new or self.files_changed or self.dirs_new or self.dirs_changed)


class Snapshot(Struct, frozen=True):
    """One point in a repository."""

    id: str
    tree: str
    time: datetime
    paths: tuple[str, ...] = ()
    hostname: str = ""
    tags: tuple[str, ...] | None = None
    original: str | None = None

    @property
    def at(self) -> datetime:
        return self.time.astimezone(UTC)

    @property
    def origin(self) -> str:
        """The id it had where it was made: a copy names it, an original is its own."""
        return self.original or self.id


class Node(Struct, frozen=True):
    """One entry of a snapshot's listing; `path` begins at the snapshot's root."""

    path: str = ""
    type: str = ""
    size: int = 0
    mtime: str = ""
    ctime: str = ""
    mode: int = 0
    uid: int = 0
    gid: int = 0


class Find(Struct, frozen=True):
    """What `find --json` found in one snapshot."""

    snapshot: str
    matches: tuple[Node, ...] = ()


class RepositoryConfig(Struct, frozen=True):
    """What a repository says of itself."""

    id: str
    version: int
    chunker_polynomial: str


class Lock(Struct, frozen=True):
    """Who holds a repository."""

    time: datetime
    exclusive: bool = False
    hostname: str = ""
    username: str = ""
    pid: int = 0


_finds = msgspec.json.Decoder(tuple[Find, ...])
_kind = msgspec.json.Decoder(_Kind)
_progress = msgspec.json.Decoder(Progress)
_summary = msgspec.json.Decoder(Summary)
_node = msgspec.json.Decoder(Node)
_listed = msgspec.json.Decoder(Snapshot)
_snapshots = msgspec.json.Decoder(list[Snapshot] | None)


def kind_of(line: bytes) -> str:
    """The line's message type; empty for anything that is no JSON object."""
    if not line.startswith(b"{"):
        return ""
    try:
        return _kind.decode(line).message_type
    except msgspec.MsgspecError:
        return ""


def progress(line: bytes) -> Progress | None:
    try:
        return _progress.decode(line)
    except msgspec.MsgspecError:
        return None


def summary(lines: Iterable[bytes]) -> Summary | None:
    """The account of a finished backup; None when there is none, or it was a dry run."""
    found: Summary | None = None
    for line in lines:
        if kind_of(line) == "summary":
            try:
                found = _summary.decode(line)
            except msgspec.MsgspecError:
                return None
    return None if found is None or found.dry_run else found


def snapshots(output: bytes) -> tuple[Snapshot, ...] | None:
    """Read `snapshots --json`; None: this is no such list."""
    for line in output.splitlines():
        if line.startswith((b"[", b"null")):
            try:
                return tuple(_snapshots.decode(line) or ())
            except msgspec.MsgspecError:
                return None
    return None


def finds(output: bytes) -> tuple[Find, ...] | None:
    """Read `find --json`; None: this is no such list."""
    for line in output.splitlines():
        if line.startswith(b"["):
            try:
                return _finds.decode(line)
            except msgspec.MsgspecError:
                return None
    return None


def listed_snapshot(line: bytes) -> Snapshot | None:
    """The first line of `ls --json`; None for any other line."""
    try:
        return _listed.decode(line)
    except msgspec.MsgspecError:
        return None


def nodes(lines: Iterable[bytes]) -> Iterator[Node]:
    """Read the lines of `ls --json` after the first.

    An entry that cannot be read comes as one of type `unreadable`: it is counted, not lost.
    """
    for line in lines:
        if line.startswith(b"{"):
            yield _node_of(line)


def _node_of(line: bytes) -> Node:
    try:
        return _node.decode(line)
    except msgspec.MsgspecError:
        return Node(type="unreadable")
