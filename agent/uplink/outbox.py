"""The chain of signed evidence on disk: sealed once, kept until it is acknowledged and after."""

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from msgspec import Struct

from agent.clock import Clock
from agent.config.home import Home
from agent.state import gaps
from agent.state.database import transaction
from agent.uplink.chain_file import ChainFile
from agent.uplink.chain_rows import Waiting
from agent.uplink.identity import Identity
from agent.uplink.queue_file import SEALED, QueueFile
from agent.uplink.queue_proof import QueueProof, prove
from agent.uplink.salvage import read_back
from wire.messages import Incarnation

KEPT_AFTER_ACKNOWLEDGEMENT = timedelta(days=30)
_NO_OFFSET = 0.0


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain stands."""

    incarnation: str
    sequence: int
    digest: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is not acknowledged yet."""

    count: int
    oldest_at: datetime | None


class Outbox:
    """One agent's chain. Threads and processes may share its file; each seal is one transaction."""

    def __init__(self, file: QueueFile, clock: Clock) -> None:
        self._file = file
        self._clock = clock
        self._guard = threading.RLock()

    def seal(self, body: Struct, systems: tuple[str, ...]) -> int:
        """Sign a statement and store it behind the others; return its sequence.

        A body too big for the wire is dropped and leaves a tombstone in its place.
        """
        with self.changing() as chain:
            return chain.append(body, systems, self._clock.now())

    def goes_on(self) -> bool:
        """Whether a chain of this identity has begun."""
        with self._looking() as chain:
            return bool(chain.meta("incarnation")) and not chain.speaks_for_another()

    def head(self) -> Head:
        with self._looking() as chain:
            return Head(*chain.head())

    def backlog(self) -> Backlog:
        with self._looking() as chain:
            count, oldest = chain.backlog()
            return Backlog(count, oldest)

    def waiting(self, most: int, most_bytes: int) -> tuple[Waiting, ...]:
        """The oldest envelopes not acknowledged, of one incarnation, in order."""
        with self._looking() as chain:
            return chain.waiting(most, most_bytes)

    def recent(self, most: int) -> tuple[Waiting, ...]:
        with self._looking() as chain:
            return chain.recent(most)

    def latest(self, kind: str, most: int) -> tuple[Waiting, ...]:
        with self._looking() as chain:
            return chain.latest(kind, most)

    def acknowledge(self, incarnation: str, log_indexes: dict[int, int]) -> None:
        """These sequences are committed in the controller's log."""
        with self.changing() as chain:
            chain.acknowledge(incarnation, log_indexes, self._clock.now())

    def send_again(self, from_sequence: int) -> int:
        """A restored controller asks for these again; return how many wait now because of it."""
        with self.changing() as chain:
            return chain.send_again(from_sequence)

    def reopen(self, reason: str) -> None:
        """Begin a new incarnation; what waits is sealed again behind its opening."""
        with self.changing() as chain:
            chain.reopen(reason, self._clock.now())

    def mend(self) -> int:
        """Put tombstones where waiting envelopes were changed on disk; return how many."""
        with self.changing() as chain:
            return chain.mend(self._clock.now())

    def prune(self) -> int:
        """Forget what was acknowledged more than 30 days ago; return how many."""
        with self.changing() as chain:
            return chain.prune(self._clock.now() - KEPT_AFTER_ACKNOWLEDGEMENT)

    def clock_offset_s(self) -> float:
        """Controller's clock minus ours, as last measured."""
        with self._looking() as chain:
            return float(chain.meta("clock_offset_s") or _NO_OFFSET)

    def set_clock_offset(self, seconds: float) -> None:
        with self.changing() as chain:
            chain.set_meta("clock_offset_s", repr(seconds))

    def proof(self) -> QueueProof:
        """Whether everything here is as this agent sealed it. Reads all of it."""
        with self._looking() as chain, transaction(chain.connection):
            return prove(chain, self._file.seal)

    def adopt(self) -> None:
        """Go on with what lies here, after `proof` has found that it was changed: told as a gap.

        What was lost or marked as sent is asked for by the controller, whose chain has a gap then.
        """
        with self.changing():
            self._file.tell_changed()
            self._file.seal.sum_anew()

    def links_at(self, sequence: int) -> tuple[str, ...]:
        """The digests that stand at this place: one for each incarnation that reached it."""
        with self._looking() as chain:
            return chain.links_at(sequence)

    @contextlib.contextmanager
    def changing(self) -> Iterator[ChainFile]:
        """A transaction under the seal; an end that is not as we left it is told as a gap."""
        with self._looking() as chain:
            with self._file.writing(), transaction(chain.connection):
                if not self._file.seal.begin():
                    self._file.tell_changed()
                yield chain
                self._file.seal.end()
            self._file.changed()

    @contextlib.contextmanager
    def _looking(self) -> Iterator[ChainFile]:
        """One thread at a time; in the file that is there now."""
        with self._guard:
            self._file.follow()
            yield self._file.chain

    def close(self) -> None:
        with self._guard:
            self._file.chain.connection.close()


def open_outbox(
    home: Home, identity: Identity, clock: Clock, entropy: Callable[[int], bytes], boot_id: str
) -> Outbox:
    """Open the chain of this identity, beginning a new incarnation where there must be one.

    New: a first outbox; an outbox whose file was lost or damaged; an agent that has joined a
    controller since, and is called otherwise now.
    """
    last_known = LastKnown(home.state_dir / "incarnation")
    announced = identity.membership.incarnation if identity.membership else ""

    def chain_of(connection: sqlite3.Connection) -> ChainFile:
        return ChainFile(connection, identity, entropy, boot_id, last_known)

    outbox = Outbox(QueueFile(home, identity, clock, chain_of), clock)
    if outbox.goes_on() and gaps.expected(home, SEALED):
        return outbox  # nothing to write: on a full disk one can still look
    with outbox.changing() as chain:
        known = last_known.read()
        if not chain.meta("incarnation") and known:
            chain.open(Incarnation("state_lost", known), clock.now())
            for kind, raw in read_back(home, identity.key.public):
                chain.seal_again(kind, raw, clock.now())
        elif not chain.meta("incarnation"):
            chain.open(Incarnation("first"), clock.now(), announced)
        elif chain.speaks_for_another():
            chain.reopen("first", clock.now(), announced)
    gaps.expect(home, SEALED)
    return outbox


@dataclass(frozen=True, slots=True)
class LastKnown:
    """The newest incarnation's name, beside the database: it outlives a damaged one."""

    file: Path

    def read(self) -> str:
        return self.file.read_text().strip() if self.file.exists() else ""

    def write(self, incarnation: str) -> None:
        new = self.file.with_suffix(".new")
        new.write_text(incarnation)
        new.replace(self.file)
