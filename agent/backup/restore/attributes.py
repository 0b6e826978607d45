"""Compares what `restic ls` does not tell: access lists, extended attributes, links.

The truth is the point's own trees, read one by one at the site.
"""

import errno
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from agent.backup.restore import compare as restore_compare
from agent.backup.restore.differences import Difference, Kind
from agent.restic import trees
from agent.restic.door import Restic
from agent.restic.trees import Found, TreeNode

_ACL = "system.posix_acl_"
_OF_THIS_KERNEL = ("security.selinux", "security.ima", "security.evm")  # labels of its own policy
_NO_SUCH = {errno.ENOTSUP, errno.ENODATA, errno.EPERM, errno.EACCES}
Key = tuple[int, int]


@dataclass(slots=True)
class Looked:
    """What was compared; `whole` once every entry was."""

    entries: int = 0
    whole: bool = False
    _first: dict[Key, Key] = field(default_factory=dict)  # stored inode -> restored inode

    def same_file(self, stored: Key, restored: Key) -> bool:
        return self._first.setdefault(stored, restored) == restored


def differences(
    restic: Restic, root: str, inner: bytes, tree: Path, looked: Looked, go_on: Callable[[], bool]
) -> Iterator[Difference]:
    """Every entry at and below a path, as long as `go_on` says so.

    Raises:
        ResticError: a tree cannot be read.
    """
    for found in _entries(restic, root, inner):
        if not go_on():
            return
        looked.entries += 1
        yield from _of_entry(tree, found, looked)
    looked.whole = inner == b"/" or looked.entries > 0  # else its own entry was not found


def _entries(restic: Restic, root: str, inner: bytes) -> Iterable[Found]:
    if inner == b"/":
        return trees.below(restic, b"", root)
    top = trees.at(restic, root, inner)
    if top is None:
        return ()
    inside = trees.below(restic, inner, top.node.subtree) if top.node.subtree else ()
    return chain((top,), inside)


def _of_entry(tree: Path, found: Found, looked: Looked) -> Iterator[Difference]:
    path, node = found
    if _is_unprintable(path):
        yield from restore_compare.status(tree, path, node)
    place = os.fsencode(tree) + b"/" + path.lstrip(b"/")
    try:
        seen = os.lstat(place)
    except (FileNotFoundError, NotADirectoryError):  # told as missing already
        return
    if node.type == "symlink" and not _leads_there(place, node):
        yield Difference(path, Kind.LINK)
    if node.type == "file" and node.links > 1:
        stored = (node.device_id, node.inode)
        if not looked.same_file(stored, (seen.st_dev, seen.st_ino)):
            yield Difference(path, Kind.HARD_LINK)
    wanted = {each.name: each.value or b"" for each in node.extended_attributes or ()}
    for name in _unlike(wanted, _attributes(place)):
        yield Difference(path, Kind.ACL if name.startswith(_ACL) else Kind.ATTRIBUTE)


def _is_unprintable(path: bytes) -> bool:
    try:
        return "\ufffd" in path.decode()
    except UnicodeDecodeError:
        return True


def _leads_there(place: bytes, node: TreeNode) -> bool:
    try:
        target = os.readlink(place)  # noqa: PTH115 - bytes
    except OSError:
        return False
    if node.linktarget_raw is not None:
        return target == node.linktarget_raw
    return target.decode("utf-8", "replace") == node.linktarget


def _attributes(place: bytes) -> dict[str, bytes]:
    try:
        names = os.listxattr(place, follow_symlinks=False)
        return {name: os.getxattr(place, name, follow_symlinks=False) for name in names}
    except OSError as error:
        if error.errno in _NO_SUCH:
            return {}
        raise


def _unlike(wanted: dict[str, bytes], seen: dict[str, bytes]) -> Iterator[str]:
    for name in sorted(wanted.keys() | seen.keys()):
        if name not in _OF_THIS_KERNEL and wanted.get(name) != seen.get(name):
            yield name
