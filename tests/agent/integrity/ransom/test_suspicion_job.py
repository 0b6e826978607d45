"""What follows from a suspicion: it is told, points are held, the clean one named, people act."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from agent.backup.records.records import Point, open_records
from agent.cli.main import root_command
from agent.config.home import Home, home_at
from agent.daemon.app import App, open_app
from agent.daemon.people import Person
from agent.daemon.work import holding_job, suspicion_due, suspicion_job
from agent.daemon.work.clean_points import clean_points, last_clean_at
from agent.daemon.work.event_names import Telling
from agent.daemon.work.live_teller import Outlet
from agent.daemon.work.suspicion_watch import SuspicionWatch
from agent.integrity.change import Change, Kind
from agent.integrity.errors import NoSuchSuspicionError
from agent.integrity.live.alive import MarkFile
from agent.integrity.ransom.limits import SIGNS_FAST
from agent.integrity.ransom.store import SuspicionStore, open_suspicions
from agent.integrity.ransom.suspicion import Reason, Suspicion
from agent.integrity.seen import LONG_AGO, Seen
from agent.state.lock import hold
from tests.agent.files.driven import DrivenClock
from tests.agent.integrity.ransom.observing import BEGIN, ONE, file
from tests.agent.integrity.said import said
from texts.catalogue import use
from wire.errors import GOOD, USAGE, WRONG, LachanError
from wire.messages import PlaybookStep, Retention
from wire.messages import Suspicion as Told

CONFIGURATION = """facility: GL-BVDK
systems: [{{code: FS-01, regime: ND331, level: 3}}]
integrity: [{{path: {share}, names: full, canaries: {canaries}}}]
datasets:
  - {{name: share, paths: [{share}], schedule: "0 4 * * *", rpo: 24h}}
  - {{name: etc, paths: [/etc], schedule: "0 4 * * *", rpo: 24h}}
sites:
  - {{name: a, kind: local, path: {share}/../a, held_by: owned}}
  - {{name: b, kind: local, path: {share}/../b, held_by: owned}}
"""
PLAYBOOK = "incident.ransomware-suspected"
Configure = Callable[..., App]


@dataclass(frozen=True)
class Scene:
    home: Home
    share: Path
    clock: DrivenClock


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    share = tmp_path / "share"
    share.mkdir()
    clock = DrivenClock()
    clock.moment = BEGIN + timedelta(hours=1)
    return Scene(home_at(tmp_path / "home"), share, clock)


@pytest.fixture
def opened(scene: Scene) -> Iterator[Configure]:
    apps: list[App] = []

    def make(canaries: str = "no", more: str = "") -> App:
        scene.home.config_dir.mkdir(exist_ok=True)
        written = CONFIGURATION.format(share=scene.share, canaries=canaries)
        scene.home.agent_yaml.write_text(written + more)
        apps.append(open_app(scene.home, clock=scene.clock))
        return apps[-1]

    yield make
    for app in apps:
        app.close()


def suspected(scene: Scene, **more: object) -> Suspicion:
    fields: dict[str, object] = {
        "id": "suspicion-1",
        "watched": bytes(scene.share),
        "at": BEGIN,
        "since": BEGIN - timedelta(minutes=1),
        "latest": BEGIN,
        "reasons": (Reason.MAGIC_LOST, Reason.WRITE_RATE),
        "files": 20,
        "who": ONE,
        "samples": (bytes(scene.share) + b"/a.docx",),
        **more,
    }
    return Suspicion(**fields)  # type: ignore[arg-type]


def put(app: App, suspicion: Suspicion) -> None:
    with open_suspicions(app.home, app.clock) as store:
        store.put(suspicion)


def point(app: App, site: str, tree: str, taken: datetime, read: datetime) -> None:
    with closing(open_records(app.home, app.clock)) as records:
        records.add_point(Point(site, f"{site}-{tree}", "share", tree, taken, read))


def lost(app: App, scene: Scene, begin: int, many: int) -> list[Seen]:
    """Files that became shapeless, as the watching sees them."""
    names = [f"{scene.share}/{number}.docx" for number in range(begin, begin + many)]
    changes = [Change(Kind.MODIFIED, file(one, "zip"), file(one, "random")) for one in names]
    watched = app.config.integrity[0]
    return [Seen(change, watched, app.clock.now(), None, None) for change in changes]


def run(home: Home, *words: str) -> tuple[int, str]:
    """Exit code and output."""
    use("en")
    argv = ["--home", str(home.config_dir), "--lang", "en", "integrity", *words]
    done = CliRunner().invoke(root_command(), argv, standalone_mode=False)
    if isinstance(done.exception, LachanError):
        return done.exception.exit_code, str(done.exception)
    if isinstance(done.exception, click.UsageError):
        return USAGE, done.exception.message
    if done.exception is not None:
        raise done.exception
    return int(done.return_value), done.output


def watch(app: App, store: SuspicionStore) -> tuple[SuspicionWatch, list[int]]:
    nudges: list[int] = []
    telling, marks = Telling(app.pseudonyms, str), MarkFile(app.home.state_dir / "marks")
    outlet = Outlet(app, telling, lambda: nudges.append(1), lambda _events: None, marks)
    return SuspicionWatch(outlet, store), nudges


def test_it_is_told_at_once_and_again_with_what_was_done(opened: Configure, scene: Scene) -> None:
    app = opened()
    point(app, "a", "t1", BEGIN - timedelta(hours=9), BEGIN - timedelta(hours=8))
    put(app, suspected(scene))
    assert suspicion_due.due(app)
    assert suspicion_job.act(app) == 1
    assert not suspicion_due.due(app)
    told = list(reversed(said(app, Told)))
    assert all(one.held for one in told)
    assert told[-1].last_clean_at == BEGIN - timedelta(hours=9)
    assert told[-1].playbook == PLAYBOOK
    assert {one.id for one in told} == {"suspicion-1"}
    assert told[-1].paths == (f"{scene.share}/a.docx",)


def test_retention_is_held_at_every_site_once(opened: Configure, scene: Scene) -> None:
    app = opened()
    put(app, suspected(scene))
    suspicion_job.act(app)
    put(app, suspected(scene, files=80))
    suspicion_job.act(app)
    (placed,) = holding_job.standing(app).holds
    assert placed.placed_by == "suspicion:suspicion-1"
    (statement,) = said(app, Retention)
    assert (statement.action, statement.by, statement.person) == ("held", "agent", None)


def test_its_playbook_begins_and_waits_for_people(opened: Configure, scene: Scene) -> None:
    app = opened()
    put(app, suspected(scene))
    suspicion_job.act(app)
    steps = list(reversed(said(app, PlaybookStep)))
    assert {step.run_id for step in steps} == {said(app, Told)[0].run_id}
    ended = [(step.step, step.state, step.by) for step in steps if step.state != "begun"]
    assert ended[0] == ("tell_alarm", "done", "agent")
    assert ("isolate", "failed", "agent") in ended  # nobody has done it yet, and it says so
    assert ended[-1][0] == "handed_over"


def test_no_playbook_where_the_owner_wants_none(opened: Configure, scene: Scene) -> None:
    app = opened(more="suspicion_playbook: ''\n")
    put(app, suspected(scene))
    suspicion_job.act(app)
    assert said(app, PlaybookStep) == []
    assert not suspicion_due.due(app)


def test_a_playbook_that_is_not_there_is_told_and_the_rest_is_done(
    opened: Configure, scene: Scene
) -> None:
    app = opened(more="suspicion_playbook: incident.of-our-own\n")
    put(app, suspected(scene))
    suspicion_job.act(app)
    (kept,) = suspicion_job.standing(app)
    assert kept.answer.playbook_refused == "UnknownPlaybook"
    assert kept.answer.held
    assert not kept.waits


def test_while_another_playbook_runs_it_is_tried_again(opened: Configure, scene: Scene) -> None:
    app = opened()
    put(app, suspected(scene))
    with hold(app.home, "playbook", clock=app.clock):
        suspicion_job.act(app)
    assert suspicion_due.due(app)
    assert said(app, Told)[0].run_id == ""
    suspicion_job.act(app)
    assert said(app, Told)[0].run_id


def test_without_sites_nothing_is_said_to_be_held(scene: Scene) -> None:
    scene.home.config_dir.mkdir()
    scene.home.agent_yaml.write_text(f"integrity: [{{path: {scene.share}}}]\n")
    with closing(open_app(scene.home, clock=scene.clock)) as app:
        put(app, suspected(scene))
        suspicion_job.act(app)
        assert said(app, Told)[0].held is None
        assert said(app, Told)[0].paths == ()  # names: none
        assert not suspicion_due.due(app)


class TestCleanPoint:
    def test_it_is_the_newest_that_was_whole_before_the_first_change(
        self, opened: Configure, scene: Scene
    ) -> None:
        app = opened()
        for hours in (30, 9):
            taken = BEGIN - timedelta(hours=hours)
            point(app, "a", f"t{hours}", taken, taken + timedelta(hours=1))
            point(app, "b", f"t{hours}", taken, BEGIN + timedelta(minutes=5))
        begun_before = BEGIN - timedelta(minutes=2)
        point(app, "a", "late", begun_before, BEGIN + timedelta(minutes=3))
        (clean,) = clean_points(app, bytes(scene.share), BEGIN)
        assert clean.at == BEGIN - timedelta(hours=9)
        assert clean.sites == ("a", "b")  # the same tree came to b later, and is as clean

    def test_none_is_clean_when_nobody_knows_since_when(
        self, opened: Configure, scene: Scene
    ) -> None:
        app = opened()
        point(app, "a", "t", BEGIN - timedelta(hours=9), BEGIN - timedelta(hours=8))
        assert last_clean_at(clean_points(app, bytes(scene.share), LONG_AGO)) is None

    def test_none_where_a_dataset_has_none(self, opened: Configure) -> None:
        app = opened()
        assert last_clean_at(clean_points(app, b"/etc", BEGIN)) is None
        assert clean_points(app, b"/opt/other", BEGIN) == ()


class TestDismissing:
    def test_a_person_says_why_and_it_is_sealed(self, opened: Configure, scene: Scene) -> None:
        app = opened()
        put(app, suspected(scene))
        suspicion_job.act(app)
        suspicion_job.dismiss(app, "suspicion-1", Person(4001), "bộ phận CNTT nén tệp")
        told = said(app, Told)[0]
        assert told.state == "dismissed"
        assert told.person is not None
        assert "CNTT" not in str(app.outbox.latest("suspicion", 1))
        assert suspicion_job.standing(app) == ()
        assert holding_job.standing(app).holds  # two people release it
        with pytest.raises(NoSuchSuspicionError):
            suspicion_job.dismiss(app, "suspicion-1", Person(4001), "again")

    def test_on_the_command_line_with_a_reason_only(self, opened: Configure, scene: Scene) -> None:
        app = opened()
        put(app, suspected(scene))
        assert run(scene.home, "suspicions")[0] == WRONG
        assert run(scene.home, "suspicions", "--dismiss", "suspicion-1")[0] == USAGE
        assert len(suspicion_job.standing(app)) == 1
        words = ("--dismiss", "suspicion-1", "--reason", "nén\x1b[2J")
        assert run(scene.home, "suspicions", *words)[0] == GOOD
        assert "nén\\x1b[2J" in run(scene.home, "suspicions", "--all")[1]
        assert run(scene.home, "suspicions", *words)[0] == USAGE

    def test_what_was_seen_before_speaks_no_more_to_the_watching(
        self, opened: Configure, scene: Scene
    ) -> None:
        app = opened()
        with open_suspicions(app.home, app.clock) as store:
            watching, _ = watch(app, store)
            watching.take(lost(app, scene, 0, SIGNS_FAST))
            (kept,) = store.open()
            store.dismiss(kept.suspicion.id, "uid:4001", "why", app.clock.now())
            watching.take(lost(app, scene, SIGNS_FAST, 1))
            assert store.open() == ()
            watching.take(lost(app, scene, 100, SIGNS_FAST))
            (other,) = store.open()
        assert other.suspicion.id != kept.suspicion.id


def test_as_json_it_says_everything(opened: Configure, scene: Scene) -> None:
    app = opened()
    put(app, suspected(scene))
    suspicion_job.act(app)
    shown = json.loads(run(scene.home, "suspicions", "--json")[1])
    (one,) = shown["suspicions"]
    assert one["held"] is True
    assert one["last_clean_at"] is None
    assert one["reasons"] == ["magic_lost", "write_rate"]
    assert one["state"] == "open"
    assert "none is known to be older than the first" in run(scene.home, "suspicions")[1]


class TestCanaries:
    def test_they_come_and_go_as_the_configuration_says(
        self, opened: Configure, scene: Scene
    ) -> None:
        app = opened(canaries="yes")
        assert suspicion_due.due(app)
        suspicion_job.act(app)
        assert len(list(scene.share.iterdir())) == 3
        assert not suspicion_due.due(app)
        assert run(scene.home, "canaries")[0] == GOOD
        app = opened(canaries="no")
        app.clock.sleep(3601)
        assert suspicion_due.due(app)
        suspicion_job.act(app)
        assert list(scene.share.iterdir()) == []

    def test_a_path_that_is_watched_no_more_keeps_none(
        self, opened: Configure, scene: Scene
    ) -> None:
        suspicion_job.act(opened(canaries="yes"))
        scene.home.agent_yaml.write_text("facility: GL-BVDK\n")
        with closing(open_app(scene.home, clock=scene.clock)) as app:
            suspicion_job.tend_now(app)
        assert list(scene.share.iterdir()) == []

    def test_after_a_dismissal_new_ones_are_made(self, opened: Configure, scene: Scene) -> None:
        app = opened(canaries="yes")
        suspicion_job.act(app)
        first = {path for path, _ in suspicion_job.standing_canaries(app)}
        touched = min(scene.share.iterdir())
        touched.write_bytes(b"evidence")
        assert run(scene.home, "canaries")[0] == WRONG
        put(app, suspected(scene, reasons=(Reason.CANARY,)))
        suspicion_job.dismiss(app, "suspicion-1", Person(4001), "tôi mở nhầm")
        assert suspicion_due.due(app)
        suspicion_job.act(app)
        now = dict(suspicion_job.standing_canaries(app))
        assert len(now) == 3
        assert all(now.values())
        assert not first & now.keys()
        assert touched.read_bytes() == b"evidence"


def test_a_suspicion_that_could_not_be_told_is_told_later(
    opened: Configure, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened()
    with open_suspicions(app.home, app.clock) as store:
        watching, nudges = watch(app, store)
        with monkeypatch.context() as broken:
            broken.setattr("agent.daemon.work.suspicion_watch.tell", _full)
            with pytest.raises(OSError, match="full"):
                watching.take(lost(app, scene, 0, SIGNS_FAST))
        assert nudges == []
        assert len(store.open()) == 1  # stored before it is told
        watching.tick()
        watching.tick()
        assert nudges == [1]
    (told,) = said(app, Told)
    assert told.files == SIGNS_FAST


def test_a_canary_that_is_removed_on_request_alarms_nobody(opened: Configure) -> None:
    app = opened(canaries="yes")
    suspicion_job.act(app)
    with open_suspicions(app.home, app.clock) as store:
        watching, _ = watch(app, store)
        first, second, _ = store.canaries()
        gone = [Change(Kind.REMOVED, file(os.fsdecode(one.path), "zip"), None)
                for one in (first, second)]  # fmt: skip
        watched = app.config.integrity[0]
        store.drop_canary(first.path, app.clock.now())
        watching.take([Seen(gone[0], watched, app.clock.now(), None, ONE)])
        assert store.open() == ()
        watching.take([Seen(gone[1], watched, app.clock.now(), None, ONE)])
        (kept,) = store.open()
    assert kept.suspicion.reasons == (Reason.CANARY,)
    assert kept.suspicion.who == ONE


def _full(*_given: object) -> None:
    raise OSError("disk full")


def test_what_grew_is_answered_again(opened: Configure, scene: Scene) -> None:
    app = opened()
    put(app, suspected(scene))
    suspicion_job.act(app)
    point(app, "a", "t", BEGIN - timedelta(hours=2), BEGIN - timedelta(hours=1))
    grown = suspected(scene, since=BEGIN - timedelta(minutes=30))
    put(app, replace(grown, files=400))
    assert suspicion_due.due(app)
    suspicion_job.act(app)
    assert said(app, Told)[0].last_clean_at == BEGIN - timedelta(hours=2)
