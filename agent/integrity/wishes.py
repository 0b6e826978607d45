"""One person's wish that reviewed changes be approved, until a second person has the same."""

import sqlite3
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from agent.state.anchor import Anchor
from wire.pseudonym import pseudonym

COUNTS_FOR = timedelta(days=7)
_encode = msgspec.msgpack.Encoder().encode


class Part(Struct, frozen=True):
    """Which of the reviewed changes; nothing named is all of them."""

    only: tuple[bytes, ...] = ()  # these paths, and what lies below them
    events: tuple[int, ...] = ()  # what these events tell

    def __bool__(self) -> bool:
        return bool(self.only or self.events)

    def in_order(self) -> "Part":
        """Two people who name the same in another order mean the same."""
        return Part(tuple(sorted(set(self.only))), tuple(sorted(set(self.events))))


EVERYTHING = Part()


class Wish(Struct, frozen=True):
    """What one person has asked for."""

    watched: bytes
    review: str  # code of the scan that was reviewed; empty: the present state as a whole
    part: Part
    person: str  # `uid:1001`
    at: int  # seconds since 1970

    @property
    def wished_at(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)

    @property
    def until(self) -> datetime:
        return self.wished_at + COUNTS_FOR

    @property
    def subject(self) -> tuple[bytes, str, Part]:
        """Two people must agree on all of this."""
        return self.watched, self.review, self.part

    def stands(self, now: datetime) -> bool:
        """One dated ahead does not count: the clock was set back."""
        return self.wished_at <= now < self.until


class Standing(Struct, frozen=True):
    """Both ends of the chain of approvals, and what waits for a second person."""

    first: int = 1  # number of the oldest approval in this file
    number: int = 0  # of the newest
    root: str = ""
    wishes: tuple[Wish, ...] = ()
    revision: int = 0  # how often this was changed


class StandingRow:
    """Guards one sealed row: nobody without the facility's key can wish in another's name."""

    def __init__(self, connection: sqlite3.Connection, key: bytes, anchor: Anchor) -> None:
        self._connection = connection
        self._key = key
        self._anchor = anchor

    def is_newest(self, standing: Standing | None) -> bool:
        """Whether it is not older than what the anchor beside the database counts."""
        anchored = self._anchor.read()
        return anchored is not None and anchored <= (standing.revision if standing else 0)

    def committed(self) -> None:
        """After a commit: whoever puts back an older file is found by this."""
        standing = self.read()
        if standing is not None:
            self._anchor.write(standing.revision)

    def read(self) -> Standing | None:
        """None: there is none, or it is not the one that we wrote."""
        row = self._connection.execute("SELECT body, seal FROM standing").fetchone()
        if row is None or self._seal(row[0]) != row[1]:
            return None
        return msgspec.msgpack.decode(row[0], type=Standing)

    def write(self, standing: Standing) -> None:
        """Belongs into a transaction of the caller where more is changed."""
        revision = max(standing.revision, self._anchor.read() or 0) + 1
        body = _encode(replace(standing, revision=revision))
        self._connection.execute(
            "INSERT OR REPLACE INTO standing VALUES (0, ?, ?)", (body, self._seal(body))
        )

    def _seal(self, body: object) -> str:
        return pseudonym(self._key, "baseline.standing", _encode(body))


def others_for(wishes: tuple[Wish, ...], wish: Wish) -> tuple[str, ...]:
    """Who else wants exactly the same."""
    same = {one.person for one in wishes if one.subject == wish.subject}
    return tuple(sorted(same - {wish.person}))
