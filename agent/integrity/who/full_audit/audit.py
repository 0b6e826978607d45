"""Who the client was, by what Samba wrote of this very path at this very moment.

It is asked where smbd's process alone does not say it: several logins over one connection, a name
that everybody takes (`force user`), a process that was gone before Samba could be asked. Nobody is
named by a line that somebody else can have written, or where two lines tell of two people.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from agent.host import Host
from agent.integrity.live.limit import Limit
from agent.integrity.seen import Seen
from agent.integrity.who.accounts import uid_of
from agent.integrity.who.full_audit.deeds import FITTING, OF_FOLDERS
from agent.integrity.who.full_audit.index import Index, Told
from agent.integrity.who.full_audit.logs import Logs
from agent.integrity.who.full_audit.settings import Settings
from agent.integrity.who.full_audit.shares import Share
from agent.integrity.who.record import Who
from agent.integrity.who.sessions import PROGRAMS, Session, harmless_name

_NEAR_NS = 2_000_000_000
_SECOND_NS = 1_000_000_000


class Clients(Protocol):
    """What is known of Samba's clients without a log."""

    def sessions(self, who: Who) -> tuple[Session, ...]:
        """The logins over the connection that this process serves; none, if not known."""

    def doubted(self, since_ns: int, until_ns: int) -> tuple[Who, ...]:
        """Who can have done what nobody was named for, between these moments (UTC)."""


@dataclass(slots=True)
class FullAudit:
    """Guards what Samba's record told lately."""

    clients: Clients
    settings: Settings
    logs: Logs
    uid_of: Callable[[str], int | None] = uid_of
    _index: Index = field(default_factory=Index)

    def limits(self) -> tuple[Limit, ...]:
        """What of the record cannot be used, and why."""
        self._refresh()
        return (*self.settings.recorded.limits, *self.logs.limits())

    def named(self, seen: tuple[Seen, ...]) -> tuple[Seen, ...]:
        """These changes, with the client where the record tells him."""
        asked = [one for one in seen if self._is_open(one)]
        if not asked:
            return seen
        self._refresh()
        recorded = self.settings.recorded
        if not any(recorded.covering(one.change.path) for one in asked):
            return seen
        since_ns = min(_at_ns(one) for one in asked) - _NEAR_NS - _SECOND_NS
        lines = self.logs.read(since_ns)
        self._index.takes(lines, (share.prefix for share in recorded.shares))
        answers = {id(one): self._answer(one) for one in asked}
        return tuple(answers.get(id(one), one) for one in seen)

    def _refresh(self) -> None:
        if self.settings.refresh():
            self.logs.begin(self.settings.recorded)
            self._index = Index()

    def _is_open(self, one: Seen) -> bool:
        """Whether it was smbd's work, and the kernel's word does not settle whose."""
        if one.since is not None:
            return False
        if one.who is None:
            at_ns = _at_ns(one)
            return bool(self.clients.doubted(at_ns - _NEAR_NS, at_ns + _NEAR_NS))
        return one.who.exe in PROGRAMS and not self._is_settled(one.who)

    def _is_settled(self, who: Who) -> bool:
        return bool(who.client_user) and self.uid_of(who.client_user) == who.uid

    def _answer(self, one: Seen) -> Seen:
        at_ns = _at_ns(one)
        shares = self.settings.recorded.covering(one.change.path)
        if not shares or not self.logs.complete_since(at_ns - _NEAR_NS):
            return one
        told = tuple(self._fitting(one, shares, at_ns))
        who = self._named(one.who, told, shares) if one.who else self._found(told, shares, at_ns)
        return one if who is one.who else msgspec.structs.replace(one, who=who)

    def _fitting(self, one: Seen, shares: Sequence[Share], at_ns: int) -> Iterator[Told]:
        """What was told of this path, or of a folder above that went along, just then."""
        wanted = FITTING[one.change.kind]
        above = ((path, wanted & OF_FOLDERS) for path in _folders_above(one.change.path, shares))
        for path, effects in ((one.change.path, wanted), *above):
            for told in self._index.of(path):
                line = told.line
                near = line.from_ns - _NEAR_NS <= at_ns <= line.until_ns + _NEAR_NS
                if near and told.effect in effects and _shares_of(told, shares):
                    yield told

    def _named(self, who: Who, told: Iterable[Told], shares: Sequence[Share]) -> Who:
        """The process is certain; whom it served is what the lines of just this process say."""
        ours = [each for each in told if _pid_of(each) in {None, who.pid}]
        believed = [each for each in ours if self._is_believed(each, who, shares)]
        names = {_name(each, shares) for each in believed}
        if not names:
            return who
        vouched = all(_is_vouched(each, who) for each in believed)
        name = names.pop()
        if names or (who.client_user not in {"", name} and not vouched):
            return msgspec.structs.replace(who, client_user="")
        addresses = {each.spoken.address for each in believed if each.spoken.address}
        knows = vouched and len(addresses) == 1
        return _served(who, name, addresses.pop() if knows else who.client_address)

    def _found(self, told: Sequence[Told], shares: Sequence[Share], at_ns: int) -> Who | None:
        """One of those between whom the kernel could not decide, as vouched lines say."""
        if len({_name(each, shares) for each in told}) != 1:
            return None
        found = {
            _served(candidate, _name(each, shares), each.spoken.address)
            for each in told
            for candidate in self.clients.doubted(at_ns - _NEAR_NS, at_ns + _NEAR_NS)
            if _is_vouched(each, candidate) and self._is_believed(each, candidate, shares)
        }
        return found.pop() if len(found) == 1 else None

    def _is_believed(self, told: Told, who: Who, shares: Sequence[Share]) -> bool:
        """What a line says counts only where the kernel, Samba or root's own log stands for it."""
        name, user = _name(told, shares), told.spoken.user
        if not name or (user and who.uid not in {0, self.uid_of(user)}):
            return False
        taken = _names_taken(told, shares)
        if not taken:
            return self.uid_of(user or name) == who.uid
        if who.uid not in {self.uid_of(each) for each in taken}:
            return False  # an smbd of somebody's own, or the share is another by now
        if _is_vouched(told, who) and self.settings.recorded.wishes_count:
            return True
        return any(session.user == name for session in self.clients.sessions(who))


def full_audit_at(host: Host, clients: Clients, clock_s: Callable[[], float]) -> FullAudit:
    """Of this host's Samba."""
    return FullAudit(clients, Settings(host, clock_s), Logs(host))


def _served(who: Who, name: str, address: str) -> Who:
    return msgspec.structs.replace(
        who, client_user=harmless_name(name), client_address=harmless_name(address)
    )


def _at_ns(one: Seen) -> int:
    return int(one.at.timestamp()) * _SECOND_NS + one.at.microsecond * 1000


def _pid_of(told: Told) -> int | None:
    return told.line.pid or told.spoken.pid


def _is_vouched(told: Told, who: Who) -> bool:
    """Whether root's own programs wrote it, for just this process."""
    return told.line.vouched and _pid_of(told) == who.pid


def _shares_of(told: Told, shares: Sequence[Share]) -> list[Share]:
    """Those of these through which it can have been done, and which write such lines."""
    return [
        share
        for share in shares
        if share.prefix == told.prefix and told.spoken.share in {"", share.name}
    ]


def _names_taken(told: Told, shares: Sequence[Share]) -> set[str]:
    return {name for share in _shares_of(told, shares) for name in share.names}


def _name(told: Told, shares: Sequence[Share]) -> str:
    """Who it was; where everybody takes one name, whom the client said to be."""
    spoken = told.spoken
    return spoken.wished if _names_taken(told, shares) else spoken.user or spoken.wished


def _folders_above(path: bytes, shares: Sequence[Share]) -> Iterator[bytes]:
    shortest = min(len(share.path) for share in shares)
    while len(path := path.rpartition(b"/")[0]) > shortest:
        yield path
