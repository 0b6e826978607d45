"""Rules that join: what `all` and `any` make of checks, codes and documents, however deep."""

import json
import random
from datetime import timedelta
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.answers import HostFault
from compliance.catalogue import Catalogue
from compliance.errors import CatalogueError, ContradictionError, DuplicateError, UnknownCodeError
from compliance.json_shape import differences
from compliance.logged import LoggedAct, LoggedStatement, SystemKey
from compliance.reasons import Reason
from compliance.rules import Rule, described
from compliance.score import ControlJudgement, Score, score
from tests.compliance.decided import recorded
from tests.compliance.logbook import NOW, catalogue_of, findings, fold, said
from wire.messages import Findings
from wire.verdicts import CheckVerdict, ControlState

MET, PARTLY, NOT_MET = ControlState.MET, ControlState.PARTLY, ControlState.NOT_MET
UNKNOWN, AWAY = ControlState.UNKNOWN, ControlState.NOT_APPLICABLE
PASS, FAIL = CheckVerdict.PASS, CheckVerdict.FAIL
DARK, NONE = CheckVerdict.UNKNOWN, CheckVerdict.NOT_APPLICABLE
SYSTEM = SystemKey("F1", "S1")
Entry = LoggedStatement | LoggedAct


def judged(decided_by: str, *entries: Entry) -> ControlJudgement:
    (control,) = score(catalogue_of([decided_by]), fold(entries), SYSTEM, NOW).controls
    return control


def told(**verdicts: CheckVerdict) -> Findings:
    return findings(verdicts)


# the grammar


def test_a_rule_reads_as_it_is_written_and_writes_as_it_is_read() -> None:
    text = (
        "decided_by: {all: [{checks: {any: [c1, c2]}}, {backup: [backup.encrypted]},"
        " {any: [{attest: true}, {fleet: [fleet.hosts_report]}]}]}"
    )
    rule = catalogue_of([text]).controls[0].rule
    two_days = timedelta(days=2)
    assert rule == Rule(
        "joined",
        parts=(
            Rule("checks", ("c1", "c2"), one_suffices=True, fresh_for=two_days),
            Rule("backup", ("backup.encrypted",), fresh_for=two_days),
            Rule(
                "joined",
                one_suffices=True,
                parts=(
                    Rule("attest", fresh_for=timedelta(days=366)),
                    Rule("fleet", ("fleet.hosts_report",), fresh_for=two_days),
                ),
            ),
        ),
    )
    assert [leaf.mode for leaf in rule.leaves()] == ["checks", "backup", "attest", "fleet"]
    assert described(rule) == {
        "all": [
            {"checks": {"any": ["c1", "c2"]}},
            {"backup": ["backup.encrypted"]},
            {"any": [{"attest": True}, {"fleet": ["fleet.hosts_report"]}]},
        ]
    }


def test_a_rule_that_decides_nothing_describes_itself_as_nothing() -> None:
    assert described(Rule("nothing")) == {}


def test_a_cadence_is_for_every_part() -> None:
    text = "cadence: P6M\ndecided_by: {all: [{checks: {all: [c1]}}, {attest: true}]}"
    rule = catalogue_of([text]).controls[0].rule
    assert {leaf.fresh_for for leaf in rule.leaves()} == {timedelta(days=183)}


def test_a_check_is_found_wherever_it_stands_and_once_a_row() -> None:
    rows = [
        "decided_by: {any: [{all: [{checks: {all: [c1, c2]}}]}, {checks: {all: [c2]}}]}",
        "decided_by: {checks: {all: [c2]}}",
    ]
    assert catalogue_of(rows).controls_of_check() == {"c1": ("r0",), "c2": ("r0", "r1")}


def nested(depth: int, inside: str = "{checks: {all: [c1]}}") -> str:
    return "{all: [" * depth + inside + "]}" * depth


def test_three_joins_inside_each_other_are_read() -> None:
    assert judged(f"decided_by: {nested(3)}", said(0, told(c1=PASS))).state is MET


@pytest.mark.parametrize(
    ("decided_by", "error", "path", "word"),
    [
        (nested(4, "{attest: true}"), ContradictionError, ".all[0].all[0].all[0]", "three times"),
        ("{all: []}", CatalogueError, ".all", "length >= 1"),
        ("{all: [{}]}", ContradictionError, ".all[0]", "one way"),
        ("{all: [{attest: true}], any: [{attest: true}]}", ContradictionError, "", "one way"),
        ("{any: [{attest: false}]}", ContradictionError, ".any[0]", "attest"),
        ("{any: [{checks: {}}]}", ContradictionError, ".any[0]", "all or any"),
        ("{any: [{checks: {all: [c, c]}}]}", DuplicateError, ".any[0].checks.all[1]", "twice"),
        ("{checks: {any: [c, d, c]}}", DuplicateError, ".checks.any[2]", "twice"),
        ("{all: [{backup: [no]}]}", UnknownCodeError, ".all[0].backup[0]", "no"),
        ("{all: [{fleet: [no]}]}", UnknownCodeError, ".all[0].fleet[0]", "no"),
        ("{all: [{check: {all: [c]}}]}", CatalogueError, ".all[0]", "check"),
    ],
)
def test_a_fault_of_a_part_names_the_part(
    decided_by: str, error: type[CatalogueError], path: str, word: str
) -> None:
    with pytest.raises(error) as caught:
        catalogue_of(["decided_by: {attest: true}", f"decided_by: {decided_by}"])
    told = caught.value
    assert told.parameters["path"] == f"$.controls[1].decided_by{path}"
    assert told.parameters["line"] == 31
    assert word in str(told)
    assert told.hint.format(**told.parameters)


# what is joined

ALL = "decided_by: {all: [{checks: {all: [c1]}}, {checks: {all: [c2]}}]}"
ANY = "decided_by: {any: [{checks: {all: [c1]}}, {checks: {all: [c2]}}]}"
ANSWERS = {"+": PASS, "-": FAIL, "?": DARK, "0": NONE}


@pytest.mark.parametrize(
    ("answers", "of_all", "of_any"),
    [
        ("++", MET, MET),
        ("+-", PARTLY, MET),
        ("+?", UNKNOWN, MET),
        ("+0", MET, MET),
        ("--", NOT_MET, NOT_MET),
        ("-?", NOT_MET, UNKNOWN),
        ("-0", NOT_MET, NOT_MET),
        ("??", UNKNOWN, UNKNOWN),
        ("?0", UNKNOWN, UNKNOWN),
        ("00", AWAY, AWAY),
    ],
)
def test_two_parts(answers: str, of_all: ControlState, of_any: ControlState) -> None:
    for both in (answers, answers[::-1]):
        looked = said(0, told(c1=ANSWERS[both[0]], c2=ANSWERS[both[1]]))
        assert (judged(ALL, looked).state, judged(ANY, looked).state) == (of_all, of_any)


HALF = "{checks: {all: [c1, c2]}}"  # c1 good, c2 bad: half of it is so


@pytest.mark.parametrize(
    ("rule", "state", "credit"),
    [
        (f"{{all: [{HALF}, {{checks: {{all: [good]}}}}]}}", PARTLY, 0.5),
        (f"{{all: [{HALF}, {{checks: {{all: [bad]}}}}]}}", PARTLY, 0.5),
        (f"{{all: [{HALF}, {{checks: {{all: [dark]}}}}]}}", NOT_MET, 0.0),
        (f"{{any: [{HALF}, {{checks: {{all: [bad]}}}}]}}", PARTLY, 0.5),
        (f"{{any: [{HALF}, {{checks: {{all: [dark]}}}}]}}", PARTLY, 0.5),
        (f"{{any: [{HALF}, {{checks: {{all: [good]}}}}]}}", MET, 1.0),
        # wrong beside unknown stays blind, and is no part that earns a half
        ("{all: [{checks: {all: [good]}}, {checks: {all: [bad, dark]}}]}", NOT_MET, 0.0),
        ("{all: [{checks: {all: [good]}}, {checks: {any: [bad, dark]}}]}", UNKNOWN, 0.0),
        ("{any: [{checks: {all: [bad]}}, {checks: {all: [bad, dark]}}]}", NOT_MET, 0.0),
        ("{any: [{checks: {all: [dark]}}, {checks: {all: [bad, dark]}}]}", UNKNOWN, 0.0),
    ],
)
def test_parts_of_parts(rule: str, state: ControlState, credit: float) -> None:
    looked = said(0, told(c1=PASS, c2=FAIL, good=PASS, bad=FAIL, dark=DARK))
    found = judged(f"decided_by: {rule}", looked)
    assert (found.state, found.credit) == (state, credit)


PAPER_TOO = "decided_by: {all: [{checks: {all: [c1]}}, {attest: true}]}"
OR_PAPER = "decided_by: {any: [{checks: {all: [c1]}}, {attest: true}]}"


def test_a_check_and_a_document_together() -> None:
    good, bad, paper = said(0, told(c1=PASS)), said(0, told(c1=FAIL)), recorded(1)
    assert judged(PAPER_TOO, good, paper).state is MET
    assert judged(PAPER_TOO, good).reason is Reason.NO_DOCUMENT
    assert judged(PAPER_TOO, bad, paper).state is PARTLY
    assert judged(PAPER_TOO, bad).state is NOT_MET
    assert judged(PAPER_TOO, good, paper).positions == (0, 1)


def test_a_check_or_a_document() -> None:
    bad, paper = said(0, told(c1=FAIL)), recorded(1)
    assert judged(OR_PAPER, bad, paper).state is MET
    assert judged(OR_PAPER, bad).state is UNKNOWN  # the document might prove it
    assert judged(OR_PAPER, said(0, told(c1=PASS))).state is MET


def test_a_document_counts_where_no_host_reports() -> None:
    assert judged(OR_PAPER, recorded(0)).state is MET
    found = judged(PAPER_TOO, recorded(0))
    assert (found.state, found.reason) == (UNKNOWN, Reason.NO_HOST)


# several hosts


def test_each_host_may_meet_a_row_in_its_own_way() -> None:
    first, second = said(0, told(c1=PASS, c2=FAIL)), said(1, told(c1=FAIL, c2=PASS), agent="ag2")
    assert judged(ANY, first, second).state is MET
    assert judged(ALL, first, second).state is PARTLY


def test_which_host_broke_it_is_said_the_worst_first() -> None:
    entries = [
        said(0, told(c1=PASS, c2=PASS)),
        said(1, told(c1=PASS), agent="ag2"),
        said(2, told(c1=FAIL, c2=DARK), agent="ag3"),
        said(3, told(c1=NONE, c2=NONE), agent="ag4"),
    ]
    found = judged(ALL, *entries)
    assert found.state is NOT_MET
    assert found.broken_by == (
        HostFault("ag3", "host-of-ag3", NOT_MET, Reason.WRONG),
        HostFault("ag2", "host-of-ag2", UNKNOWN, Reason.NEVER_SEEN),
    )


def test_no_host_is_blamed_for_a_missing_paper_or_for_what_does_not_decide() -> None:
    assert judged(PAPER_TOO, said(0, told(c1=PASS))).broken_by == ()
    assert judged(ANY, said(0, told(c1=PASS, c2=FAIL))).broken_by == ()
    half = judged(ALL, said(0, told(c1=PASS, c2=FAIL)))
    assert [(fault.agent, fault.state) for fault in half.broken_by] == [("ag1", NOT_MET)]


def test_what_the_fleet_knows_is_one_answer_for_the_whole_system() -> None:
    row = "decided_by: {all: [{checks: {all: [c1]}}, {fleet: [fleet.hosts_report]}]}"
    old = NOW - timedelta(days=3)
    silent = said(1, findings({"c1": PASS}), agent="ag2", made_at=old)
    found = judged(row, said(0, told(c1=PASS)), silent)
    assert (found.state, found.reason) == (UNKNOWN, Reason.STALE)
    assert [fault.agent for fault in found.broken_by] == ["ag2"]
    nobody = judged(row)
    assert (nobody.state, nobody.reason) == (UNKNOWN, Reason.NO_HOST)


# properties

CHECKS, AGENTS = ("c1", "c2", "c3"), ("ag1", "ag2", "ag3")
LEAVES = st.sampled_from(
    [
        *(f"{{checks: {{all: [{check}]}}}}" for check in CHECKS),
        "{checks: {all: [c1, c2]}}",
        "{checks: {any: [c2, c3]}}",
        "{attest: true}",
    ]
)
JOINS = st.sampled_from(["all", "any"])


def _joined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    lists = st.lists(parts, min_size=1, max_size=3)
    return st.builds(lambda way, of: f"{{{way}: [{', '.join(of)}]}}", JOINS, lists)


RULES = st.one_of(
    LEAVES,
    _joined(LEAVES),
    _joined(st.one_of(LEAVES, _joined(LEAVES))),
    _joined(st.one_of(LEAVES, _joined(st.one_of(LEAVES, _joined(LEAVES))))),
)
WORSE = {PASS: FAIL, FAIL: DARK}  # an unknown answer is worth no more than a wrong one
Looks = dict[tuple[str, str], CheckVerdict]
LOOKS: st.SearchStrategy[Looks] = st.fixed_dictionaries(
    {
        (agent, check): st.sampled_from(list(CheckVerdict))
        for agent in AGENTS[:2]
        for check in CHECKS
    }
)
KINDS = st.sampled_from(["", "\ncovers: part", "\nthreshold: x\nsuggested: true"])


def entries(looks: Looks, *, paper: bool) -> list[Entry]:
    found: list[Entry] = [
        said(place, told(**{check: verdict}), agent=agent)
        for place, ((agent, check), verdict) in enumerate(looks.items())
    ]
    return [*found, recorded(99)] if paper else found


def of(book: Catalogue, looks: Looks, *, paper: bool = False) -> Score:
    return score(book, fold(entries(looks, paper=paper)), SYSTEM, NOW)


@given(RULES, KINDS, LOOKS, st.booleans(), st.data())
def test_making_one_answer_worse_never_makes_a_row_better(
    rule: str, kind: str, looks: Looks, paper: bool, data: st.DataObject
) -> None:
    book = catalogue_of([f"decided_by: {rule}{kind}"])
    before = of(book, looks, paper=paper).controls[0]
    able = [look for look, verdict in looks.items() if verdict in WORSE]
    if able:
        chosen = data.draw(st.sampled_from(able))
        after = of(book, {**looks, chosen: WORSE[looks[chosen]]}, paper=paper).controls[0]
        assert after.credit <= before.credit
    if paper:
        assert of(book, looks).controls[0].credit <= before.credit


@given(RULES, st.sampled_from(["", "\ncovers: part"]), LOOKS)
def test_without_anything_that_was_found_good_nothing_is_earned(
    rule: str, kind: str, looks: Looks
) -> None:
    book = catalogue_of([f"decided_by: {rule}{kind}"])
    dark = {look: DARK if verdict is PASS else verdict for look, verdict in looks.items()}
    assert of(book, dark).controls[0].credit == 0.0


@given(RULES, KINDS)
def test_where_nothing_was_looked_at_nothing_is_known(rule: str, kind: str) -> None:
    book = catalogue_of([f"decided_by: {rule}{kind}"])
    looks = {(agent, check): DARK for agent in AGENTS for check in CHECKS}
    found = of(book, looks).controls[0]
    assert (found.credit, found.state) == (0.0, UNKNOWN)


@given(RULES, LOOKS, st.randoms(use_true_random=False))
def test_neither_the_order_of_hosts_nor_of_the_log_matters(
    rule: str, looks: Looks, order: random.Random
) -> None:
    book = catalogue_of([f"decided_by: {rule}"])
    mixed = entries(looks, paper=True)
    order.shuffle(mixed)
    assert score(book, fold(mixed), SYSTEM, NOW) == of(book, looks, paper=True)
    names = dict(zip(AGENTS[:2], reversed(AGENTS[:2]), strict=True))
    swapped = {(names[agent], check): verdict for (agent, check), verdict in looks.items()}
    first, second = of(book, looks).controls[0], of(book, swapped).controls[0]
    assert (first.state, first.reason, first.credit) == (
        second.state,
        second.reason,
        second.credit,
    )


@given(JOINS, st.lists(st.one_of(LEAVES, _joined(LEAVES)), min_size=2, max_size=4), LOOKS)
def test_the_order_of_parts_does_not_matter(way: str, parts: list[str], looks: Looks) -> None:
    forth, back = (f"decided_by: {{{way}: [{', '.join(p)}]}}" for p in (parts, parts[::-1]))
    one = of(catalogue_of([forth]), looks).controls[0]
    assert one == of(catalogue_of([back]), looks).controls[0]


@given(RULES, LOOKS)
def test_a_host_is_blamed_where_and_only_where_something_is_wrong_or_dark(
    rule: str, looks: Looks
) -> None:
    found = of(catalogue_of([f"decided_by: {rule}"]), looks, paper=True).controls[0]
    assert bool(found.broken_by) == (found.state in {NOT_MET, PARTLY, UNKNOWN})
    for fault in found.broken_by:
        assert {looks[fault.agent, check] for check in CHECKS} & {FAIL, DARK}


# the published schema says the same


SHAPES = st.recursive(
    st.sampled_from(
        [
            {"attest": True},
            {"checks": {"all": ["c1"]}},
            {"checks": {"any": ["c1", "c2"]}},
            {"checks": {}},
            {"checks": {"all": ["c1"], "any": ["c2"]}},
            {"backup": ["backup.encrypted"]},
            {"fleet": ["fleet.hosts_report"]},
            {"fleet": []},
            {"attest": False},
            {"attest": True, "backup": ["backup.encrypted"]},
            {},
        ]
    ),
    lambda parts: st.dictionaries(
        st.sampled_from(["all", "any"]), st.lists(parts, max_size=2), min_size=1, max_size=2
    ),
    max_leaves=5,
)


@given(SHAPES)
def test_schema_and_reader_refuse_the_same_rules(shape: dict[str, object]) -> None:
    schema = json.loads((resources.files("policies") / "schema.json").read_bytes())
    wanted = {"$ref": "#/$defs/decided_by", "$defs": schema["$defs"]}
    by_schema = not differences(shape, wanted)  # type: ignore[arg-type]
    try:
        catalogue_of([f"decided_by: {json.dumps(shape)}"])
        by_reader = True
    except CatalogueError:
        by_reader = False
    assert by_schema == by_reader
