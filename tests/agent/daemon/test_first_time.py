"""A job that is at work for the first time has not succeeded yet, whatever it will say."""

from datetime import UTC, datetime

import pytest

from agent.daemon.diary import JobRecord
from agent.daemon.status import all_items
from wire.verdicts import CheckVerdict

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ended_at", "succeeded_at", "result", "verdict"),
    [
        (None, None, "", CheckVerdict.UNKNOWN),
        (NOW, None, "exit 2", CheckVerdict.UNKNOWN),
        (None, NOW, "ok", CheckVerdict.PASS),
        (NOW, NOW, "ok", CheckVerdict.PASS),
    ],
)
def test_only_a_success_is_good(
    ended_at: datetime | None, succeeded_at: datetime | None, result: str, verdict: CheckVerdict
) -> None:
    record = JobRecord("check", NOW, ended_at, succeeded_at, result, 1, 0)
    assert all_items._job_item("check", record).verdict is verdict  # noqa: SLF001
