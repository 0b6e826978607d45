"""What people approve becomes the baseline, exactly that, and by as many people as it takes."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.config.home import Home
from agent.daemon.app import App, open_app
from agent.daemon.people import Person
from agent.daemon.work.integrity import accept_job, integrity_job
from agent.daemon.work.integrity.accept_job import Accepted
from agent.daemon.work.integrity.approval_events import events_of
from agent.integrity.change import Kind
from agent.integrity.errors import (
    ChangedSinceReviewError,
    NobodyInParticularError,
    NoSuchEventError,
    NothingChosenError,
    ReviewFirstError,
)
from agent.integrity.events.event import Entry, Event, EventKind
from agent.integrity.look import Looking, Scan
from agent.integrity.store import open_store
from agent.integrity.wishes import EVERYTHING, Part
from tests.agent.integrity.conftest import configure
from tests.agent.integrity.said import said
from wire.messages import Acceptance, Baseline

HOA, MINH, ROOT = Person(1001), Person(1002), Person(0)


class PassingClock:
    """Real time, and what a test lets pass."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def monotonic(self) -> float:
        return self.now().timestamp()

    def sleep(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> PassingClock:
    return PassingClock()


@pytest.fixture
def ours(home: Home, share: Path, clock: PassingClock) -> Iterator[App]:
    """One person is enough; the state is approved."""
    configure(home, share)
    app = open_app(home, clock=clock)
    integrity_job.baseline(app, person=HOA)
    yield app
    app.close()


@pytest.fixture
def by_two(home: Home, share: Path, clock: PassingClock) -> Iterator[App]:
    configure(home, share)
    home.agent_yaml.write_text(
        home.agent_yaml.read_text().replace("names: none,", "names: none, accept: two,")
    )
    app = open_app(home, clock=clock)
    integrity_job.baseline(app, person=HOA)
    yield app
    app.close()


def scan(app: App) -> Scan:
    (found,) = integrity_job.scan(app)
    assert not found.gap
    return found


def changed(found: Scan) -> set[tuple[Kind, str]]:
    return {(one.kind, Path(os.fsdecode(one.path)).name) for one in found.findings.changes}


def accept(app: App, person: Person, code: str, part: Part = EVERYTHING) -> Accepted:
    return accept_job.accept(app, code, part, person=person)


def change_everything(share: Path) -> None:
    (share / "a.txt").write_text("khác")
    (share / "b.txt").rename(share / "c.txt")
    (share / "mới.txt").write_text("mới")
    (share / "khoa nội" / "bệnh án.txt").unlink()


def test_everything_that_was_reviewed_is_baseline_and_nothing_is_left(
    ours: App, share: Path
) -> None:
    change_everything(share)
    found = scan(ours)
    done = accept(ours, HOA, found.findings.review)
    assert (done.changes, done.left, done.people) == (4, 0, (HOA.id,))
    assert not scan(ours).findings.changes


@pytest.mark.parametrize(
    ("only", "left"),
    [
        ("a.txt", {"c.txt", "mới.txt", "bệnh án.txt"}),
        ("khoa nội", {"a.txt", "c.txt", "mới.txt"}),
        ("c.txt", {"a.txt", "mới.txt", "bệnh án.txt"}),  # moved: its old name goes with it
        ("b.txt", {"a.txt", "mới.txt", "bệnh án.txt"}),
        ("mới.txt", {"a.txt", "c.txt", "bệnh án.txt"}),
    ],
)
def test_of_a_part_exactly_that_is_approved_and_the_rest_stays_unexplained(
    ours: App, share: Path, only: str, left: set[str]
) -> None:
    change_everything(share)
    found = scan(ours)
    done = accept(ours, HOA, found.findings.review, Part((os.fsencode(share / only),)))
    assert (done.changes, done.left) == (1, 3)
    after = scan(ours)
    assert {name for _, name in changed(after)} == left
    assert after.findings.review != found.findings.review
    assert said(ours, Baseline)[0].part


def test_what_an_event_tells_is_approved_with_all_that_is_folded_into_it(
    ours: App, share: Path
) -> None:
    change_everything(share)
    root = os.fsencode(share)
    now = ours.clock.now()

    def event(kind: EventKind, name: bytes) -> Event:
        return Event(0, now, None, root, kind, root + b"/" + name)

    whole = Event(0, now, None, root, EventKind.MODIFIED, root, counts={EventKind.MODIFIED: 2})
    members = (event(EventKind.MODIFIED, b"a.txt"), event(EventKind.ADDED, "mới.txt".encode()))
    with events_of(ours) as events:
        (stored,) = events.append((Entry(whole, members),))
    code = scan(ours).findings.review
    assert accept(ours, HOA, code, Part(events=(stored.number,))).changes == 2
    assert {name for _, name in changed(scan(ours))} == {"c.txt", "bệnh án.txt"}


def test_a_part_without_any_change_is_refused(ours: App, share: Path) -> None:
    change_everything(share)
    code = scan(ours).findings.review
    with pytest.raises(NothingChosenError):
        accept(ours, HOA, code, Part((b"/etc",)))
    with pytest.raises(NoSuchEventError):
        accept(ours, HOA, code, Part(events=(99,)))


def test_an_approval_is_an_event_with_what_it_approved(ours: App, share: Path) -> None:
    change_everything(share)
    done = accept(ours, HOA, scan(ours).findings.review)
    with events_of(ours) as events:
        first, newest = events.reader.events()
        members = events.reader.members(newest.number)
    assert done.baselined is not None
    assert done.baselined.taken.baseline is not None
    assert (first.kind, newest.kind) == (EventKind.APPROVED, EventKind.APPROVED)
    assert (newest.explained_by, newest.files) == ("accepted", 4)
    assert newest.counts == {
        EventKind.ADDED: 1,
        EventKind.MODIFIED: 1,
        EventKind.REMOVED: 1,
        EventKind.RENAMED: 1,
    }
    assert len(members) == 4
    assert newest.explanation.startswith("B2-")


def test_each_sealed_approval_names_the_one_before_and_who_approved(ours: App, share: Path) -> None:
    for content in ("một", "hai"):
        (share / "a.txt").write_text(content)
        accept(ours, MINH, scan(ours).findings.review)
    third, second, first = said(ours, Baseline)
    assert (first.previous, second.previous, third.previous) == (None, first.root, second.root)
    assert [one.number for one in (first, second, third)] == [1, 2, 3]
    assert third.people == (ours.pseudonyms.of("person", MINH.id),)
    assert len(third.review) == 16
    with open_store(ours.home, ours.keys.k_f, ours.clock) as store:
        assert store.chain_holds()
        assert [one.people for one in store.history()] == [(HOA.id,), (MINH.id,), (MINH.id,)]


def test_two_people_must_want_the_same(by_two: App, share: Path) -> None:
    change_everything(share)
    code = scan(by_two).findings.review
    first = accept(by_two, HOA, code)
    assert first.wish is not None
    assert scan(by_two).findings.review == code  # nothing is approved yet
    assert len(said(by_two, Acceptance)) == 1
    assert accept_job.asked(by_two) == (first.wish,)
    part = accept(by_two, MINH, code, Part((os.fsencode(share / "a.txt"),)))
    assert part.wish is not None  # something else than what the first one wanted
    assert scan(by_two).findings.review == code
    done = accept(by_two, MINH, code)
    assert done.people == (HOA.id, MINH.id)
    assert not scan(by_two).findings.changes
    assert not accept_job.asked(by_two)
    assert len(said(by_two, Baseline)[0].people) == 2


def test_one_person_is_not_two(by_two: App, share: Path) -> None:
    change_everything(share)
    code = scan(by_two).findings.review
    assert accept(by_two, HOA, code).wish is not None
    assert accept(by_two, HOA, code).wish is not None
    assert len(accept_job.asked(by_two)) == 1
    with pytest.raises(NobodyInParticularError):
        accept(by_two, ROOT, code)
    assert scan(by_two).findings.review == code


def test_a_wish_dies_when_the_set_changes(by_two: App, share: Path) -> None:
    change_everything(share)
    accept(by_two, HOA, scan(by_two).findings.review)
    (share / "später.txt").write_text("")
    code = scan(by_two).findings.review
    assert not accept_job.asked(by_two)
    assert accept(by_two, MINH, code).wish is not None


def test_a_wish_dies_although_the_set_comes_back(by_two: App, share: Path) -> None:
    (share / "mới.txt").write_text("")
    code = scan(by_two).findings.review
    accept(by_two, HOA, code)
    (share / "khác.txt").write_text("")
    scan(by_two)
    (share / "khác.txt").unlink()
    assert scan(by_two).findings.review == code
    assert accept(by_two, MINH, code).wish is not None


@pytest.mark.parametrize(("days", "counts"), [(6, True), (7, False)])
def test_a_wish_counts_for_seven_days(
    by_two: App, share: Path, clock: PassingClock, days: int, *, counts: bool
) -> None:
    (share / "mới.txt").write_text("")
    code = scan(by_two).findings.review
    accept(by_two, HOA, code)
    clock.ahead += timedelta(days=days, minutes=1 if not counts else 0)
    assert (accept(by_two, MINH, code).wish is None) is counts


def test_a_wish_dated_ahead_does_not_count(by_two: App, share: Path, clock: PassingClock) -> None:
    (share / "mới.txt").write_text("")
    code = scan(by_two).findings.review
    accept(by_two, HOA, code)
    clock.ahead -= timedelta(days=365)
    assert accept(by_two, MINH, code).wish is not None


def test_nobody_gets_round_the_second_person_by_a_new_baseline(by_two: App, share: Path) -> None:
    (share / "mới.txt").write_text("")
    with pytest.raises(ReviewFirstError):
        integrity_job.baseline(by_two, again=True, person=HOA)
    by_two.home.database("baseline").unlink()
    (waits,) = integrity_job.baseline(by_two, person=HOA)
    assert (waits.taken.baseline, waits.taken.gap) == (None, "second_person")
    (still,) = integrity_job.baseline(by_two, person=HOA)
    assert still.taken.baseline is None
    (done,) = integrity_job.baseline(by_two, person=MINH)
    assert done.taken.baseline is not None
    assert not scan(by_two).findings.changes
    newest, before = said(by_two, Baseline)
    assert (newest.number, newest.previous) == (2, before.root)


def test_a_wish_that_nobody_sealed_is_nobodys(by_two: App, home: Home, share: Path) -> None:
    (share / "mới.txt").write_text("")
    code = scan(by_two).findings.review
    accept(by_two, HOA, code)
    with open_store(home, b"another key of some other home!!", by_two.clock) as forger:
        (wish,) = accept_job.asked(by_two)
        forger.keep_wishes((wish,))
    assert accept(by_two, MINH, code).wish is not None
    with open_store(home, by_two.keys.k_f, by_two.clock) as store:
        assert len(store.wishes()) == 1


def test_what_changes_while_it_is_approved_is_not_approved(
    ours: App, share: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (share / "a.txt").write_text("khác")
    code = scan(ours).findings.review
    real = accept_job._counted  # noqa: SLF001 - between the look and the approval

    def meanwhile(looking: Looking, review: accept_job._Review) -> dict[Kind, int]:
        (share / "a.txt").write_text("ganz anders")
        looking.ledger.look([os.fsencode(share / "a.txt")], lambda _: False)
        return real(looking, review)

    monkeypatch.setattr(accept_job, "_counted", meanwhile)
    with pytest.raises(ChangedSinceReviewError):
        accept(ours, HOA, code)
