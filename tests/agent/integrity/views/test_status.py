"""`status` says how files are watched, since when, what nobody approved, and the newest event."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from agent.daemon.app import App
from agent.daemon.lock_names import WATCH
from agent.daemon.restarts import Restarts, ends_file
from agent.daemon.status.doctor import doctor_items
from agent.daemon.status.items import Item
from agent.daemon.status.watching import event_items, suspicion_items, watching_items
from agent.daemon.work.integrity import integrity_job
from agent.daemon.work.integrity.suspicions import suspicions_of
from agent.files.errors import LedgerWriteError
from agent.integrity.events.event import EventKind
from agent.integrity.live.alive import MARK_FILE, UNKNOWN_NS, Mark, MarkFile, Root
from agent.integrity.live.limit import Limit, limit_of
from agent.integrity.ransom.suspicion import Reason, Suspicion
from agent.state.lock import hold
from tests.agent.integrity.views.conftest import BEGIN, Append, event
from texts.catalogue import use
from wire.verdicts import CheckVerdict

PASS, FAIL, UNKNOWN = CheckVerdict.PASS, CheckVerdict.FAIL, CheckVerdict.UNKNOWN
Marking = Callable[..., None]
LIMIT = Limit("cannot: {reason}", {"reason": "EPERM"}, "be root")


@pytest.fixture
def mark(app: App) -> Marking:
    def write(
        way: str = "fanotify",
        *,
        there: bool = True,
        looked: bool = True,
        age: timedelta = timedelta(0),
        **more: object,
    ) -> None:
        now = app.clock.now()
        at_ns = int((now - age).timestamp() * 1e9)
        path = bytes(app.config.integrity[0].path)
        root = Root(path, way, there, at_ns, at_ns if looked else UNKNOWN_NS)
        fields: dict[str, object] = {"roots": (root,), **more}
        up_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME) - int(age.total_seconds() * 1e9)
        written = Mark(app.boot_id, up_ns, at_ns, 1, at_ns, **fields)  # type: ignore[arg-type]
        assert MarkFile(app.home.state_dir / MARK_FILE).write(written)

    return write


def items(app: App) -> dict[str, Item]:
    items = (*suspicion_items(app), *watching_items(app), *event_items(app))
    return {item.id.partition("./")[0]: item for item in items}


def test_without_a_watcher_it_is_no_good_news(app: App, mark: Marking) -> None:
    assert items(app)["watching"].verdict is FAIL
    mark()
    assert items(app)["watching"].verdict is FAIL


def test_a_watcher_that_lives_says_how_and_since_when(app: App, mark: Marking) -> None:
    mark()
    with hold(app.home, WATCH, clock=app.clock):
        found = items(app)["watching"]
    assert found.verdict is PASS
    assert "the whole filesystem at once, without a break since" in found.says


@pytest.mark.parametrize(
    ("more", "item", "verdict"),
    [
        ({"age": timedelta(minutes=3)}, "watching", FAIL),
        ({"orderly": True}, "watching", FAIL),
        ({"there": False}, "watching", FAIL),
        ({"way": "off"}, "watching", FAIL),
        ({"way": "looks"}, "watching", PASS),
        ({"way": "looks", "looked": False}, "watching", UNKNOWN),
        ({"way": "inotify"}, "watching", PASS),
        (
            {"limits": (Limit("cannot: {reason}", {"reason": "EPERM"}, "be root"),)},
            "watching.limit",
            UNKNOWN,
        ),
        ({"trouble": LIMIT}, "watching.storing", FAIL),
        ({"looked": False}, "watching", UNKNOWN),
    ],
)
def test_what_hinders_the_watching_is_said(
    app: App, mark: Marking, more: dict[str, object], item: str, verdict: CheckVerdict
) -> None:
    mark(**more)
    with hold(app.home, WATCH, clock=app.clock):
        assert items(app)[item].verdict is verdict


def test_what_keeps_it_from_storing_is_a_sentence(app: App, mark: Marking) -> None:
    error = LedgerWriteError(reason="database or disk is full")
    mark(trouble=limit_of(error))
    with hold(app.home, WATCH, clock=app.clock):
        says = items(app)["watching.storing"].says
    assert "database or disk is full" in says
    assert "Error" not in says


def test_a_limit_says_what_to_do(app: App, mark: Marking) -> None:
    mark(limits=(LIMIT,))
    with hold(app.home, WATCH, clock=app.clock):
        found = items(app)["watching.limit"]
    assert (found.says, found.mend) == ("cannot: EPERM", "be root")


def test_a_reason_of_the_system_is_said_in_the_language_of_the_reader() -> None:
    limit = Limit("cannot: {reason}", {"reason": "Operation not permitted", "number": 3})
    use("vi")
    try:
        assert "Operation" not in limit.says
    finally:
        use("en")
    assert limit.says == "cannot: Operation not permitted"


def test_a_watcher_that_dies_all_the_time_is_no_watcher(app: App, mark: Marking) -> None:
    restarts = Restarts(ends_file(app.home), app.clock)
    mark()
    for _ in range(3):
        restarts.began()
        restarts.ended(-9)
    with hold(app.home, WATCH, clock=app.clock):
        assert items(app)["watching.ends"].verdict is FAIL


def test_without_any_approval_it_is_no_good_news(app: App) -> None:
    found = items(app)
    assert found["events"].verdict is UNKNOWN
    assert "events.head" not in found
    integrity_job.baseline(app)
    found = items(app)
    assert found["events"].verdict is PASS
    assert found["events.head"].verdict is PASS


def test_unexplained_changes_gaps_and_the_head_are_said(app: App, append: Append) -> None:
    gap = event("/srv/share", EventKind.GAP, 5, since=BEGIN, explanation="killed")
    closed = event("/srv/share", EventKind.GAP, 6, explanation="overflow", explained_by="looked")
    append([event("/srv/share/a"), gap, closed])
    found = items(app)
    assert (found["events"].verdict, found["events.gaps"].verdict) == (FAIL, UNKNOWN)
    assert "changes of 1 files" in found["events"].says
    assert ": 1, until" in found["events.gaps"].says
    assert "number 3, head E3-" in found["events.head"].says


def test_a_changed_record_fails(app: App, append: Append) -> None:
    append([event("/srv/share/a")])
    app.home.database("events").write_bytes(b"nothing of ours" * 300)
    found = items(app)["events"]
    assert found.verdict is FAIL
    assert found.mend


def test_a_suspicion_stands_until_somebody_dismisses_it(app: App) -> None:
    with suspicions_of(app) as store:
        store.put(Suspicion("s1", b"/srv/share", BEGIN, BEGIN, BEGIN, (Reason.CANARY,), 104))
        found = items(app)["suspicion.s1"]
        assert found.verdict is FAIL
        assert "a canary file was touched" in found.says
        store.dismiss("s1", "uid:1000", "a test", BEGIN)
    assert "suspicion.s1" not in items(app)


def test_doctor_says_it_too(app: App) -> None:
    integrity_job.baseline(app)
    ids = {item.id for item in doctor_items(app.home, app.clock)}
    assert {"watching", "events", "events.head"} <= ids
