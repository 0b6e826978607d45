"""The score: unknown earns nothing, the worst host speaks, and anyone gets the same bits."""

import random
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.logged import LoggedStatement, SystemKey
from compliance.reasons import SENTENCES, Reason
from compliance.score import ControlJudgement, GroupScore, Score, rounded, score
from tests.compliance.logbook import NOW, catalogue_of, findings, fold, said
from wire.messages import Findings, Gap
from wire.verdicts import CheckVerdict, ControlState

SYSTEM = SystemKey("F1", "S1")
PASS, FAIL = CheckVerdict.PASS, CheckVerdict.FAIL
UNKNOWN, NOT_APPLICABLE = CheckVerdict.UNKNOWN, CheckVerdict.NOT_APPLICABLE
ALL = "decided_by: {checks: {all: [c1, c2]}}"
ANY = "decided_by: {checks: {any: [c1, c2]}}"


def scored(rows: list[str], *entries: LoggedStatement) -> Score:
    return score(catalogue_of(rows), fold(entries), SYSTEM, NOW)


def only(rows: list[str], *entries: LoggedStatement) -> ControlJudgement:
    (control,) = scored(rows, *entries).controls
    return control


@pytest.mark.parametrize(
    ("verdicts", "state", "reason"),
    [
        ({"c1": PASS, "c2": PASS}, ControlState.MET, Reason.GOOD),
        ({"c1": PASS, "c2": FAIL}, ControlState.PARTLY, Reason.PART_WRONG),
        ({"c1": FAIL, "c2": FAIL}, ControlState.NOT_MET, Reason.WRONG),
        ({"c1": PASS, "c2": UNKNOWN}, ControlState.UNKNOWN, Reason.COULD_NOT_LOOK),
        ({"c1": PASS}, ControlState.UNKNOWN, Reason.NEVER_SEEN),
        ({"c1": FAIL, "c2": UNKNOWN}, ControlState.NOT_MET, Reason.WRONG),
        ({"c1": PASS, "c2": NOT_APPLICABLE}, ControlState.MET, Reason.GOOD),
        ({"c1": FAIL, "c2": NOT_APPLICABLE}, ControlState.NOT_MET, Reason.WRONG),
        (
            {"c1": NOT_APPLICABLE, "c2": NOT_APPLICABLE},
            ControlState.NOT_APPLICABLE,
            Reason.DOES_NOT_APPLY,
        ),
        ({}, ControlState.UNKNOWN, Reason.NEVER_SEEN),
    ],
)
def test_all_checks_of_a_row_must_pass(
    verdicts: dict[str, CheckVerdict], state: ControlState, reason: Reason
) -> None:
    judged = only([ALL], said(0, findings(verdicts)))
    assert (judged.state, judged.reason) == (state, reason)


@pytest.mark.parametrize(
    ("verdicts", "state", "reason"),
    [
        ({"c1": PASS, "c2": FAIL}, ControlState.MET, Reason.GOOD),
        ({"c1": PASS}, ControlState.MET, Reason.GOOD),
        ({"c1": FAIL, "c2": FAIL}, ControlState.NOT_MET, Reason.WRONG),
        ({"c1": FAIL, "c2": UNKNOWN}, ControlState.UNKNOWN, Reason.COULD_NOT_LOOK),
        ({"c1": FAIL, "c2": NOT_APPLICABLE}, ControlState.NOT_MET, Reason.WRONG),
        (
            {"c1": NOT_APPLICABLE, "c2": NOT_APPLICABLE},
            ControlState.NOT_APPLICABLE,
            Reason.DOES_NOT_APPLY,
        ),
    ],
)
def test_one_passed_check_is_enough_where_the_row_says_any(
    verdicts: dict[str, CheckVerdict], state: ControlState, reason: Reason
) -> None:
    judged = only([ANY], said(0, findings(verdicts)))
    assert (judged.state, judged.reason) == (state, reason)


@pytest.mark.parametrize(
    ("state", "credit"),
    [({"c1": PASS, "c2": PASS}, 1.0), ({"c1": PASS, "c2": FAIL}, 0.5), ({"c1": FAIL}, 0.0)],
)
def test_credit_follows_the_state(state: dict[str, CheckVerdict], credit: float) -> None:
    result = scored([ALL], said(0, findings(state)))
    assert (result.value, result.controls[0].credit) == (credit, credit)


def test_rows_count_by_their_weight() -> None:
    rows = [
        "weight: 5\ndecided_by: {checks: {all: [c1]}}",
        "weight: 2\ndecided_by: {checks: {all: [c2]}}",
    ]
    result = scored(rows, said(0, findings({"c1": FAIL, "c2": PASS})))
    assert (result.value, result.raw, result.coverage) == (0.2857, 0.2857, 1.0)


def test_what_nothing_decides_and_papers_are_unknown_and_stay_in_the_sum() -> None:
    rows = ["decided_by: {}", "decided_by: {attest: true}", "decided_by: {checks: {all: [c1]}}"]
    result = scored(rows, said(0, findings({"c1": PASS})))
    assert [judged.reason for judged in result.controls] == [
        Reason.NOTHING_DECIDES,
        Reason.NO_DOCUMENT,
        Reason.GOOD,
    ]
    assert (result.value, result.coverage) == (0.3333, 0.3333)


def test_an_empty_catalogue_has_no_score() -> None:
    result = scored([], said(0, findings({"c1": PASS})))
    assert (result.value, result.raw, result.coverage) == (None, None, 0.0)


def test_where_nothing_applies_there_is_no_score_but_full_coverage() -> None:
    result = scored([ANY], said(0, findings({"c1": NOT_APPLICABLE, "c2": NOT_APPLICABLE})))
    assert (result.value, result.coverage) == (None, 1.0)


def test_a_row_that_is_proved_in_part_is_partly_met_at_best() -> None:
    row = [ANY + "\ncovers: part"]
    good, bad = only(row, said(0, findings({"c1": PASS}))), {"c1": FAIL, "c2": FAIL}
    assert (good.state, good.reason) == (ControlState.PARTLY, Reason.PART_COVERED)
    assert only(row, said(0, findings(bad))).state is ControlState.NOT_MET


SUGGESTED = ALL + "\nthreshold: x\nsuggested: true"


@pytest.mark.parametrize(
    ("verdicts", "state", "credit"),
    [
        ({"c1": PASS, "c2": PASS}, ControlState.MET, 1.0),
        ({"c1": PASS, "c2": FAIL}, ControlState.PARTLY, 0.75),
        ({"c1": FAIL, "c2": FAIL}, ControlState.NOT_MET, 0.5),
        ({"c1": FAIL, "c2": UNKNOWN}, ControlState.NOT_MET, 0.0),
        ({"c1": PASS, "c2": UNKNOWN}, ControlState.UNKNOWN, 0.0),
    ],
)
def test_a_missed_suggestion_costs_less_than_a_missed_duty_where_all_was_looked_at(
    verdicts: dict[str, CheckVerdict], state: ControlState, credit: float
) -> None:
    judged = only([SUGGESTED], said(0, findings(verdicts)))
    assert (judged.state, judged.credit, judged.suggested) == (state, credit, True)


def test_a_suggestion_missed_at_one_host_is_not_forgiven_where_another_was_not_looked_at() -> None:
    bad, silent = findings({"c1": FAIL, "c2": FAIL}), said(1, findings({}), agent="ag2")
    assert only([SUGGESTED], said(0, bad)).credit == 0.5
    assert only([SUGGESTED], said(0, bad), silent).credit == 0.0


RECOLLECTED = "confidence: recollection\n" + ALL


@pytest.mark.parametrize(
    ("verdicts", "state", "reason"),
    [
        ({"c1": PASS, "c2": PASS}, ControlState.MET, Reason.GOOD),
        ({"c1": PASS, "c2": FAIL}, ControlState.UNKNOWN, Reason.RECOLLECTED),
        ({"c1": FAIL, "c2": FAIL}, ControlState.UNKNOWN, Reason.RECOLLECTED),
        ({"c1": PASS}, ControlState.UNKNOWN, Reason.NEVER_SEEN),
    ],
)
def test_what_is_only_recollected_is_shown_and_never_fails(
    verdicts: dict[str, CheckVerdict], state: ControlState, reason: Reason
) -> None:
    judged = only([RECOLLECTED], said(0, findings(verdicts)))
    assert (judged.state, judged.reason) == (state, reason)


def test_what_is_only_recollected_is_in_no_sum() -> None:
    rows = ["decided_by: {checks: {all: [c3]}}", RECOLLECTED]
    for verdict in (PASS, FAIL, UNKNOWN, NOT_APPLICABLE):
        found = scored(rows, said(0, findings({"c1": verdict, "c2": verdict, "c3": PASS})))
        sums = (found.value, found.raw, found.coverage, found.not_applicable, found.declared)
        assert sums == (1.0, 1.0, 1.0, 0.0, 0.0)


def test_a_score_of_the_first_rules_is_computed_by_them() -> None:
    missed = fold([said(0, findings({"c1": FAIL, "c2": FAIL}))])
    book = catalogue_of([SUGGESTED])
    assert score(book, missed, SYSTEM, NOW, 1).value == 0.0
    assert score(book, missed, SYSTEM, NOW).value == 0.5


def test_every_group_has_its_own_sums_in_the_catalogues_order() -> None:
    rows = [
        "group: b\nweight: 3\ndecided_by: {checks: {all: [c1]}}",
        "group: a\ndecided_by: {checks: {all: [c2]}}",
        "group: b\ndecided_by: {attest: true}",
        "group: c\ndecided_by: {checks: {all: [c3]}}",
    ]
    looked = findings({"c1": PASS, "c2": FAIL, "c3": NOT_APPLICABLE})
    assert scored(rows, said(0, looked)).groups == (
        GroupScore("b", 0.75, 0.75, 0.5, 2),
        GroupScore("a", 0.0, 0.0, 1.0, 1),
        GroupScore("c", None, None, 1.0, 1),
    )


def test_shares_of_rows_that_do_not_apply_are_shown() -> None:
    rows = ["decided_by: {checks: {all: [c1]}}", "decided_by: {checks: {all: [c2]}}"]
    result = scored(rows, said(0, findings({"c1": NOT_APPLICABLE, "c2": PASS})))
    assert (result.not_applicable, result.declared) == (0.5, 0.0)


def test_a_system_without_hosts_knows_nothing() -> None:
    judged = only([ALL])
    assert (judged.state, judged.reason) == (ControlState.UNKNOWN, Reason.NO_HOST)
    assert (judged.positions, judged.newest_at) == ((), None)


def test_the_worst_host_speaks_for_the_system() -> None:
    good, bad = findings({"c1": PASS, "c2": PASS}), findings({"c1": FAIL, "c2": FAIL})
    first = said(0, good)
    assert only([ALL], first, said(1, bad, agent="ag2")).state is ControlState.NOT_MET
    silent = said(1, findings({}), agent="ag2")
    assert only([ALL], first, silent).state is ControlState.UNKNOWN
    nothing = findings({"c1": NOT_APPLICABLE, "c2": NOT_APPLICABLE})
    assert only([ALL], first, said(1, nothing, agent="ag2")).state is ControlState.MET


def test_a_host_of_another_system_or_facility_does_not_count() -> None:
    good, bad = findings({"c1": PASS, "c2": PASS}), findings({"c1": FAIL, "c2": FAIL})
    other = said(1, bad, agent="ag2", systems=("S2",))
    assert only([ALL], said(0, good), other).state is ControlState.MET
    elsewhere = score(catalogue_of([ALL]), fold([other]), SystemKey("F2", "S2"), NOW)
    assert elsewhere.controls[0].reason is Reason.NO_HOST


def test_evidence_older_than_the_cadence_is_unknown() -> None:
    row = "cadence: P1M\ndecided_by: {checks: {all: [c1]}}"
    young = said(0, findings({"c1": PASS}, age=timedelta(days=31)))
    old = said(0, findings({"c1": PASS}, age=timedelta(days=31, seconds=1)))
    assert only([row], young).state is ControlState.MET
    judged = only([row], old)
    assert (judged.state, judged.reason) == (ControlState.UNKNOWN, Reason.STALE)


def test_without_a_cadence_the_files_own_interval_counts() -> None:
    assert only([ANY], said(0, findings({"c1": PASS}, timedelta(days=2)))).credit == 1.0
    assert only([ANY], said(0, findings({"c1": PASS}, timedelta(days=2, seconds=1)))).credit == 0.0


def test_a_judgement_names_its_evidence_and_its_times() -> None:
    one = said(3, findings({"c1": PASS}, timedelta(hours=5)))
    two = said(7, findings({"c2": PASS}, timedelta(hours=1)))
    judged = only([ALL], one, two)
    assert judged.positions == (3, 7)
    assert judged.oldest_at == NOW - timedelta(hours=5)
    assert judged.newest_at == NOW - timedelta(hours=1)


def test_hosts_that_report_are_watched() -> None:
    row = ["decided_by: {fleet: [fleet.hosts_report]}"]
    old = NOW - timedelta(days=3)
    assert only(row, said(0, findings({}))).state is ControlState.MET
    assert only(row, said(0, findings({}), made_at=old)).reason is Reason.STALE
    never = said(0, findings({}, timedelta(0)))
    assert only(row, never).positions == (0,)
    assert only(row, said(0, Gap("outbox", "x"))).reason is Reason.NEVER_SEEN


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (Fraction(1, 3), 0.3333),
        (Fraction(2, 3), 0.6667),
        (Fraction(1, 20_000), 0.0001),  # half goes up
        (Fraction(1, 20_001), 0.0),
        (Fraction(0), 0.0),
        (Fraction(1), 1.0),
        (Fraction(2857, 10_000), 0.2857),
    ],
)
def test_a_share_is_rounded_once_and_the_same_everywhere(share: Fraction, expected: float) -> None:
    assert rounded(share).hex() == expected.hex()


def test_every_reason_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Reason)


ROWS = [
    "weight: 5\n" + ALL,
    "weight: 3\n" + ANY,
    "weight: 4\ndecided_by: {checks: {all: [c1, c3]}}\ncovers: part",
    "weight: 2\ndecided_by: {checks: {any: [c3]}}\ncadence: P1M",
    "weight: 1\ndecided_by: {attest: true}",
]
BOOK = catalogue_of(ROWS)
AGENTS, CHECKS = ("ag1", "ag2"), ("c1", "c2", "c3")
AGES = st.integers(0, 40).map(lambda days: timedelta(days=days))
LOOKS = st.dictionaries(
    st.tuples(st.sampled_from(AGENTS), st.sampled_from(CHECKS)),
    st.tuples(st.sampled_from(list(CheckVerdict)), AGES),
)
Looks = dict[tuple[str, str], tuple[CheckVerdict, timedelta]]


def entries(looks: Looks) -> list[LoggedStatement]:
    """Both hosts are known; each look is a statement of its own."""
    known = [said(number, Findings(()), agent=agent) for number, agent in enumerate(AGENTS)]
    return known + [
        said(2 + number, findings({check: verdict}, age), agent=agent)
        for number, ((agent, check), (verdict, age)) in enumerate(sorted(looks.items()))
    ]


def score_of(looks: Looks) -> Score:
    return score(BOOK, fold(entries(looks)), SYSTEM, NOW)


@given(LOOKS, st.randoms(use_true_random=False))
def test_the_order_in_which_evidence_is_read_does_not_matter(
    looks: Looks, order: random.Random
) -> None:
    mixed = entries(looks)
    order.shuffle(mixed)
    assert score(BOOK, fold(mixed), SYSTEM, NOW) == score_of(looks)


@given(LOOKS, st.sampled_from(AGENTS), st.sampled_from(CHECKS), st.sampled_from([PASS, FAIL]))
def test_more_evidence_never_lowers_the_coverage(
    looks: Looks, agent: str, check: str, verdict: CheckVerdict
) -> None:
    before = {key: value for key, value in looks.items() if key != (agent, check)}
    after = {**before, (agent, check): (verdict, timedelta(0))}
    assert score_of(after).coverage >= score_of(before).coverage


@given(LOOKS, st.sampled_from(AGENTS), st.sampled_from(CHECKS))
def test_unknown_never_raises_the_score(looks: Looks, agent: str, check: str) -> None:
    before = score_of(looks).value or 0.0
    after = score_of({**looks, (agent, check): (UNKNOWN, timedelta(0))}).value or 0.0
    missing = score_of({key: look for key, look in looks.items() if key != (agent, check)})
    assert after <= before
    assert (missing.value or 0.0) <= before


@given(LOOKS)
def test_a_score_lies_between_nothing_and_everything(looks: Looks) -> None:
    result = score_of(looks)
    assert result.value is not None  # the paper always applies
    assert 0.0 <= result.value <= 1.0
    assert 0.0 <= result.coverage <= 1.0
    earning = [judged for judged in result.controls if judged.credit]
    assert all(judged.positions for judged in earning)
