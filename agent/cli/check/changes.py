"""What got better or worse since the last recorded look, below the list of a look."""

from collections.abc import Sequence

import click

from agent.checks.history import Change, Direction
from agent.daemon.standing import Standing
from texts.catalogue import said, tr
from texts.codes import word
from texts.moments import show_moment
from texts.shell import on_terminal, say
from wire.text import N_

_SHOWN = 10  # of one direction; all are counted, and in full with --json
_HEADINGS = {
    Direction.WORSE: N_("Worse since the last look: {count}"),
    Direction.BETTER: N_("Better since the last look: {count}"),
    Direction.OTHER: N_("Otherwise since the last look, neither better nor worse: {count}"),
    Direction.NEW: N_("Looked at for the first time: {count}"),
}
_COLOURS = {Direction.WORSE: "red", Direction.BETTER: "green"}


def show(changes: Sequence[Change], rows: Standing) -> None:
    """Worse first. Nothing is said where nothing changed."""
    for direction, heading in _HEADINGS.items():
        found = [change for change in changes if change.direction is direction]
        if not found:
            continue
        line = tr(heading, count=len(found))
        colour = _COLOURS.get(direction)
        say(click.style(line, fg=colour, bold=True) if on_terminal() else line)
        for change in found[:_SHOWN]:
            _show_one(change, rows)
        if len(found) > _SHOWN:
            say("    " + tr(N_("and {count} more"), count=len(found) - _SHOWN))
    if changes:
        say()


def _show_one(change: Change, rows: Standing) -> None:
    title = said(rows.title(change.check))
    if change.was is None:
        say(f"    {title}: {word(change.now)}  ({change.check})")
        return
    moment = show_moment(change.last_looked_at)
    say(f"    {title}: {word(change.was)} ({moment}) → {word(change.now)}  ({change.check})")
