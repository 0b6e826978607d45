"""What decides the rows of all levels: evidence where there can be some, papers for the rest."""

from collections.abc import Iterator

import pytest

from compliance.catalogue import Catalogue, Control
from compliance.logged import SystemKey
from compliance.rules import Rule
from compliance.score import score
from tests.compliance.logbook import NOW, findings, fold, said
from tests.policies.shipped import LEVELS
from wire.verdicts import CheckVerdict, ControlState

# What no backup shows: lines between sites, and what was done before a server was wiped.
PAPERS_ON_BACKUP = {"l5.backup-recovery.10", "l5.hardware-assets.16"}
HARDENING = "Harden devices before go-live"  # a paper that can be held against the server itself

LEVEL_WITH_HARDENING = 3


def modes(row: Control) -> set[str]:
    return {leaf.mode for leaf in row.rule.leaves()}


def joins(rule: Rule) -> Iterator[Rule]:
    if rule.mode == "joined":
        yield rule
    for part in rule.parts:
        yield from joins(part)


def offers_a_document_instead(row: Control) -> bool:
    """Some `any` has a document on one side and something that was looked at on another."""
    found = [join for join in joins(row.rule) if join.one_suffices]
    return any({"attest", "checks"} <= {part.mode for part in join.parts} for join in found)


@pytest.mark.parametrize("level", LEVELS)
def test_papers_are_decided_by_a_person_alone(books: dict[int, Catalogue], level: int) -> None:
    papers = [row for row in books[level].controls if row.kind == "attest"]
    assert all("attest" in modes(row) for row in papers)
    joined = {row.title["en"] for row in papers if row.rule.mode != "attest"}
    assert joined == ({HARDENING} if level >= LEVEL_WITH_HARDENING else set())


@pytest.mark.parametrize("level", LEVELS)
def test_backup_rows_are_decided_by_backup_evidence(
    books: dict[int, Catalogue], level: int
) -> None:
    rows = [row for row in books[level].controls if row.kind == "backup"]
    assert {row.id for row in rows if "backup" not in modes(row)} <= PAPERS_ON_BACKUP


@pytest.mark.parametrize("level", LEVELS)
def test_every_row_has_somebody_who_can_decide_it(books: dict[int, Catalogue], level: int) -> None:
    assert [row.id for row in books[level].controls if "nothing" in modes(row)] == []


@pytest.mark.parametrize("level", LEVELS)
def test_an_equivalent_that_is_documented_stands_beside_the_state(
    books: dict[int, Catalogue], level: int
) -> None:
    for row in books[level].controls:
        if row.kind == "host" and "equivalent==documented" in row.threshold:
            assert offers_a_document_instead(row), row.id


@pytest.mark.parametrize("level", LEVELS)
def test_a_review_needs_its_record(books: dict[int, Catalogue], level: int) -> None:
    """A program never stands in for the person who looked the list through."""
    reviews = [row for row in books[level].controls if "review record" in row.evidence["en"]]
    assert reviews
    assert [row.id for row in reviews if "attest" not in modes(row)] == []


@pytest.mark.parametrize("level", LEVELS)
def test_a_document_alone_ends_a_duty_only_where_the_standard_says_so(
    books: dict[int, Catalogue], level: int
) -> None:
    for row in books[level].controls:
        parts = {part.mode for part in row.rule.parts if row.rule.one_suffices}
        if row.kind == "host" and "attest" in parts:
            assert "|" in row.threshold or "equivalent" in row.title["en"], row.id


WITHOUT_SSH = {
    "accounts.admin_passwords_change": CheckVerdict.PASS,
    "password.history_kept": CheckVerdict.PASS,
    "sshd.two_factors_needed": CheckVerdict.NOT_APPLICABLE,
    "pam.second_factor_for_sudo": CheckVerdict.FAIL,
}


@pytest.mark.parametrize("level", [3, 4, 5])
@pytest.mark.parametrize(
    ("at_login", "state"),
    [(CheckVerdict.FAIL, ControlState.PARTLY), (CheckVerdict.PASS, ControlState.MET)],
)
def test_where_no_ssh_runs_administrators_still_need_a_second_factor(
    books: dict[int, Catalogue], level: int, at_login: CheckVerdict, state: ControlState
) -> None:
    seen = WITHOUT_SSH | {"pam.second_factor_at_login": at_login}
    judged = score(books[level], fold([said(0, findings(seen))]), SystemKey("F1", "S1"), NOW)
    (row,) = (r for r in books[level].controls if "admin_mfa" in r.threshold)
    (found,) = (one for one in judged.controls if one.control_id == row.id)
    assert found.state == state
