"""What happened while nobody watched, told at the next start: approved, explained, or foreign."""

import os
import signal
from pathlib import Path

import pytest

from agent.daemon.app import App, open_app
from agent.daemon.people import Person, name_of
from agent.daemon.watching import watching
from agent.daemon.work.integrity import accept_job, integrity_job
from agent.daemon.work.integrity.unapproved import unapproved
from agent.integrity.events.event import CHANGES, Event, EventKind
from agent.integrity.wishes import Part
from tests.agent.integrity.conftest import configure
from tests.agent.integrity.live.test_process import (
    paths_told,
    stored,
    until,
    until_it_watches,
    watcher,
)
from tests.agent.integrity.said import said
from wire.integrity_messages import FileEvents
from wire.messages import Gap

HOA = Person(1001)


def watched_once(app: App) -> None:
    """A watcher that began, and was stopped in order."""
    with watcher(app, "--nudge") as process:
        until_it_watches(app, process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0


def code_of(app: App) -> str:
    (found,) = integrity_job.scan(app)
    return found.findings.review


def of(app: App, name: str) -> list[Event]:
    """What was told of one file."""
    path = b"/" + os.fsencode(name)
    changes = [event for event in stored(app) if event.kind in CHANGES]
    return [event for event in changes if event.path.endswith(path)]


@pytest.mark.parametrize("how", ["accept", "baseline again"])
def test_what_was_approved_while_nobody_watched_is_no_alarm_afterwards(
    app: App, share: Path, how: str
) -> None:
    integrity_job.baseline(app, person=HOA)
    watched_once(app)
    (share / "a.txt").write_text("changed by hand, and meant\n")
    if how == "accept":
        accept_job.accept(app, code_of(app), person=HOA)
    else:
        integrity_job.baseline(app, again=True, person=HOA)
    (share / "b.txt").write_text("a stranger, a moment later\n")
    with watcher(app, "--nudge"):
        until(lambda: {"a.txt", "b.txt"} <= {name for _, name in paths_told(app)}, "both")
    (meant,) = of(app, "a.txt")
    (foreign,) = of(app, "b.txt")
    assert meant.explained_by == "accepted"
    assert name_of(HOA.id) in meant.explanation
    assert meant.who is None
    assert meant.since is not None
    assert foreign.explained_by == ""
    assert unapproved(app).files == 1


def test_of_a_part_only_what_it_names_is_approved(app: App, share: Path) -> None:
    integrity_job.baseline(app, person=HOA)
    watched_once(app)
    (share / "a.txt").write_text("meant\n")
    (share / "b.txt").write_text("not meant\n")
    accept_job.accept(app, code_of(app), Part(only=(bytes(share / "a.txt"),)), person=HOA)
    with watcher(app, "--nudge"):
        until(lambda: {"a.txt", "b.txt"} <= {name for _, name in paths_told(app)}, "both")
    assert [one.explained_by for one in of(app, "a.txt")] == ["accepted"]
    assert [one.explained_by for one in of(app, "b.txt")] == [""]


def test_a_path_that_the_configuration_names_no_more_is_told_as_an_end(
    app: App, share: Path
) -> None:
    integrity_job.baseline(app, person=HOA)
    watched_once(app)
    other = share.parent / "other"
    other.mkdir()
    configure(app.home, other)
    again = open_app(app.home)
    try:
        with watcher(again, "--nudge"):
            until(lambda: bool([g for g in said(again, Gap) if g.reason == "unwatched"]), "said")
            until(lambda: "ended" in [one.watching for one in said(again, FileEvents)], "how")
        (end,) = [event for event in stored(again) if event.explanation == "unwatched"]
        assert end.kind is EventKind.GAP
        assert end.path == bytes(share)
        assert end.explained_by == "configured"
        with watcher(again, "--nudge") as process:
            until_it_watches(again, process)
        assert len([event for event in stored(again) if event.explanation == "unwatched"]) == 1
    finally:
        again.close()


def test_who_takes_out_every_path_is_told_by_the_daemon_itself(app: App) -> None:
    integrity_job.baseline(app, person=HOA)
    watched_once(app)
    app.home.agent_yaml.write_text(
        "facility: GL-BVDK\nsystems: [{code: FS-01, regime: ND331, level: 3}]\n"
    )
    again = open_app(app.home)
    try:
        for _ in range(2):  # said once
            with watching(again):
                pass
        assert [gap.reason for gap in said(again, Gap)] == ["unwatched"]
        ended = [one for one in said(again, FileEvents) if one.watching == "ended"]
        assert [[event.what for event in one.events] for one in ended] == [[("unwatched",)]]
        assert "/" not in ended[0].path  # no configuration allows its name any more
    finally:
        again.close()
