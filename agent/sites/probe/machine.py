"""What a Linux machine's own files say about it and about the mount below a folder. Pure.

The files are read by whoever can: this machine, or SFTP at a site. One that cannot be read is
absent, never a guess.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import PurePosixPath

Read = Callable[[str], str | None]  # a file's text; None: it cannot be read

BOOT_ID = "/proc/sys/kernel/random/boot_id"
STAT = "/proc/stat"
MACHINE_ID = "/etc/machine-id"
BOARD = "/sys/class/dmi/id/product_uuid"
MOUNTS = "/proc/self/mountinfo"
ROUTES, NEIGHBOURS = "/proc/net/route", "/proc/net/arp"
FILES = (BOOT_ID, STAT, MACHINE_ID, BOARD, MOUNTS, ROUTES, NEIGHBOURS)

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MACHINE_ID = re.compile(r"[0-9a-f]{32}")
_STATION = re.compile(r"([0-9a-f]{2}:){5}[0-9a-f]{2}")
_NETWORK = re.compile(
    r"nfs[0-9]*|cifs|smb[0-9]*|smbfs|ceph|afs|9p|ncp|lustre|glusterfs|fuse\..*"
    r"|virtiofs|vboxsf|vmhgfs|iscsi|nbd|rbd|drbd|aoe"
)
_NUMBER, _MOUNT_POINT, _LEAST_MOUNT_WORDS = 2, 4, 5  # of the fields before the dash
_TO_EVERYWHERE = "00000000"


@dataclass(frozen=True, slots=True)
class Mount:
    """What is mounted below a folder."""

    type: str
    source: str
    number: str  # major:minor


def boot_id(read: Read) -> str | None:
    return _matching(_UUID, read(BOOT_ID))


def machine_id(read: Read) -> str | None:
    return _matching(_MACHINE_ID, read(MACHINE_ID))


def board(read: Read) -> str | None:
    return _matching(_UUID, read(BOARD))


def booted_at(read: Read) -> int | None:
    """Source: proc(5), /proc/stat, `btime`."""
    found = re.search(r"^btime ([0-9]{1,18})$", read(STAT) or "", re.MULTILINE)
    return int(found[1]) if found else None


def gateway_station(read: Read) -> str | None:
    """The link-layer address of the default gateway: equal on one local network.

    Source: /proc/net/route holds IPv4 addresses as hex words in the machine's byte order.
    """
    for line in (read(ROUTES) or "").splitlines()[1:]:
        words = line.split()
        if len(words) > _NUMBER and words[1] == _TO_EVERYWHERE and words[2] != _TO_EVERYWHERE:
            return station_of(read, _address(words[2]))
    return None


def station_of(read: Read, address: str | None) -> str | None:
    """Who answers for an address on our own network; None: nobody there is known."""
    for line in (read(NEIGHBOURS) or "").splitlines()[1:]:
        words = line.split()
        if address is not None and len(words) > _LEAST_MOUNT_WORDS - 2 and words[0] == address:
            return _matching(_STATION, words[3])
    return None


def mount_below(read: Read, folder: str) -> Mount | None:
    """The mount of a folder (without links in its way): the longest mount point, last mounted.

    Not by device number: a btrfs subvolume has another one than its mount.

    Source: proc(5), /proc/pid/mountinfo.
    """
    place, depth = PurePosixPath(folder), 0
    found: Mount | None = None
    for line in (read(MOUNTS) or "").splitlines():
        fields, _, rest = line.partition(" - ")
        words, kind = fields.split(" "), rest.split(" ")
        if len(words) < _LEAST_MOUNT_WORDS or len(kind) < _NUMBER:
            continue
        point = PurePosixPath(_unescaped(words[_MOUNT_POINT]))
        if place.is_relative_to(point) and len(point.parts) >= depth:
            depth = len(point.parts)
            found = Mount(kind[0], _unescaped(kind[1]), words[_NUMBER])
    return found


def is_network_mount(mount_type: str | None) -> bool:
    """Whether what is mounted there lives on another machine; an unknown type counts as one."""
    return mount_type is None or _NETWORK.fullmatch(mount_type) is not None


def server_of(source: str) -> str | None:
    """The machine in a network mount's source: `nas:/x`, `//nas/share`, `user@nas:/x`, `[::1]:/x`.

    None: it names none, as a remote of rclone.
    """
    share = re.fullmatch(r"//([^/]+)/.*", source)
    if share:
        return share[1].lower()
    exported = re.fullmatch(
        r"(?:[^@/]*@)?(\[[0-9a-fA-F:.]+\]|[^:/,]+)(?::[0-9]+)?(?:,.*)?:/.*", source
    )
    return exported[1].strip("[]").lower() if exported else None


def _address(word: str) -> str | None:
    try:
        return str(IPv4Address(int.from_bytes(bytes.fromhex(word), "little")))
    except ValueError:
        return None


def _matching(shape: re.Pattern[str], text: str | None) -> str | None:
    found = (text or "").strip().lower()
    return found if shape.fullmatch(found) else None


def _unescaped(text: str) -> str:
    r"""`\040` and the like stand for blanks in mountinfo."""
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), text)
