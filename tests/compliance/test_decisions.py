"""What people decide counts as the log proves it: two people, in order, and only for a time."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.logged import LoggedAct, LoggedStatement, SystemKey
from compliance.reasons import Reason
from compliance.score import ControlJudgement, Score, score
from tests.compliance.decided import (
    AWAY,
    DAY,
    MONTH,
    WAIVER,
    act,
    asked,
    decided,
    ended,
    recorded,
    withdrawn,
)
from tests.compliance.logbook import NOW, catalogue_of, findings, fold, said
from wire.acts import AttestationWithdrawn, ExceptionDecided
from wire.verdicts import CheckVerdict, ControlState

MET, NOT_MET, UNKNOWN = ControlState.MET, ControlState.NOT_MET, ControlState.UNKNOWN
PASS, FAIL = CheckVerdict.PASS, CheckVerdict.FAIL
PAPER = ["decided_by: {attest: true}"]
CHECK = ["decided_by: {checks: {all: [c1]}}"]
SECOND = timedelta(seconds=1)
Entry = LoggedStatement | LoggedAct
GOOD, BAD = said(0, findings({"c1": PASS})), said(0, findings({"c1": FAIL}))


def scored(rows: list[str], *entries: Entry, at: datetime = NOW, system: str = "S1") -> Score:
    return score(catalogue_of(rows), fold(entries), SystemKey("F1", system), at)


def only(
    rows: list[str], *entries: Entry, at: datetime = NOW, system: str = "S1"
) -> ControlJudgement:
    (control,) = scored(rows, *entries, at=at, system=system).controls
    return control


# documents


def test_a_document_in_force_proves_its_row() -> None:
    found = only(PAPER, recorded(4))
    assert (found.state, found.reason, found.credit) == (MET, Reason.GOOD, 1.0)
    assert (found.positions, found.newest_at) == ((4,), NOW - DAY)
    assert found.broken_by == ()
    assert scored(PAPER, recorded(4)).coverage == 1.0


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ([], Reason.NO_DOCUMENT),
        ([recorded(0, "r7")], Reason.NO_DOCUMENT),
        ([recorded(0, system="S2")], Reason.NO_DOCUMENT),
        ([recorded(0, until=NOW)], Reason.DOCUMENT_EXPIRED),
        ([recorded(0, start=NOW - 366 * DAY - SECOND)], Reason.DOCUMENT_EXPIRED),
        ([recorded(0, start=NOW + SECOND)], Reason.DOCUMENT_NOT_YET),
        ([recorded(0, start=NOW + DAY, until=NOW)], Reason.DOCUMENT_NOT_YET),
        ([recorded(0), withdrawn(1)], Reason.DOCUMENT_WITHDRAWN),
        ([recorded(0, name="d2", until=NOW), recorded(1), withdrawn(2)], Reason.DOCUMENT_EXPIRED),
    ],
)
def test_a_document_that_does_not_count_is_unknown_with_its_own_reason(
    entries: list[Entry], reason: Reason
) -> None:
    found = only(PAPER, *entries)
    assert (found.state, found.reason, found.credit) == (UNKNOWN, reason, 0.0)


@pytest.mark.parametrize(
    "entries",
    [
        [recorded(0, until=NOW + SECOND)],
        [recorded(0, start=NOW)],
        [recorded(0, start=NOW - 366 * DAY)],
        [recorded(0, system="S1")],
        [recorded(0, "r7", "r0", "r0")],
        [withdrawn(0), recorded(1)],  # nothing was there to withdraw
        [recorded(0), withdrawn(1), recorded(2)],  # recorded once more
        [recorded(0), withdrawn(1, "d9")],
        [recorded(0), recorded(1, name="d2", start=NOW + DAY)],  # the next one is ready
        [recorded(0), recorded(1, name="d2", until=NOW)],
        [recorded(0), recorded(1, name="d2"), withdrawn(2)],
    ],
)
def test_one_document_in_force_is_enough(entries: list[Entry]) -> None:
    assert only(PAPER, *entries).state is MET


def test_the_newest_document_in_force_speaks() -> None:
    assert only(PAPER, recorded(3), recorded(8, name="d2")).positions == (8,)


def test_the_same_id_again_takes_the_place_of_what_was_recorded_before() -> None:
    assert only(PAPER, recorded(3), recorded(8, until=NOW)).reason is Reason.DOCUMENT_EXPIRED


def test_a_document_is_no_older_than_the_rows_cadence() -> None:
    row = ["cadence: P6M\ndecided_by: {attest: true}"]
    half_a_year = timedelta(days=183)
    assert only(row, recorded(0, start=NOW - half_a_year)).state is MET
    old = only(row, recorded(0, start=NOW - half_a_year - SECOND))
    assert (old.state, old.reason) == (UNKNOWN, Reason.DOCUMENT_EXPIRED)


def test_documents_recorded_ahead_grow_old_from_the_day_they_were_recorded() -> None:
    later = NOW + 300 * DAY
    ahead = recorded(0, start=later, until=later + 300 * DAY)
    assert only(PAPER, ahead, at=later).state is MET
    assert only(PAPER, ahead, at=NOW + 366 * DAY + SECOND).state is UNKNOWN


def test_a_document_proves_no_row_that_a_program_decides() -> None:
    assert only(CHECK, BAD, recorded(1)).state is NOT_MET


def test_a_document_of_one_system_or_of_the_whole_facility() -> None:
    for system, whose, state in (("S1", "S1", MET), ("S2", "S1", UNKNOWN), ("S2", "", MET)):
        assert only(PAPER, recorded(0, system=whose), system=system).state is state
    elsewhere = score(catalogue_of(PAPER), fold([recorded(0)]), SystemKey("F2", "S1"), NOW)
    assert elsewhere.controls[0].reason is Reason.NO_DOCUMENT


def test_only_the_facility_itself_withdraws_its_document() -> None:
    elsewhere = act(1, AttestationWithdrawn("d1", "F2", "mine"))
    assert only(PAPER, recorded(0), elsewhere).state is MET


# waivers


def test_a_waiver_stands_beside_the_state_and_earns_nothing() -> None:
    found = only(CHECK, BAD, asked(4), decided(6))
    assert (found.state, found.reason, found.credit) == (NOT_MET, Reason.WRONG, 0.0)
    assert (found.waived, found.exception_id, found.exception_until) == (True, "e1", NOW + MONTH)
    assert found.positions == (0, 4, 6)
    assert [fault.host for fault in found.broken_by] == ["host-of-ag1"]


def test_what_a_waived_row_misses_is_not_asked_in_the_score_and_asked_in_the_raw_one() -> None:
    rows = ["weight: 2\ndecided_by: {checks: {all: [c1]}}", "decided_by: {checks: {all: [c2]}}"]
    both = said(0, findings({"c1": FAIL, "c2": PASS}))
    before, after = scored(rows, both), scored(rows, both, asked(1), decided(2))
    assert (before.value, before.raw) == (0.3333, 0.3333)
    assert (after.value, after.raw, after.coverage) == (1.0, 0.3333, 1.0)


def test_a_waiver_of_a_row_half_met_leaves_its_half_in_the_sum() -> None:
    rows = ["decided_by: {checks: {all: [c1, c2]}}", "decided_by: {checks: {all: [c1]}}"]
    both = said(0, findings({"c1": FAIL, "c2": PASS}))
    after = scored(rows, both, asked(1), decided(2))
    assert (after.value, after.raw) == (0.3333, 0.25)


def test_an_unknown_row_stays_unknown_and_uncovered_when_it_is_waived() -> None:
    result = scored([*CHECK, *CHECK], said(0, findings({})), asked(1), decided(2))
    found = result.controls[0]
    assert (found.state, found.waived, result.coverage) == (UNKNOWN, True, 0.0)
    assert (result.value, result.raw) == (0.0, 0.0)


def test_where_everything_is_waived_there_is_no_score_but_a_raw_one() -> None:
    result = scored(CHECK, BAD, asked(1), decided(2))
    assert (result.value, result.raw) == (None, 0.0)


def test_a_waiver_of_a_row_that_is_met_changes_nothing_and_is_named() -> None:
    found = only(CHECK, GOOD, asked(1), decided(2))
    assert (found.state, found.waived, found.exception_id) == (MET, False, "e1")
    assert found.positions == (0,)


@pytest.mark.parametrize(
    "entries",
    [
        [asked(1)],  # nobody decided
        [decided(2)],  # nobody asked
        [asked(1), decided(2, by="an")],  # the requester himself
        [asked(1), decided(2, by="AN")],
        [asked(1), decided(2, by="controller")],
        [asked(1), decided(2, by="")],
        [asked(1, by="controller"), decided(2)],
        [decided(1), asked(2)],  # approved before it was asked for
        [asked(1), ended(2), decided(3)],  # approved when it was over
        [asked(1), decided(2), ended(3)],
        [asked(1), decided(2), ended(3), decided(4, by="chi")],
        [asked(1), decided(2, approved=False)],
        [asked(1), decided(2, approved=False), decided(3, by="chi")],
        [asked(1), decided(2, "e9")],
        [asked(1, until=NOW), decided(2)],  # over at this very moment
        [asked(1, until=NOW - DAY), decided(2)],  # over before it began
        [asked(1), act(2, ExceptionDecided("e1", "F2", approved=True, text=""), "binh")],
        [asked(1, "r7"), decided(2)],  # of another row
        [asked(1, until=NOW), asked(2, until=NOW + MONTH), decided(3)],  # the first request stands
    ],
)
def test_what_nobody_else_approved_in_time_counts_for_nothing(entries: list[Entry]) -> None:
    found = only(CHECK, BAD, *entries)
    assert (found.waived, found.state) == (False, NOT_MET)
    assert scored(CHECK, BAD, *entries).value == 0.0
    away = only(CHECK, said(0, findings({})), *(_declared(entry) for entry in entries))
    assert (away.declared, away.state) == (False, UNKNOWN)


def _declared(entry: Entry) -> Entry:
    """The same request, to declare the row not to apply."""
    body = getattr(entry, "act", None)
    if getattr(body, "kind", None) is not WAIVER or not isinstance(entry, LoggedAct):
        return entry
    return asked(
        entry.position,
        getattr(body, "control", ""),
        kind=AWAY,
        by=entry.by,
        until=getattr(body, "expires_at", NOW),
    )


@pytest.mark.parametrize(
    "entries",
    [
        [asked(1), decided(2)],
        [asked(1), decided(2, by="an"), decided(3)],  # his own word does not stand in the way
        [asked(1), decided(2), decided(3, by="chi", approved=False)],  # the first decision stands
        [ended(0), asked(1), decided(2)],
        [asked(1, until=NOW + SECOND), decided(2)],
        [asked(1, until=NOW), decided(2), asked(3, name="e2"), decided(4, "e2")],
    ],
)
def test_what_another_person_approved_counts_until_it_expires(entries: list[Entry]) -> None:
    assert only(CHECK, BAD, *entries).waived


def test_a_waiver_fails_again_at_the_moment_it_expires() -> None:
    entries = (said(0, findings({"c1": FAIL})), asked(1, until=NOW + DAY), decided(2))
    assert only(CHECK, *entries, at=NOW + DAY - SECOND).waived
    assert not only(CHECK, *entries, at=NOW + DAY).waived


def test_of_several_waivers_the_longest_is_named() -> None:
    second = asked(3, name="e2", until=NOW + 2 * MONTH)
    found = only(CHECK, BAD, asked(1), decided(2), second, decided(4, "e2"))
    assert (found.exception_id, found.positions) == ("e2", (0, 3, 4))


# rows declared not to apply


def test_a_declared_row_is_left_out_and_its_share_is_shown_apart() -> None:
    rows = [*CHECK, *CHECK, "decided_by: {checks: {all: [c2]}}", *PAPER]
    looked = said(0, findings({"c1": PASS, "c2": CheckVerdict.NOT_APPLICABLE}))
    result = scored(rows, looked, asked(1, "r3", kind=AWAY), decided(2))
    found = result.controls[3]
    assert (found.state, found.reason) == (ControlState.NOT_APPLICABLE, Reason.DECLARED)
    assert (found.declared, found.waived, found.exception_id) == (True, False, "e1")
    assert found.positions == (1, 2)
    assert (result.not_applicable, result.declared) == (0.25, 0.25)
    assert (result.value, result.raw, result.coverage) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("reason", ["", "NO_TIME", "no_wireless"])
def test_a_declaration_needs_a_reason_of_the_closed_list(reason: str) -> None:
    entries = (asked(1, kind=AWAY, reason=reason), decided(2))
    assert only(PAPER, *entries).state is UNKNOWN


@pytest.mark.parametrize(("verdicts", "state"), [({"c1": FAIL}, NOT_MET), ({"c1": PASS}, MET)])
def test_what_evidence_knows_is_not_declared_away(
    verdicts: dict[str, CheckVerdict], state: ControlState
) -> None:
    found = only(CHECK, said(0, findings(verdicts)), asked(1, kind=AWAY), decided(2))
    assert (found.state, found.declared, found.exception_id) == (state, False, "e1")


def test_a_fault_that_has_grown_old_is_not_declared_away() -> None:
    old = timedelta(days=30)
    people = (asked(1, kind=AWAY), decided(2))
    bad = said(0, findings({"c1": FAIL}, old), made_at=NOW - old, received_at=NOW - old)
    good = said(0, findings({"c1": PASS}, old), made_at=NOW - old, received_at=NOW - old)
    assert (only(CHECK, bad, *people).state, only(CHECK, bad, *people).declared) == (UNKNOWN, False)
    assert only(CHECK, good, *people).declared


def test_a_declaration_that_expires_leaves_the_row_unknown_again() -> None:
    entries = (asked(1, kind=AWAY, until=NOW + DAY), decided(2))
    assert only(PAPER, *entries, at=NOW + DAY - SECOND).declared
    assert only(PAPER, *entries, at=NOW + DAY).state is UNKNOWN


def test_beside_a_declaration_a_waiver_is_for_what_is_known_to_be_wrong() -> None:
    both = (asked(1, kind=AWAY), decided(2), asked(3, name="e2"), decided(4, "e2"))
    assert only(CHECK, BAD, *both).exception_id == "e2"
    assert only(CHECK, said(0, findings({})), *both).exception_id == "e1"


# any log

PEOPLE = st.sampled_from(["an", "binh", "controller"])
NAMES = st.sampled_from(["e1", "e2"])
DAYS = st.integers(-2, 3).map(lambda days: NOW + days * DAY)
ACTS: st.SearchStrategy[Callable[[int], LoggedAct]] = st.one_of(
    st.builds(
        lambda name, kind, by, until, row: (
            lambda at: asked(at, row, name=name, kind=kind, by=by, until=until)
        ),
        *(NAMES, st.sampled_from([WAIVER, AWAY]), PEOPLE, DAYS, st.sampled_from(["r0", "r1"])),
    ),
    st.builds(
        lambda name, by, yes: lambda at: decided(at, name, by, approved=yes),
        *(NAMES, PEOPLE, st.booleans()),
    ),
    st.builds(lambda name, by: lambda at: ended(at, name, by), NAMES, PEOPLE),
    st.builds(
        lambda name, start, until: (
            lambda at: recorded(at, "r1", name=name, start=start, until=until)
        ),
        *(NAMES, DAYS, DAYS),
    ),
    st.builds(lambda name: lambda at: withdrawn(at, name), NAMES),
    st.builds(
        lambda verdict: lambda at: said(at, findings({"c1": verdict})),
        st.sampled_from(list(CheckVerdict)),
    ),
)
LOGS = st.lists(ACTS, max_size=12).map(
    lambda made: [make(place) for place, make in enumerate(made)]
)
ROWS = ["weight: 3\n" + CHECK[0], "weight: 2\n" + PAPER[0], "weight: 1\n" + CHECK[0]]


@given(LOGS, st.randoms(use_true_random=False))
def test_the_order_in_which_acts_are_read_does_not_matter(
    log: list[Entry], order: random.Random
) -> None:
    mixed = list(log)
    order.shuffle(mixed)
    assert scored(ROWS, *mixed) == scored(ROWS, *log)


@given(LOGS)
def test_no_waiver_lowers_a_score_and_none_earns_anything(log: list[Entry]) -> None:
    result = scored(ROWS, *log)
    if result.value is not None and result.raw is not None:
        assert result.value >= result.raw
    evidence = [entry for entry in log if not _is_exception(entry)]
    bare = scored(ROWS, *evidence)
    for with_people, without in zip(result.controls, bare.controls, strict=True):
        assert with_people.credit == without.credit
        assert with_people.declared or with_people.state is without.state


@given(LOGS)
def test_one_person_alone_changes_nothing_but_by_documents(log: list[Entry]) -> None:
    alone = [
        LoggedAct(entry.position, entry.received_at, entry.act, "an")
        if isinstance(entry, LoggedAct)
        else entry
        for entry in log
    ]
    result = scored(ROWS, *alone)
    assert result.value == result.raw
    assert not any(found.waived or found.declared for found in result.controls)


@given(LOGS, DAYS)
def test_after_everything_has_expired_only_evidence_is_left(log: list[Entry], at: datetime) -> None:
    del at
    late = NOW + 5 * DAY
    result = scored(ROWS, *log, at=late)
    assert result.value == result.raw
    assert all(found.exception_id == "" for found in result.controls)
    assert result.controls[1].state is UNKNOWN


def _is_exception(entry: Entry) -> bool:
    return isinstance(entry, LoggedAct) and hasattr(entry.act, "exception_id")
