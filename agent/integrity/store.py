"""The approved state of every watched path, in a database of its own.

Three facts guard it: a keyed root cannot be computed without the facility's key; every root names
the one that was approved before it; and the root that counts is the one in the newest sealed
statement, so that an older baseline put back is found.
"""

import contextlib
import hmac
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from agent.clock import Clock
from agent.config.home import Home
from agent.files.names import path_of
from agent.files.record import FileRecord
from agent.integrity.baseline_rows import (
    IN_FORCE,
    INSERT,
    MIGRATIONS,
    PAGE,
    PROPOSED,
    SUPERSEDED,
    StoredBaseline,
    stored_baseline,
)
from agent.integrity.digest import (
    BARE,
    CHAINED,
    Approval,
    Digest,
    EntryRow,
    Facts,
    Intake,
    root_of,
)
from agent.integrity.errors import BaselineWriteError
from agent.integrity.wishes import Standing, StandingRow, Wish
from agent.state.anchor import Anchor
from agent.state.damage import is_damage
from agent.state.database import begin_anew, open_state, transaction
from agent.state.shape import has_our_shape

__all__ = ["BaselineStore", "StoredBaseline", "open_store"]

NOBODY = Approval()
_PURPOSE = "baseline"
_COUNT_CHAINED = "SELECT count(*) FROM baselines WHERE facts IS NOT NULL AND approved != ?"
_STANDS = "SELECT 1 FROM standing UNION ALL SELECT 1 FROM baselines WHERE facts IS NOT NULL"
_encode = msgspec.msgpack.Encoder().encode


class Link(Struct, frozen=True):
    """One approval: its number among all of this host's, and its root."""

    number: int = 0
    root: str = ""


class BaselineStore:
    """Reads and writes baselines; `key` is the facility's."""

    def __init__(self, connection: sqlite3.Connection, key: bytes, anchor: Anchor) -> None:
        self._connection = connection
        self._key = key
        self._sealed = Link()
        self._row = StandingRow(connection, key, anchor)

    def settle(self, sealed: Sequence[Link], known: int = 0) -> None:
        """End what a crash has cut off: what was sealed is in force, what was not is forgotten.

        Args:
            sealed: approvals that were sealed, of all watched paths, newest first.
            known: the highest number of an approval that is told of elsewhere.
        """
        last = sealed[0] if sealed else Link()
        self._sealed = last if last.number >= known else Link(known)
        roots = {link.root for link in sealed}
        for baseline in self._all(PROPOSED):
            if baseline.facts is None:  # of an older program: judged when its path is looked at
                continue
            newest = self._row.read() or Standing()
            if baseline.root in roots and baseline.facts.number > newest.number:
                self.approve(baseline)
            else:
                self.discard(baseline)

    def write(
        self,
        watched: bytes,
        records: Iterable[FileRecord],
        at: datetime,
        approval: Approval = NOBODY,
    ) -> StoredBaseline:
        """Store a state that is not approved yet."""
        intake = Intake(self._key, watched)
        with self._writing():
            baseline = self._new(watched, at)
            self._connection.executemany(
                INSERT, ((baseline, *intake.take(record)) for record in records)
            )
            facts = self._facts(intake, watched, int(at.timestamp()), approval)
            self._connection.execute(
                "UPDATE baselines SET files = ?, bytes = ?, unreadable = ?, root = ?, facts = ?"
                " WHERE id = ?",
                (
                    *(facts.files, facts.bytes, facts.unreadable),
                    *(root_of(self._key, facts), _encode(facts), baseline),
                ),
            )
        return next(one for one in self.of(watched) if one.id == baseline)

    def approve(self, baseline: StoredBaseline) -> None:
        """From now on this one counts; of older ones of the path only the facts are kept."""
        older = [one for one in self.of(baseline.watched) if one.id != baseline.id]
        with self._writing():
            self._mark(baseline, IN_FORCE)
            for one in older:
                self._forget_entries(one)
                if one.facts is not None and one.approved:
                    self._mark(one, SUPERSEDED)
                else:
                    self._connection.execute("DELETE FROM baselines WHERE id = ?", (one.id,))
            if baseline.facts is not None:
                self._note_approved(Link(baseline.facts.number, baseline.root))

    def wishes(self) -> tuple[Wish, ...]:
        """What waits for a second person. What is not sealed by us was wished by nobody."""
        standing = self._row.read()
        return standing.wishes if standing else ()

    def keep_wishes(self, wishes: tuple[Wish, ...]) -> None:
        """Exactly these wait from now on."""
        with self._writing():
            self._row.write(replace(self._row.read() or self._beginning(), wishes=wishes))

    def discard(self, baseline: StoredBaseline) -> None:
        with self._writing():
            self._forget_entries(baseline)
            self._connection.execute("DELETE FROM baselines WHERE id = ?", (baseline.id,))

    def of(self, watched: bytes) -> tuple[StoredBaseline, ...]:
        """The path's baselines that may count, newest first; of others only facts are left.

        What does not bear our root is none of ours.
        """
        found = (*self._all(PROPOSED), *self._all(IN_FORCE))
        mine = [one for one in found if one.watched == watched]
        return tuple(sorted(mine, key=lambda one: one.id, reverse=True))

    def holds(self, baseline: StoredBaseline) -> bool:
        """Whether every stored row is as it was when the root was made."""
        shape = BARE if baseline.facts is None else CHAINED
        expected = baseline.root if baseline.facts is None else baseline.facts.entries
        digest = Digest(self._key, baseline.watched, shape)
        try:
            for row in self._rows(baseline):
                digest.add(row)
        except sqlite3.DatabaseError:
            return False
        return hmac.compare_digest(digest.entries(), expected)

    def history(self) -> tuple[Facts, ...]:
        """Every approval on this host, oldest first, of all watched paths."""
        known = (*self._all(IN_FORCE), *self._all(SUPERSEDED))
        facts = [one.facts for one in known if one.facts is not None]
        return tuple(sorted(facts, key=lambda one: one.number))

    def newest(self) -> Link:
        """The head of the chain of approvals."""
        standing = self._row.read()
        return Link(standing.number, standing.root) if standing else Link()

    def chain_holds(self) -> bool:
        """Whether each approval follows the one before, from end to end of what was sealed."""
        try:
            chained = self._connection.execute(_COUNT_CHAINED, (PROPOSED,)).fetchone()[0]
            history, standing = self.history(), self._row.read()
            if not self._row.is_newest(standing):
                return False
            if not has_our_shape(self._connection, MIGRATIONS) or chained != len(history):
                return False
            if standing is None:
                return not history and not self._connection.execute(_STANDS).fetchall()
            return _spans(self._key, history, standing)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            return False

    def records(self, baseline: StoredBaseline) -> Iterator[FileRecord]:
        """The approved records in order; believe them only after `holds`."""
        for row in self._rows(baseline):
            yield FileRecord(path_of(row[0]), *row[1:11], 0, *row[11:])

    def _rows(self, baseline: StoredBaseline) -> Iterator[EntryRow]:
        cursor = self._connection.cursor()
        cursor.row_factory = None
        page = cursor.execute(PAGE.format(">="), (baseline.id, b"")).fetchall()
        while page:
            yield from page
            page = cursor.execute(PAGE.format(">"), (baseline.id, page[-1][0])).fetchall()

    def _new(self, watched: bytes, at: datetime) -> int:
        cursor = self._connection.execute(
            "INSERT INTO baselines (watched, made_at, files, bytes, unreadable, root, approved)"
            " VALUES (?, ?, 0, 0, 0, '', ?)",
            (watched, int(at.timestamp()), PROPOSED),
        )
        return int(cursor.lastrowid or 0)

    def _facts(self, intake: Intake, watched: bytes, made_at: int, approval: Approval) -> Facts:
        standing = self._row.read() or self._beginning()
        return Facts(
            number=standing.number + 1,
            previous=standing.root,
            watched=watched,
            made_at=made_at,
            files=intake.files,
            bytes=intake.bytes,
            unreadable=intake.unreadable,
            people=approval.people,
            review=approval.review,
            part=approval.part,
            entries=intake.digest.entries(),
        )

    def _all(self, approved: int) -> tuple[StoredBaseline, ...]:
        rows = self._connection.execute("SELECT * FROM baselines WHERE approved = ?", (approved,))
        known = (stored_baseline(row, self._key) for row in rows)
        return tuple(one for one in known if one is not None)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            with transaction(self._connection):
                yield
        except sqlite3.OperationalError as error:
            raise BaselineWriteError(reason=str(error)) from error
        self._row.committed()

    def _beginning(self) -> Standing:
        """A file that was lost goes on from what was sealed."""
        return Standing(self._sealed.number + 1, self._sealed.number, self._sealed.root)

    def _note_approved(self, link: Link) -> None:
        standing = self._row.read() or self._beginning()
        self._row.write(replace(standing, number=link.number, root=link.root))

    def _mark(self, baseline: StoredBaseline, approved: int) -> None:
        query = "UPDATE baselines SET approved = ? WHERE id = ?"
        self._connection.execute(query, (approved, baseline.id))

    def _forget_entries(self, baseline: StoredBaseline) -> None:
        self._connection.execute("DELETE FROM entries WHERE baseline = ?", (baseline.id,))


@contextlib.contextmanager
def open_store(home: Home, key: bytes, clock: Clock) -> Iterator[BaselineStore]:
    """The store; a file that is damaged or not ours is set aside, and its baselines are lost."""
    with contextlib.closing(_opened(home, clock)) as connection:
        yield BaselineStore(connection, key, Anchor(home, _PURPOSE, key))


def _opened(home: Home, clock: Clock) -> sqlite3.Connection:
    connection = open_state(home, _PURPOSE, MIGRATIONS, clock)
    if has_our_shape(connection, MIGRATIONS):
        return connection
    connection.close()
    begin_anew(home, _PURPOSE, "changed", clock)
    return open_state(home, _PURPOSE, MIGRATIONS, clock)


def _spans(key: bytes, history: Sequence[Facts], standing: Standing) -> bool:
    """Whether the approvals reach from the first to the last, each naming the one before."""
    number, previous = standing.first - 1, ""
    for facts in history:
        number += 1
        if facts.number != number or previous not in ("", facts.previous):
            return False
        previous = root_of(key, facts)
    return number == standing.number and (not history or previous == standing.root)
