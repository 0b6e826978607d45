"""A companion that vouches for less than the snapshot holds never makes a drill pass."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.backup import companion_files
from agent.backup.companion_files import About
from agent.backup.naming import companion_tags
from agent.drills import companion
from agent.restic import reading, saving
from recovery.manifest import Entry
from tests.agent.drills.conftest import DATASET, Hospital
from wire.verdicts import Cause, DrillVerdict

MANIFEST_ID = "ab" * 16


def _save_companion(
    hospital: Hospital, folder: Path, *, leave_out: int, said_unproven: int, spoil: bool = False
) -> None:
    """Put a newer companion of the newest tree at site B."""
    restic = hospital.restic("b")
    with hospital.records() as records:
        point = records.newest_point(DATASET, "b")
    assert point is not None
    assert point.companion is not None
    reading.restore(restic, point.companion, folder / "old")
    entries = list(companion.read(folder / "old", "b").entries())[leave_out:]
    if spoil:
        entries[5] = Entry(entries[5].path, entries[5].size, b"\0" * 32)
    new = folder / "new"
    new.mkdir()
    salt_key = companion_files.salt_key_of(hospital.app.keys.k_s, MANIFEST_ID)
    companion_files.write_manifest(new / companion_files.MANIFEST, entries, salt_key, MANIFEST_ID)
    companion_files.write_salts(new / companion_files.SALTS, salt_key, MANIFEST_ID)
    now = datetime.now(UTC)
    about = About(MANIFEST_ID, DATASET, point.tree, point.snapshot, now, said_unproven)
    companion_files.write_about(new / companion_files.ABOUT, about)
    tags = companion_tags(DATASET, point.tree, MANIFEST_ID)
    saving.save(restic, saving.Sources(new, (".",), "fs-01", tags))


@pytest.mark.parametrize("drill_class", ["D0", "D1"])
def test_more_than_one_in_a_hundred_unproven_never_passes(
    hospital: Hospital, tmp_path: Path, drill_class: str
) -> None:
    _save_companion(hospital, tmp_path, leave_out=6, said_unproven=6)
    journal = hospital.drill(drill_class)
    assert (journal.verdict, journal.cause) == (DrillVerdict.INCONCLUSIVE, Cause.UNPROVEN_FILES)
    assert journal.unproven == 6
    assert journal.mismatches == 0


def test_one_in_a_hundred_unproven_may_pass(hospital: Hospital, tmp_path: Path) -> None:
    _save_companion(hospital, tmp_path, leave_out=4, said_unproven=4)
    journal = hospital.drill("D1")
    assert (journal.verdict, journal.unproven) == (DrillVerdict.PASSED, 4)


def test_files_that_nobody_committed_to_fail_a_full_drill(
    hospital: Hospital, tmp_path: Path
) -> None:
    _save_companion(hospital, tmp_path, leave_out=3, said_unproven=0)
    journal = hospital.drill("D1")
    assert (journal.verdict, journal.cause) == (DrillVerdict.FAILED, Cause.CONTENT_DIFFERS)
    assert journal.mismatches == 3


def test_content_other_than_committed_fails_a_full_drill(
    hospital: Hospital, tmp_path: Path
) -> None:
    _save_companion(hospital, tmp_path, leave_out=0, said_unproven=0, spoil=True)
    journal = hospital.drill("D1")
    assert (journal.verdict, journal.cause) == (DrillVerdict.FAILED, Cause.CONTENT_DIFFERS)
    assert journal.mismatches == 1
