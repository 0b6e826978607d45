"""The log as it stood at one checkpoint, for those who hand out evidence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from controller.errors import UnknownThingError
from controller.store.catalogues import catalogue_bytes
from controller.store.entries import stored_entries
from controller.store.heads import consistency_proof, inclusion_proof
from controller.store.queries_current import current_statements
from controller.store.tables.log import CHECKPOINT
from wire.checkpoint import Head
from wire.log_entry import LogEntry
from wire.messages import Inventory
from wire.pack import EntryLine

_ENTRY_VERSION = 1


@dataclass(frozen=True, slots=True)
class Witness:
    """A checkpoint that an agent says it holds."""

    facility: str
    agent: str
    checkpoint: str


@dataclass(frozen=True, slots=True)
class StoredLog:
    """Reads through a connection; entries that came after the checkpoint are not seen.

    The heads are those of the checkpoint's moment: they change with every later entry.
    """

    connection: Connection
    checkpoint: str
    size: int
    heads: Mapping[str, Head]

    def entries(self, facility: str) -> Iterator[EntryLine]:
        for row in stored_entries(self.connection, facility=facility):
            if row.log_index >= self.size:
                return
            entry = LogEntry(
                version=_ENTRY_VERSION,
                received_at_ms=row.received_at_ms,
                facility=row.facility,
                facility_sequence=row.facility_sequence,
                facility_previous=row.facility_previous,
                kind=row.kind,
                envelope_digest=row.digest,
            )
            yield EntryLine(row.log_index, entry, row.envelope.decode())

    def inclusion_proof(self, log_index: int) -> list[bytes]:
        return inclusion_proof(self.connection, log_index, self.size)

    def consistency_proof(self, old_size: int) -> list[bytes]:
        return consistency_proof(self.connection, old_size, self.size)

    def witnesses(self) -> Iterator[Witness]:
        """The newest checkpoint that each agent of the province says it holds."""
        for said in current_statements(self.connection, "inventory"):
            if isinstance(said.body, Inventory) and said.body.checkpoint:
                yield Witness(said.facility, said.agent, said.body.checkpoint)

    def checkpoint_at(self, size: int) -> str | None:
        """A checkpoint of this size that was given away."""
        query = select(CHECKPOINT.c.text).where(CHECKPOINT.c.size == size).limit(1)
        text: str | None = self.connection.execute(query).scalar_one_or_none()
        return text

    def catalogue(self, digest: str) -> bytes:
        """The bytes that scores were computed with.

        Raises:
            UnknownThingError: they were never kept.
        """
        raw = catalogue_bytes(self.connection, digest)
        if raw is None:
            raise UnknownThingError(what="catalogue", code=digest)
        return raw
