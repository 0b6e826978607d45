"""Whoever must find out why no point was made is told which folder, and how much was there."""

from datetime import UTC, datetime
from pathlib import Path

from agent.backup.records.records import Run
from agent.backup.sources.layout import mount_of
from agent.backup.sources.sourcing import SourceLook, look_at_source
from agent.files.tally import Tally
from wire.verdicts import Cause


def look(root: Path, found: Tally, *history: Run) -> SourceLook:
    return look_at_source(lambda _root: found, [root], history)


def test_the_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    found = look(tmp_path / "share", Tally(present=True, files=0, bytes=0))
    assert (found.fault, found.says) == (Cause.SOURCE_MISSING, str(tmp_path / "share"))


def test_a_collapse_is_told_with_its_figures(tmp_path: Path) -> None:
    usual = Run("share", datetime(2026, 11, 22, tzinfo=UTC), None, 300, 2**25, mount_of(tmp_path))
    found = look(tmp_path, Tally(present=True, files=75, bytes=2**20), usual)
    assert found.fault is Cause.SOURCE_SHRUNK
    assert found.says == "now 75 files, 1.0 MiB; in the last good run 300 files, 32.0 MiB"
    assert look(tmp_path, Tally(present=True, files=299, bytes=2**25), usual).says == ""
