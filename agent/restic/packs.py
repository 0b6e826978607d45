"""The packs of a repository: which there are, how large they are, and reading one of them."""

import hashlib

import msgspec
from msgspec import Struct

from agent.restic.door import LONG_S, Job, Restic
from agent.restic.errors import ResticError
from wire.verdicts import Cause

_READ_AT_ONCE = 1 << 20
# Around and for each blob: the header's length, its nonce and MAC; type, lengths and id.
_HEADER_BYTES, _ENTRY_BYTES = 4 + 32, 41


class _Blob(Struct, frozen=True):
    length: int


class _Indexed(Struct, frozen=True):
    id: str
    blobs: tuple[_Blob, ...]


class _Index(Struct, frozen=True):
    packs: tuple[_Indexed, ...] = ()


def listed(restic: Restic) -> tuple[str, ...]:
    """The ids of all packs: how many there are is what a check has to read."""
    return tuple(restic.run(Job(("list", "packs", "--no-lock"))).decode().split())


def indexes(restic: Restic) -> tuple[str, ...]:
    """The ids of all index objects."""
    return tuple(restic.run(Job(("list", "index", "--no-lock"))).decode().split())


def sizes(restic: Restic, index: str) -> dict[str, int]:
    """How large the packs are that an index object names, in bytes; exact to a few in a thousand.

    Raises:
        ResticError: the object cannot be read (REPOSITORY_DAMAGED), or the site not be asked.

    Source: restic manual, "References: Design", Pack Format and Indexing.
    """
    answer = restic.run(Job(("cat", "index", index, "--no-lock"), timeout_s=LONG_S))
    try:
        found = msgspec.json.decode(answer, type=_Index)
    except msgspec.MsgspecError as error:
        raise ResticError(
            Cause.REPOSITORY_DAMAGED, site=restic.site, verb="cat index", says=f"{index}: no index"
        ) from error
    return {
        pack.id: _HEADER_BYTES + sum(blob.length + _ENTRY_BYTES for blob in pack.blobs)
        for pack in found.packs
    }


def read(restic: Restic, pack: str) -> int:
    """Read one pack from the site, never from the cache; return its bytes.

    Every object is called by its SHA-256, so reading it proves it. restic itself ends well when
    the bytes are others: what counts is our own sum.

    Raises:
        ResticError: the bytes are not what they were (REPOSITORY_DAMAGED), or it cannot be read.
    """
    job = Job(("cat", "pack", pack, "--no-lock", "--no-cache"), timeout_s=LONG_S)
    total, digest = 0, hashlib.sha256()
    with restic.started(job) as talk:
        while block := talk.output.read(_READ_AT_ONCE):
            total += len(block)
            digest.update(block)
    if digest.hexdigest() != pack:
        raise ResticError(
            Cause.REPOSITORY_DAMAGED,
            site=restic.site,
            verb="cat pack",
            says=f"{pack[:8]} is {digest.hexdigest()[:8]} now",
            packs=(pack,),
        )
    return total
