"""TCVN 11930:2017: its clauses of each level, and what is only recollected never fails."""

from collections import Counter
from pathlib import Path

import pytest

from compliance.catalogue import Catalogue, parse
from compliance.logged import SystemKey
from compliance.score import Score, score
from tests.compliance.logbook import NOW, findings, fold, said
from tests.policies.shipped import LEVELS, POLICIES
from wire.verdicts import CheckVerdict, ControlState, Regime

FOLDER = POLICIES / "tcvn-11930-2017"
# rows, of them recollected: counted once in the reference
SIZES = {1: (33, 0), 2: (50, 1), 3: (70, 4), 4: (76, 10), 5: (77, 10)}
BACKUP_CLAUSE = {1: "5.2.4.1", 2: "6.2.4.2", 3: "7.2.4.3", 4: "8.2.4.3", 5: "9.2.4.3"}


def file_of(level: int) -> Path:
    return FOLDER / f"level-{level}.yaml"


@pytest.fixture(scope="module")
def books() -> dict[int, Catalogue]:
    return {level: parse(file_of(level).read_bytes()) for level in LEVELS}


def scored(book: Catalogue, verdict: CheckVerdict) -> Score:
    """Every check of the book says the same."""
    looked = findings(dict.fromkeys(book.controls_of_check(), verdict))
    return score(book, fold([said(0, looked)]), SystemKey("F1", "S1"), NOW)


@pytest.mark.parametrize("level", LEVELS)
def test_it_judges_systems_of_the_old_regime(books: dict[int, Catalogue], level: int) -> None:
    book = books[level]
    sure = Counter(row.confidence for row in book.controls)
    assert (book.regime, book.level) == (Regime.ND85, level)
    assert (len(book.controls), sure["recollection"]) == SIZES[level]
    assert set(sure) <= {"unverified", "recollection"}  # the standard itself was not read


@pytest.mark.parametrize("level", LEVELS)
def test_clauses_are_those_of_the_level(books: dict[int, Catalogue], level: int) -> None:
    rows = books[level].controls
    assert {row.clause.split(".")[0] for row in rows} == {str(level + 4)}
    assert {row.clause for row in rows if "backup" in row.id and row.kind == "backup"} == {
        BACKUP_CLAUSE[level]
    }


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_only_recollected_never_fails(books: dict[int, Catalogue], level: int) -> None:
    book = books[level]
    by_id = {row.id: row for row in book.controls}
    bad = scored(book, CheckVerdict.FAIL)
    failed = [by_id[one.control_id] for one in bad.controls if one.state is ControlState.NOT_MET]
    assert failed, "everything that a check decides fails here"
    assert {row.confidence for row in failed} == {"unverified"}


@pytest.mark.parametrize("level", LEVELS)
def test_every_number_of_the_old_standard_is_measured(
    books: dict[int, Catalogue], level: int
) -> None:
    for row in books[level].controls:
        if row.threshold:
            days = row.threshold.rpartition(">=")[2]
            assert row.rule.checks() == (f"logs.kept_{days}_days",)
