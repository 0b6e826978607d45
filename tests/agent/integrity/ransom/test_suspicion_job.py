"""What follows from a suspicion: it is told, points are held, the clean one named, people act."""

import json
from contextlib import closing
from datetime import timedelta

import pytest
from msgspec.structs import replace

from agent.daemon.app import open_app
from agent.daemon.people import Person
from agent.daemon.work.backup import holding_job
from agent.daemon.work.integrity import suspicion_due, suspicion_job
from agent.daemon.work.integrity.suspicions import suspicions_of
from agent.integrity.errors import NoSuchSuspicionError
from agent.integrity.ransom.limits import SIGNS_FAST
from agent.state.lock import hold
from tests.agent.integrity.ransom.conftest import (
    PLAYBOOK,
    Configure,
    Scene,
    lost,
    point,
    put,
    run,
    suspected,
    watch,
)
from tests.agent.integrity.ransom.observing import BEGIN
from tests.agent.integrity.said import said
from wire.errors import GOOD, UNDECIDED, USAGE, WRONG
from wire.messages import PlaybookStep, Retention
from wire.messages import Suspicion as Told


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
        with suspicions_of(app) as store:
            watching, _ = watch(app, store)
            watching.take(lost(app, scene, 0, SIGNS_FAST), 1)
            (kept,) = store.open()
            store.dismiss(kept.suspicion.id, "uid:4001", "why", app.clock.now())
            watching.take(lost(app, scene, SIGNS_FAST, 1), 2)
            assert store.open() == ()
            watching.take(lost(app, scene, 100, SIGNS_FAST), 3)
            (other,) = store.open()
        assert other.suspicion.id != kept.suspicion.id


def test_a_list_that_was_lost_says_nothing_good(opened: Configure, scene: Scene) -> None:
    app = opened()
    put(app, suspected(scene))
    assert run(scene.home, "suspicions")[0] == WRONG
    app.home.database("suspicion").write_bytes(b"no database" * 1000)
    code, told = run(scene.home, "suspicions")
    assert code == UNDECIDED
    assert "Nothing looks like an attack" not in told
    assert "lost" in told
    assert run(scene.home, "suspicions", "--json")[0] == UNDECIDED
    put(app, suspected(scene))
    assert run(scene.home, "suspicions")[0] == WRONG


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
