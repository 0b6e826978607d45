"""Whom Samba's server works for: the user and the address of the session behind one smbd process.

smbd serves each connection with a process of its own: root, that takes its user's name for each
request. The kernel tells the user's number; Samba tells who logged in, and from where.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import msgspec

from agent.errors import UnreadableFactError
from agent.integrity.who import proc
from agent.integrity.who.record import Who
from agent.integrity.who.sessions import (
    COMMAND,
    PROGRAMS,
    Session,
    of_json,
    of_table,
    only,
)

JSON = "--json"
_WITHIN_S = 2.0
_SECOND_NS, _MOST_A_SECOND = 1_000_000_000, 10  # questions; each takes some 30 ms
_AGAIN_NS = 200_000_000  # between two about one user of one connection …
_IN_VAIN_NS = 2_000_000_000  # … that told nothing
_MOST_PAIRS = 4096
_MOST_DOUBTS = 256
_AFTER_FAILURE_NS = 60_000_000_000
_SAME_BIRTH_NS = 200_000_000


class Clients(Protocol):
    """Who knows for whom a server's process works."""

    def named(self, who: Who, born_ns: int) -> Who: ...

    def doubts(self, at_ns: int, candidates: tuple[Who, ...]) -> None:
        """At this moment (UTC) one of these did something, and nobody can say which."""


class Doubt(NamedTuple):
    """A deed of which the kernel says only that one of these did it."""

    at_ns: int
    candidates: tuple[Who, ...]


class Running(Protocol):
    """Runs a program and gives what it prints."""

    def __call__(self, argv: Sequence[str], timeout_s: float) -> str: ...


class SambaClients:
    """Guards what Samba said last; asks again when that does not tell who it was."""

    def __init__(
        self,
        run: Running,
        command: Sequence[str] = COMMAND,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._run = run
        self._command = tuple(command)
        self._clock = clock
        self._lock = threading.Lock()
        self._sessions: dict[int, list[Session]] = {}
        self._asked_ns = 0
        self._not_before_ns = 0
        self._lately_ns: deque[int] = deque(maxlen=_MOST_A_SECOND)
        self._again_ns: dict[tuple[int, int], int] = {}
        self._json = True
        self._born_ns: dict[int, int] = {}
        self._doubted: deque[Doubt] = deque(maxlen=_MOST_DOUBTS)

    def named(self, who: Who, born_ns: int) -> Who:
        """With the client's address, and the user where it is certain which one it was.

        All of a connection has one address. Its only login may be followed by another that the
        kernel does not tell apart (`force user`): it counts when Samba was asked just now.
        """
        if who.exe not in PROGRAMS:
            return who
        with self._lock:
            self._was_born(who.pid, born_ns)
            session = self._known(who, born_ns) or self._asked(who, born_ns)
            address = session.address if session else self._address(who.pid, born_ns)
        if not address:
            return who
        user = session.user if session else ""
        return msgspec.structs.replace(who, client_user=user, client_address=address)

    def doubts(self, at_ns: int, candidates: tuple[Who, ...]) -> None:
        if all(who.exe in PROGRAMS for who in candidates):
            self._doubted.append(Doubt(at_ns, candidates))

    def doubted(self, since_ns: int, until_ns: int) -> tuple[Who, ...]:
        """Who can have done what nobody was named for, between these moments (UTC)."""
        among = [doubt for doubt in tuple(self._doubted) if since_ns <= doubt.at_ns <= until_ns]
        return tuple(who for doubt in among for who in doubt.candidates)

    def sessions(self, who: Who) -> tuple[Session, ...]:
        """Who is logged in over the connection that this process serves; none, if not known."""
        with self._lock:
            born_ns = self._born_ns.get(who.pid)
            if born_ns is None:
                return ()
            self._asked(who, born_ns)
            return tuple(self._sessions.get(who.pid, ())) if self._asked_ns > born_ns else ()

    def _was_born(self, pid: int, born_ns: int) -> None:
        if len(self._born_ns) >= _MOST_PAIRS:
            self._born_ns.clear()
        self._born_ns[pid] = born_ns

    def _known(self, who: Who, born_ns: int) -> Session | None:
        """What was said while this connection was there, of this very user."""
        if self._asked_ns <= born_ns:
            return None
        return only(s for s in self._sessions.get(who.pid, ()) if s.uid == who.uid)

    def _asked(self, who: Who, born_ns: int) -> Session | None:
        """What is said now; whoever `force user` makes him, the only login is whose work it was."""
        now_ns, pair = self._clock(), (who.pid, who.uid)
        if now_ns < max(self._not_before_ns, self._again_ns.get(pair, 0)):
            return None
        if len(self._lately_ns) == _MOST_A_SECOND and now_ns < self._lately_ns[0] + _SECOND_NS:
            return None
        self._lately_ns.append(now_ns)
        if len(self._again_ns) >= _MOST_PAIRS:
            self._again_ns.clear()
        self._again_ns[pair] = now_ns + _IN_VAIN_NS
        try:
            said = self._ask()
        except UnreadableFactError:
            self._not_before_ns = self._clock() + _AFTER_FAILURE_NS
            return None
        self._asked_ns = now_ns
        self._sessions = {}
        for session in said:
            self._sessions.setdefault(session.pid, []).append(session)
        living = proc.found(who.pid)
        if living is None or abs(living.born_ns - born_ns) > _SAME_BIRTH_NS:
            self._sessions.pop(who.pid, None)
            return None
        found = self._known(who, born_ns) or only(self._sessions.get(who.pid, ()))
        if found is not None:
            self._again_ns[pair] = now_ns + _AGAIN_NS
        return found

    def _address(self, pid: int, born_ns: int) -> str:
        addresses = {session.address for session in self._sessions.get(pid, ())}
        return addresses.pop() if self._asked_ns > born_ns and len(addresses) == 1 else ""

    def _ask(self) -> list[Session]:
        if self._json:
            try:
                return of_json(self._run((*self._command, JSON), _WITHIN_S))
            except UnreadableFactError as error:
                if error.reason not in {"failed", "unparsable"}:
                    raise
                self._json = False
        return of_table(self._run(self._command, _WITHIN_S))


class NoClients:
    """Where no file server runs."""

    def named(self, who: Who, born_ns: int) -> Who:  # noqa: ARG002 - there is nobody to ask
        return who

    def doubts(self, at_ns: int, candidates: tuple[Who, ...]) -> None:
        """There is nobody who could tell."""
