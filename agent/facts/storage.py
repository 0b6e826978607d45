"""Which file systems of this host lie on encrypted devices, and how full they are."""

from dataclasses import dataclass

import msgspec

from agent.errors import UnreadableFactError
from agent.host import Host

BLOCKS = ("lsblk", "--json", "--inverse", "--output", "NAME,TYPE,MOUNTPOINT,FSTYPE")
USAGE = ("df", "-P", "-k", "-l", "-x", "tmpfs", "-x", "devtmpfs", "-x", "squashfs", "-x", "overlay")
START_PLACES = ("/boot", "/boot/efi", "[SWAP]")
SNAPS = "/snap/"  # read-only images of published software, mounted from files of another place
_COLUMNS = 6


class Block(msgspec.Struct, frozen=True):
    """A device and what it lies on."""

    name: str
    type: str
    mountpoint: str | None = None
    fstype: str | None = None
    children: tuple["Block", ...] = ()

    @property
    def encrypted(self) -> bool:
        return self.type == "crypt" or any(child.encrypted for child in self.children)


class _Blocks(msgspec.Struct, frozen=True):
    blockdevices: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class EncryptionFacts:
    encrypted: tuple[str, ...]  # places that hold data, by mount point
    open: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Usage:
    place: str
    used_percent: int


def collect_encryption(host: Host) -> EncryptionFacts:
    return parse_blocks(host.run(BLOCKS, timeout_s=15))


def collect_usage(host: Host) -> tuple[Usage, ...]:
    """The program ends with 1 when one file system does not answer: then we do not know enough."""
    return parse_usage(host.run(USAGE, timeout_s=15))


def swap_encrypted(output: str) -> bool:
    """Whether every partition of swap lies on an encrypted device."""
    return all(block.encrypted for block in _decoded(output) if block.mountpoint == "[SWAP]")


def parse_blocks(output: str) -> EncryptionFacts:
    """Source: lsblk(8); the parts needed only to start are no data.

    Raises:
        UnreadableFactError: ZFS mounts what no block device shows, and encrypts by itself or not.
    """
    blocks = _decoded(output)
    mounted = [block for block in blocks if block.mountpoint and block.type != "rom"]
    data = [block for block in mounted if _holds_data(block)]
    if not data:
        raise UnreadableFactError(" ".join(BLOCKS), "empty")
    opened = tuple(b.mountpoint or "" for b in data if not b.encrypted)
    if not opened and any(b.fstype == "zfs_member" and not b.encrypted for b in blocks):
        raise UnreadableFactError(" ".join(BLOCKS), "no_rule", "zfs_member")
    return EncryptionFacts(
        encrypted=tuple(b.mountpoint or "" for b in data if b.encrypted),
        open=opened,
    )


def _decoded(output: str) -> tuple[Block, ...]:
    try:
        return msgspec.json.decode(output, type=_Blocks).blockdevices
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise UnreadableFactError(" ".join(BLOCKS), "unparsable") from error


def _holds_data(block: Block) -> bool:
    place = block.mountpoint or ""
    return place not in START_PLACES and not (block.type == "loop" and place.startswith(SNAPS))


def parse_usage(output: str) -> tuple[Usage, ...]:
    """Source: df(1), -P."""
    usages = []
    for line in output.splitlines()[1:]:
        words = line.split(None, 5)
        if len(words) < _COLUMNS or not words[4].rstrip("%").isdecimal():
            raise UnreadableFactError(" ".join(USAGE), "unparsable")
        usages.append(Usage(words[5], int(words[4].rstrip("%"))))
    if not usages:
        raise UnreadableFactError(" ".join(USAGE), "empty")
    return tuple(usages)
