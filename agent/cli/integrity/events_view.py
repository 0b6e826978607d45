"""Stored events on a screen: two or three lines each there, tab-separated lines elsewhere."""

import sys
from collections.abc import Iterable, Iterator

from agent.cli.integrity.events_words import by_whom, explained, is_unexplained, what, when, where
from agent.daemon.work.integrity.events_job import Found
from agent.files.names import shown
from agent.integrity.events.event import Event
from texts.catalogue import tr
from texts.moments import show_count
from texts.shell import note, say
from wire.text import N_

_INDENT = "      "
_MANY = 20
_SUMS = "lachan-agent integrity events --sum folder"


def show(found: Found) -> None:
    """The events, and what is not among them."""
    if found.older:
        note(tr(N_("Older ones are not shown: --all shows every event, --since chooses.")))
    if found.first > 1 and not found.older:
        note(
            tr(
                N_("Events before number {number} were pruned; their sums are kept."),
                number=show_count(found.first),
            )
        )
    show_events(found.events)
    if found.newer:
        note(tr(N_("More follow: --after {number}"), number=found.events[-1].number))
    if not found.events:
        say(tr(N_("No event fits.")) if found.last else tr(N_("Nothing has been stored yet.")))
    unexplained = sum(is_unexplained(event) for event in found.events)
    if unexplained:
        note(
            tr(
                N_("{count} of {all} are unexplained. All about one: {command}"),
                count=show_count(unexplained),
                all=show_count(len(found.events)),
                command="lachan-agent integrity events --why N",
            )
        )
    if found.older and unexplained > _MANY:
        note(tr(N_("So many are easier to see as sums: {command}"), command=_SUMS))


def show_events(events: Iterable[Event]) -> None:
    for line in lines(events, on_screen=sys.stdout.isatty()):
        say(line)


def lines(events: Iterable[Event], *, on_screen: bool) -> Iterator[str]:
    for event in events:
        if on_screen:
            yield from _block(event)
        else:
            yield "\t".join(_cells(event))


def _block(event: Event) -> Iterator[str]:
    mark = "!" if is_unexplained(event) else " "
    yield f"{mark}{event.number:>4} {when(event)}  {by_whom(event)}".rstrip()
    yield f"{_INDENT}{what(event)}"
    yield f"{_INDENT}{where(event)}"
    if event.old_path is not None:
        yield f"{_INDENT}← {shown(event.old_path)}"
    reason = explained(event)
    if reason:
        yield _INDENT + tr(N_("Explained: {reason}"), reason=reason)


def _cells(event: Event) -> tuple[str, ...]:
    old = "" if event.old_path is None else f"← {shown(event.old_path)}"
    return (
        str(event.number),
        when(event),
        what(event),
        where(event),
        old,
        by_whom(event),
        explained(event),
    )
