"""Suspicions, what was done about them, signs, and our canaries, on disk: suspicion.sqlite."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from agent.clock import Clock
from agent.config.home import Home
from agent.integrity.ransom.canary import Canary
from agent.integrity.ransom.file import Elsewhere, SuspicionFile
from agent.integrity.ransom.kept import Answer, Kept
from agent.integrity.ransom.rows import (
    CANARY,
    JUDGED,
    SIGNS,
    SUSPICION,
    Name,
    Rows,
    State,
    encode,
    link_at,
)
from agent.integrity.ransom.sign import Sign
from agent.integrity.ransom.suspicion import Suspicion

_NANOSECONDS = 1_000_000_000
Told = Callable[[], Iterable[Kept]]  # what was sealed of suspicions, the newest first


class _Laid(Struct, frozen=True):
    """A canary, and when it was made and given up."""

    watched: bytes
    sha256: bytes
    made_at_ns: int
    dropped_at_ns: int | None = None


class _Lists(Struct, frozen=True):
    """What the rows say."""

    suspicions: tuple[Kept, ...]  # newest first
    canaries: tuple[Canary, ...]


_kept = msgspec.msgpack.Decoder(Kept).decode
_laid = msgspec.msgpack.Decoder(_Laid).decode
_number = msgspec.msgpack.Decoder(int).decode
_signs = msgspec.msgpack.Decoder(tuple[Sign, ...]).decode


class SuspicionStore:
    """Reads and changes the rows; a suspicion is never deleted."""

    def __init__(self, file: SuspicionFile) -> None:
        self._file = file
        self._read: Rows | None = None
        self._lists = _Lists((), ())

    def put(self, suspicion: Suspicion) -> Kept:
        """A new one, or what is known of it now."""

        def do(kept: Kept | None) -> Kept:
            if kept is None:
                return Kept(suspicion, 1, Answer(), 0)
            return replace(kept, suspicion=suspicion, version=kept.version + 1)

        return self._change(suspicion.id, do) or Kept(suspicion, 1, Answer(), 0)

    def keep_answer(self, suspicion_id: str, answer: Answer) -> None:
        self._change(suspicion_id, lambda kept: kept and replace(kept, answer=answer))

    def answered(self, kept: Kept) -> None:
        """Everything was done about what is known in this version."""
        self._change(
            kept.suspicion.id, lambda known: known and replace(known, answered=kept.version)
        )

    def dismiss(self, suspicion_id: str, person: str, why: str, at: datetime) -> bool:
        """Whether it was open."""

        def do(rows: Rows) -> tuple[Rows, bool]:
            kept = _of(rows, suspicion_id)
            if kept is None or not kept.open:
                return rows, False
            said = replace(
                kept, dismissed_at=_moment(_ns(at)), dismissed_by=person, dismissed_why=why
            )
            after = {**rows, _name(suspicion_id): encode(said)}
            after.pop((SIGNS, kept.suspicion.watched), None)
            return after, True

        return self._file.change(do)

    def of(self, suspicion_id: str) -> Kept | None:
        return _of(self._file.rows(), suspicion_id)

    def all(self, most: int) -> tuple[Kept, ...]:
        """Newest first."""
        return self._now().suspicions[:most]

    def open(self) -> tuple[Kept, ...]:
        """Those that nobody has dismissed, newest first."""
        return tuple(kept for kept in self._now().suspicions if kept.open)

    def keep_signs(self, signs: Mapping[bytes, Sequence[Sign]], number: int) -> None:
        """Of the last day: a slow attack goes on to be counted after a restart.

        Args:
            signs: by watched path; of those that are not named they stay as they were kept.
            number: the newest transition of the ledger's journal that they follow from.
        """
        new = {(SIGNS, watched): encode(each) for watched, each in signs.items()}
        new[JUDGED, b""] = encode(number)
        self._file.change(lambda rows: ({**rows, **new}, None))

    def judged(self) -> int | None:
        """The newest transition that the kept signs follow from; None: nobody ever said."""
        found = self._file.rows().get((JUDGED, b""))
        return None if found is None else _number(found)

    def signs(self, watched: bytes) -> tuple[Sign, ...]:
        found = self._file.rows().get((SIGNS, watched))
        return () if found is None else _signs(found)

    def canaries(self, watched: bytes = b"") -> tuple[Canary, ...]:
        """Those that should lie there; without a path, everywhere."""
        return tuple(one for one in self.canaries_ever(watched) if not one.dropped)

    def canaries_ever(self, watched: bytes = b"") -> tuple[Canary, ...]:
        """Those that are gone, too: what became of them is our own doing."""
        known = self._now().canaries
        return tuple(one for one in known if watched in (b"", one.watched))

    def add_canary(self, canary: Canary, at: datetime) -> None:
        laid = encode(_Laid(canary.watched, canary.sha256, _ns(at)))
        self._file.change(lambda rows: ({**rows, (CANARY, canary.path): laid}, None))

    def drop_canary(self, path: bytes, at: datetime) -> None:
        """From now on nobody is alarmed by it."""

        def do(rows: Rows) -> tuple[Rows, None]:
            if (CANARY, path) not in rows:
                return rows, None
            dropped = replace(_laid(rows[CANARY, path]), dropped_at_ns=_ns(at))
            return {**rows, (CANARY, path): encode(dropped)}, None

        self._file.change(do)

    def take_loss(self) -> str:
        """Why the file was replaced since this was asked last; empty when it was not."""
        return self._file.take_loss()

    def proven(self) -> State:
        """Where the chain stands, when all of it was read.

        Raises:
            Broken: it is not as we left it.
        """
        return self._file.state()

    def link_at(self, number: int) -> str:
        """The link of an act; empty where there is none."""
        return link_at(self._file.connection, number)

    def replace(self, reason: str) -> None:
        """Set a file aside that does not hold; what bears our seal goes over into a new one."""
        self._file.replace(reason)

    def _change(self, suspicion_id: str, do: Callable[[Kept | None], Kept | None]) -> Kept | None:
        def change(rows: Rows) -> tuple[Rows, Kept | None]:
            kept = do(_of(rows, suspicion_id))
            return rows if kept is None else {**rows, _name(suspicion_id): encode(kept)}, kept

        return self._file.change(change)

    def _now(self) -> _Lists:
        rows = self._file.rows()
        if rows is not self._read:
            self._lists, self._read = _lists(rows), rows
        return self._lists


@contextlib.contextmanager
def open_suspicions(
    home: Home, key: bytes, clock: Clock, told: Told = tuple
) -> Iterator[SuspicionStore]:
    """The store; `key` is the facility's.

    What is damaged or changed is set aside and told as a gap. What is suspected stays: by the rows
    that bear our seal, and by what was told.

    Args:
        home: where the state folder is.
        key: the facility's.
        clock: for the moment of a gap.
        told: what was sealed of suspicions, the newest first.

    Raises:
        StateFolderError: the folder cannot be written.
    """
    elsewhere = Elsewhere(
        adopted=lambda connection: _adopted(connection, told),
        fit=lambda rows: _fit(rows, told),
        mended=lambda rows: _mended(rows, told),
    )
    with contextlib.closing(SuspicionFile(home, key, clock, elsewhere)) as file:
        yield SuspicionStore(file)


def new_ids(entropy: Callable[[int], bytes]) -> Callable[[], str]:
    return lambda: f"suspicion-{entropy(6).hex()}"


def _lists(rows: Rows) -> _Lists:
    kept = [_kept(body) for (kind, _), body in rows.items() if kind == SUSPICION]
    kept.sort(key=lambda one: one.suspicion.at, reverse=True)
    laid = [(path, _laid(rows[CANARY, path])) for kind, path in sorted(rows) if kind == CANARY]
    canaries = [
        Canary(path, one.watched, one.sha256, one.dropped_at_ns is not None) for path, one in laid
    ]
    return _Lists(tuple(kept), tuple(canaries))


def _fit(rows: Rows, told: Told) -> bool:
    """Whether the suspicion that was told last is known, and dismissed where that was told."""
    newest = next(iter(told()), None)
    if newest is None:
        return True
    kept = _of(rows, newest.suspicion.id)
    return kept is not None and (newest.open or not kept.open)


def _mended(rows: Rows, told: Told) -> Rows:
    after = dict(rows)
    for one in told():
        kept = _of(rows, one.suspicion.id)
        if kept is None:
            after[_name(one.suspicion.id)] = encode(one)
        elif kept.open and not one.open:
            said = replace(kept, dismissed_at=one.dismissed_at, dismissed_by=one.dismissed_by)
            after[_name(one.suspicion.id)] = encode(said)
    return after


def _adopted(connection: sqlite3.Connection, told: Told) -> Rows:
    """What an older program has kept without seals; a dismissal counts only where it was told."""
    rows: dict[Name, bytes] = {}
    known = {one.suspicion.id: one for one in told()}
    for row in connection.execute("SELECT * FROM suspicions"):
        kept = _former(row)
        if kept.suspicion.id in known and known[kept.suspicion.id].open:
            kept = replace(kept, dismissed_at=None, dismissed_by="", dismissed_why="")
        rows[_name(kept.suspicion.id)] = encode(kept)
    for row in connection.execute("SELECT * FROM canaries"):
        laid = _Laid(row["watched"], row["sha256"], row["made_at_ns"], row["dropped_at_ns"])
        rows[CANARY, row["path"]] = encode(laid)
    for row in connection.execute("SELECT * FROM signs"):
        rows[SIGNS, row["watched"]] = row["signs"]
    return rows


def _former(row: sqlite3.Row) -> Kept:
    dismissed = row["dismissed_at_ns"]
    return Kept(
        suspicion=msgspec.msgpack.decode(row["suspicion"], type=Suspicion),
        version=row["version"],
        answer=msgspec.msgpack.decode(row["answer"], type=Answer),
        answered=row["answered"],
        dismissed_at=None if dismissed is None else _moment(dismissed),
        dismissed_by=row["dismissed_by"],
        dismissed_why=row["dismissed_why"],
    )


def _of(rows: Rows, suspicion_id: str) -> Kept | None:
    body = rows.get(_name(suspicion_id))
    return None if body is None else _kept(body)


def _name(suspicion_id: str) -> Name:
    return SUSPICION, suspicion_id.encode()


def _ns(at: datetime) -> int:
    return int(at.timestamp() * 1000) * (_NANOSECONDS // 1000)


def _moment(at_ns: int) -> datetime:
    return datetime.fromtimestamp(at_ns / _NANOSECONDS, UTC)
