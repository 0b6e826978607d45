"""The shipped catalogues of all levels: whole, well formed, and true to what was read."""

import re
import subprocess
import sys
from collections import Counter, defaultdict
from hashlib import sha256
from pathlib import Path

import pytest

from compliance.catalogue import Catalogue, Control
from compliance.logged import SystemKey
from compliance.score import score
from tests.compliance.logbook import NOW, fold
from tests.policies.shipped import LEVELS, POLICIES, file_of

# Counted once in the reference table; a row that goes or comes is a decision, not an accident.
KINDS = {  # host, backup, fleet, attest
    1: (32, 3, 20, 58),
    2: (39, 4, 22, 68),
    3: (50, 7, 33, 109),
    4: (62, 8, 49, 156),
    5: (63, 12, 50, 165),
}
CORROBORATED = {1: 5, 2: 27, 3: 110, 4: 44, 5: 1}
DIGESTS = Path(__file__).with_name("reference_rows.txt")
INTERVAL = re.compile(r"\b(yearly|quarterly|monthly|every \d+ months)\b")


def reference() -> dict[str, str]:
    """Id -> digest of the row's columns, from the reference table of 2026-11-21."""
    return dict(line.split() for line in DIGESTS.read_text().splitlines())


def digest(level: int, row: Control) -> str:
    columns = (
        str(level),
        row.clause,
        str(row.ordinal),
        row.group,
        row.title["vi"],
        row.title["en"],
        row.kind,
        row.evidence["en"],
        row.cadence,
        "suggested:" * row.suggested + row.threshold,
        "+".join(row.sources) + "|" + row.confidence,
    )
    return sha256("\x1f".join(columns).encode()).hexdigest()[:12]


@pytest.mark.parametrize("level", LEVELS)
def test_every_row_of_the_reference_is_there(books: dict[int, Catalogue], level: int) -> None:
    rows = books[level].controls
    kinds = Counter(row.kind for row in rows)
    assert tuple(kinds[kind] for kind in ("host", "backup", "fleet", "attest")) == KINDS[level]
    corroborated = [row for row in rows if row.confidence == "corroborated"]
    assert len(corroborated) == CORROBORATED[level]


@pytest.mark.parametrize("level", LEVELS)
def test_every_row_says_what_the_reference_says(books: dict[int, Catalogue], level: int) -> None:
    known = reference()
    wrong = [row.id for row in books[level].controls if known.get(row.id) != digest(level, row)]
    assert wrong == []


def test_the_reference_holds_no_row_that_is_missing(books: dict[int, Catalogue]) -> None:
    ids = [row.id for book in books.values() for row in book.controls]
    assert sorted(reference()) == sorted(ids)
    assert len(ids) == len(set(ids)) == 1010


@pytest.mark.parametrize("level", LEVELS)
def test_every_id_is_made_of_group_and_place(books: dict[int, Catalogue], level: int) -> None:
    places: Counter[str] = Counter()
    for row in books[level].controls:
        places[row.group] += 1
        assert row.id == f"l{level}.{row.group}.{places[row.group]:02d}"


@pytest.mark.parametrize("level", LEVELS)
def test_every_row_speaks_both_languages_and_names_its_sources(
    books: dict[int, Catalogue], level: int
) -> None:
    for row in books[level].controls:
        assert set(row.title) == {"vi", "en"}
        assert row.title["vi"] != row.title["en"]
        assert set(row.evidence) == {"vi", "en"}
        assert (len(row.sources) > 1) == (row.confidence == "corroborated"), row.id


def test_the_same_duty_weighs_the_same_at_every_level(books: dict[int, Catalogue]) -> None:
    """Asked more often is the same duty; asked for more is another."""
    weights: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for row in (row for book in books.values() for row in book.controls):
        weights[row.group, INTERVAL.sub("…", row.title["en"])].add(row.weight)
    assert {duty for duty, found in weights.items() if len(found) > 1} == set()


@pytest.mark.parametrize("level", LEVELS)
def test_weights_tell_duties_apart(books: dict[int, Catalogue], level: int) -> None:
    weights = Counter(row.weight for row in books[level].controls)
    assert set(weights) == {1, 2, 3, 4, 5}
    assert max(weights.values()) < len(books[level].controls) / 2
    assert weights[5] < weights[3]


@pytest.mark.parametrize("level", LEVELS)
def test_a_suggested_value_is_told_from_a_duty(books: dict[int, Catalogue], level: int) -> None:
    for row in books[level].controls:
        assert not row.threshold.startswith("suggested")
        assert row.threshold or not row.suggested


@pytest.mark.parametrize("level", LEVELS)
def test_without_evidence_nothing_is_earned(books: dict[int, Catalogue], level: int) -> None:
    result = score(books[level], fold([]), SystemKey("F1", "S1"), NOW)
    assert (result.value, result.coverage) == (0.0, 0.0)


def test_the_shipped_files_fit_the_published_schema(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema"]
    command += ["--schemafile", str(POLICIES / "schema.json")]
    files = [str(file_of(level)) for level in LEVELS]
    assert subprocess.run([*command, *files], check=False, capture_output=True).returncode == 0
    spoiled = tmp_path / "spoiled.yaml"
    spoiled.write_text(file_of(3).read_text().replace("weight: 5", "weight: 6", 1))
    ended = subprocess.run([*command, str(spoiled)], check=False, capture_output=True)
    assert ended.returncode == 1
    assert b"6 is greater than the maximum of 5" in ended.stdout
