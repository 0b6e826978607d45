"""Sums of stored events on a screen: which folder, program or person changed most."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from agent.cli.documents import document, moment_text
from agent.cli.integrity.events_words import person, shown_text
from agent.cli.integrity.words import kind_words
from agent.files.names import shown
from agent.integrity.events.event import Event
from agent.integrity.events.sums import Sum
from texts.catalogue import tr
from texts.file_words import EXPLANATIONS, word_of
from texts.moments import ZONE, show_count, show_moment
from texts.shell import note, say, table, worst_code
from wire.errors import GOOD, WRONG
from wire.text import N_
from wire.verdicts import CheckVerdict

SHOWN = 20
_VERDICTS = {WRONG: CheckVerdict.FAIL, GOOD: CheckVerdict.PASS}


def _folder(event: Event) -> str:
    return shown(event.path if event.counts else event.path.rpartition(b"/")[0] or b"/")


def _program(event: Event) -> str:
    return "" if event.who is None else shown_text(event.who.exe)


def _who(event: Event) -> str:
    return "" if event.who is None else person(event.who)


def _kind(event: Event) -> str:
    return event.kind.value


def _explained(event: Event) -> str:
    return event.explained_by


def _day(event: Event) -> str:
    return event.at.astimezone(ZONE).strftime("%Y-%m-%d")


KEYS: Mapping[str, Callable[[Event], str]] = {
    "folder": _folder,
    "program": _program,
    "who": _who,
    "kind": _kind,
    "explained": _explained,
    "day": _day,
}
_HEADS = {
    "folder": N_("Folder"),
    "program": N_("Program"),
    "who": N_("Who"),
    "kind": N_("What"),
    "explained": N_("Explained"),
    "day": N_("Day"),
}


def exit_code(found: Sequence[Sum]) -> int:
    return worst_code([GOOD, *(WRONG for one in found if one.unexplained)])


def show(found: Sequence[Sum], by: str, most: int | None) -> None:
    listed = found if most is None else found[:most]
    if not found:
        say(tr(N_("No event fits.")))
        return
    heads = (_HEADS[by], N_("Files"), N_("Unexplained"), N_("Events"), N_("First"), N_("Last"))
    table(tuple(map(tr, heads)), [_row(one, by) for one in listed])
    if len(found) > len(listed):
        more = show_count(len(found) - len(listed))
        note(tr(N_("… and {n} more rows (--all lists them)."), n=more))


def sums_document(found: Sequence[Sum], by: str, most: int | None, at: datetime) -> dict[str, Any]:
    listed = found if most is None else found[:most]
    return document(
        "lachan.event-sums/1",
        at,
        _VERDICTS[exit_code(found)].value,
        by=by,
        sums=[_entry(one) for one in listed],
        omitted=len(found) - len(listed),
        files=sum(one.files for one in found),
    )


def _row(one: Sum, by: str) -> tuple[str, ...]:
    counts = (one.files, one.unexplained, one.events)
    moments = (one.first_at, one.last_at)
    return (_name(one.key, by), *map(show_count, counts), *map(show_moment, moments))


def _name(key: str, by: str) -> str:
    if by == "kind":
        return kind_words(key)
    if by == "explained":
        return word_of(EXPLANATIONS, key) if key else tr(N_("unexplained"))
    if by == "day":
        return date.fromisoformat(key).strftime("%d/%m/%Y")
    return key or tr(N_("not known"))


def _entry(one: Sum) -> dict[str, Any]:
    return {
        "key": one.key,
        "files": one.files,
        "unexplained": one.unexplained,
        "events": one.events,
        "first_at": moment_text(one.first_at),
        "last_at": moment_text(one.last_at),
    }
