"""What was stored last about a path, found among many events without reading them all."""

import contextlib
import sqlite3

import pytest

from agent.cli.integrity.events_why import hanging
from agent.daemon.app import App
from agent.daemon.work.integrity.stored_events import reading
from agent.integrity.errors import EventsChangedError
from agent.integrity.events import rows
from agent.integrity.events.event import Entry, Event, EventKind
from tests.agent.integrity.views.conftest import Append, event


def before(app: App, number: int, path: bytes) -> Event | None:
    with reading(app) as reader:
        assert reader is not None
        return reader.before(number, path)


def test_it_is_found_by_itself_renamed_or_folded(app: App, append: Append) -> None:
    """And not by a path that only begins like it."""
    moved = event("/srv/share/new", EventKind.RENAMED, old_path=b"/srv/share/old")
    inside = (event("/srv/share/x/1"), event("/srv/share/x/2"))
    storm = Entry(event("/srv/share/x", counts={EventKind.MODIFIED: 2}), inside)
    others = [event(f"/srv/share/old/{number}") for number in range(50)]
    append([event("/srv/share/old"), *others, moved, storm])
    for path, number in (
        (b"/srv/share/old", 52),
        (b"/srv/share/new", 52),
        (b"/srv/share/x/2", 53),
        (b"/srv/share/x", 53),
        (b"/srv/share/old/7", 9),
    ):
        found = before(app, 54, path)
        assert found is not None
        assert found.number == number
    first = before(app, 52, b"/srv/share/old")
    assert first is not None
    assert first.number == 1
    assert before(app, 1, b"/srv/share/old") is None
    assert before(app, 54, b"/srv/share/old/") is None


def test_a_row_that_was_changed_is_not_told(app: App, append: Append) -> None:
    append([event("/srv/share/a"), event("/srv/share/b")])
    forged = rows.encode(event("/srv/share/a", EventKind.REMOVED))
    with contextlib.closing(sqlite3.connect(app.home.database("events"))) as connection:
        connection.execute("UPDATE events SET body = ? WHERE number = 1", (forged,))
        connection.commit()
    with pytest.raises(EventsChangedError):
        before(app, 2, b"/srv/share/a")


def test_on_a_narrow_terminal_a_long_value_stays_beside_its_name() -> None:
    value = "một hai ba bốn " * 20
    first, *others = f"Command: {hanging(value, 9, 60)}".split("\n")
    assert len(others) > 3
    assert all(len(line) <= 60 for line in (first, *others))
    assert {line[:9] for line in others} == {" " * 9}
    assert all(line[9] != " " for line in others)
    assert hanging(value, 9, 0) == value
