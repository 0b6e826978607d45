"""Every check answers as the name of its case says; every check has a case for each answer."""

from pathlib import Path

import pytest

from agent.checks import runner
from agent.checks.catalogue import ALL, CHECK_BY_ID
from agent.checks.model import Finding
from agent.facts.slow import PassingSlowFacts, SlowFact, collect
from tests.agent.checks.fake_host import FakeHost, FixedClock
from wire.verdicts import CheckVerdict

FOLDER = Path(__file__).parents[2] / "cases"
CASES = sorted(FOLDER.glob("*/*.txt"))


def verdict_named_by(case: Path) -> CheckVerdict:
    return CheckVerdict(case.stem.rpartition(".")[2].upper())


def finding_of(case: Path) -> Finding:
    check = CHECK_BY_ID[case.parent.name]
    host, slow = FakeHost(case.read_text()), PassingSlowFacts()
    if isinstance(check.needs, SlowFact):
        collect(check.needs, host, FixedClock(), slow)
    (finding,) = runner.run([check], host, FixedClock(), slow)
    return finding


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_check_answers_as_its_case_is_named(case: Path) -> None:
    finding = finding_of(case)
    assert finding.verdict == verdict_named_by(case), finding


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_answer_without_pass_or_fail_has_its_reason(case: Path) -> None:
    finding = finding_of(case)
    settled = finding.verdict in {CheckVerdict.PASS, CheckVerdict.FAIL}
    assert settled == (finding.reason == ""), finding
    assert finding.observed or finding.unreadable


@pytest.mark.parametrize("check_id", CHECK_BY_ID)
def test_check_has_a_case_for_each_answer(check_id: str) -> None:
    answers = {verdict_named_by(case) for case in CASES if case.parent.name == check_id}
    assert {CheckVerdict.PASS, CheckVerdict.FAIL, CheckVerdict.UNKNOWN} <= answers


def test_every_folder_of_cases_belongs_to_a_check() -> None:
    assert {case.parent.name for case in CASES} == set(CHECK_BY_ID)


def test_ids_are_unique_and_everything_is_said() -> None:
    assert len(CHECK_BY_ID) == len(ALL)
    for check in ALL:
        assert all([check.title, check.why, check.expected, check.remedy, check.source]), check.id
