"""What lies in a companion snapshot: the manifest, the key of its salts, what it is about."""

import hmac
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from recovery.manifest import Commitment, Entry, commit
from recovery.manifest_file import entry_line, header_line

MANIFEST, SALTS, ABOUT = "manifest", "salts", "about.json"
SALTS_FORMAT = "lachan.salts/1"
_HEADER_BYTES = 256
_BLOCK_BYTES = 1 << 20


class About(Struct, frozen=True):
    """Which snapshot the manifest belongs to. It stays inside the repository."""

    manifest: str
    dataset: str
    tree: str
    snapshot: str  # the id at the site where it was made
    snapshot_at: datetime
    unproven: int


def salt_key_of(k_s: bytes, manifest_id: str) -> bytes:
    """The key of one manifest's salts: who learns it learns nothing about another manifest."""
    return hmac.digest(k_s, f"manifest|{manifest_id}".encode(), "sha256")


def write_manifest(
    target: Path, entries: Iterable[Entry], salt_key: bytes, manifest_id: str
) -> Commitment:
    """Write the entries and commit to them in one pass.

    The header stands first in the file and is known last, so the body goes to a file of its own.
    """
    body = target.with_suffix(".body")
    with body.open("wb") as stream:
        commitment = _write_body(stream, entries, salt_key, manifest_id)
    with target.open("wb") as stream, body.open("rb") as read:
        stream.write(header_line(commitment))
        while block := read.read(_BLOCK_BYTES):
            stream.write(block)
    body.unlink()
    return commitment


def _write_body(
    stream: BinaryIO, entries: Iterable[Entry], salt_key: bytes, manifest_id: str
) -> Commitment:
    def written() -> Iterator[Entry]:
        for entry in entries:
            stream.write(entry_line(entry))
            yield entry

    return commit(written(), salt_key, manifest_id)


def write_salts(target: Path, salt_key: bytes, manifest_id: str) -> None:
    target.write_text(f"{SALTS_FORMAT} {manifest_id} {salt_key.hex()}\n")


def write_about(target: Path, about: About) -> None:
    target.write_bytes(msgspec.json.encode(about))
