"""What belongs where in a restic repository, by names alone. Pure.

Source: restic's design document, "Repository Layout"; rclone 1.63 and rest-server 0.10 for the
names of files that are still being written.
"""

import re
from enum import StrEnum

CONFIG = "config"
DATA = "data"
LEAST_BYTES = 32  # a nonce and a code are 32 bytes before the first byte of content


class Kind(StrEnum):
    """What an object is; the value is its folder's name."""

    PACK = "data"
    INDEX = "index"
    KEY = "keys"
    LOCK = "locks"
    SNAPSHOT = "snapshots"


class Entry(StrEnum):
    """What a name can be at its place."""

    OBJECT = "object"
    CONFIG = "config"
    FOLDER = "folder"
    TEMPORARY = "temporary"  # somebody may still write it
    TOLERATED = "tolerated"  # the machine's own: recycle bins, indexes of a NAS
    UNKNOWN = "unknown"


SMALL = (Kind.LOCK, Kind.SNAPSHOT, Kind.KEY, Kind.INDEX)
FOLDERS = frozenset(kind.value for kind in Kind)
_OBJECT = re.compile(r"[0-9a-f]{64}")
_SHARD = re.compile(r"[0-9a-f]{2}")
_TEMPORARY = re.compile(
    r"([0-9a-f]{64}|config)"
    r"(-tmp-[0-9]{1,20}|-restic-temp-[0-9a-zA-Z]{1,20}|\.rest-server-temp[0-9]{0,20}"
    r"|\.[0-9a-zA-Z]{1,16}\.partial)"
)
_TOLERATED = frozenset({"lost+found", "@eaDir", "#recycle", "#snapshot", ".snapshot", ".zfs"})


def entry(folder: str, name: str) -> Entry:
    """What this name is in this folder, whose path is seen from the repository ("" is its top)."""
    if name in _TOLERATED:
        return Entry.TOLERATED
    if folder == "":
        return _top(name)
    if folder == DATA and _SHARD.fullmatch(name):
        return Entry.FOLDER
    if _TEMPORARY.fullmatch(name):
        return Entry.TEMPORARY
    return Entry.OBJECT if _OBJECT.fullmatch(name) else Entry.UNKNOWN


def _top(name: str) -> Entry:
    if name == CONFIG:
        return Entry.CONFIG
    if name in FOLDERS:
        return Entry.FOLDER
    return Entry.TEMPORARY if _TEMPORARY.fullmatch(name) else Entry.UNKNOWN


def kind_of(folder: str) -> Kind:
    return Kind(folder.partition("/")[0])


def in_its_place(folder: str, name: str) -> bool:
    """A pack lies in the folder of its first two digits."""
    return folder == f"{DATA}/{name[:2]}" if kind_of(folder) is Kind.PACK else folder in FOLDERS
