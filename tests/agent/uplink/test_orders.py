"""Which orders are taken, and which level counts."""

import os
from collections.abc import Callable
from datetime import timedelta

import pytest

from agent.config.home import Home
from agent.config.model import System
from agent.daemon.app import App
from agent.daemon.reporting import send_heartbeat
from agent.uplink.levels import judged_systems
from tests.agent.uplink.stand_in import StandIn
from wire.keys import SigningKey
from wire.orders import AssignedSystem, Assignment
from wire.verdicts import Regime


def order_states(app: App) -> list[tuple[str, str, str]]:
    return [(order.order_id, order.state, order.reason) for order in app.memory.orders()]


def test_an_order_for_us_is_accepted_once(joined: App, controller: StandIn) -> None:
    controller.orders = [controller.order(joined.identity.agent)]
    send_heartbeat(joined)
    send_heartbeat(joined)
    assert order_states(joined) == [("o-1", "accepted", "")]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"agent": "a-somebody"}, "NOT_FOR_US"),
        ({"version": 0}, "OLD_VERSION"),
        ({"kind": "wipe"}, "SWITCHED_OFF"),
    ],
)
def test_an_order_that_does_not_fit_is_kept_as_refused(
    joined: App, controller: StandIn, changed: dict[str, object], reason: str
) -> None:
    fields = {"agent": joined.identity.agent, **changed}
    agent = str(fields.pop("agent"))
    controller.orders = [controller.order(agent, **fields)]
    send_heartbeat(joined)
    assert order_states(joined) == [("o-1", "refused", reason)]


def test_an_expired_order_is_refused_by_the_controllers_clock(
    joined: App, controller: StandIn
) -> None:
    controller.orders = [
        controller.order(joined.identity.agent, expires_at=controller.now() - timedelta(seconds=1))
    ]
    send_heartbeat(joined)
    assert order_states(joined) == [("o-1", "refused", "EXPIRED")]


def test_an_older_order_cannot_follow_a_newer_one(joined: App, controller: StandIn) -> None:
    agent = joined.identity.agent
    controller.orders = [controller.order(agent, version=5)]
    send_heartbeat(joined)
    controller.orders = [controller.order(agent, order_id="o-2", version=4)]
    send_heartbeat(joined)
    assert order_states(joined)[1] == ("o-2", "refused", "OLD_VERSION")


def test_an_order_of_another_key_is_an_alarm(joined: App, controller: StandIn) -> None:
    good = controller.order_key
    controller.order_key = SigningKey.generate(os.urandom)
    forged = controller.order(joined.identity.agent)
    controller.order_key = good
    controller.orders = [forged]
    send_heartbeat(joined)
    ((_, state, reason),) = order_states(joined)
    assert (state, reason) == ("refused", "NOT_SIGNED")
    assert [alarm.kind for alarm in joined.memory.alarms()] == ["ORDER_REFUSED"]


def test_an_order_under_the_order_keys_name_but_not_signed_by_it_is_an_alarm(
    joined: App, controller: StandIn
) -> None:
    good = controller.order_key
    controller.order_key = SigningKey.generate(os.urandom)
    forged = controller.order(joined.identity.agent)
    forged = forged.replace(controller.order_key.keyid, good.keyid)
    controller.order_key = good
    controller.orders = [forged]
    send_heartbeat(joined)
    ((_, state, reason),) = order_states(joined)
    assert (state, reason) == ("refused", "NOT_SIGNED")
    assert [alarm.kind for alarm in joined.memory.alarms()] == ["ORDER_REFUSED"]


def test_the_owner_switches_a_kind_of_order_off(
    joined: App, controller: StandIn, home: Home, opened: Callable[[Home], App]
) -> None:
    with home.agent_yaml.open("a") as stream:
        stream.write("orders: [scan]\n")
    controller.orders = [controller.order(joined.identity.agent)]
    app = opened(home)
    send_heartbeat(app)
    assert order_states(app) == [("o-1", "refused", "SWITCHED_OFF")]


def test_the_assignment_of_the_enrolment_counts_at_once(joined: App) -> None:
    (system,) = joined.judged_systems
    assert (system.code, system.level, system.largest_rpo_s) == ("FS-01", 3, 28_800.0)


def test_a_newer_assignment_replaces_and_an_older_one_does_not(
    joined: App, controller: StandIn
) -> None:
    controller.assignment_version, controller.level = 3, 4
    send_heartbeat(joined)
    assert joined.judged_systems[0].level == 4
    controller.assignment_version, controller.level = 2, 1
    send_heartbeat(joined)
    assert joined.judged_systems[0].level == 4


@pytest.mark.usefixtures("joined")
def test_a_difference_of_levels_is_an_alarm_and_the_stricter_counts(
    home: Home, opened: Callable[[Home], App]
) -> None:
    with home.agent_yaml.open("a") as stream:
        stream.write("systems: [{code: FS-01, regime: ND331, level: 2}]\n")
    app = opened(home)
    send_heartbeat(app)
    assert app.judged_systems[0].level == 3
    assert [alarm.kind for alarm in app.memory.alarms()] == ["LEVEL_DIFFERS"]


@pytest.mark.parametrize(
    ("said", "decided", "level", "regime", "differs"),
    [
        (System("X", Regime.ND331, 2), ("X", Regime.ND331, 3), 3, Regime.ND331, True),
        (System("X", Regime.ND331, 4), ("X", Regime.ND331, 3), 4, Regime.ND331, True),
        (System("X", Regime.ND331, 3), ("X", Regime.ND331, 3), 3, Regime.ND331, False),
        (System("X", Regime.ND85, 3), ("X", Regime.ND331, 3), 3, Regime.ND331, True),
        (None, ("X", Regime.ND85, 1), 1, Regime.ND85, False),
    ],
)
def test_the_stricter_level_is_judged(
    joined: App,
    said: System | None,
    decided: tuple[str, Regime, int],
    level: int,
    regime: Regime,
    differs: bool,
) -> None:
    now = joined.clock.now()
    assigned = Assignment("a", 1, (AssignedSystem(*decided, 1.0),), now, now)
    (system,) = judged_systems((said,) if said else (), assigned)
    assert (system.level, system.regime, system.differs) == (level, regime, differs)


def test_a_system_that_the_province_does_not_know_is_judged_and_named(joined: App) -> None:
    now = joined.clock.now()
    known = Assignment("a", 1, (), now, now)
    (system,) = judged_systems((System("NEW", Regime.ND85, 2),), known)
    assert (system.level, system.differs) == (2, True)


def test_an_agent_alone_judges_by_its_own_word() -> None:
    (system,) = judged_systems((System("X", Regime.ND85, 2),), None)
    assert (system.level, system.differs, system.largest_rpo_s) == (2, False, None)
