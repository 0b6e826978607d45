"""What a site tells about itself when the probe-only key calls: `key value` lines. Pure.

The other end is deploy/site/probe.sh; this side trusts nothing that it prints.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from agent.sites.probe.errors import ProbeAnswerError
from recovery.places import FileSystem

MAX_BYTES = 64 * 1024
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MACHINE_ID = re.compile(r"[0-9a-f]{32}")
_NUMBER = re.compile(r"[0-9]{1,18}")
_HEX = re.compile(r"[0-9a-f]{1,16}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MOUNT_TYPE = re.compile(r"[a-z0-9_.-]{1,32}")
_DEVICE = re.compile(r"[!-~]{1,200}")
_STATION = re.compile(r"([0-9a-f]{2}:){5}[0-9a-f]{2}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{1,16384}={0,2}")
_SEEN = re.compile(r"seen|unseen")

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Self:
    """What a place says about itself; what is absent could not be read there."""

    boot_id: str | None = None
    booted_at_s: int | None = None  # seconds since 1970, /proc/stat `btime`
    machine_id: str | None = None
    dmi_uuid: str | None = None
    filesystem: FileSystem | None = None
    free_blocks: int | None = None
    available_blocks: int | None = None  # to an ordinary user
    mount_type: str | None = None
    mount_source: str | None = None
    mount_number: str | None = None  # major:minor
    gateway_mac: str | None = None
    config_digest: str | None = None  # of the repository's file `config`
    signed: str | None = None  # base64 of what the site's own agent answered to a nonce
    canary: str | None = None  # seen | unseen: the file that was asked for


def parse(output: bytes) -> Self:
    """Read the answer; the first line of a key counts, unknown keys are for later versions.

    Raises:
        ProbeAnswerError: this is no whole answer, or a value is not what its key says.
    """
    values = _values(output)
    filesystem, free_blocks = _read(values, "filesystem", _filesystem) or (None, None)
    return Self(
        boot_id=_read(values, "boot_id", _matching(_UUID)),
        booted_at_s=_read(values, "btime", _number),
        machine_id=_read(values, "machine_id", _matching(_MACHINE_ID)),
        dmi_uuid=_read(values, "board", _matching(_UUID)),
        filesystem=filesystem,
        free_blocks=free_blocks,
        available_blocks=_read(values, "available", _number),
        mount_type=_read(values, "mount_type", _matching(_MOUNT_TYPE)),
        mount_source=_read(values, "mount_source", _matching(_DEVICE)),
        mount_number=_read(values, "mount_number", _matching(_DEVICE)),
        gateway_mac=_read(values, "gateway", _matching(_STATION)),
        config_digest=_read(values, "config", _matching(_DIGEST)),
        signed=_read(values, "signed", _matching(_BASE64)),
        canary=_read(values, "canary", _matching(_SEEN)),
    )


def filesystem_id(number: int) -> int:
    """f_fsid in one form: stat(1) prints its two words in another order than the C library."""
    low, high = sorted((number & 0xFFFFFFFF, number >> 32 & 0xFFFFFFFF))
    return high << 32 | low


def _values(output: bytes) -> dict[str, str]:
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
    return values


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
