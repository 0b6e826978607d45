"""What an administrator meets on a bad day: a sentence, the right code, nothing lost, no escape."""

import json
import os
import shutil
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.config.home import Home
from agent.daemon.app import App
from agent.daemon.work.integrity import accept_job, integrity_job
from agent.daemon.work.integrity.approval_events import approved_in_events, number_of
from agent.files.ledger import open_ledger
from agent.files.record import Trouble
from agent.integrity.errors import ApprovalWaitsError, BaselineWriteError, NotWatchedError
from agent.integrity.store import BaselineStore
from tests.agent.integrity.conftest import configure
from tests.agent.integrity.test_command import agent
from texts.shell import sentence_of
from wire.errors import UNDECIDED, USAGE, WRONG

NAMES = (
    b"new\nline",
    b"cr\rreturn",
    b"tab\there",
    b"esc\x1b[31mred\x1b[0m",
    b"\x1b]0;owned\x07title",
    b"\xe2\x80\xaetxt.exe",  # right to left
    b"\xe2\x81\xa6isolate",
    b"\xe2\x80\xa8line",
    b"c1\xc2\x9b31m",
    b"bad\xff\xfeutf8",
    b"half\xed\xa0\x80pair",
    b"n" * 255,
    b"{braces} %s",
    b"-rf",
)
STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
ROLLED_BACK = "State file events was found put back to an older state"


def is_harmless(told: str) -> bool:
    return not {unicodedata.category(one) for one in told if one not in "\n\t"} & STEERING


@pytest.fixture
def named_badly(home: Home, share: Path) -> Path:
    configure(home, share, "full")
    agent(home, "baseline")
    for name in NAMES:
        Path(os.fsdecode(bytes(share) + b"/" + name)).write_text("x")
    return share


@pytest.mark.usefixtures("named_badly")
def test_names_that_steer_a_terminal_are_shown_and_steer_nothing(home: Home) -> None:
    for words in (("scan", "--all"), ("scan", "--json"), ("events",), ("baseline", "--again")):
        done = agent(home, *words)
        assert "Traceback" not in done.stderr
        assert is_harmless(done.stdout), words
        assert is_harmless(done.stderr), words
    changes = json.loads(agent(home, "scan", "--json").stdout)["changes"]
    assert not changes


def test_each_name_is_one_line_of_a_scan(home: Home, named_badly: Path) -> None:
    lines = [
        line
        for line in agent(home, "scan", "--all").stdout.splitlines()
        if str(named_badly) in line
    ]
    assert len(lines) == len(NAMES) + 1  # and the sums


def test_a_path_that_is_not_watched_is_named_harmlessly(home: Home, share: Path) -> None:
    configure(home, share)
    done = agent(home, "scan", "/nowhere\n\x1b[31mWATCHED")
    assert done.returncode == USAGE
    assert "/nowhere\\n\\x1b[31mWATCHED is not a watched path" in done.stderr
    assert is_harmless(done.stderr)


def test_a_code_that_was_pasted_with_more_than_itself_is_one_line(home: Home, share: Path) -> None:
    configure(home, share)
    agent(home, "baseline")
    done = agent(home, "accept", "abc\x1b[31m\nWhat to do: nothing")
    assert done.returncode == WRONG
    assert "the code abc\\x1b[31m\\nWhat to do: nothing now" in done.stderr
    assert is_harmless(done.stderr)


def test_what_others_chose_colours_no_sentence() -> None:
    said = sentence_of(NotWatchedError(path="/a\x1b[31m\u202eb"))
    assert said == "/a\\x1b[31m\\u202eb is not a watched path."


def test_why_it_was_no_attack_may_be_any_bytes(home: Home, share: Path) -> None:
    configure(home, share)
    words = ("suspicions", "--dismiss", "none", "--reason", os.fsdecode(b"\xff\x1b[31m"))
    done = agent(home, *words)
    assert done.returncode == USAGE
    assert "no open suspicion" in done.stderr


@pytest.fixture
def deep(share: Path) -> Iterator[Path]:
    """A file whose path no program can name: made name by name, as whoever hides things does."""
    folder = os.open(share, os.O_RDONLY | os.O_DIRECTORY)
    for _ in range(24):
        os.mkdir("d" * 200, dir_fd=folder)
        inner = os.open("d" * 200, os.O_RDONLY | os.O_DIRECTORY, dir_fd=folder)
        os.close(folder)
        folder = inner
    os.close(os.open("hidden", os.O_WRONLY | os.O_CREAT, dir_fd=folder))
    os.close(folder)
    yield share
    shutil.rmtree(share)


def test_what_lies_too_deep_is_seen_and_said_not_to_be_read(app: App, deep: Path) -> None:
    with open_ledger(app.home, app.clock) as ledger:
        found = ledger.refresh(deep)
    assert found.unreadable
    assert {trouble for _, trouble in found.troubles} == {Trouble.TOO_LONG}
    assert any(path.endswith(b"/hidden") for path, _ in found.troubles)


def test_an_older_file_of_events_is_told_by_the_baseline_that_found_it_and_by_later_scans(
    home: Home, share: Path
) -> None:
    configure(home, share)
    agent(home, "baseline")
    older = home.state_dir / "older"
    shutil.copy(home.database("events"), older)
    agent(home, "baseline", "--again")
    shutil.move(older, home.database("events"))
    for ending in ("-wal", "-shm"):
        Path(f"{home.database('events')}{ending}").unlink(missing_ok=True)
    assert ROLLED_BACK in agent(home, "baseline", "--again").stderr
    assert ROLLED_BACK in agent(home, "scan").stderr
    (loss,) = json.loads(agent(home, "scan", "--json").stdout)["losses"]
    assert (loss["file"], loss["reason"]) == ("events", "rolled_back")
    assert (home.state_dir / loss["kept_as"]).exists()


def test_an_approval_that_a_full_disk_keeps_from_counting_counts_with_the_next_scan(
    app: App, share: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    integrity_job.baseline(app)
    (share / "a.txt").write_text("changed")
    (scan,) = integrity_job.scan(app)

    def full(_store: BaselineStore, _baseline: object) -> None:
        raise BaselineWriteError(reason="database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(BaselineStore, "approve", full)
        with pytest.raises(ApprovalWaitsError) as told:
            accept_job.accept(app, scan.findings.review)
    assert told.value.exit_code == UNDECIDED
    (after,) = integrity_job.scan(app)
    assert not after.findings.changes
    assert [number_of(head) for head in approved_in_events(app).values()] == [2]
