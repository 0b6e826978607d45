"""What of the stored events nobody has approved yet: unexplained changes, and gaps in watching."""

from collections.abc import Container, Iterable, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from agent.config.model import Alert, Watched
from agent.daemon.app import App
from agent.daemon.work.integrity.open_gaps import GapKey, key_of_gap
from agent.daemon.work.integrity.still_open import Approvals, MembersOf
from agent.daemon.work.integrity.stored_events import reading_newest
from agent.files.names import path_bytes
from agent.integrity.errors import NoSuchEventError
from agent.integrity.events.event import PART, Event, EventFilter, EventKind
from agent.integrity.events.reading import EventReader
from agent.integrity.store import open_store

_FACT = "unapproved_events"


class OpenGap(Struct, frozen=True):
    """A time without watching after which not everything was looked at."""

    key: GapKey
    at: datetime  # its end


class OfRoot(Struct, frozen=True):
    """Of one watched path, since it was approved last."""

    watched: bytes
    files: int = 0  # that unexplained events stand for
    gaps: tuple[OpenGap, ...] = ()
    since: datetime | None = None  # of the oldest unexplained change


class Unapproved(Struct, frozen=True):
    """Counted up to event `last`, whose link is `link`."""

    roots: tuple[OfRoot, ...] = ()
    last: int = 0
    link: str = ""

    @property
    def files(self) -> int:
        return sum(root.files for root in self.roots)

    @property
    def gaps(self) -> int:
        return sum(len(root.gaps) for root in self.roots)

    @property
    def since(self) -> datetime | None:
        return min((root.since for root in self.roots if root.since), default=None)

    @property
    def gap_at(self) -> datetime | None:
        return max((gap.at for root in self.roots for gap in root.gaps), default=None)


def alarming(found: Unapproved, watched: Sequence[Watched]) -> Unapproved:
    """Without the changes of files where people work all day; gaps count everywhere. Pure."""
    at_work = {path_bytes(one.path) for one in watched if one.alert is Alert.ATTACKS}
    roots = (
        replace(root, files=0, since=None) if root.watched in at_work else root
        for root in found.roots
    )
    return replace(found, roots=tuple(root for root in roots if root.files or root.gaps))


def unapproved(app: App) -> Unapproved:
    """Everything read anew, for a person who asks.

    Raises:
        EventsChangedError: what is stored is not what this agent stored.
    """
    with reading_newest(app) as reader:
        return Unapproved() if reader is None else _counted(reader, Unapproved())


def never_approved(app: App) -> tuple[bytes, ...]:
    """The watched paths whose state nobody has ever approved: what they held is not known.

    Raises:
        EventsChangedError: what is stored is not what this agent stored.
    """
    with reading_newest(app) as reader:
        approved = set() if reader is None else set(reader.state().approved)
    with open_store(app.home, app.keys.k_f, app.clock) as store:  # older ones are no events
        paths = [path_bytes(each.path) for each in app.config.integrity]
        return tuple(
            path
            for path in paths
            if path not in approved and not any(one.approved for one in store.of(path))
        )


def unapproved_soon(app: App) -> Unapproved:
    """The same for whoever asks often: only what came since is read.

    Raises:
        EventsChangedError: what is stored is not what this agent stored.
    """
    with reading_newest(app) as reader:
        if reader is None:
            return Unapproved()
        before = _remembered(app)
        now = _counted(reader, before if _goes_on(reader, before) else Unapproved())
    if now != before:
        app.memory.keep(_FACT, msgspec.json.encode(now).decode())
    return now


def add(
    before: Iterable[OfRoot],
    newest_first: Iterable[Event],
    members_of: MembersOf = lambda _number: (),
) -> tuple[OfRoot, ...]:
    """Take further events in. Pure but for `members_of`."""
    new: dict[bytes, OfRoot] = {}
    approvals = Approvals(members_of)
    closed: set[GapKey] = set()
    for event in newest_first:
        root = event.watched
        if root in approvals.whole:
            continue
        if event.kind is EventKind.APPROVED:
            approvals.take(event)
        elif event.kind is EventKind.GAP:
            new[root] = _with_gap(new.get(root, OfRoot(root)), event, closed)
        elif not event.explained_by:
            files = approvals.left(event)
            new[root] = _with(new.get(root, OfRoot(root)), event, files)
    old = {root.watched: root for root in before if root.watched not in approvals.whole}
    roots = [
        _joined(old.get(path), new.get(path, OfRoot(path)), closed) for path in sorted({*old, *new})
    ]
    return tuple(root for root in roots if root.files or root.gaps)


def _with(root: OfRoot, event: Event, files: int) -> OfRoot:
    """One more unexplained event, older than those before; `files` were not approved later."""
    if files <= 0:
        return root
    since = event.since or event.at
    return replace(root, files=root.files + files, since=min(root.since or since, since))


def _with_gap(root: OfRoot, event: Event, closed: set[GapKey]) -> OfRoot:
    """One more gap, older than those before; what is closed later stands no more."""
    key = key_of_gap(event)
    if event.explained_by:
        closed.add(key)
    if key in closed:
        return root
    return replace(root, gaps=(OpenGap(key, event.at), *root.gaps))


def _joined(old: OfRoot | None, new: OfRoot, closed: Container[GapKey]) -> OfRoot:
    if old is None:
        return new
    return OfRoot(
        old.watched,
        old.files + new.files,
        (*(gap for gap in old.gaps if gap.key not in closed), *new.gaps),
        min((at for at in (old.since, new.since) if at), default=None),
    )


def _counted(reader: EventReader, before: Unapproved) -> Unapproved:
    head = reader.head()
    approvals = EventFilter(after=before.last, kinds=frozenset({EventKind.APPROVED}))
    if before.last and any(PART in event.what for event in reader.newest_first(approvals)):
        before = Unapproved()  # what it names was counted by number, not by name
    newer = reader.newest_first(EventFilter(after=before.last))
    until_head = (event for event in newer if event.number <= head.number)
    return Unapproved(add(before.roots, until_head, reader.members), head.number, head.link)


def _goes_on(reader: EventReader, before: Unapproved) -> bool:
    """Whether the chain still holds what was counted up to."""
    try:
        return not before.last or reader.link_at(before.last) == before.link
    except NoSuchEventError:
        return False


def _remembered(app: App) -> Unapproved:
    try:
        return msgspec.json.decode(app.memory.fact(_FACT) or "{}", type=Unapproved)
    except msgspec.DecodeError:
        return Unapproved()
