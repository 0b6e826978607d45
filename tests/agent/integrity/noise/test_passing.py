"""Editors' files of a moment: what is explained by what they do, never by their names alone."""

from datetime import timedelta

import pytest

from agent.integrity.events.event import EventKind
from agent.integrity.noise.context import Context
from agent.integrity.seen import Seen
from tests.agent.integrity.noise.making import (
    LATER,
    LINK,
    NOON,
    RUN,
    SOMEBODY,
    Disk,
    added,
    by_path,
    modified,
    record,
    removed,
    renamed,
    told,
    unexplained,
)

DOCUMENT = "/srv/share/bệnh án.docx"
SAVED = record(DOCUMENT, b"new", inode=9)
CHANGED = modified(record(DOCUMENT, b"old"), SAVED, SOMEBODY)
SOON = NOON + timedelta(seconds=0.3)


@pytest.mark.parametrize(
    "name",
    ["4913", ".a.txt.swp", "~WRL0003.tmp", ".a.txt.Xy12aZ", "#a#", "a~", "sedAb12Cd", "1A2B3C4D"],
)
def test_what_came_and_went_is_explained(name: str) -> None:
    passing = record(f"/srv/share/{name}", b"")
    explained = told([added(passing), removed(passing)], Context(SOON))
    assert by_path(explained) == {f"/srv/share/{name}": "temporary"}
    (entry,) = explained.events
    assert [member.kind for member in entry.members] == [EventKind.ADDED, EventKind.REMOVED]


@pytest.mark.parametrize("fields", [{"mode": RUN}, {"mode": 0o104755}, {"mode": LINK}])
def test_a_program_that_came_and_went_stays_visible(fields: dict[str, int]) -> None:
    passing = record("/srv/share/~WRL0003.tmp", b"x", **fields)
    explained = told([added(passing), removed(passing)], Context(LATER))
    assert unexplained(explained) == {"/srv/share/~WRL0003.tmp"}


def test_an_ordinary_name_that_came_and_went_stays_visible() -> None:
    passing = record("/srv/share/x.exe", b"x")
    assert unexplained(told([added(passing), removed(passing)], Context(SOON))) == {
        "/srv/share/x.exe"
    }


@pytest.mark.parametrize("name", ["~WRL0003.tmp", ".a.txt.Xy12aZ", "a~", "4913"])
def test_a_name_alone_explains_nothing_that_stays(name: str) -> None:
    passing = added(record(f"/srv/share/{name}", b"x"))
    assert told([passing], Context(SOON)).still_waiting == (passing,)
    assert unexplained(told([passing], Context(LATER))) == {f"/srv/share/{name}"}


@pytest.mark.parametrize("name", ["~$bệnh án.docx", ".~lock.a.ods#"])
def test_the_mark_of_an_open_document_is_explained_while_it_stays(name: str) -> None:
    mark = record(f"/srv/share/{name}", b"An", uid=1000)
    assert not unexplained(told([added(mark)], Context(SOON)))
    assert not unexplained(told([removed(mark)], Context(SOON)))


@pytest.mark.parametrize("fields", [{"mode": RUN}, {"size": 5_000}, {"mode": LINK}])
def test_a_mark_that_is_too_large_or_runs_is_none(fields: dict[str, int]) -> None:
    mark = added(record("/srv/share/~$a.docx", b"x", **fields))
    assert unexplained(told([mark], Context(LATER))) == {"/srv/share/~$a.docx"}


def test_vims_swap_is_known_by_its_first_bytes() -> None:
    path = "/srv/.a.txt.swp"
    good, evil = b"b0VIM 9.0" + b"\0" * 90, b"#!/bin/sh"
    assert not unexplained(told([added(record(path, good))], Context(SOON), Disk({path: good})))
    assert unexplained(told([added(record(path, evil))], Context(LATER), Disk({path: evil}))) == {
        path
    }


def test_a_file_written_aside_and_renamed_is_one_change() -> None:
    aside = record("/srv/share/.goutputstream-AB12CD", b"new", inode=9)
    explained = told([added(aside), removed(aside), CHANGED], Context(SOON))
    (entry,) = explained.events
    event = entry.event
    assert (event.kind, event.path) == (EventKind.MODIFIED, DOCUMENT.encode())
    assert (event.explained_by, event.files, event.who) == ("", 1, SOMEBODY)
    assert len(entry.members) == 3


def test_a_new_file_written_aside_was_added() -> None:
    aside = record("/srv/share/.x.Ab12Cd", b"new", inode=9)
    explained = told([added(aside), renamed(aside, SAVED)], Context(SOON))
    (entry,) = explained.events
    assert (entry.event.kind, entry.event.path) == (EventKind.ADDED, DOCUMENT.encode())


def test_an_older_file_that_takes_anothers_place_is_two_changes() -> None:
    other = record("/srv/share/other", b"new", inode=9)
    explained = told([removed(other), CHANGED], Context(SOON))
    assert len(explained.events) == 2
    assert unexplained(explained) == {"/srv/share/other", DOCUMENT}


def test_the_same_content_in_another_file_is_not_joined() -> None:
    aside = record("/srv/share/.x.Ab12Cd", b"new", inode=10)
    explained = told([added(aside), removed(aside), CHANGED], Context(SOON))
    assert len(explained.events) == 2
    assert unexplained(explained) == {DOCUMENT}


def test_a_former_content_kept_beside_is_explained() -> None:
    backup = added(record("/srv/share/~WRL0001.tmp", b"old", inode=3))
    assert unexplained(told([backup, CHANGED], Context(SOON))) == {DOCUMENT}
    evil = added(record("/srv/share/~WRL0001.tmp", b"evil", inode=3))
    assert "/srv/share/~WRL0001.tmp" in unexplained(told([evil, CHANGED], Context(LATER)))


def test_a_change_that_is_joined_waits_as_it_was_handed_over() -> None:
    log = "/var/log/a.log"
    aside = record("/var/log/.a.log.Ab12Cd", b"ab", inode=9)
    seens: list[Seen] = [
        added(aside),
        removed(aside),
        modified(record(log, b"a", inode=9), record(log, b"ab", inode=9)),
    ]
    explained = told(seens, Context(SOON))
    assert explained.still_waiting == tuple(seens)


@pytest.mark.parametrize("days", [-365, 365])
def test_a_clock_that_is_set_ends_the_waiting(days: int) -> None:
    passing = added(record("/srv/share/a~", b"x"))
    assert unexplained(told([passing], Context(NOON + timedelta(days=days)))) == {"/srv/share/a~"}
