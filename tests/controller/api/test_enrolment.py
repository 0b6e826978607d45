"""Enrolment over HTTP: one token, one host; every other way in is named and closed."""

import multiprocessing
import threading
from collections.abc import Callable
from datetime import timedelta
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import httpx2
import msgspec

from controller.app import open_province
from controller.config.home import home_at
from controller.errors import RefusedError
from controller.fleet.create_token import revoke_token
from controller.fleet.enrol import enrol
from controller.fleet.province import Province
from controller.store.queries_agents import agents
from controller.store.queries_facilities import tokens
from tests.controller.speaking import Clock, SpokenHost
from wire import http
from wire.envelope import open_envelope
from wire.keys import PublicKey, SigningKey
from wire.token import parse_token


def refusal(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def enrolled(province: Province) -> int:
    with province.database.reading() as connection:
        return len(agents(connection))


def test_an_enrolled_host_gets_a_name_an_assignment_and_a_checkpoint(
    stranger: SpokenHost, new_token: Callable[[], str], province: Province
) -> None:
    line = new_token()
    raw = stranger.post(http.ENROL_PATH, stranger.enrolment(line)).content
    key = PublicKey.from_base64(parse_token(line).order_key)
    answer = msgspec.json.decode(
        open_envelope(raw, {key.keyid: key}).payload, type=http.EnrolmentAnswer
    )
    assert answer.facility == "BV"
    assigned = open_envelope(answer.assignment.encode(), {key.keyid: key})
    assert assigned.kind == "assignment"
    assert msgspec.json.decode(assigned.payload)["systems"][0]["level"] == 3
    assert answer.checkpoint.startswith("lachan/GL\n")
    assert enrolled(province) == 1


def test_a_used_token_lets_nobody_else_in(
    new_host: Callable[[], SpokenHost],
    stranger: SpokenHost,
    new_token: Callable[[], str],
    province: Province,
) -> None:
    line = new_token()
    new_host()
    stranger.enrol(line)
    second = type(stranger)(stranger.client, stranger.clock)
    assert refusal(second.post(http.ENROL_PATH, second.enrolment(line))) == (403, "TOKEN_USED")
    assert enrolled(province) == 2


def test_the_same_host_may_ask_again_because_the_answer_was_lost(
    stranger: SpokenHost, new_token: Callable[[], str], province: Province
) -> None:
    line = new_token()
    first = stranger.enrol(line).agent
    stranger.agent = ""
    assert stranger.enrol(line).agent == first
    assert enrolled(province) == 1


def test_an_expired_token_is_refused(
    stranger: SpokenHost, new_token: Callable[[], str], clock: Clock, province: Province
) -> None:
    line = new_token()
    clock.forward(timedelta(hours=2))
    answer = stranger.post(http.ENROL_PATH, stranger.enrolment(line))
    assert refusal(answer) == (403, "TOKEN_EXPIRED")
    assert enrolled(province) == 0


def test_a_revoked_token_is_refused(
    stranger: SpokenHost, new_token: Callable[[], str], province: Province
) -> None:
    line = new_token()
    with province.database.reading() as connection:
        (token,) = tokens(connection)
    revoke_token(province, "test", token.token_id)
    answer = stranger.post(http.ENROL_PATH, stranger.enrolment(line))
    assert refusal(answer) == (403, "TOKEN_WRONG")


def test_an_invented_token_is_refused(stranger: SpokenHost, new_token: Callable[[], str]) -> None:
    asked = msgspec.json.decode(stranger.enrolment(new_token()))
    body = msgspec.json.encode({**asked, "secret": "sinvented"})
    assert refusal(stranger.post(http.ENROL_PATH, body)) == (403, "TOKEN_WRONG")


def test_an_enrolment_that_another_key_signed_is_refused(
    stranger: SpokenHost, new_token: Callable[[], str]
) -> None:
    body = stranger.enrolment(new_token())
    stranger.key = SigningKey(b"\x05" * 32)
    assert refusal(stranger.post(http.ENROL_PATH, body)) == (401, "BAD_SIGNATURE")


def test_an_enrolment_from_a_clock_off_by_a_day_is_told_the_time(
    stranger: SpokenHost, new_token: Callable[[], str]
) -> None:
    line = new_token()
    stranger.skew = timedelta(days=1)
    assert refusal(stranger.post(http.ENROL_PATH, stranger.enrolment(line))) == (401, "CLOCK")
    stranger.skew = timedelta()  # corrected by the signed time of the answer
    assert stranger.enrol(line).agent


def test_the_secret_of_a_token_is_nowhere_in_the_database(
    stranger: SpokenHost, new_token: Callable[[], str], province: Province
) -> None:
    line = new_token()
    stranger.enrol(line)
    secret = parse_token(line).secret.encode()
    with province.database.writing() as connection:
        connection.exec_driver_sql("SELECT 1")
    for file in province.home.state_dir.iterdir():
        assert secret not in file.read_bytes()


def race(home: Path, enrolment: bytes, key: bytes, results: "Queue[str]", barrier: Barrier) -> None:
    """One racer in a process of its own."""
    province = open_province(home_at(home), Clock())
    barrier.wait()
    try:
        enrol(
            province,
            msgspec.json.decode(enrolment, type=http.Enrolment),
            SigningKey(key).public,
        )
        results.put("in")
    except RefusedError as error:
        results.put(error.code)


def test_of_racing_processes_with_one_token_one_wins(
    stranger: SpokenHost, new_token: Callable[[], str], province: Province
) -> None:
    line = new_token()
    context = multiprocessing.get_context("spawn")
    results, barrier = context.Queue(), context.Barrier(3)
    racers = []
    for number in range(3):
        stranger.key = SigningKey(bytes([number + 1]) * 32)
        arguments = (
            province.home.config_dir,
            stranger.enrolment(line),
            stranger.key.to_bytes(),
            results,
            barrier,
        )
        racers.append(context.Process(target=race, args=arguments))
    for racer in racers:
        racer.start()
    outcomes = sorted(results.get(timeout=60) for _ in racers)
    for racer in racers:
        racer.join()
    assert outcomes == ["TOKEN_USED", "TOKEN_USED", "in"]
    assert enrolled(province) == 1


def test_of_racing_threads_with_one_token_one_wins(
    stranger: SpokenHost, new_token: Callable[[], str], province: Province
) -> None:
    line, barrier, outcomes = new_token(), threading.Barrier(4), list[str]()

    def run(number: int) -> None:
        racer = type(stranger)(stranger.client, stranger.clock, SigningKey(bytes([number]) * 32))
        asked = msgspec.json.decode(racer.enrolment(line), type=http.Enrolment)
        barrier.wait()
        try:
            enrol(province, asked, racer.key.public)
            outcomes.append("in")
        except RefusedError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["TOKEN_USED"] * 3 + ["in"]
    assert enrolled(province) == 1
