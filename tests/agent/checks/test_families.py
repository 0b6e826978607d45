"""Every family answers as its cases are named, and has the cases in which such checks go wrong."""

from pathlib import Path
from typing import Any

import pytest

from agent.checks import instances
from agent.checks.catalogue import CHECK_BY_ID
from agent.checks.families import FAMILIES
from agent.library import check_files
from tests.agent.checks.cases import (
    FAMILY_FOLDER,
    check_named_in,
    find,
    is_explained,
    verdict_named_by,
)
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


@pytest.mark.parametrize("family", LOADED)
def test_what_an_instance_asks_for_is_what_its_family_says_that_it_reads(family: str) -> None:
    """Packs are admitted by `reads`: a family that reads more than it says would be a hole."""
    for check_id, params in LOADED[family].params.items():
        allowed = FAMILIES[family].reads(params)
        strangers = [path for path in paths_asked(check_id) if not covered(path, allowed)]
        assert not FAMILIES[family].in_packs or strangers == [], check_id


def paths_asked(check_id: str) -> list[str]:
    asked: list[str] = []
    for host in _hosts(check_id):
        asked += [question.partition(" ")[2] for question in host.asked]
    return asked


def _hosts(check_id: str) -> list[Any]:
    from agent.checks import runner
    from agent.facts.slow import PassingSlowFacts
    from tests.agent.checks.fake_host import FakeHost, FixedClock

    texts = [case.read_text() for case in CASES]
    hosts = [FakeHost(text) for text in texts if check_named_in(text) == check_id]
    for host in hosts:
        runner.run([CHECK_BY_ID[check_id]], host, FixedClock(), PassingSlowFacts())
    return hosts


def covered(path: str, allowed: tuple[str, ...]) -> bool:
    return any(path == one or path.startswith(one.rstrip("/") + "/") for one in allowed)
