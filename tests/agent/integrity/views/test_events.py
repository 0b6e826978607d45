"""`integrity events`: every filter, both languages, any name, many events, no event, damage."""

import contextlib
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from agent.cli.integrity.events_view import lines
from agent.clock import SystemClock
from agent.config.home import Home
from agent.daemon.app import App
from agent.daemon.status.watching import event_items
from agent.daemon.work.integrity import events_job, stored_events
from agent.daemon.work.integrity.events_job import Asked
from agent.integrity.errors import EventsChangedError, EventsReadError
from agent.integrity.events.event import Entry, EventKind
from agent.integrity.who.record import Who
from agent.state.damage import connect_to_look
from tests.agent.integrity.views.conftest import (
    BEGIN,
    CLIENT,
    VIM,
    Append,
    document,
    event,
    run,
)
from texts.catalogue import use
from texts.wrapping import wrapped
from wire.verdicts import CheckVerdict

MANY = 10_000
MOST_S = 20.0
EVENTS = (
    event("/srv/share/a.txt", who=VIM, what=("content", "size"), size=12),
    event("/srv/share/khoa nội/bệnh án.txt", EventKind.ADDED, 1, who=CLIENT),
    event("/srv/share/z", EventKind.RENAMED, 2, old_path=b"/srv/share/khoa c/y", who=VIM),
    event("/etc/ssh/sshd_config", minute=3, watched=b"/etc", what=("mode",)),
    event("/srv/share", EventKind.GAP, 4, since=BEGIN, explanation="stopped"),
    event("/srv/share/late", EventKind.REMOVED, 9, since=BEGIN + timedelta(minutes=5)),
    event("/var/log/syslog", minute=10, watched=b"/var/log", explained_by="growth"),
)
FOLDED = Entry(
    event(
        "/usr/share",
        minute=11,
        watched=b"/usr",
        counts={EventKind.MODIFIED: 2, EventKind.ADDED: 1},
        explained_by="package",
        explanation="openssh-server 1:9.2p1-2+deb12u7",
    ),
    (event("/usr/share/x"), event("/usr/share/y"), event("/usr/share/n", EventKind.ADDED)),
)


@pytest.fixture
def stored(watching_home: Home, append: Append) -> Home:
    append([*EVENTS, FOLDED])
    return watching_home


def numbers(home: Home, *words: str) -> list[int]:
    found = document(home, "events", *words)
    return sorted(one["number"] for one in [*found["changes"], *found["gaps"]])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), [1, 2, 3, 4, 5, 6, 7, 8]),
        (("--path", "/srv/share/khoa nội"), [2]),
        (("--path", "/srv/share/khoa c"), [3]),
        (("--path", "/usr/share/n"), [8]),
        (("--path", "/srv/share/"), [1, 2, 3, 5, 6]),
        (("--kind", "added"), [2, 8]),
        (("--kind", "added", "--kind", "removed"), [2, 6, 8]),
        (("--who", "4001"), [1, 3]),
        (("--who", "BV\\lan"), [2]),
        (("--who", "10.1.2.3"), [2]),
        (("--who", "4002"), [2]),
        (("--who", "/usr/bin/vim.basic"), [1, 3]),
        (("--who", "root"), [1, 3]),
        (("--who", "nobody-at-all"), []),
        (("--unexplained",), [1, 2, 3, 4, 6]),
        (("--gaps",), [5]),
        (("--unexplained", "--kind", "renamed"), [3]),
        (("--after", "6"), [7, 8]),
        (("--most", "2"), [7, 8]),
        (("--since", "2026-11-22T01:10:00Z"), [7, 8]),
        (("--since", "2026-11-22T01:07:00Z", "--until", "2026-11-22T01:08:00Z"), [6]),
        (("--until", "2026-11-22T01:01:00Z"), [1, 2, 5]),
        (("--since", "22/11/2026 08:03", "--until", "22/11/2026 08:03"), [4, 5]),
    ],
)
def test_each_filter_chooses(stored: Home, words: tuple[str, ...], expected: list[int]) -> None:
    assert numbers(stored, *words) == expected


def test_the_document_has_what_was_promised(stored: Home) -> None:
    found = document(stored, "events")
    assert (found["schema"], found["verdict"]) == ("lachan.events/1", "FAIL")
    assert (found["first"], found["last"], found["older"]) == (1, 8, False)
    assert (found["files"], found["bytes"]) == (9, 12)
    first = found["changes"][0]
    assert first["path"] == "/srv/share/a.txt"
    assert (first["kind"], first["at"]) == ("modified", "2026-11-22T01:00:00Z")
    assert first["who"] == {
        "account": "root",
        "uid": 0,
        "process": 77,
        "login": "uid:4001",
        "program": "/usr/bin/vim.basic",
        "command": "vim a.txt",
        "parents": ["/usr/bin/bash", "/usr/sbin/sshd"],
        "session": 12,
    }
    assert found["changes"][-1]["explained_by"] == "package"
    assert found["changes"][-1]["counts"] == {"modified": 2, "added": 1}
    (gap,) = found["gaps"]
    assert (gap["reason"], gap["from_at"], gap["to_at"]) == (
        "stopped",
        "2026-11-22T01:00:00Z",
        "2026-11-22T01:04:00Z",
    )


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 1),
        (("--path", "/var/log"), 0),
        (("--gaps",), 2),
        (("--kind", "gap", "--kind", "added"), 1),
        (("--path", "/nowhere"), 0),
    ],
)
def test_the_exit_code_says_unexplained_gap_or_good(
    stored: Home, words: tuple[str, ...], code: int
) -> None:
    assert run(stored, "integrity", "events", *words).return_value == code


def test_a_gap_that_was_looked_at_since_is_no_open_question(stored: Home, append: Append) -> None:
    append([structs.replace(EVENTS[4], explained_by="looked")])
    assert run(stored, "integrity", "events", "--gaps").return_value == 0
    first, second = document(stored, "events", "--gaps")["gaps"]
    assert (first["closed"], second["closed"]) == (True, True)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("content changed", "not watched", "root", "a package was installed", "not known")),
        ("vi", ("nội dung thay đổi", "không giám sát được", "dưới quyền root", "gói phần mềm")),
    ],
)
def test_a_person_reads_it_in_their_language(
    stored: Home, language: str, said: tuple[str, ...]
) -> None:
    done = run(stored, "integrity", "events", language=language)
    for words in said:
        assert words in done.stdout
    assert "/srv/share/khoa nội/bệnh án.txt" in done.stdout
    assert len(done.stdout.splitlines()) == 8


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.usefixtures("stored")
def test_on_a_screen_of_80_columns_no_line_of_ours_is_longer(app: App, language: str) -> None:
    use(language)
    try:
        found = events_job.find(app, Asked())
        shown = [wrapped(line, 80) for line in lines(found.events, on_screen=True)]
    finally:
        use("en")
    assert max(len(part) for line in shown for part in line.split("\n")) <= 80


def test_a_name_cannot_steer_the_terminal_or_fake_a_line(
    watching_home: Home, append: Append
) -> None:
    name = b"/srv/share/x\x1b[2J\n   2 fake\r\xe2\x80\xae\xff"
    who = Who(uid=0, login_uid=None, pid=1, exe="/opt/\x1b]0;x\x07\u202e")
    append([event(name, who=who, old_path=name)])
    for words in ((), ("--why", "1")):
        done = run(watching_home, "integrity", "events", *words)
        assert not {"\x1b", "\x07", "\r", "\u202e"} & set(done.stdout)
        assert not [line for line in done.stdout.splitlines() if line.startswith("   2 fake")]
    found = document(watching_home, "events")["changes"][0]
    assert found["path"] == "/srv/share/x\\x1b[2J\\n   2 fake\\r\\u202e\\xff"


def test_an_empty_store_and_none_at_all_say_so(watching_home: Home, append: Append) -> None:
    for _ in range(2):
        done = run(watching_home, "integrity", "events")
        assert "Nothing has been stored yet." in done.stdout
        assert done.return_value == 0
        assert document(watching_home, "events")["verdict"] == "PASS"
        append([])


@pytest.mark.parametrize("words", [(), ("--why", "3"), ("--after", "1"), ("--gaps",)])
def test_a_changed_event_is_no_answer(stored: Home, app: App, words: tuple[str, ...]) -> None:
    with contextlib.closing(sqlite3.connect(app.home.database("events"))) as connection:
        (body,) = connection.execute("SELECT body FROM events WHERE number = 3").fetchone()
        other = (body.replace(b"/srv/share/z", b"/srv/share/y"),)
        connection.execute("UPDATE events SET body = ? WHERE number = 3", other)
        connection.commit()
    done = run(stored, "integrity", "events", *words)
    assert isinstance(done.exception, EventsChangedError)
    assert done.exception.exit_code == 1


def test_a_damaged_file_is_named_and_left_as_it_is(stored: Home, app: App) -> None:
    file = app.home.database("events")
    file.write_bytes(b"no database at all" * 300)
    done = run(stored, "integrity", "events")
    assert isinstance(done.exception, EventsChangedError)
    assert file.read_bytes().startswith(b"no database")


KILLED = """
import os, signal, sys
from pathlib import Path
from agent.clock import SystemClock
from agent.config.home import home_at
from agent.integrity.events.store import open_events
from tests.agent.integrity.views.conftest import event
from agent.integrity.events.event import Entry
with open_events(home_at(Path(sys.argv[1])), bytes.fromhex(sys.argv[2]), SystemClock()) as store:
    store.append([Entry(event("/srv/share/killed"))])
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_watcher_has_stored_is_read(stored: Home, app: App) -> None:
    words = (str(stored.config_dir), app.keys.k_f.hex())
    child = subprocess.run([sys.executable, "-c", KILLED, *words], check=False)
    assert child.returncode == -signal.SIGKILL
    assert 9 in numbers(stored)


def test_what_cannot_be_read_now_is_no_damage(
    stored: Home, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = app.home.state_dir / "nothing"
    monkeypatch.setattr(stored_events, "connect_to_look", lambda _: connect_to_look(elsewhere))
    done = run(stored, "integrity", "events")
    assert isinstance(done.exception, EventsReadError)
    assert done.exception.exit_code == 2
    (item,) = (item for item in event_items(app) if item.id == "events")
    assert item.verdict is CheckVerdict.UNKNOWN


def test_an_older_file_that_was_put_back_is_no_answer(
    stored: Home, app: App, append: Append
) -> None:
    files = [app.home.database("events"), app.home.state_dir / "events.sqlite-wal"]
    older = {file: file.read_bytes() for file in files if file.exists()}
    append([event("/srv/share/hidden")])
    for file in files:
        file.unlink(missing_ok=True)
    (app.home.state_dir / "events.sqlite-shm").unlink(missing_ok=True)
    for file, content in older.items():
        file.write_bytes(content)
    done = run(stored, "integrity", "events")
    assert isinstance(done.exception, EventsChangedError)
    (item,) = (item for item in event_items(app) if item.id == "events")
    assert item.verdict is CheckVerdict.FAIL


def test_a_file_that_is_gone_is_no_empty_store(stored: Home, app: App) -> None:
    for part in app.home.state_dir.glob("events.sqlite*"):
        part.unlink()
    done = run(stored, "integrity", "events")
    assert isinstance(done.exception, EventsChangedError)


def test_ten_thousand_events_are_listed_soon_and_older_ones_are_said(
    watching_home: Home, app: App, append: Append
) -> None:
    append([event(f"/srv/share/{number}", minute=number % 50) for number in range(MANY)])
    begun = time.perf_counter()
    done = run(watching_home, "integrity", "events")
    assert len(done.stdout.splitlines()) == 50
    assert "Older ones are not shown" in done.stderr
    assert len(run(watching_home, "integrity", "events", "--all").stdout.splitlines()) == MANY
    assert document(watching_home, "events")["older"] is True
    assert len(document(watching_home, "events", "--all")["changes"]) == MANY
    found = events_job.find(app, Asked(path=Path("/srv/share/77")))
    assert [one.number for one in found.events] == [78]
    assert time.perf_counter() - begun < MOST_S


def test_a_script_pages_forward_and_misses_nothing(watching_home: Home, append: Append) -> None:
    append([event(f"/srv/share/{number}") for number in range(25)])
    seen, more = list[int](), True
    while more:
        words = ("--after", str(seen[-1] if seen else 0), "--most", "10")
        found = document(watching_home, "events", *words)
        seen += [one["number"] for one in found["changes"]]
        more = found["newer"]
    assert seen == list(range(1, 26))


def test_following_shows_what_is_stored_from_then_on(app: App, append: Append) -> None:
    append([event(f"/srv/share/{number}") for number in range(3)])
    waiting = [[event("/srv/share/new")], [], [event("/srv/share/other"), event("/etc/x")]]

    class Driven(SystemClock):
        """Each sleep lets something happen."""

        def sleep(self, seconds: float) -> None:
            assert seconds < 1
            append(waiting.pop(0))

    asked = Asked(path=Path("/srv/share"), most=2)
    following = events_job.follow(replace(app, clock=Driven()), asked)
    told = [[one.path for one in next(following)] for _ in range(3)]
    assert told == [
        [b"/srv/share/1", b"/srv/share/2"],
        [b"/srv/share/new"],
        [b"/srv/share/other"],
    ]
    assert not waiting


def test_all_about_one_event(stored: Home) -> None:
    said = run(stored, "integrity", "events", "--why", "1").stdout
    for part in ("vim a.txt", "/usr/bin/bash ← /usr/sbin/sshd", "uid:4001 (4001)", "12", "no"):
        assert part in said
    found = document(stored, "events", "--why", "8")
    assert [one["path"] for one in found["members"]] == [
        "/usr/share/x",
        "/usr/share/y",
        "/usr/share/n",
    ]
    assert found["members_total"] == 3
    vietnamese = run(stored, "integrity", "events", "--why", "8", language="vi").stdout
    assert "openssh-server 1:9.2p1-2+deb12u7" in vietnamese
    assert "Căn cứ" in vietnamese


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "The kernel named the process"),
        (2, "file server's process"),
        (4, "several did it, or the process ended"),
        (5, "Nothing was seen in this time"),
        (6, "nobody was watching"),
    ],
)
def test_it_is_said_how_sure_it_is(stored: Home, number: int, words: str) -> None:
    assert words in run(stored, "integrity", "events", "--why", str(number)).stdout


def test_an_event_that_is_not_there_is_wrong_usage(stored: Home) -> None:
    done = run(stored, "integrity", "events", "--why", "99")
    assert done.exception is not None
    assert getattr(done.exception, "exit_code", None) == 64


def test_a_time_that_nobody_understands_is_wrong_usage(stored: Home) -> None:
    done = run(stored, "integrity", "events", "--since", "whenever")
    assert getattr(done.exception, "exit_code", None) == 64
