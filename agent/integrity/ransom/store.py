"""Suspicions, what was done about them, signs, and our canaries, on disk: suspicion.sqlite."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from agent.clock import Clock
from agent.config.home import Home
from agent.integrity.ransom.canary import Canary
from agent.integrity.ransom.file import SuspicionFile
from agent.integrity.ransom.kept import (
    Answer,
    Kept,
    Laid,
    decode_kept,
    decode_laid,
    kept_of,
    moment_of,
    name_of,
    ns_of,
)
from agent.integrity.ransom.rows import (
    CANARY,
    JUDGED,
    SIGNS,
    SUSPICION,
    Rows,
    State,
    encode,
    link_at,
)
from agent.integrity.ransom.sealed_elsewhere import Told, elsewhere_of
from agent.integrity.ransom.sign import Sign
from agent.integrity.ransom.suspicion import Suspicion


class _Lists(Struct, frozen=True):
    """What the rows say."""

    suspicions: tuple[Kept, ...]  # newest first
    canaries: tuple[Canary, ...]


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
            kept = kept_of(rows, suspicion_id)
            if kept is None or not kept.open:
                return rows, False
            said = replace(
                kept, dismissed_at=moment_of(ns_of(at)), dismissed_by=person, dismissed_why=why
            )
            after = {**rows, name_of(suspicion_id): encode(said)}
            after.pop((SIGNS, kept.suspicion.watched), None)
            return after, True

        return self._file.change(do)

    def of(self, suspicion_id: str) -> Kept | None:
        return kept_of(self._file.rows(), suspicion_id)

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
        laid = encode(Laid(canary.watched, canary.sha256, ns_of(at)))
        self._file.change(lambda rows: ({**rows, (CANARY, canary.path): laid}, None))

    def drop_canary(self, path: bytes, at: datetime) -> None:
        """From now on nobody is alarmed by it."""

        def do(rows: Rows) -> tuple[Rows, None]:
            if (CANARY, path) not in rows:
                return rows, None
            dropped = replace(decode_laid(rows[CANARY, path]), dropped_at_ns=ns_of(at))
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
            kept = do(kept_of(rows, suspicion_id))
            return rows if kept is None else {**rows, name_of(suspicion_id): encode(kept)}, kept

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
    with contextlib.closing(SuspicionFile(home, key, clock, elsewhere_of(told))) as file:
        yield SuspicionStore(file)


def new_ids(entropy: Callable[[int], bytes]) -> Callable[[], str]:
    return lambda: f"suspicion-{entropy(6).hex()}"


def _lists(rows: Rows) -> _Lists:
    kept = [decode_kept(body) for (kind, _), body in rows.items() if kind == SUSPICION]
    kept.sort(key=lambda one: one.suspicion.at, reverse=True)
    laid = [
        (path, decode_laid(rows[CANARY, path])) for kind, path in sorted(rows) if kind == CANARY
    ]
    canaries = [
        Canary(path, one.watched, one.sha256, one.dropped_at_ns is not None) for path, one in laid
    ]
    return _Lists(tuple(kept), tuple(canaries))
