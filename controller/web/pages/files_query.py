"""What somebody asks to see of a facility's watched files, read from a page's address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from controller.store.queries_file_events import EventFilter
from controller.web.pages.timeline import Window
from wire.moments import EARLIEST, LATEST
from wire.text import N_

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
SPANS = {  # the last hour, day, week, month
    "1h": (N_("the last hour"), _MINUTE, 60),
    "24h": (N_("the last 24 hours"), 30 * _MINUTE, 48),
    "7d": (N_("the last 7 days"), 3 * _HOUR, 56),
    "30d": (N_("the last 30 days"), 12 * _HOUR, 60),
}
USUAL = "24h"
_STRETCHES = 48
_LONGEST_TEXT = 200
_FILTERS = ("agent", "watched", "kind", "person", "program", "q")
_LARGEST = 2**53


@dataclass(frozen=True, slots=True)
class Asked:
    """A window of time, filters, and where in the list one is."""

    wanted: EventFilter
    window: Window
    span: str  # of SPANS; empty: from one moment to another
    before: tuple[int, int] | None
    fields: Mapping[str, str]

    def address(self, **changes: str) -> str:
        """The same page with other fields; an empty one is left out."""
        fields = {**self.fields, **changes}
        return f"?{urlencode({name: value for name, value in fields.items() if value})}"

    def stretch(self, number: int) -> str:
        """The same page for one stretch of the drawing."""
        start, end = self.window.moment(number), self.window.moment(number + 1)
        return self.address(span="", start=_text(start), end=_text(end), before="")

    @property
    def filtered(self) -> bool:
        return self.wanted != self.wanted.whole() or bool(self.wanted.agent or self.wanted.watched)


def read(facility: str, query: Mapping[str, str], now: datetime) -> Asked:
    """Whatever the address says gives a page; what cannot be understood is as if not said."""
    fields = {name: query.get(name, "")[:_LONGEST_TEXT] for name in _FILTERS}
    fields["open"] = "1" if query.get("open") == "1" else ""
    window, times = _window(query, now)
    wanted = EventFilter(
        facility=facility,
        start=window.start,
        end=window.end,
        agent=fields["agent"],
        watched=fields["watched"],
        kind=fields["kind"],
        person=fields["person"],
        program=fields["program"],
        text=fields["q"],
        unexplained=bool(fields["open"]),
    )
    before = log_place(query.get("before", ""))
    return Asked(wanted, window, times.get("span", ""), before, {**fields, **times})


def _window(query: Mapping[str, str], now: datetime) -> tuple[Window, dict[str, str]]:
    start, end = _moment(query.get("start", "")), _moment(query.get("end", ""))
    if start is not None and end is not None and start < end:
        window = Window(start, max((end - start) / _STRETCHES, timedelta(seconds=1)), _STRETCHES)
        return window, {"start": _text(start), "end": _text(end)}
    span = query.get("span", "")
    span = span if span in SPANS else USUAL
    _, width, stretches = SPANS[span]
    return Window(_up_to(now, width) - width * stretches, width, stretches), {"span": span}


def _up_to(now: datetime, width: timedelta) -> datetime:
    """The end of the stretch that is running, so that columns do not move with every look."""
    unit = min(width, _HOUR)
    begun = EARLIEST + (now - EARLIEST) // unit * unit
    return begun + unit


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment if EARLIEST <= moment <= LATEST else None


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def log_place(text: str) -> tuple[int, int] | None:
    """`log index.position`, as pages name an event; None: that is no such name."""
    index, _, position = text.partition(".")
    if not (index.isascii() and index.isdecimal() and position.isascii() and position.isdecimal()):
        return None
    return min(int(index), _LARGEST), min(int(position), _LARGEST)
