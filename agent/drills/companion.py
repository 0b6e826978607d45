"""Read the companion snapshot as the site gave it: the manifest, its salts, what it is about."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import msgspec

from agent.backup.companion_files import ABOUT, MANIFEST, SALTS, SALTS_FORMAT, About
from agent.drills.errors import StoppedDrillError
from recovery.errors import ManifestError
from recovery.manifest import Commitment, Entry, commit
from recovery.manifest_file import parse_entries, parse_header
from wire.verdicts import Cause

_SALTS = re.compile(rb"(lachan\.salts/1) ([0-9a-f]{32}) ([0-9a-f]{64})\n?")
_LONGEST_HEADER = 256


@dataclass(frozen=True, slots=True)
class Held:
    """What the site itself holds of the commitment."""

    site: str
    manifest: Path
    commitment: Commitment
    salt_key: bytes
    about: About

    def __repr__(self) -> str:
        return f"Held({self.commitment.manifest_id})"

    def entries(self) -> Iterator[Entry]:
        """All entries in order, read from the file as they are asked for."""
        with self.manifest.open("rb") as lines:
            next(lines)
            yield from parse_entries(lines)


def read(folder: Path, site: str) -> Held:
    """Read the three files that the site's companion snapshot restored into this folder.

    Raises:
        StoppedDrillError: one is missing (NO_MANIFEST), or is not what it must be
            (REPOSITORY_DAMAGED: restic itself vouches for the bytes of a snapshot).
    """
    manifest = folder / MANIFEST
    try:
        salts = (folder / SALTS).read_bytes()
        about = (folder / ABOUT).read_bytes()
        with manifest.open("rb") as lines:
            header = lines.readline(_LONGEST_HEADER)
    except OSError as error:
        raise StoppedDrillError(
            Cause.NO_MANIFEST, site=site, detail="a file of the companion is missing"
        ) from error
    try:
        commitment = parse_header(header)
        return Held(
            site,
            manifest,
            commitment,
            _salt_key(salts, commitment.manifest_id),
            msgspec.json.decode(about, type=About),
        )
    except (ManifestError, msgspec.MsgspecError, ValueError) as error:
        raise _broken(site, "the companion cannot be read") from error


def demand_root(held: Held) -> None:
    """All entries together must give the very root that the header names.

    Raises:
        StoppedDrillError: they do not.
    """
    said = held.commitment
    try:
        found = commit(held.entries(), held.salt_key, said.manifest_id)
    except ManifestError as error:
        raise _broken(held.site, str(error)) from error
    if found != said:
        raise _broken(held.site, "the manifest's entries do not give its root")


def pick(held: Held, indexes: tuple[int, ...]) -> Iterator[tuple[int, Entry]]:
    """The entries at some indexes, in order."""
    place, entries = 0, held.entries()
    for index in indexes:
        entry = next(islice(entries, index - place, None))
        place = index + 1
        yield index, entry


def _salt_key(raw: bytes, manifest_id: str) -> bytes:
    found = _SALTS.fullmatch(raw)
    if found is None or found[1].decode() != SALTS_FORMAT or found[2].decode() != manifest_id:
        raise ValueError("salts of another manifest")
    return bytes.fromhex(found[3].decode())


def _broken(site: str, detail: str) -> StoppedDrillError:
    return StoppedDrillError(Cause.CONTENT_DIFFERS, site=site, detail=detail)
