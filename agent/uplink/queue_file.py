"""The outbox as a file: opened, replaced when it is not what we left, followed when others did."""

import contextlib
import sqlite3
from collections.abc import Callable

from agent.clock import Clock
from agent.config.home import Home
from agent.state import gaps
from agent.state.anchor import Anchor
from agent.state.damage import is_damage
from agent.state.database import as_of_the_disk, begin_anew, open_state, transaction
from agent.state.shape import has_our_shape
from agent.uplink.chain_file import ChainFile
from agent.uplink.chain_rows import MIGRATIONS
from agent.uplink.identity import Identity
from agent.uplink.queue_seal import QueueSeal

SEALED = "outbox.seal"  # expected in the state folder's list: a missing seal is a loss
_OUTBOX, _CHANGED = "outbox", "changed"


class QueueFile:
    """Guards the connection, with the seal that belongs to it."""

    def __init__(
        self,
        home: Home,
        identity: Identity,
        clock: Clock,
        chain_of: Callable[[sqlite3.Connection], ChainFile],
    ) -> None:
        self._home = home
        self._identity = identity
        self._clock = clock
        self._chain_of = chain_of
        self._open()

    def follow(self) -> None:
        """Another process has set the file aside: what is sealed belongs into the new one."""
        if self._inode_now() != self._inode:
            self.chain.connection.close()
            self._open()

    def changed(self) -> None:
        """After a commit: whoever puts back an older file is found by this."""
        self._anchor.write(self.seal.revision)

    def tell_changed(self) -> None:
        """A statement will name it."""
        gap = gaps.StateGap(_OUTBOX, _CHANGED, "", self._clock.now())
        gaps.remember(self._home, gap)

    def _open(self) -> None:
        connection, seal = self._opened()
        self._anchor = Anchor(self._home, _OUTBOX, seal.key)
        if not self._is_ours(connection, seal):
            connection.close()
            begin_anew(self._home, _OUTBOX, _CHANGED, self._clock)
            connection, seal = self._opened(is_new=True)
        seal.revision = max(seal.revision, self._anchor.read() or 0)
        self.chain, self.seal = self._chain_of(connection), seal
        self._inode = self._inode_now()

    def writing(self) -> contextlib.AbstractContextManager[None]:
        """What the disk refuses inside is said as such."""
        return as_of_the_disk(self._home)

    def _opened(self, *, is_new: bool = False) -> tuple[sqlite3.Connection, QueueSeal]:
        known = len(gaps.all_gaps(self._home))
        connection = open_state(self._home, _OUTBOX, MIGRATIONS, self._clock)
        new = is_new or any(gap.purpose == _OUTBOX for gap in gaps.all_gaps(self._home)[known:])
        expected = not new and gaps.expected(self._home, SEALED)
        return connection, QueueSeal(connection, self._identity, expected=expected)

    def _inode_now(self) -> int:
        with contextlib.suppress(FileNotFoundError):
            return self._home.database(_OUTBOX).stat().st_ino
        return 0

    def _is_ours(self, connection: sqlite3.Connection, seal: QueueSeal) -> bool:
        """Whether tables and end are as we left them; `queue_proof` reads everything."""
        try:
            with transaction(connection):
                if not has_our_shape(connection, MIGRATIONS) or not seal.begin():
                    return False
                return self._is_newest(seal)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            return False

    def _is_newest(self, seal: QueueSeal) -> bool:
        """A missing anchor is told; the queue itself holds."""
        anchored = self._anchor.read()
        if anchored is None:
            self.tell_changed()
            self._anchor.write(seal.revision)
        return not seal.expected or (anchored or 0) <= seal.revision
