"""What a heartbeat says of watched files: never more than was seen just now."""

import dataclasses
import time
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from agent.config.model import Watched
from agent.daemon.app import App
from agent.daemon.lock_names import WATCH
from agent.daemon.watching_told import watching_told
from agent.daemon.work.integrity import stored_events
from agent.integrity.events.event import Head
from agent.integrity.live.alive import MARK_FILE, Mark, MarkFile, Root
from agent.state.damage import connect_to_look
from agent.state.lock import hold
from tests.agent.integrity.views.conftest import Append, event


def mark(
    app: App, *ways: str, age: timedelta = timedelta(), clock_set: timedelta = timedelta()
) -> None:
    """Of each way one path, made some time ago by a clock that was set since."""
    at_ns = int((app.clock.now() - age - clock_set).timestamp() * 1e9)
    up_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME) - int(age.total_seconds() * 1e9)
    roots = tuple(Root(f"/srv/{n}".encode(), way, True, at_ns) for n, way in enumerate(ways))  # noqa: FBT003
    written = Mark(app.boot_id, up_ns, at_ns, 1, at_ns, roots)
    assert MarkFile(app.home.state_dir / MARK_FILE).write(written)


def watching(app: App, number: int) -> App:
    """The same agent with so many watched paths."""
    watched = tuple(Watched(path=Path(f"/srv/{n}")) for n in range(number))
    return dataclasses.replace(app, config=structs.replace(app.config, integrity=watched))


def way(app: App) -> str:
    with hold(app.home, WATCH, clock=app.clock):
        return watching_told(app).way


def test_nobody_watches_until_the_watcher_says_so(app: App) -> None:
    app = watching(app, 1)
    assert way(app) == "off"
    mark(app, "fanotify")
    assert watching_told(app).way == "off"  # a mark of a process that is gone
    assert way(app) == "fanotify"


@pytest.mark.parametrize(
    ("ways", "told"),
    [
        (("fanotify", "fanotify"), "fanotify"),
        (("fanotify", "inotify"), "inotify"),
        (("fanotify", "looks", "inotify"), "looks"),
        (("fanotify", "off", "looks"), "off"),
        (("off",), "off"),
        (("looks",), "looks"),
    ],
)
def test_the_way_of_the_path_that_is_watched_worst_is_told(
    app: App, ways: tuple[str, ...], told: str
) -> None:
    app = watching(app, len(ways))
    mark(app, *ways)
    assert way(app) == told


def test_a_path_of_which_the_watcher_says_nothing_is_not_watched(app: App) -> None:
    mark(app, "fanotify")
    assert way(watching(app, 2)) == "off"


def test_an_old_mark_is_none(app: App) -> None:
    app = watching(app, 1)
    mark(app, "fanotify", age=timedelta(minutes=5))
    assert way(app) == "off"


@pytest.mark.parametrize("years", [-1, 1])
def test_a_clock_that_was_set_makes_a_mark_neither_old_nor_new(app: App, years: int) -> None:
    app = watching(app, 1)
    mark(app, "fanotify", clock_set=timedelta(days=365 * years))
    assert way(app) == "fanotify"
    mark(app, "fanotify", age=timedelta(minutes=5), clock_set=-timedelta(minutes=5))
    assert way(app) == "off"


def test_the_newest_event_is_told_and_none_at_all_where_they_are_not_what_they_were(
    app: App, append: Append
) -> None:
    assert watching_told(app).events == Head()
    append([event("/srv/share/a"), event("/srv/share/b")])
    told = watching_told(app).events
    assert told is not None
    assert told.number == 2
    assert told.link
    app.home.database("events").write_bytes(b"nothing of ours" * 300)
    assert watching_told(app).events == Head()


def test_what_cannot_be_read_now_is_not_told_as_going_back(
    app: App, append: Append, monkeypatch: pytest.MonkeyPatch
) -> None:
    append([event("/srv/share/a")])
    elsewhere = app.home.state_dir / "nothing"
    monkeypatch.setattr(stored_events, "connect_to_look", lambda _: connect_to_look(elsewhere))
    assert watching_told(app).events is None
