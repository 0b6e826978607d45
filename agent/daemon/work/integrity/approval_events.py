"""Approvals among the events: the chain of events remembers each of them, and so their order.

An event's explanation begins with the head of the chain of baselines as it was then. An older
baseline that is put back long after the sealed statements were sent and forgotten is found by that.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from agent.daemon.app import App
from agent.daemon.people import name_of
from agent.daemon.work.sealed import sealed_head
from agent.integrity.change import Change, Kind
from agent.integrity.digest import Facts, root_of
from agent.integrity.events.event import ACCEPTED, PART, Entry, Event, EventKind
from agent.integrity.events.store import EventStore, open_events
from agent.integrity.store import BaselineStore
from agent.integrity.who.record import Who
from wire.heads import Chain, MistypedHeadError, paper_head, parse_head

_NO_HEAD = "-"


@dataclass(frozen=True, slots=True)
class Told:
    """What an approval was about: the reviewed changes, as far as they are listed, and counted."""

    changes: tuple[Change, ...] = ()
    counts: dict[EventKind, int] | None = None


WHOLE = Told()
_NOTHING: Mapping[str, int] = {}


@contextmanager
def events_of(app: App) -> Iterator[EventStore]:
    with open_events(app.home, app.keys.k_f, app.clock, lambda: sealed_head(app)) as store:
        yield store


def approved_in_events(app: App) -> dict[bytes, str]:
    """Watched path -> head of the chain of baselines at its newest approval."""
    with events_of(app) as events:
        return events.approved()


def newest_in_events(app: App) -> int:
    """Number of the newest approval, of whatever path."""
    return max(map(number_of, approved_in_events(app).values()), default=0)


def root_behind(store: BaselineStore, watched: bytes, head: str) -> str:
    """The root of this path that the head stands for; what is no root where there is none."""
    for one in store.of(watched):
        if one.facts is not None and head == _head(one.facts.number, one.root):
            return one.root
    return head or _NO_HEAD


def store_approvals(
    app: App, baselines: BaselineStore, told: Told = WHOLE, covered: Mapping[str, int] = _NOTHING
) -> None:
    """Store every approval that is no event yet: normally the one that was just made.

    Args:
        app: the agent.
        baselines: where the approvals are.
        told: of the newest one.
        covered: root of a baseline -> newest transition of the journal that led to it.
    """
    with events_of(app) as events:
        known = max(map(number_of, events.approved().values()), default=0)
        new = [facts for facts in baselines.history() if facts.number > known]
        entries = [_entry(app, facts, WHOLE, covered) for facts in new[:-1]]
        events.append([*entries, *(_entry(app, facts, told, covered) for facts in new[-1:])])


def _entry(app: App, facts: Facts, told: Told, covered: Mapping[str, int]) -> Entry:
    at = datetime.fromtimestamp(facts.made_at, UTC)
    root = root_of(app.keys.k_f, facts)
    head = _head(facts.number, root)
    whole = Event(
        number=0,
        at=at,
        since=None,
        watched=facts.watched,
        kind=EventKind.APPROVED,
        path=facts.watched,
        what=(PART,) if facts.part else (),
        who=_who(facts.people),
        explained_by=ACCEPTED,
        explanation=" ".join((head, *map(name_of, facts.people))),
        counts=told.counts or {},
    )
    members = tuple(_member(facts, at, change) for change in told.changes)
    return Entry(whole, members, covered.get(root, 0))


def _member(facts: Facts, at: datetime, change: Change) -> Event:
    return Event(
        number=0,
        at=at,
        since=None,
        watched=facts.watched,
        kind=EventKind(change.kind.value),
        path=change.path,
        old_path=change.old_path,
        what=change.what,
        size=change.after.size if change.after else None,
        explained_by=ACCEPTED,
    )


def _who(people: Sequence[str]) -> Who | None:
    """The process that stored the approval, in the name of the last who agreed."""
    if not people:
        return None
    uid = int(people[-1].removeprefix("uid:"))
    return Who(uid=uid, login_uid=uid, pid=os.getpid(), exe="lachan-agent")


def _head(number: int, root: str) -> str:
    return str(paper_head(Chain.BASELINES, number, root))


def number_of(head: str) -> int:
    try:
        return parse_head(head).number
    except MistypedHeadError:
        return 0


def counts_of(kinds: dict[Kind, int]) -> dict[EventKind, int]:
    return {EventKind(kind.value): number for kind, number in kinds.items() if number}
