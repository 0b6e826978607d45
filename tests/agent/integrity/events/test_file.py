"""A damaged, changed or older event database never stops the watching, and is always told."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.clock import SystemClock
from agent.config.home import Home, home_at
from agent.config.model import Watched
from agent.integrity.errors import EventsChangedError
from agent.integrity.events.event import Head
from agent.integrity.events.store import EventStore, open_events
from agent.state import gaps
from agent.state.errors import StateTooNewError
from tests.agent.integrity.events.made import KEY, entries, folded, seen

CLOCK = SystemClock()
WATCHED = (Watched(path=Path("/srv/share")),)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = home_at(tmp_path / "home")
    with open_events(home, KEY, CLOCK) as store:
        store.append((*entries(1, 20), folded(30, 5)), 9, (seen(1), seen(2)))
    return home


@pytest.fixture
def store(home: Home) -> Iterator[EventStore]:
    with open_events(home, KEY, CLOCK) as opened:
        yield opened


def write(home: Home, *statements: str) -> None:
    connection = sqlite3.connect(home.database("events"), isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()


def lost(home: Home) -> list[str]:
    return [gap.reason for gap in gaps.waiting(home) if gap.purpose == "events"]


CHANGES = [
    "UPDATE events SET body = zeroblob(9) WHERE number = 7",
    "UPDATE events SET link = 'p' WHERE number = 21",
    "UPDATE events SET inside = zeroblob(32) WHERE number = 7",
    "DELETE FROM events WHERE number = 7",
    "DELETE FROM events WHERE number = 1",
    "DELETE FROM events WHERE number > 19",
    "DELETE FROM events",
    "INSERT INTO events SELECT number + 1, body, inside, link FROM events WHERE number = 21",
    "UPDATE events SET number = 22 WHERE number = 21",
    "UPDATE members SET body = zeroblob(9) WHERE place = 2",
    "DELETE FROM members WHERE place = 4",
    "INSERT INTO members SELECT 3, place, body FROM members",
    "UPDATE members SET event = 20",
    "DELETE FROM waiting WHERE id = 1",
    "UPDATE waiting SET body = zeroblob(9) WHERE id = 1",
    "INSERT INTO waiting SELECT id + 7, body, seal FROM waiting",
    "INSERT INTO checkpoints VALUES (1, zeroblob(1), 'p')",
    "UPDATE state SET body = zeroblob(9)",
    "DELETE FROM state",
    "CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM events; END",
    "CREATE VIEW v AS SELECT 1",
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_without_the_key_breaks_the_proof(home: Home, change: str) -> None:
    with open_events(home, KEY, CLOCK) as store:
        assert store.holds()
        write(home, change)
        assert not store.holds()


@pytest.mark.parametrize("change", CHANGES[:7])
def test_what_does_not_hold_is_not_read(home: Home, change: str) -> None:
    with open_events(home, KEY, CLOCK) as store:
        write(home, change)
        with pytest.raises(EventsChangedError):
            store.reader.events()


def test_two_rows_that_changed_places_are_found(store: EventStore, home: Home) -> None:
    write(
        home,
        "UPDATE events SET number = -1 WHERE number = 5",
        "UPDATE events SET number = 5 WHERE number = 6",
        "UPDATE events SET number = 6 WHERE number = -1",
    )
    assert store.proof().number == 5


def test_another_key_proves_nothing(home: Home) -> None:
    with open_events(home, b"x" * 32, CLOCK) as store:
        assert store.take_loss() == "changed"
        assert store.reader.head() == Head()


def test_an_end_that_was_cut_off_is_set_aside_at_the_next_start(home: Home) -> None:
    write(home, "DELETE FROM events WHERE number > 19")
    with open_events(home, KEY, CLOCK) as store:
        assert store.take_loss() == "changed"
        assert store.append(entries(1, 1))
        assert store.holds()
        assert store.journal_number == 9
        assert store.reader.waiting(WATCHED) == (seen(1), seen(2))
    assert lost(home) == ["changed"]
    assert list(home.state_dir.glob("events.sqlite.damaged-*"))


def test_an_older_file_is_found_although_it_holds_in_itself(home: Home) -> None:
    older = home.state_dir / "older"
    shutil.copy(home.database("events"), older)
    with open_events(home, KEY, CLOCK) as store:
        store.append((), 12, ())  # no event: only what waits and the journal
    shutil.copy(older, home.database("events"))
    with open_events(home, KEY, CLOCK) as store:
        assert store.take_loss() == "rolled_back"


def test_an_older_file_is_found_by_what_was_told(home: Home) -> None:
    for part in home.state_dir.glob("events.at"):
        part.unlink()
    told = Head(40, "p" + "7" * 32)
    with open_events(home, KEY, CLOCK, lambda: told) as store:
        assert store.take_loss() == "rolled_back"
        assert store.append(entries(1, 1))[0].number == 41
        assert store.reader.link_at(40) == told.link


def test_other_events_than_those_that_were_told_are_found(home: Home) -> None:
    with open_events(home, KEY, CLOCK, lambda: Head(5, "p" + "7" * 32)) as store:
        assert store.take_loss() == "changed"


def test_emptied_in_its_place_it_is_no_new_file(home: Home) -> None:
    with open_events(home, KEY, CLOCK) as store:
        told = store.reader.head()
    tables = ("state", "events", "members", "waiting")
    write(home, *map("DELETE FROM {}".format, tables))
    with open_events(home, KEY, CLOCK, lambda: told) as store:
        assert store.take_loss() == "changed"


def test_damage_in_the_middle_of_the_work_loses_nothing_that_comes(
    store: EventStore, home: Home
) -> None:
    write(home, "UPDATE state SET body = zeroblob(9)")
    stored = store.append(entries(50, 3), 10)
    assert [one.size for one in stored] == [50, 51, 52]
    assert (store.take_loss(), store.take_loss()) == ("changed", "")
    assert (store.journal_number, store.holds(), lost(home)) == (10, True, ["changed"])


def test_a_row_in_the_place_of_the_next_event_hinders_nothing(
    store: EventStore, home: Home
) -> None:
    write(home, CHANGES[7])
    assert [one.size for one in store.append(entries(50, 1))] == [50]
    assert store.holds()


def test_whoever_has_it_open_follows_when_another_process_sets_it_aside(
    store: EventStore, home: Home
) -> None:
    write(home, "DELETE FROM events WHERE number > 19")
    with open_events(home, KEY, CLOCK) as other:
        assert other.take_loss() == "changed"
    stored = store.append(entries(60, 1), 10)
    with open_events(home, KEY, CLOCK) as other:
        assert other.reader.events() == stored
    assert lost(home) == ["changed"]


@pytest.mark.parametrize("version", [0, 2, 99])
def test_a_version_that_does_not_fit_the_tables_is_damage(home: Home, version: int) -> None:
    write(home, f"PRAGMA user_version = {version}")
    with open_events(home, KEY, CLOCK) as store:
        assert store.take_loss() == "damaged"


def test_a_newer_programs_file_is_not_touched(home: Home) -> None:
    write(home, "CREATE TABLE newer (id INTEGER)", "PRAGMA user_version = 99")
    with pytest.raises(StateTooNewError), open_events(home, KEY, CLOCK):
        pass
    assert not lost(home)
