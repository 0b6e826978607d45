"""Which attributes of two records of one path differ: the one list that all who compare share."""

import stat
from typing import Protocol

from agent.files.attributes import ACL, CAPABILITY, LABEL, NOT_READ, values_of
from agent.files.record import Trouble

_OF_A_FILE = ("mode", "uid", "gid", "mtime_ns", "ctime_ns", "inode", "links")
_OF_ANYTHING_ELSE = ("mode", "uid", "gid")  # a folder's times change with every file inside it
_NAMED = {CAPABILITY: "capability", LABEL: "label"}


class Known(Protocol):
    """What a record and a row of the ledger have in common."""

    @property
    def mode(self) -> int: ...
    @property
    def size(self) -> int: ...
    @property
    def sha256(self) -> bytes | None: ...
    @property
    def trouble(self) -> str: ...
    @property
    def attributes(self) -> bytes | None: ...


def differing(before: Known, after: Known) -> tuple[str, ...]:
    """Names of what differs, content first; empty when nothing worth telling does.

    A folder above that was closed says nothing about what lies in it.
    """
    if after.trouble == Trouble.UNLISTED:
        return ()
    is_file = stat.S_ISREG(after.mode)
    compared = _OF_A_FILE if is_file else _OF_ANYTHING_ELSE
    what = tuple(
        name.removesuffix("_ns")
        for name in compared
        if getattr(before, name) != getattr(after, name)
    )
    if not after.trouble:
        what += _attributes(before.attributes, after.attributes)
    return (*_content(before, after, is_file=is_file), *what)


def _content(before: Known, after: Known, *, is_file: bool) -> tuple[str, ...]:
    if stat.S_IFMT(before.mode) != stat.S_IFMT(after.mode):
        return ("type",)
    if is_file and before.size != after.size:
        return "content", "size"
    if after.trouble or before.sha256 == after.sha256:
        return ()
    return ("content",) if before.sha256 is not None else ("first_read",)


def _attributes(before: bytes | None, after: bytes | None) -> tuple[str, ...]:
    if before == after or NOT_READ in (before, after):
        return ()
    old, new = values_of(before), values_of(after)
    names = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
    return tuple(sorted({_word(name) for name in names}))


def _word(name: bytes) -> str:
    return "acl" if name.startswith(ACL) else _NAMED.get(name, "xattr")
