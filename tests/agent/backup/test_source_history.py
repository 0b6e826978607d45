"""A source is compared with good runs alone, however many failed since."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.backup.records.records import Records, Run, open_records
from agent.backup.sources.source import Before, Seen, fault
from agent.clock import SystemClock
from agent.config.home import home_at
from wire.verdicts import Cause

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    with contextlib.closing(open_records(home_at(tmp_path), SystemClock())) as opened:
        yield opened


def test_a_collapse_does_not_become_usual_by_failing_often(records: Records) -> None:
    for number in range(5):
        records.add_run(Run("share", NOW + number * MINUTE, None, 10_000, 10**7, "/srv"))
    for number in range(5, 30):
        seen = Seen(missing=False, unreadable=False, files=100, bytes=1000, devices="/srv")
        history = [
            Before(run.files, run.bytes, run.devices) for run in records.good_runs("share", 10)
        ]
        found = fault(seen, history)
        assert found is Cause.SOURCE_SHRUNK
        records.add_run(Run("share", NOW + number * MINUTE, found, 100, 1000, "/srv"))


def test_only_runs_of_this_dataset_with_files_are_good(records: Records) -> None:
    partly = Run("share", NOW, Cause.SOURCE_UNREADABLE, 5, 50, "/srv")
    records.add_run(partly)
    records.add_run(Run("share", NOW + MINUTE, None, 0, 0, "/srv"))
    records.add_run(Run("other", NOW + MINUTE, None, 7, 70, "/srv"))
    records.add_run(Run("share", NOW + 2 * MINUTE, Cause.SOURCE_MISSING, 0, 0, ""))
    assert records.good_runs("share", 10) == (partly,)


def test_a_clock_that_ran_ahead_does_not_hide_what_failed_since(records: Records) -> None:
    records.add_run(Run("share", NOW + timedelta(days=1461), None, 5, 50, "/srv"))
    records.add_run(Run("share", NOW, Cause.SOURCE_MISSING, 0, 0, ""))
    (newest,) = records.runs("share", 1)
    assert newest.source_cause is Cause.SOURCE_MISSING
