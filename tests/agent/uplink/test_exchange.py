"""Heartbeats, evidence, orders and the witness, against a controller that may misbehave."""

import os
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from agent.config.home import Home
from agent.daemon.app import App
from agent.daemon.reporting import send_evidence, send_heartbeat
from agent.daemon.tell import tell
from agent.uplink.errors import (
    AnswerError,
    ClockRefusedError,
    ClonedRefusedError,
    HistoryRewrittenError,
    NotJoinedError,
    RefusedError,
    UnreachableError,
    WrongServerError,
)
from agent.uplink.witness import held
from tests.agent.uplink.stand_in import StandIn, make_stand_in, running
from wire.http import Problem
from wire.keys import SigningKey
from wire.messages import Gap, Incarnation

Opened = Callable[[Home], App]


def alarms(app: App) -> set[str]:
    return {alarm.kind for alarm in app.memory.alarms()}


def held_size(app: App) -> int:
    checkpoint = held(app.memory)
    assert checkpoint is not None
    return checkpoint.size


def test_evidence_arrives_once_in_order_and_is_acknowledged(
    joined: App, controller: StandIn
) -> None:
    for number in range(600):  # three batches
        tell(joined, Gap("journal", "n", count=number))
    sent = send_evidence(joined)
    assert (sent.acknowledged, sent.waiting, sent.refused) == (601, 0, ())
    counts = [body.count for body in controller.bodies("gap") if isinstance(body, Gap)]
    assert counts == list(range(600))
    assert joined.outbox.recent(1)[0].log_index == 601


def test_a_batch_whose_answer_is_lost_is_sent_again_and_counted_once(
    joined: App, controller: StandIn
) -> None:
    tell(joined, Gap("journal", "once"))
    controller.drop_answers = 1
    with pytest.raises(UnreachableError):
        send_evidence(joined)
    assert joined.outbox.backlog().count == 2
    assert send_evidence(joined).waiting == 0
    assert controller.kinds == ["incarnation", "gap"]


def test_a_controller_that_is_down_loses_nothing(
    home: Home, tmp_path: Path, opened: Opened
) -> None:
    from agent.clock import SystemClock
    from agent.daemon.joining import join_host

    stand_in = make_stand_in(tmp_path / "controller")
    with running(stand_in):
        join_host(home, stand_in.token(), SystemClock(), os.urandom)
    app = opened(home)
    tell(app, Gap("journal", "while-it-was-down"))
    with pytest.raises(UnreachableError) as failure:
        send_evidence(app)
    assert failure.value.exit_code == 2
    with running(stand_in):
        assert send_evidence(app).waiting == 0
    assert stand_in.kinds == ["incarnation", "gap"]


def test_an_agent_alone_says_that_it_has_no_controller(home: Home, opened: Opened) -> None:
    home.agent_yaml.write_text("facility: GL\n")
    with pytest.raises(NotJoinedError) as refusal:
        send_evidence(opened(home))
    assert refusal.value.exit_code == 78


def test_a_heartbeat_carries_the_chains_head_and_is_never_queued(
    joined: App, controller: StandIn
) -> None:
    tell(joined, Gap("journal", "x"))
    send_heartbeat(joined)
    (beat,) = controller.heartbeats
    head = joined.outbox.head()
    assert (beat.head_sequence, beat.head_digest, beat.waiting) == (2, head.digest, 2)
    assert joined.outbox.backlog().count == 2
    assert controller.envelopes == []


def test_each_checkpoint_must_continue_the_one_before(joined: App, controller: StandIn) -> None:
    before = held_size(joined)
    controller.append(b"something else")
    send_heartbeat(joined)
    assert held_size(joined) == before + 1
    assert alarms(joined) == set()


def test_a_rewritten_log_is_an_alarm_that_stays(joined: App, controller: StandIn) -> None:
    controller.append(b"what was logged")
    send_heartbeat(joined)
    controller.leaves[-1] = os.urandom(32)
    controller.append(b"more")
    with pytest.raises(HistoryRewrittenError) as refusal:
        send_heartbeat(joined)
    assert refusal.value.exit_code == 1
    assert alarms(joined) == {"LOG_REWRITTEN"}
    assert held_size(joined) == 2  # the proof is not replaced
    with pytest.raises(HistoryRewrittenError):
        send_heartbeat(joined)


def test_a_rewritten_last_entry_is_noticed_at_equal_size(joined: App, controller: StandIn) -> None:
    controller.leaves[-1] = os.urandom(32)
    with pytest.raises(HistoryRewrittenError):
        send_heartbeat(joined)


def test_a_shortened_log_is_an_alarm(joined: App, controller: StandIn) -> None:
    controller.append(b"entry")
    send_heartbeat(joined)
    controller.leaves.pop()
    with pytest.raises(HistoryRewrittenError):
        send_heartbeat(joined)


def test_a_checkpoint_of_another_log_key_is_refused(joined: App, controller: StandIn) -> None:
    controller.log_key = SigningKey.generate(os.urandom)
    with pytest.raises(AnswerError):
        send_heartbeat(joined)
    assert held_size(joined) == 1


def test_a_controller_that_denies_our_checkpoint_is_an_alarm(
    joined: App, controller: StandIn
) -> None:
    controller.refuse_with = Problem.LOG_DIFFERS
    with pytest.raises(RefusedError):
        send_heartbeat(joined)
    assert alarms(joined) == {"LOG_REWRITTEN"}


def test_a_clock_off_by_a_day_is_corrected_named_and_evidence_taken(
    joined: App, controller: StandIn
) -> None:
    controller.clock_ahead = timedelta(days=-1)
    tell(joined, Gap("journal", "x"))
    assert send_evidence(joined).waiting == 0
    send_heartbeat(joined)
    assert alarms(joined) == {"CLOCK"}
    assert abs(joined.outbox.clock_offset_s() + 86_400) < 60
    controller.clock_ahead = timedelta()
    send_heartbeat(joined)
    assert alarms(joined) == set()


def test_a_time_that_nobody_signed_corrects_nothing(joined: App, controller: StandIn) -> None:
    controller.clock_ahead = timedelta(days=1)
    controller.sign_time = False
    with pytest.raises(ClockRefusedError):
        send_heartbeat(joined)
    assert joined.outbox.clock_offset_s() == 0.0


def test_a_restored_older_copy_goes_on_as_a_new_incarnation(
    joined: App, controller: StandIn, home: Home, opened: Opened
) -> None:
    tell(joined, Gap("journal", "before-the-copy"))
    send_evidence(joined)
    joined.close()
    copy = {file: file.read_bytes() for file in home.state_dir.iterdir() if file.is_file()}
    newer = opened(home)
    tell(newer, Gap("journal", "after-the-copy"))
    send_evidence(newer)
    newer.close()
    for file in home.state_dir.glob("*.sqlite*"):
        file.unlink()
    for file, content in copy.items():
        file.write_bytes(content)
    restored = opened(home)
    tell(restored, Gap("journal", "of-the-restored-host"))
    assert send_evidence(restored).waiting == 0
    openings = [body for body in controller.bodies("incarnation") if isinstance(body, Incarnation)]
    assert [opening.reason for opening in openings] == ["first", "restored"]
    reasons = [body.reason for body in controller.bodies("gap") if isinstance(body, Gap)]
    assert reasons == ["before-the-copy", "after-the-copy", "of-the-restored-host"]


def test_a_clone_is_an_alarm_and_nothing_is_dropped(joined: App, controller: StandIn) -> None:
    controller.refuse_with = Problem.CLONED
    tell(joined, Gap("journal", "x"))
    with pytest.raises(ClonedRefusedError):
        send_evidence(joined)
    assert alarms(joined) == {"CLONED"}
    assert joined.outbox.backlog().count == 2


def test_a_revoked_agent_says_so(joined: App, controller: StandIn) -> None:
    controller.refuse_with = Problem.REVOKED
    with pytest.raises(RefusedError):
        send_heartbeat(joined)
    assert alarms(joined) == {"REVOKED"}


def test_a_restored_controller_gets_again_what_it_asks_for(
    joined: App, controller: StandIn
) -> None:
    tell(joined, Gap("journal", "x"))
    send_evidence(joined)
    controller.envelopes.clear()
    controller.kinds.clear()
    controller.links.clear()
    controller.chains.clear()
    controller.resend_from = 1
    send_heartbeat(joined)
    assert send_evidence(joined).acknowledged == 2
    assert controller.kinds == ["incarnation", "gap"]


def test_evidence_that_is_refused_stays_and_is_named(joined: App) -> None:
    tell(joined, Gap("journal", "x"))
    send_evidence(joined)
    tell(joined, Gap("journal", "y"))
    tell(joined, Gap("journal", "z"))
    head = joined.outbox.head()
    joined.outbox.acknowledge(head.incarnation, {3: 99})  # one is missing over there
    sent = send_evidence(joined)
    assert (sent.waiting, sent.refused) == (1, (Problem.GAP,))
    assert alarms(joined) == {"EVIDENCE_REFUSED"}


@pytest.mark.usefixtures("joined")
def test_a_server_with_another_certificate_gets_nothing(
    controller: StandIn, tmp_path: Path, home: Home, opened: Opened
) -> None:
    with running(make_stand_in(tmp_path / "impostor")) as impostor:
        text = home.agent_yaml.read_text().replace(controller.url, impostor.url)
        home.agent_yaml.write_text(text)
        with pytest.raises(WrongServerError):
            send_heartbeat(opened(home))
        assert impostor.nonces == set()


def test_an_answer_without_end_is_cut_off(joined: App, controller: StandIn) -> None:
    controller.padding = b" " * (9 * 2**20)
    with pytest.raises(AnswerError, match="more than"):
        send_heartbeat(joined)


def test_a_redirect_is_not_followed(joined: App, controller: StandIn) -> None:
    controller.status = 307
    before = len(controller.nonces)
    with pytest.raises(RefusedError, match="HTTP-307"):
        send_heartbeat(joined)
    assert len(controller.nonces) == before + 1


@pytest.mark.usefixtures("joined")
def test_a_port_that_does_not_speak_tls_is_named(
    home: Home, controller: StandIn, opened: Opened
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            connection.sendall(b"HTTP/1.0 200 OK\r\n\r\nhello")
            connection.close()

        thread = threading.Thread(target=answer)
        thread.start()
        url = f"https://127.0.0.1:{server.getsockname()[1]}"
        home.agent_yaml.write_text(home.agent_yaml.read_text().replace(controller.url, url))
        with pytest.raises((WrongServerError, UnreachableError)):
            send_heartbeat(opened(home))
        thread.join()
