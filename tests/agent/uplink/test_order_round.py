"""`run --orders`: what the controller asks for, and nothing that is only due."""

import contextlib
from collections.abc import Callable, Iterator

import click
import pytest

from agent.cli.main import root_command
from agent.config.home import Home
from agent.daemon.app import App
from agent.daemon.jobs import jobs_of
from agent.daemon.rounds import open_runner, run_orders
from agent.daemon.runner import Runner
from agent.errors import BusyError
from agent.state.lock import hold
from agent.uplink.errors import NotJoinedError
from tests.agent.uplink.stand_in import StandIn

SCHEDULED = {"slow_facts", "check", "metrics"}


@pytest.fixture
def runner(joined: App) -> Iterator[Runner]:
    runner = open_runner(joined)
    with contextlib.closing(runner.diary):
        yield runner


def test_a_waiting_order_is_carried_out_and_answered_in_one_round(
    joined: App, controller: StandIn, runner: Runner
) -> None:
    controller.orders = [controller.order(joined.identity.agent)]
    assert run_orders(joined, runner) == 0
    assert [order.state for order in joined.memory.orders()] == ["done"]
    assert {"findings", "configuration", "inventory"} <= set(controller.kinds)
    assert joined.outbox.backlog().count == 0


def test_nothing_that_is_only_due_is_done(joined: App, controller: StandIn, runner: Runner) -> None:
    assert {job.name for job in jobs_of(joined)} >= SCHEDULED
    assert run_orders(joined, runner) == 0
    assert not [name for name in SCHEDULED if runner.diary.record(name)]
    assert "findings" not in controller.kinds


def test_what_the_host_is_is_said_once_a_day(
    joined: App, controller: StandIn, runner: Runner
) -> None:
    for _ in range(2):
        run_orders(joined, runner)
    assert controller.kinds.count("inventory") == 1


def test_an_order_that_the_owner_switched_off_is_not_carried_out(
    joined: App, controller: StandIn, runner: Runner
) -> None:
    controller.orders = [controller.order(joined.identity.agent, kind="restore")]
    run_orders(joined, runner)
    assert "findings" not in controller.kinds
    assert [order.state for order in joined.memory.orders()] == ["refused"]


def test_a_controller_that_cannot_be_asked_is_a_failure(
    joined: App, controller: StandIn, runner: Runner
) -> None:
    controller.status = 500
    assert run_orders(joined, runner) != 0


def test_beside_a_daemon_it_says_that_it_is_busy(joined: App, runner: Runner) -> None:
    with hold(joined.home, "daemon", clock=joined.clock), pytest.raises(BusyError):
        run_orders(joined, runner)


def test_an_agent_alone_has_nobody_to_ask(home: Home, opened: Callable[[Home], App]) -> None:
    home.agent_yaml.write_text("facility: GL-BVDK\n")
    app = opened(home)
    runner = open_runner(app)
    with contextlib.closing(runner.diary), pytest.raises(NotJoinedError):
        run_orders(app, runner)


def test_both_kinds_of_round_at_once_are_wrong_usage(home: Home) -> None:
    words = ["--home", str(home.config_dir), "run", "--once", "--orders"]
    with pytest.raises(click.UsageError):
        root_command().main(words, standalone_mode=False)
