"""Whom Samba's server works for: the user and the address of the session behind one smbd process.

smbd serves each connection with a process of its own: root, that takes its user's name for each
request. The kernel tells the user's number; Samba tells who logged in, and from where.

Source: smbstatus(1); its JSON is there since Samba 4.17.
"""

import pwd
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple, Protocol

import msgspec

from agent.errors import UnreadableFactError
from agent.files.names import shown
from agent.integrity.who import proc
from agent.integrity.who.record import Who

COMMAND = ("smbstatus", "--processes")
JSON = "--json"
_WITHIN_S = 2.0
_SECOND_NS, _MOST_A_SECOND = 1_000_000_000, 10  # questions; each takes some 30 ms
_AGAIN_NS = 200_000_000  # between two about one user of one connection …
_IN_VAIN_NS = 2_000_000_000  # … that told nothing
_MOST_PAIRS = 4096
_AFTER_FAILURE_NS = 60_000_000_000
_PROGRAMS = frozenset({"/usr/sbin/smbd", "/usr/local/samba/sbin/smbd"})
_SAME_BIRTH_NS = 200_000_000
_ROW = re.compile(r"(?:\d+:)?(\d+)\s+(\S+)\s+\S+\s+\S+\s+\((ipv[46]:\S+)\)\s", re.MULTILINE)
_FAMILY_AND_PORT = re.compile(r"^ipv[46]:|:\d+$")
_LONGEST = 256


class Session(NamedTuple):
    """One login over one connection."""

    pid: int
    uid: int
    user: str
    address: str


class Clients(Protocol):
    """Who knows for whom a server's process works."""

    def named(self, who: Who, born_ns: int) -> Who: ...


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

    def named(self, who: Who, born_ns: int) -> Who:
        """With the client's address, and the user where it is certain which one it was.

        All of a connection has one address. Its only login may be followed by another that the
        kernel does not tell apart (`force user`): it counts when Samba was asked just now.
        """
        if who.exe not in _PROGRAMS:
            return who
        with self._lock:
            session = self._known(who, born_ns) or self._asked(who, born_ns)
            address = session.address if session else self._address(who.pid, born_ns)
        if not address:
            return who
        user = session.user if session else ""
        return msgspec.structs.replace(who, client_user=user, client_address=address)

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


class _Server(msgspec.Struct):
    pid: str


class _Login(msgspec.Struct):
    server_id: _Server
    uid: int
    username: str
    hostname: str = ""
    remote_machine: str = ""


class _Status(msgspec.Struct):
    sessions: dict[str, _Login] = {}


def only(sessions: Iterable[Session]) -> Session | None:
    """One user at one address, however often logged in; None: nobody, or more than one."""
    found = list(sessions)
    return found[0] if len({(s.user, s.address) for s in found}) == 1 else None


def of_json(text: str) -> list[Session]:
    """The sessions that `smbstatus --json` lists.

    Raises:
        UnreadableFactError: it is something else.
    """
    try:
        status = msgspec.json.decode(text, type=_Status)
    except msgspec.DecodeError as error:
        raise UnreadableFactError(COMMAND[0], "unparsable", str(error)) from error
    return [
        Session(int(each.server_id.pid), each.uid, _told(each.username), _address(each.hostname))
        for each in status.sessions.values()
        if each.server_id.pid.isdecimal()
    ]


def of_table(text: str) -> list[Session]:
    """The same of an older Samba; whom this host does not know by name is left out."""
    sessions = []
    for pid, user, address in _ROW.findall(text):
        with suppress(KeyError):
            uid = pwd.getpwnam(user).pw_uid
            sessions.append(Session(int(pid), uid, _told(user), _address(address)))
    return sessions


def _told(text: str) -> str:
    return shown(text.encode("utf-8", "surrogateescape"))[:_LONGEST]


def _address(text: str) -> str:
    """`ipv4:10.0.0.5:49152` without what says nothing about who."""
    return _told(_FAMILY_AND_PORT.sub("", text))
