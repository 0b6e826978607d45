"""A full disk: `doctor` and `status` say all that can be looked at, and that the disk is full."""

import sqlite3
from collections.abc import Callable, Iterator

import pytest

from agent.config.home import Home
from agent.daemon.app import App
from agent.daemon.status import all_items, doctor
from agent.daemon.status.all_items import status_items
from agent.daemon.status.doctor import doctor_items
from agent.daemon.status.items import Item
from agent.daemon.status.looking import looked
from agent.errors import AgentError
from agent.state.errors import StateDiskError
from wire.errors import WRONG
from wire.verdicts import CheckVerdict

FULL = StateDiskError(folder="/var/lib/lachan", reason="database or disk is full")
ALWAYS = {"configuration", "secrets", "site_keys", "room", "chains"}


def refuse(*_words: object, **_named: object) -> Iterator[Item]:
    raise FULL


def refuse_in_sqlite(*_words: object) -> Iterator[Item]:
    raise sqlite3.OperationalError("database or disk is full")


@pytest.mark.parametrize(
    ("look", "refusal"),
    [("leftovers_item", refuse), ("_restores", refuse_in_sqlite), ("_kept", refuse)],
)
def test_doctor_lists_its_findings_though_one_look_cannot_be_made(
    app: App, monkeypatch: pytest.MonkeyPatch, look: str, refusal: Callable[..., Iterator[Item]]
) -> None:
    monkeypatch.setattr(doctor, look, refusal)
    found = doctor_items(app.home, app.clock)
    assert {item.id for item in found} >= ALWAYS
    assert [item.says for item in found if "full" in item.says]
    assert {item.verdict for item in found if "full" in item.says} == {CheckVerdict.UNKNOWN}


@pytest.mark.parametrize("look", ["watching_items", "last_words"])
def test_status_does_so_too(app: App, monkeypatch: pytest.MonkeyPatch, look: str) -> None:
    monkeypatch.setattr(all_items, look, refuse)
    found = {item.id: item for item in status_items(app)}
    assert {"daemon", "controller", "outbox"} <= found.keys()
    (unknown,) = (item for item in found.values() if "full" in item.says)
    assert unknown.verdict is CheckVerdict.UNKNOWN
    assert "Make room" in unknown.mend


def test_doctor_says_how_much_room_there_is_where_nothing_can_be_opened(
    home: Home, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "open_app", refuse)
    found = {item.id: item for item in doctor_items(home, app.clock)}
    assert found.keys() == {"configuration", "secrets", "room", "state"}
    assert found["state"].verdict is CheckVerdict.FAIL
    assert "full" in found["state"].says


class _WrongError(AgentError):
    exit_code = WRONG
    message = "It is wrong."


def test_what_was_looked_at_and_is_wrong_stays_wrong() -> None:
    def look() -> list[Item]:
        raise _WrongError

    (item,) = looked("x", look)
    assert item.verdict is CheckVerdict.FAIL
