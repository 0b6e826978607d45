"""A snapshot's trees as they are stored: what `ls` does not tell, up to the newest restic.

Extended attributes (access lists among them), targets of links, inodes, and names that are no
UTF-8. Each folder is one start of restic (`cat blob`).
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import msgspec
from msgspec import Struct

from agent.restic.door import Job, Restic
from agent.restic.errors import ResticError
from agent.restic.parallel import together
from wire.verdicts import Cause

_AT_ONCE = 4
_ESCAPE = re.compile(rb"\\(x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|.)", re.DOTALL)
_LETTERS = {
    b"a": b"\a",
    b"b": b"\b",
    b"f": b"\f",
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"v": b"\v",
}


class Attribute(Struct, frozen=True):
    """One extended attribute."""

    name: str
    value: bytes | None = None  # base64 in JSON


class TreeNode(Struct, frozen=True):
    """One entry of a folder, with everything that restic keeps of it."""

    name: str
    type: str = ""
    mode: int = 0
    mtime: str = ""
    uid: int = 0
    gid: int = 0
    inode: int = 0
    device_id: int = 0
    size: int = 0
    links: int = 0
    linktarget: str = ""
    linktarget_raw: bytes | None = None
    extended_attributes: tuple[Attribute, ...] | None = None
    subtree: str | None = None

    @property
    def raw_name(self) -> bytes:
        return unquoted(self.name)


class _Tree(Struct, frozen=True):
    nodes: tuple[TreeNode, ...] | None = None


class Found(NamedTuple):
    """An entry and its path in the snapshot, as bytes."""

    path: bytes
    node: TreeNode


_tree = msgspec.json.Decoder(_Tree)


def unquoted(name: str) -> bytes:
    """The bytes of a name as restic writes it into a tree. Source: Go, strconv.Quote."""
    return _ESCAPE.sub(_meant, name.encode("utf-8", "surrogatepass"))


def _meant(escape: re.Match[bytes]) -> bytes:
    letter, digits = escape[1][:1], escape[1][1:]
    if letter == b"x":
        return bytes([int(digits, 16)])
    if letter in (b"u", b"U") and digits:
        return chr(int(digits, 16)).encode("utf-8", "surrogatepass")
    return _LETTERS.get(escape[1], escape[1])


def read(restic: Restic, tree: str) -> tuple[TreeNode, ...]:
    """The entries of one folder.

    Raises:
        ResticError: it cannot be read.
    """
    answer = restic.run(Job(("cat", "blob", tree, "--no-lock")))  # there may be very many
    try:
        return _tree.decode(answer).nodes or ()
    except msgspec.MsgspecError as error:
        raise ResticError(
            Cause.REPOSITORY_DAMAGED, site=restic.site, verb="cat", says="a tree cannot be read"
        ) from error


def at(restic: Restic, root: str, path: bytes) -> Found | None:
    """The entry at a path below the root; None: there is none."""
    tree: str | None = root
    found: Found | None = None
    for name in path.strip(b"/").split(b"/"):
        entries = read(restic, tree) if tree else ()
        node = next((each for each in entries if each.raw_name == name), None)
        if node is None:
            return None
        found = Found((found.path if found else b"") + b"/" + name, node)
        tree = node.subtree
    return found


def below(restic: Restic, folder: bytes, tree: str) -> Iterator[Found]:
    """Everything in a folder and its folders, level by level; a few are asked at once."""
    waiting = [(folder.rstrip(b"/"), tree)]
    while waiting:
        level, waiting = waiting, []
        for begin in range(0, len(level), _AT_ONCE):
            few = level[begin : begin + _AT_ONCE]
            works = [partial(read, restic, each) for _, each in few]
            for (path, _), nodes in zip(few, together(restic.stopper, works), strict=True):
                for node in nodes:
                    inner = path + b"/" + node.raw_name
                    if node.subtree:
                        waiting.append((inner, node.subtree))
                    yield Found(inner, node)
