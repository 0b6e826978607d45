"""The checks read of our own watch what the watch really keeps."""

from datetime import timedelta

from agent.daemon.app import App
from agent.daemon.work.integrity import integrity_job
from agent.facts import own


def test_a_watch_that_never_began_approved_nothing(app: App) -> None:
    found = own.collect_watch(app.host)
    assert (found.watched, found.approved, found.age, found.reports) == (1, 0, None, False)


def test_a_baseline_and_a_scan_are_seen(app: App) -> None:
    integrity_job.baseline(app)
    integrity_job.scan(app)
    found = own.collect_watch(app.host)
    assert (found.watched, found.approved) == (1, 1)
    assert found.age is not None
    assert timedelta(minutes=-1) < found.age < timedelta(minutes=1)
