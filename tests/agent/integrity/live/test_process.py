"""The watching as the program that the daemon starts: told, killed, started again, refused."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.daemon.app import App
from agent.daemon.pipe_words import EVIDENCE
from agent.daemon.work.integrity import integrity_job
from agent.daemon.work.integrity.live_job import OwnWork, mark_file
from agent.daemon.work.integrity.stored_events import reading
from agent.integrity.events.event import Event, EventKind
from tests.agent.integrity.said import said
from wire.integrity_messages import FileEvents
from wire.messages import Gap

PATIENCE_S = 40.0
COMMAND = (sys.executable, "-m", "agent.cli", "--lang", "en")


@contextmanager
def watcher(app: App, *words: str) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        (*COMMAND, "--home", str(app.home.config_dir), "integrity", "watch", *words),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def until_it_watches(app: App, process: "subprocess.Popen[bytes]") -> None:
    """Until it has looked at everything once."""

    def whole() -> bool:
        mark = mark_file(app).read()
        held = mark is not None and mark.pid == process.pid
        return held and mark is not None and all(root.held_ns for root in mark.roots)

    until(whole, "the watching")


def stored(app: App) -> list[Event]:
    with reading(app) as reader:
        return [] if reader is None else list(reader.events())


def paths_told(app: App) -> set[tuple[str, str]]:
    return {(one.kind.value, Path(os.fsdecode(one.path)).name) for one in stored(app)}


def test_one_life_after_another_loses_nothing(app: App, share: Path) -> None:
    """Told live with a nudge; killed; what changed meanwhile is told with its gap; ended."""
    integrity_job.baseline(app)
    with watcher(app, "--nudge") as process:
        until_it_watches(app, process)
        (share / "live.txt").write_text("x")
        assert process.stdout is not None
        while process.stdout.read(1) != EVIDENCE:
            assert process.poll() is None
        until(lambda: ("added", "live.txt") in paths_told(app), "the live change")
        until(lambda: any(one.events for one in said(app, FileEvents)), "its statement")
        process.kill()
        process.wait()
    (share / "a.txt").write_text("changed while it was dead")
    with watcher(app, "--nudge") as process:
        until(lambda: ("modified", "a.txt") in paths_told(app), "the change meanwhile")
        found = next(one for one in stored(app) if one.path.endswith(b"/a.txt"))
        assert found.since is not None
        assert found.who is None
        gaps = [one for one in stored(app) if one.kind is EventKind.GAP]
        assert gaps[0].explanation == "killed"
        until(lambda: len([e for e in stored(app) if e.kind is EventKind.GAP]) > 1, "its closing")
        until(lambda: [gap.reason for gap in said(app, Gap)] == ["killed"], "its statement")
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    mark = mark_file(app).read()
    assert mark is not None
    assert mark.orderly


def test_what_changed_between_the_baseline_and_the_first_watching_is_told(
    app: App, share: Path
) -> None:
    integrity_job.baseline(app)
    (share / "a.txt").write_text("changed before anybody watched")
    (share / "new.txt").write_text("x")
    with watcher(app, "--nudge"):
        until(lambda: {("modified", "a.txt"), ("added", "new.txt")} <= paths_told(app), "both")
        found = next(one for one in stored(app) if one.path.endswith(b"/a.txt"))
        assert found.who is None
        assert found.since is not None
        assert found.since < found.at


def test_what_was_approved_as_a_whole_before_anybody_watched_is_not_told(
    app: App, share: Path
) -> None:
    integrity_job.baseline(app)
    (share / "a.txt").write_text("changed and approved")
    integrity_job.baseline(app, again=True)
    (share / "b.txt").write_text("changed after it")
    with watcher(app, "--nudge"):
        until(lambda: ("modified", "b.txt") in paths_told(app), "the later one")
        assert ("modified", "a.txt") not in paths_told(app)


def test_a_second_one_on_the_same_state_says_so_in_a_sentence(app: App) -> None:
    with watcher(app, "--nudge") as first:
        until(lambda: mark_file(app).read() is not None, "the first")
        begun = time.monotonic()
        with watcher(app) as second:
            _, error = second.communicate(timeout=60)
            assert second.returncode == 2
        assert b"already running" in error
        assert b"integrity events --follow" in error
        assert b"Traceback" not in error
        assert time.monotonic() - begun < 45
        assert first.poll() is None


def test_nothing_to_watch_is_a_wrong_configuration(app: App) -> None:
    app.home.agent_yaml.write_text("facility: GL-BVDK\n")
    with watcher(app) as process:
        _, error = process.communicate(timeout=30)
    assert process.returncode == 78
    assert b"Nothing is watched" in error


def test_only_our_own_processes_may_write_unheard_and_only_in_the_state_folder(
    tmp_path: Path,
) -> None:
    work = OwnWork(tmp_path)
    state = os.fsencode(tmp_path.resolve())
    with subprocess.Popen(["sleep", "60"]) as child:
        assert work.covers(state + b"/ledger.sqlite", os.getpid())
        assert work.covers(state + b"/cache", child.pid)
        assert not work.covers(state + b"/ledger.sqlite", 1)
        assert not work.covers(state + b"-elsewhere/x", os.getpid())
        child.kill()


@pytest.mark.parametrize("app", ["full"], indirect=True)
def test_what_is_told_on_a_terminal_is_harmless(app: App, share: Path) -> None:
    with watcher(app) as process:
        until_it_watches(app, process)
        (share / "a\n\x1b[31mred").write_text("x")
        until(lambda: len(stored(app)) > 0, "the event")
        process.send_signal(signal.SIGINT)
        told, _ = process.communicate(timeout=30)
        assert process.returncode == 130
    assert b"\\x1b[31mred" in told
    assert b"\x1b[31m" not in told
