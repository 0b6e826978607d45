"""Write an evidence pack from the log as it stood at one checkpoint."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Protocol

from msgspec import Struct

from controller.store.pack_source import Witness
from wire import checkpoint as checkpoints
from wire import pack
from wire.acts import Act, PackExported, ScoreStored
from wire.archive import measure, write_archive
from wire.checkpoint import Head
from wire.codec import decode_act, decode_statement, encode
from wire.envelope import peek_payload, seal
from wire.errors import WireError
from wire.keys import SigningKey
from wire.log_entry import PROVINCE
from wire.messages import Inventory
from wire.pack import EntryLine, HeadLine, InclusionLine, PackStatement, WitnessLine


class PackSource(Protocol):
    """The log as it stood at one checkpoint; later entries are not seen."""

    @property
    def checkpoint(self) -> str: ...

    @property
    def size(self) -> int: ...

    @property
    def heads(self) -> Mapping[str, Head]: ...

    def entries(self, facility: str) -> Iterator[EntryLine]: ...

    def inclusion_proof(self, log_index: int) -> list[bytes]: ...

    def consistency_proof(self, old_size: int) -> list[bytes]: ...

    def witnesses(self) -> Iterable[Witness]:
        """The newest checkpoint that each agent of the province says it holds."""
        ...

    def checkpoint_at(self, size: int) -> str | None:
        """A checkpoint of this size that was given away."""
        ...

    def catalogue(self, digest: str) -> bytes: ...


@dataclass(frozen=True, slots=True)
class PackHead:
    """Whose pack it is, and when it is made."""

    province: str
    facility: str
    made_at: datetime


@dataclass(slots=True)
class _Seen:
    """What the rest of the pack needs to know of the facility's entries."""

    indexes: list[int] = field(default_factory=list)
    scored_sizes: set[int] = field(default_factory=set)
    catalogues: set[str] = field(default_factory=set)
    exports: list[int] = field(default_factory=list)
    held: dict[str, Witness] = field(default_factory=dict)  # by checkpoint text

    def take(self, line: EntryLine) -> None:
        self.indexes.append(line.index)
        payload = peek_payload(line.envelope.encode())
        if line.entry.kind == "act":
            self._take_act(line.index, decode_act(payload).act)
        elif line.entry.kind == "inventory":
            said = decode_statement(line.entry.kind, payload)
            if isinstance(said.body, Inventory) and said.body.checkpoint:
                text = said.body.checkpoint
                self.held[text] = Witness(line.entry.facility, said.header.agent, text)

    def _take_act(self, index: int, act: Act) -> None:
        if isinstance(act, ScoreStored):
            self.scored_sizes.add(act.log_size)
            self.catalogues.add(act.catalogue_digest)
        elif isinstance(act, PackExported):
            self.exports.append(index)


def write_pack(source: PackSource, head: PackHead, signer: SigningKey, out: BinaryIO) -> None:
    """Write the whole pack; the order key signs the digests of all that it holds."""
    with ExitStack() as stack:
        files: dict[str, BinaryIO] = {}

        def new_file(name: str) -> BinaryIO:
            files[name] = stack.enter_context(tempfile.TemporaryFile())
            return files[name]

        seen = _Seen()
        province = _write_entries(new_file(pack.PROVINCE), source, PROVINCE, seen)
        facility = _write_entries(new_file(pack.FACILITY), source, head.facility, seen)
        wanted = pack.boundary_indexes(province, seen.scored_sizes)
        wanted |= pack.boundary_indexes(facility, seen.scored_sizes)
        _write_lines(new_file(pack.INCLUSION), _inclusions(source, sorted(wanted)))
        _write_lines(new_file(pack.WITNESSES), _witness_lines(source, head.facility, seen))
        _write_lines(new_file(pack.HEADS), _head_lines(source.heads))
        new_file(pack.CHECKPOINT).write(source.checkpoint.encode())
        for digest in sorted(seen.catalogues):
            new_file(pack.catalogue_name(digest)).write(source.catalogue(digest))
        new_file(pack.STATEMENT).write(_sealed_statement(source, head, signer, files))
        write_archive(out, files)


def _write_entries(out: BinaryIO, source: PackSource, facility: str, seen: _Seen) -> list[int]:
    seen.indexes = []
    for line in source.entries(facility):
        seen.take(line)
        out.write(encode(line) + b"\n")
    return seen.indexes


def _write_lines(out: BinaryIO, lines: Iterable[Struct]) -> None:
    out.writelines(encode(line) + b"\n" for line in lines)


def _inclusions(source: PackSource, indexes: list[int]) -> Iterator[InclusionLine]:
    for index in indexes:
        yield InclusionLine(index, _hex(source.inclusion_proof(index)))


def _head_lines(heads: Mapping[str, Head]) -> Iterator[HeadLine]:
    for facility in sorted(heads):
        yield HeadLine(facility, heads[facility].sequence, heads[facility].leaf.hex())


def _witness_lines(source: PackSource, facility: str, seen: _Seen) -> Iterator[WitnessLine]:
    """Every checkpoint held here, the newest ones held elsewhere, those of earlier packs."""
    known = dict(seen.held)
    for witness in source.witnesses():
        known.setdefault(witness.checkpoint, witness)
    for index in seen.exports:
        text = source.checkpoint_at(index + 1)  # the export is its pack's last entry
        if text is not None:
            known.setdefault(text, Witness(facility, "", text))
    for text, witness in sorted(known.items()):
        path = _consistency(source, text)
        if path is not None:
            yield WitnessLine(witness.facility, witness.agent, text, _hex(path))


def _consistency(source: PackSource, text: str) -> list[bytes] | None:
    """None: not a checkpoint of a part of this log. The verifier names what is then missing."""
    try:
        return source.consistency_proof(checkpoints.peek(text).size)
    except WireError:
        return None


def _sealed_statement(
    source: PackSource, head: PackHead, signer: SigningKey, files: Mapping[str, BinaryIO]
) -> bytes:
    digests = {}
    for name, stream in files.items():
        if name != pack.STATEMENT:
            stream.seek(0)
            digests[name] = measure(stream).sha256
    statement = PackStatement(head.province, head.facility, head.made_at, source.size, digests)
    return seal(pack.KIND, encode(statement), signer)


def _hex(hashes: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(step.hex() for step in hashes)
