"""What was approved stays approved although it is stored later; and nothing else does."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from agent.clock import SystemClock
from agent.config.home import Home, home_at
from agent.integrity.events.covering import Approved
from agent.integrity.events.event import ACCEPTED, PART, Entry, Event, EventKind
from agent.integrity.events.store import EventStore, open_events
from tests.agent.integrity.events.made import BEGIN, KEY, ROOT, event, seen

OTHER = b"/srv/other"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_at(tmp_path / "home")


@pytest.fixture
def store(home: Home) -> Iterator[EventStore]:
    with open_events(home, KEY, SystemClock()) as opened:
        yield opened


def approval(upto: int, watched: bytes = ROOT, *names: bytes) -> Entry:
    """Of everything, or of the named files alone."""
    whole = Event(
        number=0,
        at=BEGIN,
        since=None,
        watched=watched,
        kind=EventKind.APPROVED,
        path=watched,
        what=(PART,) if names else (),
        explained_by=ACCEPTED,
        explanation="B1-HEAD hoa",
    )
    members = tuple(replace(event(1), path=watched + b"/" + name) for name in names)
    return Entry(whole, members, upto)


def test_it_covers_until_all_of_it_was_taken(store: EventStore) -> None:
    store.append([], 3)
    store.append([approval(5)])
    assert [one.upto for one in store.covering()] == [5]
    store.append([], 4)
    assert [one.upto for one in store.covering()] == [5]
    store.append([], 5)
    assert store.covering() == ()


def test_what_was_taken_already_needs_no_cover(store: EventStore) -> None:
    store.append([], 9)
    store.append([approval(5)])
    assert store.covering() == ()


def test_it_covers_on_while_something_waits_for_its_explanation(store: EventStore) -> None:
    store.append([], 9, [seen(1)])
    store.append([approval(5)])
    assert [one.upto for one in store.covering()] == [5]
    store.append([], 9, [])
    assert store.covering() == ()


def test_everything_stands_for_all_before_it_at_its_path_alone(store: EventStore) -> None:
    store.append([approval(5, ROOT, b"a"), approval(6, OTHER), approval(7)])
    assert [(one.watched, one.upto) for one in store.covering()] == [(OTHER, 6), (ROOT, 7)]


def test_parts_do_not_pile_up_for_ever(store: EventStore) -> None:
    for upto in range(1, 101):
        store.append([approval(upto, ROOT, b"a")])
    kept = [one.upto for one in store.covering()]
    assert kept[-1] == 100
    assert len(kept) == 64


@pytest.mark.parametrize(
    ("numbers", "watched", "names", "covered"),
    [
        ((4,), ROOT, None, True),
        ((5,), ROOT, None, True),
        ((6,), ROOT, None, False),  # it came after the approval
        ((4, 6), ROOT, None, False),  # and so did a part of it
        ((), ROOT, None, False),
        ((4,), OTHER, None, False),
        ((4,), ROOT, "itself", True),
        ((4,), ROOT, "another", False),
    ],
)
def test_only_what_led_to_what_was_approved_is(
    numbers: tuple[int, ...], watched: bytes, names: str | None, covered: bool
) -> None:
    one = seen(1)
    one = replace(one, numbers=numbers)
    paths = {None: None, "itself": frozenset({one.change.path}), "another": frozenset({b"/x"})}
    assert Approved(ROOT, 5, "hoa", paths[names]).covers(one, watched) is covered


def test_a_file_that_is_not_what_it_was_covers_nothing_and_is_still_replaced(
    home: Home, store: EventStore
) -> None:
    store.append([approval(5)])
    store._file.connection.execute("UPDATE state SET seal = 'x'")  # noqa: SLF001 - as a stranger
    assert store.covering() == ()
    store.append([Entry(event(1))], 6)  # sets it aside, and goes on
    assert store.covering() == ()
    assert home.database("events").exists()
