"""What a line of full_audit says was done, and to which path. Pure.

The path is compared whole with that of a change, never taken out of the line for its own sake;
where a line has two names and their border can lie in more than one place, it says nothing.

Source: vfs_full_audit(8); the lines of Samba 3.6 to 4.22.
"""

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

from agent.integrity.change import Kind


class Effect(Enum):
    OPENED = auto()  # for writing: it may have been made by this, and need not have been written
    MADE = auto()
    WRITTEN = auto()
    ATTRIBUTES = auto()
    REMOVED = auto()
    MOVED_FROM = auto()
    MOVED_TO = auto()


class Deed(NamedTuple):
    effect: Effect
    path: bytes


_WHOLE = {  # the path is all of the rest
    **dict.fromkeys(("mkdirat", "mkdir", "mknodat", "mknod"), Effect.MADE),
    **dict.fromkeys(("unlinkat", "unlink", "rmdir"), Effect.REMOVED),
    **dict.fromkeys(
        ("write", "pwrite", "pwrite_send", "ftruncate", "fallocate", "recvfile"), Effect.WRITTEN
    ),
    **dict.fromkeys(
        ("fset_dos_attributes", "set_dos_attributes", "sys_acl_set_fd", "sys_acl_set_file"),
        Effect.ATTRIBUTES,
    ),
}
_BEFORE = {  # something of Samba's own stands before the path
    "open": ((rb"w\|", Effect.OPENED),),
    "openat": ((rb"w\|", Effect.OPENED),),
    "create_file": (
        (rb"0x[0-9a-f]+\|(?:file|dir)\|create\|", Effect.MADE),
        (rb"0x[0-9a-f]+\|file\|(?:overwrite|overwrite_if|supersede)\|", Effect.WRITTEN),
    ),
}
_AFTER = {  # or behind it
    **dict.fromkeys(("fchmod", "chmod"), rb"\|[0-7]+"),
    **dict.fromkeys(("fchown", "lchown", "chown"), rb"\|-?\d+\|-?\d+"),
    **dict.fromkeys(("fntimes", "ntimes"), rb"(?:\|[^|/]*){4}"),
}
_TWO = {
    **dict.fromkeys(("renameat", "rename"), (Effect.MOVED_FROM, Effect.MOVED_TO)),
    **dict.fromkeys(("linkat", "link", "symlinkat", "symlink"), (None, Effect.MADE)),
}
OPERATIONS = frozenset((*_WHOLE, *_BEFORE, *_AFTER, *_TWO))
FITTING = {
    Kind.ADDED: frozenset((Effect.OPENED, Effect.MADE, Effect.WRITTEN, Effect.MOVED_TO)),
    Kind.MODIFIED: frozenset((Effect.WRITTEN, Effect.MOVED_TO)),
    Kind.REMOVED: frozenset((Effect.REMOVED, Effect.MOVED_FROM)),
    Kind.RENAMED: frozenset((Effect.MOVED_TO,)),
    Kind.METADATA: frozenset((Effect.ATTRIBUTES, Effect.WRITTEN, Effect.MOVED_TO)),
}
OF_FOLDERS = frozenset((Effect.MOVED_FROM, Effect.MOVED_TO))  # all that is below goes along


def deeds_of(operation: str, rest: bytes) -> Iterator[Deed]:
    if operation in _WHOLE:
        yield Deed(_WHOLE[operation], rest)
    for before, effect in _BEFORE.get(operation, ()):
        found = re.match(before, rest)
        if found:
            yield Deed(effect, rest[found.end() :])
    if operation in _AFTER:
        found = re.fullmatch(rb"(.*?)" + _AFTER[operation], rest, re.DOTALL)
        if found:
            yield Deed(Effect.ATTRIBUTES, found[1])
    if operation in _TWO and rest.count(b"|") == 1:
        for of_name, path in zip(_TWO[operation], rest.split(b"|"), strict=True):
            if of_name is not None:
                yield Deed(of_name, path)
