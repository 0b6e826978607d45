"""Every check answers as the name of its case says; every check has a case for each answer."""

from pathlib import Path

import pytest

from agent.checks.catalogue import ALL, CHECK_BY_ID, SINGLES
from agent.checks.model import Finding
from tests.agent.checks.cases import FOLDER, find, is_explained, verdict_named_by
from wire.verdicts import CheckVerdict

OF_FAMILIES = {"families", "instances"}  # test_families.py, test_instances.py
CASES = sorted(case for case in FOLDER.glob("*/*.txt") if case.parent.name not in OF_FAMILIES)
IDS = [check.id for check in SINGLES]


def finding_of(case: Path) -> Finding:
    return find(case.parent.name, case.read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_check_answers_as_its_case_is_named(case: Path) -> None:
    finding = finding_of(case)
    assert finding.verdict == verdict_named_by(case), finding


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_answer_without_pass_or_fail_has_its_reason(case: Path) -> None:
    finding = finding_of(case)
    assert is_explained(finding), finding


@pytest.mark.parametrize("check_id", IDS)
def test_check_has_a_case_for_each_answer(check_id: str) -> None:
    answers = {verdict_named_by(case) for case in CASES if case.parent.name == check_id}
    assert {CheckVerdict.PASS, CheckVerdict.FAIL, CheckVerdict.UNKNOWN} <= answers


def test_every_folder_of_cases_belongs_to_a_check() -> None:
    assert {case.parent.name for case in CASES} == set(IDS)


def test_ids_are_unique_and_everything_is_said() -> None:
    assert len(CHECK_BY_ID) == len(ALL)
    for check in ALL:
        assert all([check.title, check.why, check.expected, check.remedy, check.source]), check.id
