"""The shipped catalogue of level 3: whole, well formed, and honest about what decides it."""

import subprocess
import sys
from collections import Counter
from importlib import resources
from pathlib import Path

import pytest

from compliance.catalogue import Catalogue, parse
from compliance.logged import SystemKey
from compliance.score import score
from tests.compliance.logbook import NOW, fold

POLICIES = Path(str(resources.files("policies")))
FILE = POLICIES / "tcvn-14423-2026" / "level-3.yaml"
# Counted once in the reference table; a row that goes or comes is a decision, not an accident.
GROUPS = {
    "risk": 11,
    "hardware-assets": 11,
    "software-assets": 11,
    "information-assets": 18,
    "secure-configuration": 10,
    "accounts-access": 20,
    "vulnerabilities": 7,
    "logging": 10,
    "browser-email": 5,
    "malware": 8,
    "backup-recovery": 9,
    "network": 34,
    "monitoring-defence": 7,
    "personnel": 7,
    "suppliers": 5,
    "incident-response": 12,
    "secure-development": 9,
    "penetration-testing": 5,
}
CADENCES = {"": 167, "P1Y": 23, "P6M": 7, "P1M": 1, "P2M": 1}


@pytest.fixture(scope="module")
def level_3() -> Catalogue:
    return parse(FILE.read_bytes())


def test_every_row_of_the_reference_is_there(level_3: Catalogue) -> None:
    assert len(level_3.controls) == 199
    assert Counter(control.group for control in level_3.controls) == GROUPS
    kinds = Counter(control.kind for control in level_3.controls)
    assert kinds == {"host": 50, "backup": 7, "fleet": 33, "attest": 109}
    confidence = Counter(control.confidence for control in level_3.controls)
    assert confidence == {"corroborated": 110, "unverified": 89}
    assert Counter(control.cadence for control in level_3.controls) == CADENCES


def test_every_id_is_made_of_group_and_place(level_3: Catalogue) -> None:
    places: Counter[str] = Counter()
    for control in level_3.controls:
        places[control.group] += 1
        assert control.id == f"l3.{control.group}.{places[control.group]:02d}"


def test_every_row_speaks_both_languages_and_names_its_sources(level_3: Catalogue) -> None:
    for control in level_3.controls:
        assert set(control.title) == {"vi", "en"}
        assert control.title["vi"] != control.title["en"]
        independent = len(control.sources) > 1
        assert independent == (control.confidence == "corroborated"), control.id


def test_weights_tell_duties_apart(level_3: Catalogue) -> None:
    weights = Counter(control.weight for control in level_3.controls)
    assert set(weights) == {1, 2, 3, 4, 5}
    assert max(weights.values()) < 100
    assert weights[5] < weights[3]


def test_papers_are_never_decided_by_a_program(level_3: Catalogue) -> None:
    for control in level_3.controls:
        assert (control.rule.mode == "attest") == (control.kind == "attest"), control.id


def test_a_suggested_value_is_told_from_a_duty(level_3: Catalogue) -> None:
    suggested = {control.id for control in level_3.controls if control.suggested}
    assert suggested == {
        "l3.information-assets.02",
        "l3.secure-configuration.08",
        "l3.secure-configuration.09",
        "l3.accounts-access.08",
        "l3.accounts-access.09",
    }
    for control in level_3.controls:
        assert not control.threshold.startswith("suggested")


def test_every_backup_row_is_decided_by_evidence(level_3: Catalogue) -> None:
    modes = {control.rule.mode for control in level_3.controls if control.kind == "backup"}
    assert modes == {"backup"}


def test_without_evidence_nothing_is_earned(level_3: Catalogue) -> None:
    result = score(level_3, fold([]), SystemKey("F1", "S1"), NOW)
    assert (result.value, result.coverage) == (0.0, 0.0)


def test_the_shipped_file_fits_the_published_schema(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema"]
    command += ["--schemafile", str(POLICIES / "schema.json")]
    assert subprocess.run([*command, str(FILE)], check=False, capture_output=True).returncode == 0
    spoiled = tmp_path / "spoiled.yaml"
    spoiled.write_text(FILE.read_text().replace("weight: 5", "weight: 6", 1))
    ended = subprocess.run([*command, str(spoiled)], check=False, capture_output=True)
    assert ended.returncode == 1
    assert b"6 is greater than the maximum of 5" in ended.stdout
