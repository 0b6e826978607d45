"""A host's chain of file events: what goes on, what does not, and what another log knows of it."""

import msgspec
import pytest

from wire.codec import decode_as, decode_heartbeat, encode
from wire.event_chain import Break, EventChain, follow, rolled_back
from wire.messages import FileEvents
from wire.verdicts import Names

WATCHED, OTHER = "p" + "a" * 32, "p" + "b" * 32


def told(first: int, last: int, head: str, previous: str = "") -> FileEvents:
    return FileEvents(
        watched=WATCHED,
        names=Names.NONE,
        events=(),
        first=first,
        last=last,
        head=head,
        previous=previous,
    )


def said(value: object) -> str:
    if isinstance(value, FileEvents):
        return f"{value.first}-{value.last}-{value.head}-after-{value.previous}"
    return str(value)


KNOWN = EventChain("i-1", 6, 9, "nine")


@pytest.mark.parametrize(
    ("incarnation", "statement", "broken"),
    [
        ("i-1", told(10, 12, "twelve", "nine"), None),
        ("i-1", told(10, 9, "nine"), None),
        ("i-1", told(6, 9, "nine", "five"), None),
        ("i-2", told(10, 12, "twelve", "nine"), None),
        ("i-2", told(1, 3, "three"), None),
        ("i-2", told(1, 0, ""), None),
        ("i-1", told(10, 12, "twelve", "other"), Break.LINK_DIFFERS),
        ("i-1", told(10, 12, "twelve"), Break.LINK_DIFFERS),
        ("i-1", told(10, 9, "other"), Break.LINK_DIFFERS),
        ("i-1", told(6, 9, "other", "five"), Break.NUMBERS_BACK),
        ("i-1", told(9, 12, "twelve", "eight"), Break.NUMBERS_BACK),
        ("i-1", told(1, 3, "three"), Break.NUMBERS_BACK),
        ("i-1", told(8, 7, "seven"), Break.NUMBERS_BACK),
        ("i-1", told(11, 12, "twelve", "ten"), Break.NUMBERS_MISSING),
        ("i-2", told(5, 7, "seven", "four"), Break.NUMBERS_BACK),
        ("i-2", told(20, 21, "x", "nineteen"), Break.NUMBERS_MISSING),
    ],
    ids=said,
)
def test_a_stretch_goes_on_or_it_is_said_why_not(
    incarnation: str, statement: FileEvents, broken: Break | None
) -> None:
    reached, found = follow(KNOWN, incarnation, statement)
    assert found == broken
    assert reached == EventChain(incarnation, statement.first, statement.last, statement.head)


def test_the_first_that_is_told_begins_wherever_it_begins() -> None:
    assert follow(None, "i-1", told(77, 80, "eighty", "x")) == (
        EventChain("i-1", 77, 80, "eighty"),
        None,
    )


def test_after_a_break_it_goes_on_from_there_so_that_one_is_one() -> None:
    reached, _ = follow(KNOWN, "i-1", told(3, 5, "five*", "two"))
    assert follow(reached, "i-1", told(6, 7, "seven*", "five*"))[1] is None


@pytest.mark.parametrize(
    ("incarnation", "last", "head", "broken"),
    [
        ("i-1", 9, "nine", None),
        ("i-1", 12, "twelve", None),
        ("i-2", 3, "three", None),
        ("i-1", 9, "other", Break.LINK_DIFFERS),
        ("i-1", 8, "eight", Break.NUMBERS_BACK),
        ("i-1", 0, "", Break.NUMBERS_BACK),
        ("i-1", None, "", None),
    ],
)
def test_a_host_that_forgot_what_it_told_is_found(
    incarnation: str, last: int | None, head: str, broken: Break | None
) -> None:
    assert rolled_back(KNOWN, incarnation, last, head) == broken
    assert rolled_back(None, incarnation, last, head) is None


def test_a_statement_of_a_later_agent_is_read_and_one_of_now_stays_small() -> None:
    statement = told(1, 0, "")
    later = msgspec.json.decode(encode(statement)) | {"colour": "red"}
    assert decode_as(FileEvents, msgspec.json.encode(later)) == statement


OLD_HEARTBEAT = b"""{"agent":"a1","facility":"F","incarnation":"i1","head_sequence":3,
"head_digest":"%s","made_at":"2026-11-21T03:00:00Z","boot_id":"b","agent_version":"0.1.0",
"clock_offset_s":0.0,"waiting":0,"log_size":0}""" % (b"0" * 64)


def test_a_heartbeat_of_an_agent_that_knows_no_watching_is_read() -> None:
    beat = decode_heartbeat(OLD_HEARTBEAT)
    assert (beat.watching, beat.events_last, beat.events_head) == ("", 0, "")
