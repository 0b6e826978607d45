"""What a site tells about itself when the probe-only key calls: `key value` lines. Pure.

The other end is deploy/site/probe.sh; this side trusts nothing that it prints.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from agent.sites.probe_errors import ProbeAnswerError
from recovery.places import FileSystem

MAX_BYTES = 64 * 1024
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MACHINE_ID = re.compile(r"[0-9a-f]{32}")
_NUMBER = re.compile(r"[0-9]{1,18}")
_HEX = re.compile(r"[0-9a-f]{1,16}")
_MOUNT_TYPE = re.compile(r"[a-z0-9_.-]{1,32}")
_NETWORK = re.compile(r"nfs[0-9]*|cifs|smb[0-9]*|smbfs|ceph|afs|9p|ncp|lustre|glusterfs|fuse\..*")

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Self:
    """What a place says about itself; what is absent could not be read there."""

    boot_id: str | None
    booted_at_s: int | None  # seconds since 1970, /proc/stat `btime`
    machine_id: str | None
    filesystem: FileSystem | None
    free_blocks: int | None
    mount_type: str | None
    mount_source: str | None = None  # read at this machine only


def parse(output: bytes) -> Self:
    """Read the answer; the first line of a key counts, unknown keys are for later versions.

    Raises:
        ProbeAnswerError: this is no whole answer, or a value is not what its key says.
    """
    if len(output) > MAX_BYTES:
        raise ProbeAnswerError(detail="more than 64 KiB")
    try:
        text = output.decode("ascii")
    except UnicodeDecodeError as error:
        raise ProbeAnswerError(detail="bytes that are no ASCII text") from error
    values: dict[str, str] = {}
    for line in text.split("\n"):
        key, _, value = line.strip().partition(" ")
        values.setdefault(key, value.strip())
    if "version" not in values or "end" not in values:
        raise ProbeAnswerError(detail="its first or its last line is missing")
    filesystem, free_blocks = _read(values, "filesystem", _filesystem) or (None, None)
    return Self(
        boot_id=_read(values, "boot_id", _matching(_UUID)),
        booted_at_s=_read(values, "btime", _number),
        machine_id=_read(values, "machine_id", _matching(_MACHINE_ID)),
        filesystem=filesystem,
        free_blocks=free_blocks,
        mount_type=_read(values, "mount_type", _matching(_MOUNT_TYPE)),
    )


def filesystem_id(number: int) -> int:
    """f_fsid in one form: stat(1) prints its two words in another order than the C library."""
    low, high = sorted((number & 0xFFFFFFFF, number >> 32 & 0xFFFFFFFF))
    return high << 32 | low


def is_network_mount(mount_type: str | None) -> bool:
    """Whether what is mounted there lives on another machine; an unknown type counts as one."""
    return mount_type is None or _NETWORK.fullmatch(mount_type) is not None


def _read(values: dict[str, str], key: str, understand: Callable[[str], Value]) -> Value | None:
    if key not in values:
        return None
    try:
        return understand(values[key])
    except ValueError as error:
        raise ProbeAnswerError(detail=f"a strange value of {key}") from error


def _matching(shape: re.Pattern[str]) -> Callable[[str], str]:
    def understand(text: str) -> str:
        if shape.fullmatch(text) is None:
            raise ValueError(text)
        return text

    return understand


def _number(text: str) -> int:
    return int(_matching(_NUMBER)(text))


def _filesystem(text: str) -> tuple[FileSystem, int]:
    """The file system, and how many of its blocks are free."""
    identity, fragment_bytes, blocks, free = text.split(" ")
    found = FileSystem(
        fsid=filesystem_id(int(_matching(_HEX)(identity), 16)),
        blocks=_number(blocks),
        fragment_size=_number(fragment_bytes),
    )
    return found, _number(free)
