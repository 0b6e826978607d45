"""What no signature says: that a statement is missing at the end, or was marked as sent."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.config.home import Home, home_at
from agent.daemon.app import App, open_app
from agent.daemon.tell import tell
from agent.state import gaps
from agent.state.errors import StateDiskError
from wire.messages import Gap

CHANGES = [
    "DELETE FROM envelopes WHERE sequence = 6",
    "DELETE FROM envelopes WHERE sequence > 6",
    "DELETE FROM envelopes WHERE sequence = 1",
    "UPDATE envelopes SET acknowledged_at = sealed_at, log_index = 3 WHERE sequence = 7",
    "UPDATE envelopes SET acknowledged_at = NULL WHERE sequence = 2",
    "UPDATE envelopes SET resealed_at = sealed_at WHERE sequence = 7",
    "UPDATE envelopes SET log_index = 9 WHERE sequence = 2",
    "UPDATE envelopes SET sealed_at = '2020-01-01T00:00:00.000000Z' WHERE sequence = 7",
    "UPDATE envelopes SET kind = 'findings' WHERE sequence = 7",
    "UPDATE envelopes SET sequence = 99 WHERE sequence = 7",
    "UPDATE envelopes SET link = substr(link, 2) || 'g' WHERE sequence = 7",
    "UPDATE envelopes SET raw = (SELECT raw FROM envelopes WHERE sequence = 5) WHERE sequence = 7",
    "UPDATE meta SET value = '99999.0' WHERE key = 'clock_offset_s'",
    "UPDATE meta SET value = '' WHERE key = 'seal'",
    "DELETE FROM meta WHERE key = 'seal'",
    "CREATE TRIGGER t AFTER INSERT ON envelopes BEGIN DELETE FROM envelopes; END",
]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = home_at(tmp_path / "home")
    home.config_dir.mkdir(parents=True)
    home.agent_yaml.write_text("facility: GL-BVDK\n")
    return home


@pytest.fixture
def app(home: Home) -> Iterator[App]:
    opened = open_app(home)
    for number in range(8):
        tell(opened, Gap("journal", "test", count=number))
    opened.outbox.acknowledge(opened.outbox.head().incarnation, {1: 1, 2: 2, 3: 3})
    opened.outbox.set_clock_offset(1.5)
    yield opened
    opened.close()


def change(app: App, statement: str) -> None:
    """By a program of one's own, which has none of our triggers."""
    connection = sqlite3.connect(app.home.database("outbox"), isolation_level=None)
    connection.execute(statement)
    connection.close()


def _seal_many(app: App) -> None:
    for _ in range(500):
        tell(app, Gap("integrity", "killed"))


def test_a_full_disk_is_an_error_that_whoever_seals_can_wait_for(app: App) -> None:
    with app.outbox.changing() as chain:
        pages = chain.connection.execute("PRAGMA page_count").fetchone()[0]
        connection = chain.connection
    connection.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(StateDiskError):
        _seal_many(app)
    connection.execute("PRAGMA max_page_count=100000")
    tell(app, Gap("integrity", "killed"))
    assert not app.outbox.proof().trouble


def test_what_we_write_ourselves_holds(app: App) -> None:
    assert not app.outbox.proof().trouble
    app.outbox.send_again(2)
    app.outbox.reopen("restored")
    app.outbox.prune()
    assert not app.outbox.proof().trouble
    assert app.outbox.proof().statements > 8
    assert not gaps.waiting(app.home)


@pytest.mark.parametrize("statement", CHANGES)
def test_a_change_without_the_key_is_found(app: App, statement: str) -> None:
    change(app, statement)
    assert app.outbox.proof().trouble


def test_a_cut_off_end_is_told_before_anything_follows_it(app: App) -> None:
    change(app, "DELETE FROM envelopes WHERE sequence > 6")
    tell(app, Gap("journal", "test"))
    assert [(gap.purpose, gap.reason) for gap in gaps.waiting(app.home)] == [("outbox", "changed")]
    assert not app.outbox.proof().trouble


def test_an_older_queue_put_back_is_set_aside_and_begins_anew(home: Home, app: App) -> None:
    older = home.state_dir / "older"
    incarnation = app.outbox.head().incarnation
    app.close()
    shutil.copy(home.database("outbox"), older)
    again = open_app(home)
    tell(again, Gap("journal", "test"))
    again.close()
    shutil.copy(older, home.database("outbox"))
    found = open_app(home)
    assert [gap.purpose for gap in gaps.waiting(home)] == ["outbox"]
    assert found.outbox.head().incarnation != incarnation
    assert not found.outbox.proof().trouble
    found.close()


def test_a_queue_of_an_older_program_is_sealed_without_an_alarm(home: Home, app: App) -> None:
    app.close()
    change(app, "DELETE FROM meta WHERE key = 'seal'")
    for name in ("files.jsonl", "outbox.at"):
        (home.state_dir / name).unlink()
    found = open_app(home)
    assert not gaps.waiting(home)
    assert not found.outbox.proof().trouble
    found.close()
