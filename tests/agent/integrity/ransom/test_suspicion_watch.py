"""Canaries on a host, and what the watching process tells."""

import os
from contextlib import closing
from datetime import timedelta

import pytest

from agent.daemon.app import open_app
from agent.daemon.people import Person
from agent.daemon.work.integrity import suspicion_due, suspicion_job
from agent.daemon.work.integrity.suspicions import suspicions_of
from agent.integrity.change import Change, Kind
from agent.integrity.ransom.limits import SIGNS_FAST
from agent.integrity.ransom.suspicion import Reason
from agent.integrity.seen import Seen
from tests.agent.integrity.ransom.conftest import Configure, Scene, lost, put, run, suspected, watch
from tests.agent.integrity.ransom.observing import ONE, file
from tests.agent.integrity.said import said
from wire.errors import GOOD, WRONG
from wire.messages import Suspicion as Told


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
    with suspicions_of(app) as store:
        watching, nudges = watch(app, store)
        with monkeypatch.context() as broken:
            broken.setattr("agent.daemon.work.integrity.suspicion_watch.tell", _full)
            with pytest.raises(OSError, match="full"):
                watching.take(lost(app, scene, 0, SIGNS_FAST), 1)
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
    with suspicions_of(app) as store:
        watching, _ = watch(app, store)
        first, second, _ = store.canaries()
        gone = [Change(Kind.REMOVED, file(os.fsdecode(one.path), "zip"), None)
                for one in (first, second)]  # fmt: skip
        watched = app.config.integrity[0]
        store.drop_canary(first.path, app.clock.now())
        watching.take([Seen(gone[0], watched, app.clock.now(), None, ONE)], 1)
        assert store.open() == ()
        watching.take([Seen(gone[1], watched, app.clock.now(), None, ONE)], 1)
        (kept,) = store.open()
    assert kept.suspicion.reasons == (Reason.CANARY,)
    assert kept.suspicion.who == ONE


def test_the_exact_count_is_told_soon_after(opened: Configure, scene: Scene) -> None:
    app = opened()
    with suspicions_of(app) as store:
        watching, _ = watch(app, store)
        watching.tick()
        watching.take(lost(app, scene, 0, SIGNS_FAST), 1)
        watching.take(lost(app, scene, 100, 7), 2)
        watching.tick()
        assert said(app, Told)[0].files == SIGNS_FAST
        app.clock.sleep(31)
        watching.tick()
        app.clock.sleep(31)
        watching.tick()
    assert [told.files for told in said(app, Told)] == [SIGNS_FAST + 7, SIGNS_FAST]


def test_a_slow_attack_is_counted_on_after_a_restart(opened: Configure, scene: Scene) -> None:
    app = opened()
    with suspicions_of(app) as store:
        before, _ = watch(app, store)
        before.take(lost(app, scene, 0, SIGNS_FAST - 1), 1)
        before.tick()
        after, _ = watch(app, store)
        after.take(lost(app, scene, 100, 1), 2)
        (kept,) = store.open()
        assert kept.suspicion.files == SIGNS_FAST
        store.dismiss(kept.suspicion.id, "uid:4001", "why", app.clock.now())
        assert store.signs(bytes(scene.share)) == ()
        after.take(lost(app, scene, 101, 1), 3)
        app.clock.sleep(11)
        after.tick()
        assert len(store.signs(bytes(scene.share))) == 1  # what was dismissed speaks no more


@pytest.mark.parametrize("days", [-365, 365])
def test_an_attack_is_counted_on_when_the_clock_is_set(
    opened: Configure, scene: Scene, days: int
) -> None:
    app = opened()
    with suspicions_of(app) as store:
        watching, _ = watch(app, store)
        watching.take(lost(app, scene, 0, SIGNS_FAST - 1), 1)
        scene.clock.moment += timedelta(days=days)
        watching.clock_set(days * 86_400 * 10**9)
        assert store.open() == ()
        watching.take(lost(app, scene, 100, 1), 2)
        (kept,) = store.open()
    assert kept.suspicion.files == SIGNS_FAST
    assert abs(kept.suspicion.since - scene.clock.now()) < timedelta(minutes=10)


def _full(*_given: object) -> None:
    raise OSError("disk full")
