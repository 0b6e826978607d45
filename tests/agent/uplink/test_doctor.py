"""What doctor and status say of the controller."""

import os
from collections.abc import Callable
from datetime import timedelta

import pytest

from agent.clock import SystemClock
from agent.config.home import Home
from agent.daemon.app import App
from agent.daemon.reporting import send_evidence
from agent.daemon.status.all_items import status_items
from agent.daemon.status.doctor import doctor_items
from agent.daemon.status.items import Item, overall
from agent.errors import AgentError
from tests.agent.uplink.stand_in import StandIn
from wire.http import Problem
from wire.verdicts import CheckVerdict

PASS, FAIL, UNKNOWN = CheckVerdict.PASS, CheckVerdict.FAIL, CheckVerdict.UNKNOWN


def looked(home: Home) -> dict[str, Item]:
    return {item.id: item for item in doctor_items(home, SystemClock())}


@pytest.mark.usefixtures("joined")
def test_a_controller_that_answers_at_our_time_is_good(home: Home) -> None:
    items = looked(home)
    assert items["controller"].verdict is items["clock"].verdict is PASS
    assert items["controller"].mend == ""


@pytest.mark.usefixtures("joined")
def test_a_clock_off_by_a_day_fails_with_its_remedy(home: Home, controller: StandIn) -> None:
    controller.clock_ahead = timedelta(days=1)
    items = looked(home)
    assert items["clock"].verdict is FAIL
    assert "timedatectl" in items["clock"].mend
    assert items["alarm.clock"].verdict is FAIL


@pytest.mark.usefixtures("joined")
def test_a_controller_that_cannot_be_reached_is_unknown_and_named(
    home: Home, controller: StandIn
) -> None:
    text = home.agent_yaml.read_text().replace(controller.url, "https://127.0.0.1:1")
    home.agent_yaml.write_text(text)
    item = looked(home)["controller"]
    assert item.verdict is UNKNOWN
    assert "https://127.0.0.1:1" in item.says
    assert item.mend


@pytest.mark.usefixtures("joined")
def test_a_rewritten_log_fails_until_a_person_has_looked(home: Home, controller: StandIn) -> None:
    controller.leaves[-1] = os.urandom(32)
    assert looked(home)["controller"].verdict is FAIL
    assert looked(home)["alarm.log_rewritten"].verdict is FAIL


@pytest.mark.parametrize("code", [Problem.REVOKED, Problem.UNKNOWN_AGENT, Problem.CLONED])
@pytest.mark.usefixtures("joined")
def test_a_refusal_is_a_failure_with_its_own_sentence(
    home: Home, controller: StandIn, code: str
) -> None:
    controller.refuse_with = code
    item = looked(home)["controller"]
    assert item.verdict is FAIL
    assert code not in item.says
    assert item.mend


def test_status_counts_what_waits_and_the_last_heartbeat(
    joined: App, home: Home, opened: Callable[[Home], App]
) -> None:
    before = {item.id: item for item in status_items(joined)}
    assert before["heartbeat"].verdict is FAIL
    assert "1" in before["outbox"].says
    looked(home)
    send_evidence(joined)
    after = {item.id: item for item in status_items(opened(home))}
    assert after["heartbeat"].verdict is PASS
    assert "0" in after["outbox"].says


def test_fail_wins_over_unknown_and_unknown_over_pass() -> None:
    passed, unknown, failed = (Item("x", verdict, "x") for verdict in (PASS, UNKNOWN, FAIL))
    assert overall([passed, unknown, failed]) is FAIL
    assert overall([passed, unknown]) is UNKNOWN
    assert overall([passed]) is PASS


def test_every_code_of_an_error_has_a_class_with_a_hint() -> None:
    families = [AgentError]
    while families:
        family = families.pop()
        families += family.__subclasses__()
        if family.__module__.startswith(("agent.uplink", "agent.state", "agent.config")):
            assert family.message
            assert family.hint or family.__name__ == "UplinkError"
