"""The lanes of the drawing: what changed under each watched path, and when nobody watched it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from controller.fleet.watch_files import LOOKS, OFF
from controller.store.queries_file_events import EventFilter, StoredEvent, bars, stored_events
from controller.store.queries_file_watching import Span, WatchedPath, gaps, spans
from controller.store.requests import Presence, presences
from controller.web.pages.files_query import Asked
from controller.web.pages.timeline import Lane, Time, blind_times, columns, tallest

_MOST_GAPS = 500
_HEARD_WITHIN = timedelta(minutes=5)  # of a host that speaks every minute
_SAID_WITHIN = timedelta(hours=1)  # that it watches a path, by its host, every 15 minutes


def lanes(
    connection: Connection,
    asked: Asked,
    paths: Mapping[tuple[str, str], WatchedPath],
    now: datetime,
) -> list[Lane]:
    """Those with most unexplained changes first, then those that were not watched longest."""
    wanted, window = asked.wanted, asked.window
    found = bars(connection, wanted, window.width)
    most = tallest(found)
    times = _Times.read(connection, wanted)
    heard = presences(connection)
    drawn = dict.fromkeys([*_chosen(paths, wanted), *((bar.agent, bar.watched) for bar in found)])
    made = []
    for agent, watched in drawn:
        own = (bar for bar in found if (bar.agent, bar.watched) == (agent, watched))
        alive_at = _watches_at(heard.get(agent), now)
        told = times.watched(agent, watched, alive_at)
        until = times.known_until(agent, watched, alive_at) or now
        blind = blind_times(window, told, times.gaps(agent, watched), until)
        made.append(Lane(agent, watched, columns(own, most), blind))
    return sorted(made, key=lambda lane: (-lane.unexplained, -lane.blind_s, -lane.explained))


def _chosen(
    paths: Mapping[tuple[str, str], WatchedPath], wanted: EventFilter
) -> list[tuple[str, str]]:
    return [
        (agent, watched)
        for agent, watched in paths
        if wanted.agent in ("", agent) and wanted.watched in ("", watched)
    ]


def _watches_at(presence: Presence | None, now: datetime) -> datetime | None:
    """When a host was heard that says it watches; None: it is silent, or does not watch.

    What came after its last heartbeat is not known yet: neither quiet nor a gap.
    """
    if presence is None or presence.watching in ("", OFF):
        return None
    return presence.heard_at if now - presence.heard_at <= _HEARD_WITHIN else None


@dataclass(frozen=True, slots=True)
class _Times:
    """What was watched and what was not, as it was told."""

    spans: Sequence[Span]
    told: Sequence[tuple[str, Time]]  # of whole hosts
    seen: Sequence[tuple[str, str, Time]]  # of single paths, as events

    @classmethod
    def read(cls, connection: Connection, wanted: EventFilter) -> "_Times":
        place = (wanted.facility, wanted.start, wanted.end)
        only_gaps = EventFilter(*place, agent=wanted.agent, watched=wanted.watched, kind="gap")
        events = stored_events(connection, only_gaps, None, _MOST_GAPS)
        return cls(
            spans=spans(connection, *place),
            told=[
                (each.agent, Time(each.from_at, each.to_at, each.reason))
                for each in gaps(connection, *place)
            ],
            seen=[(each.agent, each.watched, _gap(each)) for each in events],
        )

    def watched(self, agent: str, watched: str, until: datetime | None) -> list[Time]:
        """The newest time goes on to the last heartbeat of a host that says that it watches."""
        times = [Time(each.from_at, each.to_at) for each in self._of(agent, watched)]
        newest = self._goes_on(agent, watched, until)
        if newest is not None and until is not None and newest.means != LOOKS:
            times.append(Time(newest.to_at, until))
        return times

    def known_until(self, agent: str, watched: str, until: datetime | None) -> datetime | None:
        """What came after the newest look at a path that is only looked at, nobody knows yet."""
        newest = self._goes_on(agent, watched, until)
        return newest.to_at if newest is not None and newest.means == LOOKS else until

    def _goes_on(self, agent: str, watched: str, until: datetime | None) -> Span | None:
        """The newest time, where a heartbeat after it says that it goes on."""
        newest = max(self._of(agent, watched), key=lambda each: each.to_at, default=None)
        if newest is None or until is None:
            return None
        return newest if newest.to_at < until <= newest.to_at + _SAID_WITHIN else None

    def _of(self, agent: str, watched: str) -> list[Span]:
        own = (each for each in self.spans if (each.agent, each.watched) == (agent, watched))
        return [each for each in own if each.means != OFF]

    def gaps(self, agent: str, watched: str) -> list[Time]:
        """A gap of no reason is one all the same."""
        whole = [time for host, time in self.told if host == agent]
        own = [time for host, path, time in self.seen if (host, path) == (agent, watched)]
        return [*whole, *own]


def _gap(event: StoredEvent) -> Time:
    reason = event.what[0] if event.what else ""
    return Time(event.since or event.at, event.at, reason)
