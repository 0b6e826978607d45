"""What got better or worse is told from what was recorded, also by an older version."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from agent.checks.history import MIGRATIONS, Direction, changes, open_history
from agent.checks.model import Finding
from agent.config.home import Home, home_at
from tests.agent.checks.fake_host import NOW, FixedClock
from wire.verdicts import CheckVerdict

PASS, FAIL = CheckVerdict.PASS, CheckVerdict.FAIL
UNKNOWN, NOT_APPLICABLE = CheckVerdict.UNKNOWN, CheckVerdict.NOT_APPLICABLE
DAY = timedelta(days=1)


def finding(verdict: CheckVerdict, check: str = "a.b") -> Finding:
    return Finding(check, verdict, "x", NOW, observed="x")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_at(tmp_path)


def direction_of(home: Home, was: CheckVerdict, now: CheckVerdict) -> list[Direction]:
    with open_history(home, FixedClock()) as history:
        history.record([finding(was)], NOW)
        return [change.direction for change in changes(history.recall(), [finding(now)])]


@pytest.mark.parametrize(
    ("was", "now", "direction"),
    [
        (FAIL, PASS, [Direction.BETTER]),
        (UNKNOWN, PASS, [Direction.BETTER]),
        (UNKNOWN, NOT_APPLICABLE, [Direction.BETTER]),
        (PASS, FAIL, [Direction.WORSE]),
        (PASS, UNKNOWN, [Direction.WORSE]),
        (NOT_APPLICABLE, FAIL, [Direction.WORSE]),
        (FAIL, UNKNOWN, [Direction.OTHER]),
        (UNKNOWN, FAIL, [Direction.OTHER]),
        (PASS, NOT_APPLICABLE, [Direction.OTHER]),
        (PASS, PASS, []),
        (FAIL, FAIL, []),
    ],
)
def test_better_is_only_what_became_good(
    home: Home, was: CheckVerdict, now: CheckVerdict, direction: list[Direction]
) -> None:
    assert direction_of(home, was, now) == direction


def test_the_first_look_of_all_changes_nothing(home: Home) -> None:
    with open_history(home, FixedClock()) as history:
        assert changes(history.recall(), [finding(FAIL)]) == ()


def test_a_check_that_was_never_looked_at_is_new(home: Home) -> None:
    with open_history(home, FixedClock()) as history:
        history.record([finding(PASS)], NOW)
        (change,) = changes(history.recall(), [finding(PASS), finding(FAIL, "c.d")])
    assert (change.check, change.direction, change.was) == ("c.d", Direction.NEW, None)


def test_a_check_that_a_lower_level_does_not_ask_is_not_worse_and_is_kept(home: Home) -> None:
    with open_history(home, FixedClock()) as history:
        history.record([finding(PASS), finding(PASS, "c.d")], NOW)
        assert changes(history.recall(), [finding(PASS)]) == ()
        history.record([finding(PASS)], NOW + DAY)
        (change,) = changes(history.recall(), [finding(PASS), finding(FAIL, "c.d")])
    assert (change.direction, change.last_looked_at) == (Direction.WORSE, NOW)


def test_it_is_known_since_when_a_verdict_holds_and_what_was_before(home: Home) -> None:
    with open_history(home, FixedClock()) as history:
        for days, verdict in enumerate((PASS, FAIL, FAIL)):
            history.record([finding(verdict)], NOW + days * DAY)
        said = history.recall()["a.b"]
    assert (said.verdict, said.since, said.before) == (FAIL, NOW + DAY, PASS)
    assert said.looked_at == NOW + 2 * DAY


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS)))
def test_a_file_of_an_older_version_is_read(home: Home, version: int) -> None:
    home.state_dir.mkdir()
    with sqlite3.connect(home.database("checks")) as older:
        for script in MIGRATIONS[:version]:
            older.executescript(script)
        older.execute(f"PRAGMA user_version={version}")
        older.execute(
            "INSERT INTO last_verdict (check_id, verdict, looked_at) VALUES ('a.b', 'PASS', ?)",
            (NOW.isoformat(),),
        )
    older.close()
    with open_history(home, FixedClock()) as history:
        said = history.recall()["a.b"]
        history.record([finding(FAIL)], NOW + DAY)
        later = history.recall()["a.b"]
    assert (said.verdict, said.since, said.before) == (PASS, NOW, None)
    assert (later.since, later.before) == (NOW + DAY, PASS)
