"""A facility's watched files as its page shows them: lanes of time, movers, events, suspicions."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection

from controller.store.queries_agents import agents_of
from controller.store.queries_current import current_statements
from controller.store.queries_file_events import (
    Mover,
    StoredEvent,
    movers,
    stored_events,
)
from controller.store.queries_file_watching import (
    EventBreak,
    KnownSuspicion,
    WatchedPath,
    newest_breaks,
    suspicions,
    watched_paths,
)
from controller.web.pages.files_lanes import lanes
from controller.web.pages.files_query import Asked
from controller.web.pages.timeline import Lane
from wire.messages import Acceptance, PlaybookStep

PAGE = 100
MOST_LANES = 12
_MOST_MOVERS = 8
_MOST_SUSPICIONS = 20
_MOST_BREAKS = 3


@dataclass(frozen=True, slots=True)
class Fold:
    """Events in a row that something explains, or a single one that nothing does."""

    events: tuple[StoredEvent, ...]

    @property
    def explained(self) -> bool:
        return self.events[0].explained

    @property
    def files(self) -> int:
        return sum(event.files for event in self.events)


@dataclass(frozen=True, slots=True)
class SuspicionView:
    """A suspicion with the newest step of the playbook that was started on it."""

    known: KnownSuspicion
    host: str
    step: PlaybookStep | None


@dataclass(frozen=True, slots=True)
class Wish:
    """One person at the facility has approved changes; a second one is needed."""

    host: str
    log_index: int
    body: Acceptance


@dataclass(frozen=True, slots=True)
class FilesView:
    """Everything that the page shows, in the time and place that was asked for."""

    asked: Asked
    hosts: Mapping[str, str]  # agent -> host
    paths: Mapping[tuple[str, str], WatchedPath]
    lanes: tuple[Lane, ...]
    more_lanes: int
    folders: tuple[Mover, ...]
    programs: tuple[Mover, ...]
    people: tuple[Mover, ...]
    folds: tuple[Fold, ...]
    older: str  # place of the next page; empty: there is none
    suspicions: tuple[SuspicionView, ...]
    breaks: tuple[EventBreak, ...]
    wishes: tuple[Wish, ...]

    @property
    def unexplained(self) -> int:
        return sum(lane.unexplained for lane in self.lanes)

    @property
    def explained(self) -> int:
        return sum(lane.explained for lane in self.lanes)

    @property
    def has_gaps(self) -> bool:
        return any(lane.blind for lane in self.lanes)


def files_view(connection: Connection, asked: Asked, now: datetime) -> FilesView:
    wanted = asked.wanted
    hosts = {agent.code: agent.host for agent in agents_of(connection, wanted.facility)}
    paths = {
        (each.agent, each.watched): each for each in watched_paths(connection, wanted.facility)
    }
    drawn = lanes(connection, asked, paths, now)
    events = stored_events(connection, wanted, asked.before, PAGE + 1)
    last = events[PAGE - 1] if len(events) > PAGE else None
    return FilesView(
        asked=asked,
        hosts=hosts,
        paths=paths,
        lanes=tuple(drawn[:MOST_LANES]),
        more_lanes=max(0, len(drawn) - MOST_LANES),
        folders=tuple(movers(connection, wanted, "folder", _MOST_MOVERS)),
        programs=tuple(movers(connection, wanted, "program", _MOST_MOVERS)),
        people=tuple(movers(connection, wanted, "person", _MOST_MOVERS)),
        folds=tuple(folded(events[:PAGE])),
        older=f"{last.log_index}.{last.position}" if last else "",
        suspicions=tuple(suspicion_views(connection, wanted.facility, hosts)),
        breaks=tuple(newest_breaks(connection, wanted.facility, _MOST_BREAKS)),
        wishes=tuple(_wishes(connection, wanted.facility, now)),
    )


def folded(events: Iterable[StoredEvent]) -> Iterator[Fold]:
    """What is explained is folded as far as it stands together; all else stands by itself."""
    for explained, group in groupby(events, key=lambda event: event.explained):
        if explained:
            yield Fold(tuple(group))
        else:
            yield from (Fold((event,)) for event in group)


def suspicion_views(
    connection: Connection, facility: str, hosts: Mapping[str, str]
) -> Iterator[SuspicionView]:
    found = suspicions(connection, facility, _MOST_SUSPICIONS)
    steps = _newest_steps(connection, facility) if found else {}
    for known in found:
        host = hosts.get(known.agent, known.agent)
        yield SuspicionView(known, host, steps.get((known.agent, known.body.run_id)))


def _wishes(connection: Connection, facility: str, now: datetime) -> Iterator[Wish]:
    """Those that nobody has answered with a baseline, and that have not ended."""
    approved = {
        (said.agent, said.subject): said.log_index
        for said in current_statements(connection, "baseline", facility)
    }
    for said in current_statements(connection, "acceptance", facility):
        body, answered = said.body, approved.get((said.agent, said.subject), -1)
        if isinstance(body, Acceptance) and body.until > now and said.log_index > answered:
            yield Wish(said.header.host, said.log_index, body)


def _newest_steps(connection: Connection, facility: str) -> dict[tuple[str, str], PlaybookStep]:
    """(agent, run) -> the step that was told last."""
    said = current_statements(connection, "playbook", facility)
    return {
        (each.agent, each.body.run_id): each.body
        for each in sorted(said, key=lambda each: each.log_index)
        if isinstance(each.body, PlaybookStep)
    }
