"""What leaves the host about events: names only as configured, never a hash, nothing dropped."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from agent.config.model import Alert, Watched
from agent.daemon.work.integrity.event_names import Telling
from agent.daemon.work.integrity.event_statements import (
    MOST_TOLD,
    Stretch,
    Watching,
    event_statements,
    gap_statement,
    watching_statement,
)
from agent.daemon.work.integrity.suspicion_statement import Answer, suspicion_statement
from agent.integrity.events.event import Event, EventKind
from agent.integrity.ransom.suspicion import Reason
from agent.integrity.ransom.suspicion import Suspicion as Suspected
from agent.integrity.who.record import Who
from agent.uplink.secrets import Pseudonyms
from tests.agent.integrity.views.conftest import BEGIN, CLIENT, VIM, event
from wire.codec import LIMIT_BYTES, decode_as, encode
from wire.integrity_messages import FileEvent, FileEvents
from wire.verdicts import Names

PSEUDONYMS = Pseudonyms(bytes(range(32)))
ACCOUNTS = {0: "root", 4001: "tam", 4002: "lan"}
TELLING = Telling(PSEUDONYMS, ACCOUNTS.__getitem__)
STRETCH = Stretch(1, 9, "p" + "0" * 32, "")
SHARE = "/srv/share"


def watched(names: Names = Names.FULL, path: str = SHARE) -> Watched:
    return Watched(Path(path), names=names)


def told(events: Sequence[Event], names: Names = Names.FULL) -> FileEvents:
    (statement,) = event_statements(TELLING, (watched(names),), STRETCH, events)
    return decode_as(FileEvents, encode(statement))


def one(found: Event, names: Names = Names.FULL) -> FileEvent:
    (single,) = told([found], names).events
    return single


PRIVATE = event(
    f"{SHARE}/khoa nội/bệnh án.txt",
    EventKind.RENAMED,
    old_path=f"{SHARE}/khoa nội/cũ/tên.txt".encode(),
    who=CLIENT,
    explained_by="accepted",
    explanation="tam, lan",
)


def test_without_names_no_name_of_anything_leaves() -> None:
    raw = encode(told([PRIVATE], Names.NONE)).decode()
    for name in ("share", "khoa", "bệnh", "tên", "BV", "lan", "tam", "10.1.2.3", "smbd", "4002"):
        assert name not in raw
    found = one(PRIVATE, Names.NONE)
    assert found.file == PSEUDONYMS.of("file", PRIVATE.path)
    assert found.folder == PSEUDONYMS.of("file", f"{SHARE}/khoa nội".encode())
    assert found.user == PSEUDONYMS.of("user", "BV\\lan")
    assert (found.who_known, found.explained_by, found.explanation) == (True, "accepted", "")


def test_with_folders_only_the_first_folder_is_named() -> None:
    found = one(PRIVATE, Names.FOLDER)
    assert (found.path, found.old_path) == (f"{SHARE}/khoa nội", f"{SHARE}/khoa nội")
    assert (found.user_name, found.program, found.client, found.explanation) == ("", "", "", "")


def test_with_full_names_all_of_it_is_told() -> None:
    found = one(PRIVATE)
    assert found.path == f"{SHARE}/khoa nội/bệnh án.txt"
    assert (found.user_name, found.program) == ("BV\\lan", "/usr/sbin/smbd")
    assert (found.client, found.explanation) == ("BV\\lan@10.1.2.3", "tam, lan")


def test_a_package_is_named_where_folders_are_and_nowhere_else() -> None:
    package = event(f"{SHARE}/a", explained_by="package", explanation="sudo 1.9.13p3-1")
    assert one(package, Names.FOLDER).explanation == "sudo 1.9.13p3-1"
    assert one(package, Names.NONE).explanation == ""


def test_the_person_is_who_logged_in() -> None:
    assert one(event(f"{SHARE}/a", who=VIM)).user_name == "tam"
    nobody = Who(uid=4002, login_uid=None, pid=1, exe="/usr/sbin/cron")
    assert one(event(f"{SHARE}/a", who=nobody)).user_name == "lan"
    assert one(event(f"{SHARE}/a")).who_known is False


def test_a_folded_event_keeps_its_exact_counts() -> None:
    counts = {EventKind.MODIFIED: 1200, EventKind.ADDED: 3}
    found = one(event(f"{SHARE}/usr", counts=counts))
    assert (found.count, found.counts) == (1203, {"modified": 1200, "added": 3})
    assert found.folder == found.file


def test_each_watched_path_has_its_own_statement_of_the_same_stretch() -> None:
    events = [
        event(f"{SHARE}/a"),
        event("/etc/b", watched=b"/etc"),
        event("/gone/c", watched=b"/gone", who=VIM),
    ]
    statements = event_statements(TELLING, (watched(), watched(path="/etc")), STRETCH, events)
    assert [one.watched for one in statements] == [
        PSEUDONYMS.of("watched", path) for path in (b"/srv/share", b"/etc", b"/gone")
    ]
    assert {(one.first, one.last, one.head) for one in statements} == {(1, 9, STRETCH.head)}
    assert (statements[2].names, statements[2].events[0].path) == (Names.NONE, "")


@pytest.mark.parametrize("alert", Alert)
def test_whether_people_work_there_all_day_is_said(alert: Alert) -> None:
    share = replace(watched(Names.NONE), alert=alert)
    (statement,) = event_statements(TELLING, (share,), STRETCH, [PRIVATE])
    assert statement.at_work is (alert is Alert.ATTACKS)
    assert len(statement.events) == 1


def test_what_does_not_fit_is_counted_by_kind() -> None:
    many = [event(f"{SHARE}/{number}") for number in range(MOST_TOLD)]
    more = [
        event(f"{SHARE}/x", EventKind.REMOVED),
        event(f"{SHARE}/y", explained_by="package", counts={EventKind.ADDED: 40}),
        event(f"{SHARE}/z", counts={EventKind.REMOVED: 2, EventKind.ADDED: 1}),
    ]
    found = told([*many, *more])
    assert (len(found.events), found.omitted) == (MOST_TOLD, 3)
    assert found.omitted_counts == {"removed": 3, "added": 41}
    assert found.omitted_unexplained == 4


def test_long_names_fit_into_one_message() -> None:
    long = f"{SHARE}/" + "/".join(["ệ" * 80] * 45)
    events = [
        event(f"{long}{number}", old_path=long.encode(), who=VIM) for number in range(MOST_TOLD)
    ]
    found = told(events)
    assert len(encode(found)) < LIMIT_BYTES
    assert len(found.events) + found.omitted == MOST_TOLD
    assert found.omitted_counts == {"modified": found.omitted}


def test_a_gap_says_why_without_names() -> None:
    gap = event(SHARE, EventKind.GAP, 4, since=BEGIN, explanation="overflow")
    found = one(gap, Names.NONE)
    assert (found.kind, found.what, found.since) == ("gap", ("overflow",), BEGIN)
    statement = gap_statement(gap)
    assert (statement.reason, statement.from_at) == ("overflow", BEGIN)
    assert statement.to_at == BEGIN + timedelta(minutes=4)


def test_that_it_was_watched_is_told_without_an_event() -> None:
    until = BEGIN + timedelta(hours=1)
    stretch = Stretch(10, 9, STRETCH.head, STRETCH.head)
    found = watching_statement(TELLING, watched(), stretch, Watching("fanotify", BEGIN, until))
    assert decode_as(FileEvents, encode(found)) == found
    assert (found.watching, found.watched_from, found.watched_to) == ("fanotify", BEGIN, until)
    assert found.events == ()


@given(
    path=st.binary(min_size=1, max_size=60),
    text=st.text(max_size=60),
    names=st.sampled_from(list(Names)),
)
@settings(max_examples=80, deadline=None)
def test_whatever_stands_in_an_event_it_can_be_sent(path: bytes, text: str, names: Names) -> None:
    who = Who(uid=4001, login_uid=None, pid=1, exe=text, client_user=text)
    found = event(b"/srv/share/" + path, who=who, explained_by=text, explanation=text, what=(text,))
    encode(told([found, event(SHARE, EventKind.GAP, explanation=text)], names))


@pytest.mark.parametrize(
    ("names", "paths"),
    [
        (Names.NONE, ()),
        (Names.FOLDER, (f"{SHARE}/khoa nội",)),
        (Names.FULL, (f"{SHARE}/khoa nội/a", f"{SHARE}/khoa nội/b")),
    ],
)
def test_a_suspicion_names_files_as_configured(names: Names, paths: tuple[str, ...]) -> None:
    samples = tuple(f"{SHARE}/khoa nội/{name}".encode() for name in "ab")
    suspected = Suspected(
        "s1",
        SHARE.encode(),
        BEGIN,
        BEGIN,
        BEGIN,
        (Reason.CANARY, Reason.RENAMED),
        104,
        VIM,
        samples,
    )
    found = suspicion_statement(TELLING, watched(names), suspected, Answer(held=True))
    encode(found)
    assert (found.paths, found.reasons) == (paths, ("canary", "renamed"))
    assert (found.held, found.state, found.files) == (True, "open", 104)
    assert found.user_name == ("tam" if names is Names.FULL else "")


def test_who_dismisses_a_suspicion_is_a_pseudonym() -> None:
    suspected = Suspected("s1", SHARE.encode(), BEGIN, BEGIN, BEGIN, (Reason.NOTE,), 3)
    found = suspicion_statement(TELLING, watched(), suspected, Answer(dismissed_by="lan"))
    assert (found.state, found.person) == ("dismissed", PSEUDONYMS.of("user", "lan"))
