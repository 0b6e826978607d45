"""D0: bring back the files that a nonce asks for, prove that they were committed, answer keyed."""

import hashlib
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import fsdecode

from agent.drills import companion
from agent.drills.companion import Held
from agent.drills.errors import StoppedDrillError
from agent.drills.found import Found
from agent.drills.full import restore_what_can_be
from agent.drills.ground import Ground, Located, demand_space, looking_at_restored
from agent.drills.phases import COMPARE, LOCATE, RESTORE
from agent.files import restored
from agent.files.restored import Content
from agent.restic import reading
from agent.restic.errors import ResticError
from recovery.drill_verdict import DrillFacts
from recovery.errors import ManifestError
from recovery.manifest import Entry, leaf, leaves, membership_paths, salt
from recovery.proof import challenge
from wire.merkle import ProofError, verify_inclusion
from wire.messages import Answer
from wire.pseudonym import keyed_answer
from wire.verdicts import Cause

STREAMED_FROM_BYTES = 32 << 20  # a big file is hashed as it streams and takes no room here
_ARGUMENT_BYTES = 512 << 10  # of one command line; Linux allows 2 MiB with the environment
_BLOCK_BYTES = 1 << 20
_MAGIC = re.compile(r"([\\*?\[\]])")

Chosen = tuple[tuple[int, Entry], ...]
Contents = dict[int, Content | None]


@dataclass(frozen=True, slots=True)
class Challenge:
    """The nonce that chooses, and the facility's key that answers."""

    nonce: str
    k_f: bytes

    def __repr__(self) -> str:
        return "Challenge(…)"


def answer(ground: Ground, located: Located, asked: Challenge) -> Found:
    """Restore the sample and answer for each file of it.

    Raises:
        StoppedDrillError: no room, or the manifest contradicts itself.
        ResticError: the site went away.
    """
    held = located.held
    try:
        with ground.watch.phase(LOCATE):
            chosen = choose(held, asked.nonce)
        with ground.watch.phase(RESTORE), ThreadPoolExecutor(1) as pool:
            proofs = pool.submit(_proofs, held, tuple(index for index, _ in chosen))
            damage = _restore_small(ground, located, chosen)
            big = _stream_big(ground, located, chosen)
            paths = proofs.result()
        with ground.watch.phase(COMPARE):
            contents = _read_small(ground, chosen) | big
            answers = tuple(_answers(held, asked, chosen, contents, paths))
    except (ManifestError, ProofError) as error:
        raise StoppedDrillError(
            Cause.CONTENT_DIFFERS, site=ground.site, detail=str(error)
        ) from error
    return _found(located, chosen, contents, answers, damage)


def choose(held: Held, nonce: str) -> Chosen:
    """The files that the nonce asks for, and always the largest."""
    committed = held.commitment
    if committed.leaves == 0:
        return ()
    sizes = ((entry.size, -index) for index, entry in enumerate(held.entries()))
    largest = -max(sizes)[1]
    indexes = challenge(nonce, committed.root.hex(), committed.leaves, always=(largest,))
    return tuple(companion.pick(held, indexes))


def _proofs(held: Held, indexes: tuple[int, ...]) -> dict[int, tuple[bytes, ...]]:
    committed = held.commitment
    hashes = leaves(held.entries(), held.salt_key, committed.manifest_id)
    return membership_paths(hashes, committed.leaves, indexes)


def _small(chosen: Chosen) -> Chosen:
    return tuple((index, entry) for index, entry in chosen if entry.size < STREAMED_FROM_BYTES)


def _restore_small(ground: Ground, located: Located, chosen: Chosen) -> Cause | None:
    small = _small(chosen)
    demand_space(ground, len(small), sum(entry.size for _, entry in small))
    damage: Cause | None = None
    for patterns in _command_lines(entry.path for _, entry in small):
        damage = restore_what_can_be(ground, located.point.data.id, patterns) or damage
    return damage


def _stream_big(ground: Ground, located: Located, chosen: Chosen) -> Contents:
    return {
        index: _streamed(ground, located.point.data.id, entry.path)
        for index, entry in chosen
        if entry.size >= STREAMED_FROM_BYTES
    }


def _read_small(ground: Ground, chosen: Chosen) -> Contents:
    with looking_at_restored(ground):
        return {
            index: restored.read_restored(ground.sealed.tree, entry.path)
            for index, entry in _small(chosen)
        }


def _streamed(ground: Ground, snapshot: str, path: bytes) -> Content | None:
    digest, size = hashlib.sha256(), 0
    try:
        with reading.dump(ground.restic, snapshot, fsdecode(path)) as stream:
            while block := stream.read(_BLOCK_BYTES):
                digest.update(block)
                size += len(block)
    except ResticError as error:
        if error.cause is not Cause.REPOSITORY_DAMAGED:
            raise
        return None
    return Content(size, digest.digest())


def _command_lines(paths: Iterator[bytes]) -> Iterator[tuple[str, ...]]:
    """Patterns in portions that fit a command line."""
    portion: list[str] = []
    size = 0
    for path in paths:
        if size + len(path) > _ARGUMENT_BYTES:
            yield tuple(portion)
            portion, size = [], 0
        portion.append(as_pattern(path))
        size += 2 * len(path)
    if portion:
        yield tuple(portion)


def as_pattern(path: bytes) -> str:
    """A pattern of restic that matches this very path. Source: Go's filepath.Match."""
    return _MAGIC.sub(r"\\\1", fsdecode(path))


def _answers(
    held: Held,
    asked: Challenge,
    chosen: Chosen,
    contents: Contents,
    paths: dict[int, tuple[bytes, ...]],
) -> Iterator[Answer]:
    """Each file's leaf, its way to the root (walked here too), and the answer to the nonce."""
    committed = held.commitment
    for index, entry in chosen:
        own = leaf(entry, salt(held.salt_key, committed.manifest_id, index))
        verify_inclusion(own, index, committed.leaves, paths[index], committed.root)
        content = contents[index]
        yield Answer(
            index=index,
            leaf=own.hex(),
            path=tuple(node.hex() for node in paths[index]),
            keyed=keyed_answer(asked.k_f, asked.nonce, index, content.sha256) if content else None,
        )


def _found(
    located: Located,
    chosen: Chosen,
    contents: Contents,
    answers: tuple[Answer, ...],
    damage: Cause | None,
) -> Found:
    came = [content for content in contents.values() if content is not None]
    facts = DrillFacts(
        committed=located.held.commitment.leaves,
        expected=len(chosen),
        compared=len(came),
        mismatches=sum(not restored.equals(contents[index], entry) for index, entry in chosen),
        unproven=located.held.about.unproven,
        cause=damage,
    )
    size = sum(content.size for content in came)
    return Found(facts, files=len(came), bytes=size, located=located, answers=answers)
