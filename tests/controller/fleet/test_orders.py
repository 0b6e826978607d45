"""Orders and the drills that answer them: the controller believes proofs, not verdicts."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from controller.errors import UnknownThingError, WrongValueError
from controller.fleet.issue_order import Task, issue_order
from controller.fleet.province import Province
from controller.fleet.watch import watch
from controller.store.queries_alerts import open_alerts
from controller.store.queries_drills import JudgedDrill, drill_of_order, newest_drills
from controller.store.queries_orders import find_order
from controller.store.rebuild import projections_digest, rebuild
from tests.controller.speaking import NOW, Clock, SpokenHost
from tests.controller.statements import Commitment
from wire.codec import decode_order
from wire.envelope import open_envelope
from wire.orders import Order
from wire.verdicts import Cause, DrillVerdict

SPOT = Task("BV", "drill", drill_class="D0", site="b")


def judged(province: Province) -> JudgedDrill:
    with province.database.reading() as connection:
        return newest_drills(connection)[-1]


@pytest.fixture
def committed(host: SpokenHost, clock: Clock) -> Commitment:
    commitment = Commitment(clock())
    host.send(host.opening(), host.statement(commitment.manifest))
    return commitment


def answer(
    host: SpokenHost,
    committed: Commitment,
    order: Order,
    clock: Clock,
    **changes: Any,  # noqa: ANN401
) -> None:
    drill = committed.drill(clock(), order.order_id, order.nonce)
    assert host.send(host.statement(msgspec.structs.replace(drill, **changes))).status_code == 200


def test_an_order_waits_for_the_agent_until_it_is_answered(
    host: SpokenHost, committed: Commitment, province: Province, clock: Clock
) -> None:
    order = issue_order(province, "lan", SPOT)
    waiting = host.heartbeat().json()["envelopes"]
    keys = {province.keys.order.keyid: province.keys.order.public}
    opened = [open_envelope(envelope.encode(), keys) for envelope in waiting]
    assert [each.kind for each in opened] == ["assignment", "order"]
    assert decode_order("order", opened[1].payload) == order
    answer(host, committed, order, clock)
    assert len(host.heartbeat().json()["envelopes"]) == 1
    assert judged(province).verdict is DrillVerdict.PASSED
    assert judged(province).challenged


def test_nonces_are_fresh_and_versions_rise(host: SpokenHost, province: Province) -> None:
    assert host.agent
    orders = [issue_order(province, "lan", SPOT) for _ in range(3)]
    assert len({order.nonce for order in orders}) == 3
    assert [order.version for order in orders] == [1, 2, 3]


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"nonce": "another"}, DrillVerdict.INCONCLUSIVE),
        ({"site": "a"}, DrillVerdict.INCONCLUSIVE),
        ({"order_id": "order-invented"}, DrillVerdict.INCONCLUSIVE),
        ({"manifest_id": "m-never"}, DrillVerdict.INCONCLUSIVE),
        ({"manifest_root": "0" * 64}, DrillVerdict.FAILED),
        ({"answers": ()}, DrillVerdict.FAILED),
        ({"verdict": DrillVerdict.FAILED}, DrillVerdict.FAILED),
    ],
    ids=["nonce", "site", "order", "manifest", "root", "no-answers", "says-failed"],
)
def test_a_drill_that_proves_nothing_does_not_pass(
    host: SpokenHost,
    committed: Commitment,
    province: Province,
    clock: Clock,
    changes: dict[str, Any],
    verdict: DrillVerdict,
) -> None:
    order = issue_order(province, "lan", SPOT)
    answer(host, committed, order, clock, **changes)
    assert judged(province).verdict is verdict


def test_an_answer_that_is_not_in_the_committed_tree_fails(
    host: SpokenHost, committed: Commitment, province: Province, clock: Clock
) -> None:
    order = issue_order(province, "lan", SPOT)
    other = Commitment(clock(), "other")
    answer(host, committed, order, clock, answers=other.answers())
    assert judged(province).verdict is DrillVerdict.FAILED
    assert judged(province).claimed is DrillVerdict.PASSED
    assert judged(province).cause is Cause.CONTENT_DIFFERS
    watch(province, NOW)
    with province.database.reading() as connection:
        assert [alert.kind for alert in open_alerts(connection)] == ["DRILL_FAILED"]


def test_what_was_committed_after_the_nonce_was_known_was_not_challenged(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    order = issue_order(province, "lan", SPOT)
    late = Commitment(clock())
    host.send(host.opening(), host.statement(late.manifest))
    answer(host, late, order, clock)
    assert judged(province).verdict is DrillVerdict.PASSED
    assert not judged(province).challenged


def test_a_commitment_cannot_be_replaced_by_a_later_one_with_its_name(
    host: SpokenHost, committed: Commitment, province: Province, clock: Clock
) -> None:
    assert committed
    order = issue_order(province, "lan", SPOT)
    forged = Commitment(clock(), "m-1", files=3)
    host.send(host.statement(forged.manifest))
    answer(host, forged, order, clock)
    assert judged(province).verdict is DrillVerdict.FAILED


def test_an_order_is_answered_once(
    host: SpokenHost, committed: Commitment, province: Province, clock: Clock
) -> None:
    order = issue_order(province, "lan", SPOT)
    answer(host, committed, order, clock)
    first = judged(province)
    answer(host, committed, order, clock)
    assert judged(province).verdict is DrillVerdict.INCONCLUSIVE
    with province.database.reading() as connection:
        stored = find_order(connection, order.order_id)
        assert stored is not None
        assert stored.done_index == first.log_index
        assert drill_of_order(connection, order.order_id) == first


def test_drills_are_judged_the_same_when_they_are_read_again(
    host: SpokenHost, committed: Commitment, province: Province, clock: Clock
) -> None:
    order = issue_order(province, "lan", SPOT)
    answer(host, committed, order, clock)
    answer(host, committed, issue_order(province, "lan", SPOT), clock, answers=())
    with province.database.writing() as connection:
        before = projections_digest(connection)
        rebuild(connection)
        assert projections_digest(connection) == before


def test_with_two_agents_the_order_must_name_one(
    new_host: Callable[[], SpokenHost], province: Province
) -> None:
    one, other = new_host(), new_host()
    with pytest.raises(WrongValueError, match=one.agent):
        issue_order(province, "lan", SPOT)
    order = issue_order(province, "lan", Task("BV", "drill", other.agent, "D0", "b"))
    assert order.agent == other.agent


@pytest.mark.parametrize(
    "task",
    [
        Task("BV", "delete"),
        Task("BV", "drill", drill_class="D9", site="b"),
        Task("BV", "drill", drill_class="D0"),
    ],
    ids=["kind", "class", "site"],
)
def test_only_known_tasks_can_be_ordered(host: SpokenHost, province: Province, task: Task) -> None:
    assert host.agent
    with pytest.raises(WrongValueError):
        issue_order(province, "lan", task)


def test_nobody_orders_from_an_agent_that_is_not_there(province: Province) -> None:
    with pytest.raises(UnknownThingError):
        issue_order(province, "lan", SPOT)
