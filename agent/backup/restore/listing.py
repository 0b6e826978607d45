"""What a point holds at a path: its entries as restic lists them, and their committed hashes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from os import fsencode

from agent.backup.errors import NotInPointError
from agent.backup.naming import is_companion_of
from agent.backup.restore.folding import shown_name
from agent.restic import reading
from agent.restic.door import Restic
from agent.restic.output import Node, Snapshot
from recovery.manifest import Entry
from recovery.manifest_file import parse_entries, parse_header

_TOLD_EVERY = 1000
_MANIFEST = "/manifest"


@dataclass(frozen=True, slots=True)
class Counted:
    """How many regular files, and of how many bytes."""

    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Listing:
    """The entries at and below `inner`; `entries` are the committed ones among its files."""

    inner: bytes
    nodes: tuple[Node, ...]
    counted: Counted
    entries: tuple[Entry, ...] = ()

    @property
    def unproven(self) -> int:
        """Files that no manifest speaks of: the repository alone vouches for them."""
        return self.counted.files - len(self.entries)


def list_point(
    restic: Restic, snapshot: Snapshot, inner: bytes, on_files: Callable[[int], None]
) -> Listing:
    """Ask the site for everything at this path of the point.

    Raises:
        NotInPointError: the point holds nothing there.
        ResticError: it cannot be listed.
    """
    found: list[Node] = []
    wanted = shown_name(inner)
    with reading.listed(restic, snapshot.id, inner) as (_, nodes):
        for node in nodes:
            if at_or_below(node.path, wanted):
                found.append(node)
                if len(found) % _TOLD_EVERY == 0:
                    on_files(len(found))
    if not found:
        raise NotInPointError(path=shown_name(inner), site=restic.site)
    return Listing(inner, tuple(found), count(found))


def of_single_file(listing: Listing, name: str) -> Listing:
    """A dataset that is one file: its point holds that file alone, not a folder of it."""
    (first, *rest) = listing.nodes
    if listing.inner == b"/" and not rest and (first.type, first.path) == ("file", f"/{name}"):
        return replace(listing, inner=fsencode(first.path))
    return listing


def at_or_below(path: str, inner: str) -> bool:
    return path == inner or path.startswith(inner.rstrip("/") + "/")


def count(nodes: Iterable[Node]) -> Counted:
    """The regular files among the entries. Pure."""
    sizes = [node.size for node in nodes if node.type == "file"]
    return Counted(len(sizes), sum(sizes))


def committed(
    restic: Restic, listed: Sequence[Snapshot], dataset: str, listing: Listing, tree: str
) -> tuple[Entry, ...]:
    """The entries of the point's manifest at this path, from the companion at the same site.

    Returns:
        Nothing where the site holds no manifest of this tree.

    Raises:
        ResticError, ManifestError: it is there and cannot be read.
    """
    companion = next((one for one in listed if is_companion_of(one, dataset, tree)), None)
    if companion is None:
        return ()
    known = {node.path: node.size for node in listing.nodes if node.type == "file"}
    below = listing.inner.rstrip(b"/") + b"/"
    found = []
    with reading.dump(restic, companion.id, _MANIFEST) as lines:
        parse_header(lines.readline())
        for entry in parse_entries(lines):
            inside = entry.path == listing.inner or entry.path.startswith(below)
            if inside and known.get(shown_name(entry.path)) == entry.size:
                found.append(entry)
    return tuple(found)


def fold_collision(nodes: Iterable[Node]) -> tuple[str, str] | None:
    """Two paths that a filesystem without case takes for one. Pure."""
    seen: dict[str, str] = {}
    for node in nodes:
        first = seen.setdefault(node.path.casefold(), node.path)
        if first != node.path:
            return first, node.path
    return None
