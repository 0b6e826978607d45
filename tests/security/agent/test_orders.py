"""What a hostile controller, or whoever holds its TLS key, can make an agent do."""

import base64
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import pytest

from agent.config.home import Home
from agent.daemon.app import App
from agent.daemon.children import Children, agent_command
from agent.daemon.orders import carry_out, words_of
from agent.daemon.reporting import send_evidence, send_heartbeat
from agent.uplink import witness
from agent.uplink.errors import AnswerError, HistoryRewrittenError, LogDiffersError
from agent.uplink.memory import HISTORY_REWRITTEN
from agent.uplink.policy_packs import remembered
from tests.agent.pack_writing import good_files, signed
from tests.agent.uplink.stand_in import StandIn
from wire import merkle
from wire.codec import decode_order, encode
from wire.envelope import seal
from wire.errors import DecodeError, EncodeError
from wire.http import Problem
from wire.keys import SigningKey
from wire.orders import Order

_EVIL = ("--password-command=id", "-rf", "; id", "$(id)", "a b", "../../etc", "a\nb", "\x00")


def states(app: App) -> list[tuple[str, str]]:
    return [(order.state, order.reason) for order in app.memory.orders()]


def receive(app: App, controller: StandIn, *envelopes: str) -> list[tuple[str, str]]:
    controller.orders = list(envelopes)
    send_heartbeat(app)
    return states(app)


def changed(envelope: str, key: SigningKey, **fields: object) -> str:
    """The same order with other fields, whatever the codec thinks of them, signed."""
    payload = json.loads(base64.b64decode(json.loads(envelope)["payload"]))
    return seal("order", json.dumps({**payload, **fields}).encode(), key).decode()


def test_an_order_that_the_log_key_signed_is_refused(joined: App, controller: StandIn) -> None:
    order = changed(controller.order(joined.identity.agent), controller.log_key)
    assert receive(joined, controller, order) == [("refused", "NOT_SIGNED")]


def test_an_order_with_a_field_that_we_do_not_know_is_refused(
    joined: App, controller: StandIn
) -> None:
    order = controller.order(joined.identity.agent)
    evil = changed(order, controller.order_key, run="rm -rf /")
    assert receive(joined, controller, evil) == [("refused", "NOT_SIGNED")]


@pytest.mark.parametrize("field", ["site", "dataset", "nonce", "drill_class", "order_id", "kind"])
@pytest.mark.parametrize("value", _EVIL)
def test_no_field_of_an_order_can_be_an_option_or_a_command(field: str, value: str) -> None:
    fields = {
        "agent": "a-1",
        "order_id": "o-1",
        "version": 1,
        "kind": "drill",
        "issued_at": "2026-11-21T00:00:00Z",
        "expires_at": "2026-11-22T00:00:00Z",
        field: value,
    }
    with pytest.raises(DecodeError):
        decode_order("order", msgspec.json.encode(fields))


def test_an_order_becomes_one_of_our_own_commands_with_values_as_words(home: Home) -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)
    for kind in ("check", "scan", "backup", "verify", "drill", "hold", "shell", "restore"):
        order = Order("a-1", "o-1", 1, kind, now, now, "D0", "b", "", "ab")
        words = words_of(order, "share")
        assert words == () or words[:2] in {
            *(("check", "--json"), ("integrity", "scan"), ("backup", "run")),
            *(("backup", "verify"), ("drill", "run"), ("backup", "hold")),
        }
        argv = agent_command(home, words)
        assert not [word for word in argv if word in {"sh", "bash", "-c"}] or argv[1] == "-I"


def test_what_a_hostile_server_sends_takes_a_bounded_place(
    joined: App, controller: StandIn
) -> None:
    for round_ in range(3):
        padding = "x" * 30_000
        controller.orders = [f"{round_}-{number}-{padding}" for number in range(200)]
        send_heartbeat(joined)
    assert len(joined.memory.orders()) <= 501
    assert all(len(order.raw) <= 64 * 2**10 for order in joined.memory.orders())
    assert ("refused", "NOT_SIGNED") in states(joined)


def test_a_flood_does_not_push_out_an_order_that_waits(joined: App, controller: StandIn) -> None:
    good = controller.order(joined.identity.agent)
    receive(joined, controller, good)
    for round_ in range(3):
        controller.orders = [f"garbage {round_} {number}" for number in range(200)]
        send_heartbeat(joined)
    assert [order.order_id for order in joined.memory.orders("accepted")] == ["o-1"]


def rewrite(controller: StandIn) -> None:
    controller.leaves = [merkle.leaf_hash(os.urandom(8)) for _ in controller.leaves]
    controller.leaves.append(merkle.leaf_hash(b"more"))


def test_after_a_rewritten_history_the_proof_is_kept_and_the_alarm_stays(
    joined: App, controller: StandIn, opened: Callable[[Home], App], home: Home
) -> None:
    """Also when the controller shows the old history again, and after a restart."""
    send_heartbeat(joined)
    honest, held = list(controller.leaves), witness.held(joined.memory)
    rewrite(controller)
    with pytest.raises(HistoryRewrittenError):
        send_heartbeat(joined)
    contradiction = joined.memory.fact("contradicting_checkpoint")
    controller.leaves = honest
    send_heartbeat(joined)
    again = opened(home)
    assert [alarm.kind for alarm in again.memory.alarms()] == [HISTORY_REWRITTEN]
    assert again.memory.fact("contradicting_checkpoint") == contradiction
    kept = witness.held(again.memory)
    assert held is not None
    assert kept is not None
    assert (kept.size, kept.root) == (held.size, held.root)


def test_a_controller_with_a_rewritten_history_is_not_obeyed(
    joined: App, controller: StandIn
) -> None:
    """Neither in the same heartbeat, nor later when the old history is shown again."""
    send_heartbeat(joined)
    honest, agent = list(controller.leaves), joined.identity.agent
    rewrite(controller)
    controller.orders = [controller.order(agent, order_id="o-1", version=1)]
    controller.assignment_version, controller.level = 2, 1
    with pytest.raises(HistoryRewrittenError):
        send_heartbeat(joined)
    controller.leaves = honest
    controller.orders.append(controller.order(agent, order_id="o-2", version=2))
    send_heartbeat(joined)
    assert states(joined) == [("refused", "LOG_REWRITTEN")] * 2
    assert [system.level for system in joined.judged_systems] == [3]


def test_a_controller_that_denies_our_checkpoint_is_not_obeyed_later(
    joined: App, controller: StandIn
) -> None:
    controller.refuse_with = Problem.LOG_DIFFERS
    with pytest.raises(LogDiffersError):
        send_heartbeat(joined)
    controller.refuse_with = ""
    order = controller.order(joined.identity.agent)
    assert receive(joined, controller, order) == [("refused", "LOG_REWRITTEN")]


def test_an_order_that_waited_is_not_carried_out_after_a_rewritten_history(
    joined: App, controller: StandIn
) -> None:
    receive(joined, controller, controller.order(joined.identity.agent))
    rewrite(controller)
    with pytest.raises(HistoryRewrittenError):
        send_heartbeat(joined)
    carry_out(joined, Children())
    assert states(joined) == [("refused", "LOG_REWRITTEN")]
    assert joined.outbox.latest("findings", 1) == ()


def test_a_pack_that_comes_with_a_rewritten_history_is_not_taken(
    joined: App, controller: StandIn
) -> None:
    send_heartbeat(joined)
    rewrite(controller)
    pack = signed(controller.order_key, controller.now(), good_files(1), version=1)
    controller.orders = [pack.decode()]
    for _ in range(2):
        with pytest.raises(HistoryRewrittenError):
            send_heartbeat(joined)
    assert remembered(joined.memory) == {}


def test_an_answer_whose_checkpoint_nobody_signed_brings_no_order(
    joined: App, controller: StandIn
) -> None:
    controller.log_key = SigningKey.generate(os.urandom)
    with pytest.raises(AnswerError):
        receive(joined, controller, controller.order(joined.identity.agent))
    assert states(joined) == []


def test_evidence_still_goes_to_a_controller_with_a_rewritten_history(
    joined: App, controller: StandIn
) -> None:
    send_evidence(joined)
    rewrite(controller)
    controller.links.clear()
    controller.chains.clear()
    controller.resend_from = 1
    with pytest.raises(HistoryRewrittenError):
        send_heartbeat(joined)
    assert joined.outbox.backlog().count > 0
    send_evidence(joined)
    assert joined.outbox.backlog().count == 0


def test_who_puts_the_state_folder_aside_begins_with_the_log_as_it_is(
    joined: App, controller: StandIn, opened: Callable[[Home], App], home: Home
) -> None:
    send_heartbeat(joined)
    rewrite(controller)
    with pytest.raises(HistoryRewrittenError):
        send_heartbeat(joined)
    home.state_dir.rename(home.state_dir.with_name("proof"))
    again = opened(home)
    order = controller.order(again.identity.agent)
    assert receive(again, controller, order) == [("accepted", "")]
    assert again.memory.alarms() == ()


def test_an_order_cannot_be_written_with_a_value_that_is_no_code() -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)
    with pytest.raises(EncodeError):
        encode(Order("a-1", "o-1", 1, "drill", now, now, site="--evil"))
