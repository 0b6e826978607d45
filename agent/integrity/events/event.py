"""One stored event, what it is stored with, and which events somebody asks for."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from agent.integrity.who.record import Who


class EventKind(StrEnum):
    """What happened; of a change these are the words of `change.Kind`."""

    ADDED = "added"
    MODIFIED = "modified"
    REMOVED = "removed"
    RENAMED = "renamed"
    METADATA = "metadata"
    GAP = "gap"  # not watched, or not seen: between `since` and `at`; `explanation` is the reason
    APPROVED = "approved"  # people approved changes (`explained_by` accepted), or a new baseline
    CONFIGURED = "configured"  # how the path is watched; `what` says how from now on


CHANGES = frozenset(EventKind) - {EventKind.GAP, EventKind.APPROVED, EventKind.CONFIGURED}
ACCEPTED = "accepted"  # code of `explained_by`: people have approved it
PART = "part"  # in `what` of an approval: of its members alone; else of everything before it


class Event(Struct, frozen=True, omit_defaults=True):
    """What happened to one file, or to many that were folded into one.

    `number` is 0 until it is stored. `since` is set when a look found it: it happened between
    `since` and `at`, by whom nobody saw. `kind` of a folded event is what most of its files are;
    `path` is then the folder that holds them all.
    """

    number: int
    at: datetime
    since: datetime | None
    watched: bytes  # the watched path it lies under
    kind: EventKind
    path: bytes
    old_path: bytes | None = None
    what: tuple[str, ...] = ()
    size: int | None = None
    who: Who | None = None
    explained_by: str = ""  # "" is unexplained; else package | rotation | growth | accepted | …
    explanation: str = ""  # "openssh-server 1:9.2p1-2+deb12u7", the reason of a gap; of an
    # approval the head of the chain of baselines, then the people
    counts: dict[EventKind, int] = {}  # of a folded event: its files by kind, exact

    @property
    def files(self) -> int:
        """How many files it stands for."""
        return sum(self.counts.values()) or 1

    def numbered(self, number: int) -> "Event":
        return replace(self, number=number)


class Entry(Struct, frozen=True):
    """What `EventStore.append` takes: an event without a number, and what is folded into it.

    Members may be fewer than `event.counts` says where there were too many to keep. `covers`, of an
    approval: every transition of the ledger's journal up to this one led to what was approved.
    """

    event: Event
    members: tuple[Event, ...] = ()
    covers: int = 0


class Head(Struct, frozen=True):
    """An end of the chain: the newest event's number and its keyed link; 0 and "" without any."""

    number: int = 0
    link: str = ""


class EventFilter(Struct, frozen=True):
    """Which events are asked for; what is not said does not limit. All must hold.

    Paths and people are looked for in an event and in what is folded into it.
    """

    after: int = 0  # only higher numbers
    since: datetime | None = None
    until: datetime | None = None
    watched: frozenset[bytes] = frozenset()
    below: bytes | None = None  # this path, or anything below it; a former name counts, too
    kinds: frozenset[EventKind] = frozenset()
    uid: int | None = None  # of the process, or of who logged in
    program: str = ""  # its executable, whole or its last part
    client: str = ""  # user or address of a file share's client; or a program by its name
    explained: bool | None = None  # False: only what nothing explains
    explained_by: str = ""

    def wants(self, event: Event, members: Iterable[Event]) -> bool:
        """Whether this event is asked for. `members` is read only where it matters."""
        if not self._wants_whole(event):
            return False
        if not self._looks_inside:
            return True
        return self._fits(event) or any(self._fits(member) for member in members)

    def wants_one(self, change: Event) -> bool:
        """Whether a change that is folded into an event is itself asked for."""
        return (not self.kinds or change.kind in self.kinds) and self._fits(change)

    @property
    def _looks_inside(self) -> bool:
        return self.below is not None or self.uid is not None or bool(self.program or self.client)

    def _wants_whole(self, event: Event) -> bool:
        kinds = {event.kind, *event.counts}
        return (
            event.number > self.after
            and (self.since is None or event.at >= self.since)
            and (self.until is None or (event.since or event.at) < self.until)
            and (not self.watched or event.watched in self.watched)
            and (not self.kinds or not self.kinds.isdisjoint(kinds))
            and (self.explained is None or bool(event.explained_by) is self.explained)
            and (not self.explained_by or event.explained_by == self.explained_by)
        )

    def _fits(self, event: Event) -> bool:
        return (
            self._lies_below(event.path)
            or (event.old_path is not None and self._lies_below(event.old_path))
        ) and self._was_by(event.who)

    def _lies_below(self, path: bytes) -> bool:
        if self.below is None:
            return True
        root = self.below.rstrip(b"/")
        return path == root or path.startswith(root + b"/")

    def _was_by(self, who: Who | None) -> bool:
        if who is None:
            return self.uid is None and not self.program and not self.client
        return self._was_person(who) and (
            not self.program or self.program in (who.exe, who.exe.rpartition("/")[2])
        )

    def _was_person(self, who: Who) -> bool:
        """An account of this host and a file share's client may be one person: either will do."""
        if self.uid is None and not self.client:
            return True
        if self.uid is not None and self.uid in (who.uid, who.login_uid):
            return True
        return bool(self.client) and self.client in _called(who)


def _called(who: Who) -> tuple[str, ...]:
    r"""All that a person may type for it, as it is shown: `BV\lan`, `lan`, `BV\lan@10.1.2.3`."""
    user, address = who.client_user, who.client_address
    return user, user.rpartition("\\")[2], address, f"{user}@{address}", who.exe.rpartition("/")[2]


EVERYTHING = EventFilter()
