"""Packs that nobody reads in time are told, at the site where they lie."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.backup.records.records import open_records
from agent.config.home import home_at
from agent.daemon.app import App, open_app
from agent.daemon.diary import open_diary
from agent.daemon.metrics import AgentFigures
from agent.daemon.status.doctor import doctor_items
from agent.daemon.status.reading import reading_items
from tests.agent.retention.conftest import Clock, write_configuration
from wire.verdicts import CheckVerdict

BEGIN = datetime(2026, 11, 1, 3, tzinfo=UTC)
FIRST, SECOND = "aa" * 32, "bb" * 32
PASS, FAIL = CheckVerdict.PASS, CheckVerdict.FAIL


@pytest.fixture
def clock() -> Clock:
    return Clock(BEGIN)


@pytest.fixture
def app(tmp_path: Path, clock: Clock) -> Iterator[App]:
    """Two packs were seen at site a at the beginning; one of them was read then."""
    home = home_at(tmp_path / "home")
    write_configuration(home, tmp_path)
    with closing(open_app(home, clock=clock)) as opened:
        with closing(open_records(home, clock)) as records:
            ledger = records.pack_ledger("a")
            ledger.renew([FIRST, SECOND], BEGIN)
            ledger.read([FIRST], BEGIN)
        yield opened


def told(app: App) -> dict[str, CheckVerdict]:
    return {item.id: item.verdict for item in reading_items(app)}


def test_a_new_pack_that_nobody_reads_for_a_week_is_told(app: App, clock: Clock) -> None:
    clock.at = BEGIN + timedelta(days=7)
    assert told(app) == {"reading.a": PASS}  # of site b no pack is known
    clock.at += timedelta(seconds=1)
    (item,) = reading_items(app)
    assert item.verdict is FAIL
    assert item.says.startswith("1 of 2 packs of site a were not read in time, due since ")
    assert item.mend == "Run: lachan-agent backup verify --site a"
    assert overdue(app) == 1
    with closing(open_records(app.home, clock)) as records:
        records.pack_ledger("a").read([SECOND], clock.at)
    assert told(app) == {"reading.a": PASS}
    assert overdue(app) == 0


def test_a_pack_that_was_not_read_for_a_month_is_told(app: App, clock: Clock) -> None:
    with closing(open_records(app.home, clock)) as records:
        records.pack_ledger("a").read([SECOND], BEGIN + timedelta(days=1))
    clock.at = BEGIN + timedelta(days=30)
    assert told(app) == {"reading.a": PASS}
    clock.at += timedelta(seconds=1)
    assert told(app) == {"reading.a": FAIL}
    found = {item.id: item.verdict for item in doctor_items(app.home, clock)}
    assert found["reading.a"] is FAIL


def overdue(app: App) -> float:
    with closing(open_diary(app.home, app.clock)) as diary:
        figures = {one.name: one for one in AgentFigures(app, diary).collect()}
    (sample,) = figures["lachan_agent_packs_overdue"].samples
    return sample.value
