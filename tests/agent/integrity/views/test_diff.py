"""`integrity diff`: what is different inside a file, without its secrets."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.config.home import Home
from agent.daemon.app import App, open_app
from agent.daemon.work.integrity import integrity_job
from agent.daemon.work.integrity.text_keeping import keep_texts
from agent.daemon.work.integrity.texts_job import keep_new_texts
from agent.integrity.diff.errors import NothingKeptError, NotShownError
from agent.integrity.events.event import Entry, EventKind
from tests.agent.integrity.views.conftest import Append, document, event, run

CONFIGURED = """
facility: GL-BVDK
integrity:
  - {{path: {etc}, names: full, texts: yes}}
  - {{path: {other}}}
"""
SECRET = "Ngh1EmMat9x"  # noqa: S105 - of nobody


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    folder = tmp_path / "etc"
    folder.mkdir()
    (folder / "app.conf").write_text(f"port=80\npassword={SECRET}\nuser=tam\n")
    return folder


@pytest.fixture
def other(tmp_path: Path) -> Path:
    folder = tmp_path / "share"
    folder.mkdir()
    (folder / "note.txt").write_text("one\n")
    return folder


@pytest.fixture
def watching_home(home: Home, etc: Path, other: Path) -> Home:
    home.config_dir.mkdir(exist_ok=True)
    home.agent_yaml.write_text(CONFIGURED.format(etc=etc, other=other))
    return home


@pytest.fixture
def approved(watching_home: Home) -> Iterator[App]:
    opened = open_app(watching_home)
    integrity_job.baseline(opened)
    yield opened
    opened.close()


def test_it_shows_what_is_different_from_what_was_approved(approved: App, etc: Path) -> None:
    file = etc / "app.conf"
    assert run(approved.home, "integrity", "diff", str(file)).return_value == 0
    file.write_text(f"port=8080\npassword={SECRET}\nuser=tam\n")
    done = run(approved.home, "integrity", "diff", str(file))
    assert done.return_value == 1
    assert "\n-port=80\n+port=8080\n" in done.stdout
    assert SECRET not in done.stdout
    assert (
        "bản đã duyệt" in run(approved.home, "integrity", "diff", str(file), language="vi").stdout
    )


def test_a_changed_password_shows_as_changed_and_not_as_what(approved: App, etc: Path) -> None:
    (etc / "app.conf").write_text("port=80\npassword=An0therOne7\nuser=tam\n")
    found = document(approved.home, "diff", str(etc / "app.conf"))
    gone, new = (line for line in found["lines"] if line[0] in "+-" and "password" in line)
    assert gone.startswith("-password=********(")
    assert new.startswith("+password=********(")
    assert gone[1:] != new[1:]
    assert (found["added"], found["removed"], found["verdict"]) == (1, 1, "FAIL")
    assert found["before"]["is"] == "approved"


def test_against_the_text_before_the_last_change(approved: App, etc: Path) -> None:
    file = etc / "app.conf"
    for port in ("81", "82"):
        file.write_text(f"port={port}\n")
        assert keep_texts(approved, [bytes(file)]) == 1
    last = document(approved.home, "diff", str(file), "--last")
    assert [line for line in last["lines"] if line[0] in "+-"] == ["-port=81", "+port=82"]


def test_a_file_that_is_gone_is_compared_with_nothing(approved: App, etc: Path) -> None:
    (etc / "app.conf").unlink()
    found = document(approved.home, "diff", str(etc / "app.conf"))
    assert (found["after"]["is"], found["removed"], found["added"]) == ("gone", 3, 0)


def test_what_one_event_changed(approved: App, append: Append, etc: Path) -> None:
    file = etc / "app.conf"
    file.write_text("port=81\n")
    append([event(str(file), watched=bytes(etc))])
    (stored,) = append([event(str(file), watched=bytes(etc), at=datetime.now(UTC))])
    keep_texts(approved, [bytes(file)])
    found = document(approved.home, "diff", "--event", str(stored.number))
    assert "+port=81" in found["lines"]
    said = run(approved.home, "integrity", "events", "--why", str(stored.number)).stdout
    assert f"lachan-agent integrity diff --event {stored.number}" in said
    done = run(approved.home, "integrity", "diff", "--event", "1")
    assert isinstance(done.exception, NothingKeptError)


def test_what_was_stored_as_changed_is_kept_once(approved: App, append: Append, etc: Path) -> None:
    file = etc / "app.conf"
    for port in ("81", "82"):
        file.write_text(f"port={port}\n")
        append([event(str(file), watched=bytes(etc))])
        assert keep_new_texts(approved) == 1
        assert keep_new_texts(approved) == 0
    last = document(approved.home, "diff", str(file), "--last")
    assert [line for line in last["lines"] if line[0] in "+-"] == ["-port=81", "+port=82"]


def test_a_folded_change_keeps_each_of_its_files(approved: App, append: Append, etc: Path) -> None:
    (etc / "other.conf").write_text("a=1\n")
    parts = tuple(event(str(etc / name), watched=bytes(etc)) for name in ("app.conf", "other.conf"))
    folder = event(str(etc), watched=bytes(etc), counts={EventKind.MODIFIED: 2})
    append([Entry(folder, parts)])
    assert keep_new_texts(approved) == 2


def test_without_the_owners_wish_nothing_is_kept(approved: App, other: Path) -> None:
    (other / "note.txt").write_text("two\n")
    assert keep_texts(approved, [bytes(other / "note.txt")]) == 0
    done = run(approved.home, "integrity", "diff", str(other / "note.txt"))
    assert isinstance(done.exception, NothingKeptError)
    assert done.exception.exit_code == 2


def test_what_is_no_text_is_not_shown(approved: App, etc: Path) -> None:
    (etc / "app.conf").write_bytes(b"\0\1\2")
    done = run(approved.home, "integrity", "diff", str(etc / "app.conf"))
    assert isinstance(done.exception, NotShownError)
    assert done.exception.exit_code == 2


def test_a_line_cannot_steer_the_terminal(approved: App, etc: Path) -> None:
    (etc / "app.conf").write_text("port=80\n\x1b]0;gotcha\x07\u202e\r\n")
    done = run(approved.home, "integrity", "diff", str(etc / "app.conf"))
    assert not {"\x1b", "\x07", "\u202e", "\r"} & set(done.stdout)


@pytest.mark.parametrize("words", [(), ("/etc/a", "--event", "1")])
def test_either_a_path_or_an_event_is_named(approved: App, words: tuple[str, ...]) -> None:
    assert run(approved.home, "integrity", "diff", *words).exception is not None
