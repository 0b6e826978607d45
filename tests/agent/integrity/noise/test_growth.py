"""Logs that grow are explained by the sums of their beginnings, and by nothing less."""

from datetime import timedelta

import pytest

from agent.integrity.noise.context import Context
from agent.integrity.noise.log_names import is_log, parted, rotated_patterns
from agent.integrity.seen import Seen
from tests.agent.integrity.noise.making import (
    LATER,
    NOON,
    SOMEBODY,
    Disk,
    modified,
    of_code,
    record,
    told,
    unexplained,
)

LOG = "/var/log/syslog"


def grown(before: bytes, after: bytes, path: str = LOG, **fields: int | bytes | str | None) -> Seen:
    return modified(record(path, before, inode=5), record(path, after, **{"inode": 5, **fields}))


def test_what_begins_with_all_that_was_seen_is_explained() -> None:
    course = [grown(b"a\n", b"a\nb\n"), grown(b"a\nb\n", b"a\nb\nc\n")]
    explained = told(course, Context(LATER), Disk({LOG: b"a\nb\nc\nmore since\n"}))
    (entry,) = explained.events
    assert (entry.event.explained_by, entry.event.size) == ("growth", 6)
    assert len(entry.members) == 2


@pytest.mark.parametrize(
    ("seen", "now"),
    [
        (grown(b"secret\n", b"-changed-\n"), b"-changed-\n"),
        (grown(b"a\nb\n", b"a\nX\nmore"), b"a\nX\nmore"),
        (grown(b"a\nb\n", b"a\n"), b"a\n"),
        (grown(b"a\n", b"b\n"), b"b\n"),
        (grown(b"a\n", b"a\nb\n", inode=6), b"a\nb\n"),
        (grown(b"a\n", b"a\nb\n", mode=0o100755), b"a\nb\n"),
        (grown(b"a\n", b"a\nb\n", mode=0o100666), b"a\nb\n"),
        (grown(b"a\n", b"a\nb\n", uid=1000), b"a\nb\n"),
        (grown(b"a\n", b"a\nb\n"), b"b\na\nb\n"),
        (grown(b"a\n", b"a\nb\n", size=300 * 2**20), b"a\nb\n"),
    ],
    ids=["other", "line", "shorter", "same size", "file", "runs", "mode", "owner", "now", "large"],
)
def test_what_was_changed_inside_stays_visible(seen: Seen, now: bytes) -> None:
    assert unexplained(told([seen], Context(LATER), Disk({LOG: now}))) == {LOG}


def test_a_line_that_was_taken_away_in_between_stays_visible() -> None:
    course = [grown(b"a\n", b"a\nb\n"), grown(b"a\nb\n", b"a\nX\nc\n")]
    assert unexplained(told(course, Context(LATER), Disk({LOG: b"a\nX\nc\n"}))) == {LOG}


def test_a_log_that_changed_while_it_was_read_must_still_begin_as_before() -> None:
    busy = grown(b"a\n", b"a\nb\n", sha256=None, trouble="unstable")
    assert not unexplained(told([busy], Context(LATER), Disk({LOG: b"a\nb\nc\n"})))
    assert unexplained(told([busy], Context(LATER), Disk({LOG: b"X\nb\nc\n"}))) == {LOG}
    denied = grown(b"a\n", b"a\nb\n", sha256=None, trouble="denied")
    assert unexplained(told([denied], Context(LATER), Disk({LOG: b"a\nb\n"}))) == {LOG}


def test_what_was_never_read_proves_nothing() -> None:
    unread = record(LOG, b"a\n", inode=5, sha256=None, trouble="unstable")
    seen = modified(unread, record(LOG, b"a\nb\n", inode=5))
    assert unexplained(told([seen], Context(LATER), Disk({LOG: b"a\nb\n"}))) == {LOG}


def test_a_log_that_cannot_be_read_is_not_explained() -> None:
    assert unexplained(told([grown(b"a", b"ab")], Context(LATER), Disk())) == {LOG}


@pytest.mark.parametrize(
    "path",
    [
        "/etc/crontab",
        "/etc/app.log",
        "/root/.ssh/authorized_keys",
        "/home/an/.profile",
        "/home/an/.x/a.log",
        "/usr/bin/a.log",
        "/srv/share/notes.txt",
    ],
)
def test_only_logs_may_grow(path: str) -> None:
    seen = grown(b"a\n", b"a\nb\n", path)
    assert unexplained(told([seen], Context(LATER), Disk({path: b"a\nb\n"}))) == {path}


def test_what_grows_in_one_minute_is_told_together_and_never_too_late() -> None:
    other = "/var/log/auth.log"
    course = [grown(b"a\n", b"a\nb\n"), grown(b"x\n", b"x\ny\n", other)]
    disk = Disk({LOG: b"a\nb\n", other: b"x\ny\n"})
    waits = told(course, Context(NOON + timedelta(seconds=49)), disk)
    assert waits.still_waiting == tuple(course)
    assert waits.ask_again_at == NOON + timedelta(seconds=50)
    explained = told(course, Context(NOON + timedelta(seconds=50)), disk)
    (entry,) = of_code(explained, "growth")
    assert entry.event.files == len(entry.members) == 2


@pytest.mark.parametrize("days", [-365, 365])
def test_a_clock_that_is_set_ends_the_waiting(days: int) -> None:
    seen = grown(b"a\n", b"X\nb\n")
    explained = told([seen], Context(NOON + timedelta(days=days)), Disk({LOG: b"X\nb\n"}))
    assert unexplained(explained) == {LOG}


def test_who_appends_does_not_matter() -> None:
    seen = Seen(grown(b"a\n", b"a\nb\n").change, grown(b"a", b"ab").watched, NOON, None, SOMEBODY)
    assert not unexplained(told([seen], Context(LATER), Disk({LOG: b"a\nb\n"})))


def test_logrotates_own_configuration_names_logs() -> None:
    first = '/srv/app/*.out "/srv/b c.txt" {\n weekly\n postrotate\n /bin/x\n endscript\n}\n'
    patterns = tuple(rotated_patterns(f"# /no/log\nweekly\n{first}/a/b\n{{\n}}\n"))
    assert patterns[0] == "/srv/app/*.out"
    assert "/a/b" in patterns
    assert "/bin/x" not in patterns
    assert is_log(b"/srv/app/x.out", patterns)
    assert not is_log(b"/srv/app/x.txt", patterns)


@pytest.mark.parametrize(
    ("path", "stem"),
    [
        (b"/l/x.1", b"/l/x"),
        (b"/l/x.log.2.gz", b"/l/x.log"),
        (b"/l/x-20260131.log.gz", b"/l/x.log"),
        (b"/l/x.log-20260131", b"/l/x.log"),
        (b"/l/x.2026-01-31", b"/l/x"),
        (b"/l/x-2026013112.gz", b"/l/x"),
        (b"/l/x.log", b"/l/x.log"),
        (b"/l/.1", b"/l/.1"),
    ],
)
def test_a_turn_belongs_to_its_log(path: bytes, stem: bytes) -> None:
    assert parted(path).stem == stem
