"""Reminders come before the end, for what has nothing after it, and for nothing else."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.catalogue import Catalogue
from compliance.logged import LoggedAct, SystemKey
from compliance.reminders import Due, DueKind, due_soon, intervals_of, over
from compliance.score import score
from tests.compliance.decided import AWAY, DAY, MONTH, asked, decided, ended, recorded, withdrawn
from tests.compliance.logbook import NOW, catalogue_of, fold

SOON = timedelta(days=14)
BOOK = catalogue_of(
    [
        "decided_by: {attest: true}",
        "cadence: P1M\ndecided_by: {all: [{checks: {all: [c]}}, {attest: true}]}",
        "decided_by: {checks: {all: [c]}}",
    ]
)
WEEK = 7 * DAY
ENDING = recorded(0, until=NOW + WEEK)


def due(*entries: LoggedAct, book: Catalogue = BOOK) -> tuple[Due, ...]:
    return due_soon(fold(entries), NOW, SOON, intervals_of(book))


def test_rows_that_ask_for_a_document_have_an_interval() -> None:
    assert intervals_of(BOOK) == {"r0": timedelta(days=366), "r1": timedelta(days=31)}


def test_a_document_is_due_before_it_ends() -> None:
    assert due(ENDING) == (Due(NOW + WEEK, "F1", DueKind.ATTESTATION, "d1", "", ("r0",)),)


def test_a_document_is_due_for_the_row_that_asks_for_a_newer_one() -> None:
    paper = recorded(0, "r0", "r1", "r9", start=NOW - 20 * DAY, until=NOW + MONTH)
    assert due(paper) == (Due(NOW + 11 * DAY, "F1", DueKind.ATTESTATION, "d1", "", ("r1",)),)


@pytest.mark.parametrize(
    "entries",
    [
        [recorded(0, until=NOW + SOON + DAY)],
        [recorded(0, until=NOW)],  # over already: the score says so
        [recorded(0, start=NOW + DAY, until=NOW + WEEK)],
        [ENDING, withdrawn(1)],
        [ENDING, recorded(1, name="d2")],
        [ENDING, recorded(1, name="d2", start=NOW + WEEK)],  # the next one is ready
    ],
)
def test_nothing_is_due_that_does_not_end_or_is_followed(entries: list[LoggedAct]) -> None:
    assert due(*entries) == ()


@pytest.mark.parametrize(
    "other",
    [
        recorded(1, name="d2", start=NOW + WEEK + DAY),  # a gap between the two
        recorded(1, name="d2", system="S1"),  # of one system only
        recorded(1, "r1", name="d2"),
        recorded(1, name="d2", until=NOW + WEEK - DAY),
    ],
)
def test_what_does_not_go_on_for_all_of_it_is_no_renewal(other: LoggedAct) -> None:
    assert "d1" in {each.id for each in due(ENDING, other)}


def test_exceptions_are_due_too_what_ends_first_first() -> None:
    entries = [
        ENDING,
        asked(1, until=NOW + 2 * DAY),
        decided(2),
        asked(3, "r1", name="e2", kind=AWAY, until=NOW + DAY),
        decided(4, "e2"),
    ]
    assert [(each.kind, each.id, each.ends_at) for each in due(*entries)] == [
        (DueKind.NOT_APPLICABLE, "e2", NOW + DAY),
        (DueKind.WAIVER, "e1", NOW + 2 * DAY),
        (DueKind.ATTESTATION, "d1", NOW + WEEK),
    ]


@pytest.mark.parametrize(
    "entries",
    [
        [asked(0, until=NOW + DAY)],
        [asked(0, until=NOW + DAY), decided(1), ended(2)],
        [asked(0, until=NOW + DAY), decided(1), asked(2, name="e2"), decided(3, "e2")],
    ],
)
def test_an_exception_that_does_not_count_or_is_prolonged_is_not_due(
    entries: list[LoggedAct],
) -> None:
    assert due(*entries) == ()


@given(st.integers(-40, 40), st.integers(1, 60), st.integers(0, 80))
def test_a_document_is_due_exactly_as_long_as_it_proves_and_soon_does_not(
    start: int, length: int, ahead: int
) -> None:
    first = NOW + start * DAY
    paper = recorded(0, "r1", start=first, until=first + length * DAY)
    book = catalogue_of(["decided_by: {}", "cadence: P1M\ndecided_by: {attest: true}"])
    evidence, at = fold([paper]), NOW + ahead * DAY
    found = due_soon(evidence, at, WEEK, intervals_of(book))
    proves = [
        score(book, evidence, SystemKey("F1", "S1"), moment).controls[1].credit == 1.0
        for moment in (at, at + WEEK + timedelta(seconds=1))
    ]
    assert bool(found) == (proves == [True, False])


def late(*entries: LoggedAct) -> tuple[Due, ...]:
    return over(fold(entries), NOW, intervals_of(BOOK))


def test_a_document_whose_time_is_over_is_said_until_another_proves_its_rows() -> None:
    ran_out = recorded(0, "r0", "r9", until=NOW - DAY)
    found = Due(NOW - DAY, "F1", DueKind.ATTESTATION, "d1", "", ("r0", "r9"))
    assert late(ran_out) == (found,)
    assert late(ran_out, recorded(1, "r0", "r9", name="d2")) == ()
    assert late(ran_out, recorded(1, "r9", name="d2"))[0].controls == ("r0",)
    assert late(ran_out, recorded(1, "r0", "r9", name="d2", system="S1")) == (found,)
    assert late(ran_out, withdrawn(1)) == ()


def test_a_document_is_over_for_the_row_that_asks_for_a_newer_one() -> None:
    paper = recorded(0, "r0", "r1", start=NOW - 40 * DAY, until=NOW + MONTH)
    assert [each.controls for each in late(paper)] == [("r1",)]


@pytest.mark.parametrize("entry", [ENDING, recorded(0, start=NOW + DAY), asked(0)])
def test_nothing_is_over_that_stands_or_has_not_begun(entry: LoggedAct) -> None:
    assert late(entry) == ()
