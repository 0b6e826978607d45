"""The rows of the outbox: every method runs inside a transaction of its caller."""

import sqlite3
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime
from typing import Protocol, cast

import msgspec
from msgspec import Struct

from agent.uplink.chain_rows import Waiting, moment_of, text_of, waiting_of
from agent.uplink.identity import Identity
from wire.chain import OPENING, digest, link_digest
from wire.codec import LIMIT_BYTES, decode_statement, encode, encode_statement
from wire.envelope import UnknownKeyError, open_envelope, peek_payload, seal
from wire.errors import LachanError, WireError
from wire.header import FIRST_PREVIOUS, Header
from wire.messages import Incarnation, Statement, Tombstone, type_of_kind
from wire.text import N_

_WAITS = "acknowledged_at IS NULL AND resealed_at IS NULL"
kind_of_type = {struct: kind for kind, struct in type_of_kind.items()}
_ID_BYTES = 8


class NotAStatementError(LachanError):
    """A fault of the program: this struct is no body of a statement."""

    message = N_("{name} is no kind of statement.")


class KnownName(Protocol):
    """Where the newest incarnation's name stands, beside the database."""

    def read(self) -> str: ...

    def write(self, incarnation: str) -> None: ...


class ChainFile:
    """Reads and writes the chain's rows, and signs what it adds."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        identity: Identity,
        entropy: Callable[[int], bytes],
        boot_id: str,
        known_name: KnownName,
    ) -> None:
        self.connection = connection
        self._identity = identity
        self._entropy = entropy
        self._boot_id = boot_id
        self._known_name = known_name

    def meta(self, key: str) -> str:
        row = self.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return cast("str", row["value"]) if row else ""

    def set_meta(self, key: str, value: str) -> None:
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def speaks_for_another(self) -> bool:
        """Whether the chain was written under another name than ours now."""
        return self.meta("speaker") != self._speaker()

    def head(self) -> tuple[str, int, str]:
        """Incarnation, last sequence and the digest to link to."""
        incarnation = self.meta("incarnation")
        row = self.connection.execute(
            "SELECT sequence, link FROM envelopes WHERE incarnation = ?"
            " ORDER BY sequence DESC LIMIT 1",
            (incarnation,),
        ).fetchone()
        if row is None:
            return incarnation, 0, FIRST_PREVIOUS
        return incarnation, int(row["sequence"]), str(row["link"])

    def append(self, body: Struct, systems: tuple[str, ...], now: datetime) -> int:
        kind = kind_of_type.get(type(body))
        if kind is None:
            raise NotAStatementError(name=type(body).__name__)
        return self._store(kind, msgspec.Raw(encode(body)), systems, now)

    def open(self, opening: Incarnation, now: datetime, name: str = "") -> None:
        """Begin a chain, under the name announced at enrolment or a new one."""
        name = name or "i" + self._entropy(_ID_BYTES).hex()
        self.set_meta("incarnation", name)
        self.set_meta("speaker", self._speaker())
        self.append(opening, (), now)
        self._known_name.write(name)

    def reopen(self, reason: str, now: datetime, name: str = "") -> None:
        """A new incarnation, then everything that waits, signed again behind it."""
        incarnation, sequence, link = self.head()
        waiting = self._all_waiting()
        self.open(Incarnation(reason, incarnation, link if sequence else ""), now, name)
        for row in waiting:
            self.seal_again(row["kind"], row["raw"], now)
            self._set_aside(row["position"], now)

    def mend(self, now: datetime) -> int:
        """Replace what waits and no longer bears our signature; return how many there were.

        A tombstone takes the place of each; where none can stand (an opening, or nothing known
        before it) a new incarnation begins. The damaged bytes stay in `meta` for the inquiry.
        """
        damaged = [row for row in self._all_waiting() if not self._is_whole(row["raw"])]
        begins_again = False
        for row in damaged:
            place = f"damaged {row['incarnation']} {row['sequence']}"
            self.set_meta(place, b64encode(row["raw"]).decode())
            previous = self._link_before(row)
            if row["kind"] == OPENING or not previous:
                self._set_aside(row["position"], now)
                begins_again = True
            else:
                self._entomb(row, previous, now)
        if begins_again:
            self.reopen("state_lost", now)
        return len(damaged)

    def _link_before(self, row: sqlite3.Row) -> str:
        before = self.connection.execute(
            "SELECT link FROM envelopes WHERE incarnation = ? AND sequence = ?",
            (row["incarnation"], row["sequence"] - 1),
        ).fetchone()
        return str(before["link"]) if before else ""

    def _is_whole(self, raw: bytes) -> bool:
        """A key that is not ours proves nothing: such an envelope is left as it is."""
        public = self._identity.key.public
        try:
            open_envelope(raw, {public.keyid: public})
        except UnknownKeyError:
            return True
        except WireError:
            return False
        return True

    def _entomb(self, row: sqlite3.Row, previous: str, now: datetime) -> None:
        header = msgspec.structs.replace(
            self._next_header((), now),
            incarnation=row["incarnation"],
            sequence=row["sequence"],
            previous=previous,
        )
        grave = Tombstone(dropped_kind=row["kind"], dropped_digest=row["link"], reason="damaged")
        raw = seal("tombstone", encode_statement(header, grave), self._identity.key)
        self.connection.execute(
            "UPDATE envelopes SET kind = 'tombstone', raw = ? WHERE position = ?",
            (raw, row["position"]),
        )

    def _set_aside(self, position: int, now: datetime) -> None:
        self.connection.execute(
            "UPDATE envelopes SET resealed_at = ? WHERE position = ?", (text_of(now), position)
        )

    def seal_again(self, kind: str, raw: bytes, now: datetime) -> None:
        """The same body at the chain's present end; an old opening has no place there."""
        if kind != OPENING:
            statement = msgspec.json.decode(peek_payload(raw), type=Statement)
            self._store(kind, statement.body, statement.header.systems, now)

    def _store(self, kind: str, body: msgspec.Raw, systems: tuple[str, ...], now: datetime) -> int:
        header = self._next_header(systems, now)
        payload = encode(Statement(header=header, body=body))
        raw = seal(kind, payload, self._identity.key)
        link = digest(raw)
        if len(raw) > LIMIT_BYTES:
            grave = Tombstone(dropped_kind=kind, dropped_digest=link, reason="too_large")
            kind, raw = (
                "tombstone",
                seal("tombstone", encode_statement(header, grave), self._identity.key),
            )
        elif kind == "tombstone":
            link = link_digest(raw, msgspec.json.decode(body, type=Tombstone))
        self.connection.execute(
            "INSERT INTO envelopes (incarnation, sequence, kind, raw, link, sealed_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (header.incarnation, header.sequence, kind, raw, link, text_of(now)),
        )
        return header.sequence

    def _next_header(self, systems: tuple[str, ...], now: datetime) -> Header:
        incarnation, sequence, link = self.head()
        return Header(
            agent=self._identity.agent,
            facility=self._identity.facility,
            host=self._identity.host,
            systems=systems,
            incarnation=incarnation,
            sequence=sequence + 1,
            previous=link,
            made_at=now,
            boot_id=self._boot_id,
            clock_offset_s=float(self.meta("clock_offset_s") or 0.0),
        )

    def _speaker(self) -> str:
        return f"{self._identity.facility}/{self._identity.agent}"

    def backlog(self) -> tuple[int, datetime | None]:
        row = self.connection.execute(
            f"SELECT count(*) AS count, min(sealed_at) AS oldest FROM envelopes WHERE {_WAITS}"  # noqa: S608 - our own words
        ).fetchone()
        return int(row["count"]), moment_of(row["oldest"]) if row["oldest"] else None

    def waiting(self, most: int, most_bytes: int) -> tuple[Waiting, ...]:
        """The oldest that wait, of the oldest incarnation that waits, within the bounds."""
        rows = self.connection.execute(
            f"SELECT * FROM envelopes WHERE {_WAITS} ORDER BY position LIMIT ?",  # noqa: S608
            (most,),
        )
        batch: list[Waiting] = []
        size = 0
        for row in rows:
            size += len(row["raw"]) + 1
            foreign = bool(batch) and row["incarnation"] != batch[0].incarnation
            if foreign or (batch and size > most_bytes):
                break
            batch.append(waiting_of(row))
        return tuple(batch)

    def recent(self, most: int) -> tuple[Waiting, ...]:
        """The newest of the present incarnation, newest first."""
        rows = self.connection.execute(
            "SELECT * FROM envelopes ORDER BY position DESC LIMIT ?", (most,)
        )
        return tuple(waiting_of(row) for row in rows)

    def latest(self, kind: str, most: int) -> tuple[Waiting, ...]:
        """The newest envelopes of one kind, newest first."""
        rows = self.connection.execute(
            "SELECT * FROM envelopes WHERE kind = ? ORDER BY position DESC LIMIT ?", (kind, most)
        )
        return tuple(waiting_of(row) for row in rows)

    def links_at(self, sequence: int) -> tuple[str, ...]:
        rows = self.connection.execute(
            "SELECT link FROM envelopes WHERE sequence = ? ORDER BY position", (sequence,)
        )
        return tuple(str(row["link"]) for row in rows)

    def is_ours(self, row: sqlite3.Row) -> bool:
        """Whether the row is a statement that we signed for this place, or damage that we know."""
        if not isinstance(row["raw"], bytes):
            return False
        place = f"damaged {row['incarnation']} {row['sequence']}"
        if row["resealed_at"] is not None and self.meta(place) == b64encode(row["raw"]).decode():
            return True
        public = self._identity.key.public
        try:
            opened = open_envelope(row["raw"], {public.keyid: public})
            said = decode_statement(opened.kind, opened.payload)
        except WireError:
            return False
        header = said.header
        return (
            (header.incarnation, header.sequence, said.kind)
            == (row["incarnation"], row["sequence"], row["kind"])
            and link_digest(row["raw"], said.body) == row["link"]
            and self._link_before(row) in ("", header.previous)
        )

    def acknowledge(self, incarnation: str, log_indexes: dict[int, int], now: datetime) -> None:
        self.connection.executemany(
            "UPDATE envelopes SET acknowledged_at = ?, log_index = ?"
            " WHERE incarnation = ? AND sequence = ?",
            [(text_of(now), log_indexes[n], incarnation, n) for n in sorted(log_indexes)],
        )

    def send_again(self, from_sequence: int) -> int:
        return self.connection.execute(
            "UPDATE envelopes SET acknowledged_at = NULL"
            " WHERE incarnation = ? AND sequence >= ? AND acknowledged_at IS NOT NULL",
            (self.meta("incarnation"), from_sequence),
        ).rowcount

    def prune(self, before: datetime) -> int:
        """The newest envelope always stays: the next one links to it."""
        return self.connection.execute(
            "DELETE FROM envelopes WHERE coalesce(acknowledged_at, resealed_at) < ?"
            " AND position < (SELECT max(position) FROM envelopes)",
            (text_of(before),),
        ).rowcount

    def _all_waiting(self) -> list[sqlite3.Row]:
        query = f"SELECT * FROM envelopes WHERE {_WAITS} ORDER BY position"  # noqa: S608
        return self.connection.execute(query).fetchall()
