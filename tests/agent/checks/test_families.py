"""Every family answers as its cases are named, and has the cases in which such checks go wrong."""

from pathlib import Path

import pytest

from agent.checks import instances, runner
from agent.checks.catalogue import CHECK_BY_ID
from agent.checks.families import FAMILIES
from agent.facts.slow import PassingSlowFacts
from agent.library import check_files
from tests.agent.checks.cases import (
    FAMILY_FOLDER,
    check_named_in,
    find,
    is_explained,
    verdict_named_by,
)
from tests.agent.checks.fake_host import FakeHost, FixedClock
from wire.verdicts import CheckVerdict

CASES = sorted(FAMILY_FOLDER.glob("*/*.txt"))
DEMANDED = {"correct", "missing", "wrong", "unknown"}
LOADED = {loaded.family: loaded for loaded in map(instances.read, check_files())}


def names_of(family: str) -> set[str]:
    return {case.name.partition(".")[0] for case in CASES if case.parent.name == family}


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_family_answers_as_its_case_is_named(case: Path) -> None:
    transcript = case.read_text()
    finding = find(check_named_in(transcript), transcript)
    assert finding.verdict == verdict_named_by(case), finding
    assert is_explained(finding), finding


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_case_lies_with_the_family_of_its_check(case: Path) -> None:
    check = check_named_in(case.read_text())
    assert check in {one.id for one in LOADED[case.parent.name].checks}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_has_the_cases_in_which_such_checks_go_wrong(family: str) -> None:
    assert names_of(family) >= DEMANDED
    answers = {verdict_named_by(case) for case in CASES if case.parent.name == family}
    assert {CheckVerdict.PASS, CheckVerdict.FAIL, CheckVerdict.UNKNOWN} <= answers


def test_every_folder_of_cases_belongs_to_a_family() -> None:
    assert {case.parent.name for case in CASES} == set(FAMILIES)


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_family_for_packs_asks_only_for_what_it_says_that_it_reads(case: Path) -> None:
    """Packs are admitted by `reads`: a family that reads more than it says would be a hole."""
    family = FAMILIES[case.parent.name]
    transcript = case.read_text()
    check_id = check_named_in(transcript)
    allowed = family.reads(LOADED[family.name].params[check_id])
    host = FakeHost(transcript)
    runner.run([CHECK_BY_ID[check_id]], host, FixedClock(), PassingSlowFacts())
    strangers = [question for question in host.asked if not covered(question, allowed)]
    assert not family.in_packs or strangers == []


def covered(question: str, allowed: tuple[str, ...]) -> bool:
    """A look at a path of the list or below it; a program is never covered."""
    word, _, path = question.partition(" ")
    below = any(path == one or path.startswith(one.rstrip("/") + "/") for one in allowed)
    return word in {"cat", "ls", "stat"} and below
