"""Requests of agents, attacked: stolen tokens and keys, every changed byte, replays, floods."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx2
import msgspec
import psutil
import pytest
from starlette.testclient import TestClient

from controller.app import open_province
from controller.fleet.province import Province
from controller.fleet.revoke import revoke_agent
from controller.store.entries import stored_entries
from controller.store.queries_agents import agents
from controller.store.requests import presences
from controller.web.application import create_application
from controller.web.rate_limit import RateLimit
from controller.web.service import Service
from tests.controller.speaking import NETLOC, Clock, SpokenHost
from wire.codec import encode
from wire.envelope import seal
from wire.http import BATCH_BYTES, ENROL_PATH, EVIDENCE_PATH, HEARTBEAT_PATH
from wire.keys import SigningKey
from wire.messages import Heartbeat, Rotation
from wire.request import (
    AGENT_HEADER,
    NONCE_HEADER,
    SIGNATURE_HEADER,
    TIME_HEADER,
    Headers,
    Request,
    sign,
)

NewToken = Callable[[], str]
NewHost = Callable[[], SpokenHost]


def refusal(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def state(province: Province) -> tuple[int, int]:
    """How many entries the log has, and how many agents are trusted."""
    with province.database.reading() as connection:
        return sum(1 for _ in stored_entries(connection)), len(agents(connection))


# --- enrolment ---


def test_a_token_is_of_no_use_on_another_host(
    stranger: SpokenHost, new_token: NewToken, province: Province
) -> None:
    """Somebody has seen the line that was pasted, and the whole exchange."""
    line = new_token()
    honest = stranger.enrol(line)
    before = state(province)
    thief = SpokenHost(stranger.client, stranger.clock)
    assert refusal(thief.post(ENROL_PATH, thief.enrolment(line))) == (403, "TOKEN_USED")
    body = honest.enrolment(line)
    assert refusal(thief.post(ENROL_PATH, body)) == (401, "BAD_SIGNATURE")
    assert state(province) == before


def test_nobody_enrols_with_the_key_that_another_agent_has_or_had(
    new_host: NewHost, new_token: NewToken, province: Province
) -> None:
    host = new_host()
    first, second = host.key, SigningKey(b"\x09" * 32)
    host.send(host.opening(), host.statement(Rotation(second.public.to_base64())))
    before = state(province)
    for key in (first, second):
        again = SpokenHost(host.client, host.clock, key)
        answer = again.post(ENROL_PATH, again.enrolment(new_token()))
        assert refusal(answer) == (403, "TOKEN_WRONG")
    assert state(province)[1] == before[1]


def test_a_revoked_agent_does_not_come_back_with_its_old_token(
    stranger: SpokenHost, new_token: NewToken, province: Province
) -> None:
    line = new_token()
    host = stranger.enrol(line)
    revoke_agent(province, "test", host.agent, "stolen")
    host.agent = ""
    assert refusal(host.post(ENROL_PATH, host.enrolment(line))) == (403, "REVOKED")


def test_guessing_tokens_is_stopped_by_address_before_anything_is_looked_up(
    stranger: SpokenHost, new_token: NewToken, province: Province
) -> None:
    limit = RateLimit(burst=3, per_second=0.0, monotonic=lambda: 0.0)
    stranger.client.app.state.service = Service(province, addresses=limit)  # type: ignore[attr-defined]
    asked = msgspec.json.decode(stranger.enrolment(new_token()))
    guesses = [msgspec.json.encode({**asked, "secret": f"s{number}"}) for number in range(4)]
    answers = [stranger.post(ENROL_PATH, guess) for guess in guesses]
    assert [answer.status_code for answer in answers] == [403, 403, 403, 429]


# --- signatures ---

CHANGES: dict[str, Callable[[dict[str, str]], dict[str, str]]] = {
    "time": lambda headers: {
        **headers,
        TIME_HEADER: headers[TIME_HEADER].replace("03:00", "03:01"),
    },
    "nonce": lambda headers: {**headers, NONCE_HEADER: headers[NONCE_HEADER] + "0"},
    "signature": lambda headers: {**headers, SIGNATURE_HEADER: "A" * 86 + "=="},
    "no signature": lambda headers: {**headers, SIGNATURE_HEADER: ""},
    "host": lambda headers: {**headers, "Host": "127.0.0.1"},
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_part_of_a_request_is_signed(
    host: SpokenHost, province: Province, change: str
) -> None:
    body = host.opening()
    before = state(province)
    headers = CHANGES[change](host.headers("POST", EVIDENCE_PATH, body))
    answer = host.post(EVIDENCE_PATH, body, headers)
    assert refusal(answer) in {(401, "BAD_SIGNATURE"), (400, "BAD_BYTES")}
    assert state(province) == before


def test_a_request_signed_by_one_agent_is_not_anothers(
    new_host: NewHost, province: Province
) -> None:
    host, other = new_host(), new_host()
    body = host.opening()
    before = state(province)
    headers = {**host.headers("POST", EVIDENCE_PATH, body), AGENT_HEADER: other.agent}
    assert refusal(host.post(EVIDENCE_PATH, body, headers)) == (401, "BAD_SIGNATURE")
    assert state(province) == before


def test_any_changed_byte_of_a_body_is_refused(host: SpokenHost, province: Province) -> None:
    body = host.opening()
    before = state(province)
    for place in range(0, len(body), 97):
        changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        headers = host.headers("POST", EVIDENCE_PATH, body)
        assert refusal(host.post(EVIDENCE_PATH, changed, headers)) == (401, "BAD_SIGNATURE")
    assert state(province) == before


# --- replays ---


def test_a_request_is_of_no_use_at_another_endpoint(host: SpokenHost, province: Province) -> None:
    body = host.opening()
    headers = host.headers("POST", EVIDENCE_PATH, body)
    before = state(province)
    for path in (HEARTBEAT_PATH, f"{HEARTBEAT_PATH}?size=0", ENROL_PATH, f"{EVIDENCE_PATH}/"):
        assert host.post(path, body, headers).status_code in {400, 401, 403, 404}
    assert state(province) == before


def test_a_nonce_counts_once_at_all_endpoints_together(
    host: SpokenHost, province: Province
) -> None:
    body, path = host.opening(), f"{HEARTBEAT_PATH}?size=0"
    assert host.post(EVIDENCE_PATH, body, signed(host, EVIDENCE_PATH, body, "one")).is_success
    before = state(province)
    answer = host.post(path, b"{}", signed(host, path, b"{}", "one"))
    assert refusal(answer) in {(401, "REPLAYED"), (400, "BAD_BYTES")}
    again = host.post(EVIDENCE_PATH, body, signed(host, EVIDENCE_PATH, body, "one"))
    assert refusal(again) == (401, "REPLAYED")
    assert host.post(EVIDENCE_PATH, body, signed(host, EVIDENCE_PATH, body, "two")).is_success
    assert state(province) == before


def signed(host: SpokenHost, path: str, body: bytes, nonce: str) -> dict[str, str]:
    line = Request.of("POST", NETLOC, path, body)
    return sign(line, Headers(host.agent, host.clock(), nonce), host.key).to_dict()


def test_a_replay_is_refused_by_a_controller_that_was_restarted(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    body = host.opening()
    headers = host.headers("POST", EVIDENCE_PATH, body)
    assert host.post(EVIDENCE_PATH, body, headers).status_code == 200
    again = open_province(province.home, clock)
    with TestClient(create_application(again), base_url=f"https://{NETLOC}") as client:
        answer = client.post(EVIDENCE_PATH, content=body, headers=headers)
    again.database.close()
    assert refusal(answer) == (401, "REPLAYED")


def test_a_replayed_heartbeat_does_not_make_a_dead_agent_look_alive(
    host: SpokenHost, clock: Clock, province: Province
) -> None:
    path, beat = f"{HEARTBEAT_PATH}?size=0", sealed_heartbeat(host)
    headers = signed(host, path, beat, "one")
    assert host.post(path, beat, headers).status_code == 200
    clock.forward(timedelta(minutes=1))
    assert refusal(host.post(path, beat, headers)) == (401, "REPLAYED")
    clock.forward(timedelta(minutes=16))  # nonces are forgotten: the signed time is too old by then
    assert refusal(host.post(path, beat, headers)) == (401, "CLOCK")
    with province.database.reading() as connection:
        assert presences(connection)[host.agent].heard_at == clock() - timedelta(minutes=17)


def sealed_heartbeat(host: SpokenHost) -> bytes:
    beat = Heartbeat(
        *(host.agent, host.facility, host.incarnation, 0, "0" * 64, host.clock(), "boot-1"),
        agent_version="0.1.0",
        clock_offset_s=0.0,
        waiting=0,
        log_size=0,
    )
    return seal("heartbeat", encode(beat), host.key)


# --- floods and bombs ---


@contextmanager
def within_memory(limit_bytes: int) -> Iterator[None]:
    process = psutil.Process()
    before = process.memory_info().rss
    yield
    assert process.memory_info().rss - before < limit_bytes


DEEP = {
    "arrays": b"[" * 60_000,
    "objects": b'{"a":' * 12_000,
    "closed": b"[" * 30_000 + b"]" * 30_000,
    "in a string": b'{"payload":"' + b"[" * 60_000,
    "numbers": b"9" * 60_000,
    "surrogates": b'"' + b"\\ud800" * 10_000 + b'"',
}


@pytest.mark.parametrize("path", [ENROL_PATH, f"{HEARTBEAT_PATH}?size=0", EVIDENCE_PATH])
@pytest.mark.parametrize("bomb", DEEP)
def test_deep_and_endless_json_is_refused(
    host: SpokenHost, province: Province, path: str, bomb: str
) -> None:
    before = state(province)
    with within_memory(64 * 2**20):
        answer = host.post(path, DEEP[bomb], host.headers("POST", path, DEEP[bomb]))
    if path == EVIDENCE_PATH:
        assert [line["code"] for line in answer.json()["refused"]] == ["BAD_BYTES"]
    else:
        assert refusal(answer) == (400, "BAD_BYTES")
    assert state(province) == before


def test_a_deep_payload_inside_a_signed_envelope_is_refused(
    host: SpokenHost, province: Province
) -> None:
    for payload in (b"[" * 500_000, b'{"header":' + b"[" * 100_000, b'"' * 600_000):
        answer = host.send(seal("findings", payload, host.key))
        assert [line["code"] for line in answer.json()["refused"]] == ["BAD_BYTES"]
    assert host.send(host.opening()).json()["refused"] == []
    assert state(province)[1] == 1


def test_compressed_bodies_are_never_unpacked(host: SpokenHost) -> None:
    """100 MB of zeros are 100 kB of gzip: to us they are bytes that say nothing."""
    bomb = gzip.compress(b"\0" * 100 * 2**20, 9)
    assert len(bomb) < 200_000
    headers = {**host.headers("POST", EVIDENCE_PATH, bomb), "Content-Encoding": "gzip"}
    with within_memory(64 * 2**20):
        answer = host.post(EVIDENCE_PATH, bomb, headers)
    refused = answer.json().get("refused", [])
    assert {line["code"] for line in refused} <= {"BAD_BYTES", "BAD_SIGNATURE"}
    assert not answer.json().get("acknowledged")


def test_a_batch_of_hostile_lines_costs_no_more_than_its_bytes(host: SpokenHost) -> None:
    line = b'{"payload":"' + b"A" * 32_000 + b'"}'
    body = b"\n".join([line] * 250)
    assert len(body) < BATCH_BYTES
    with within_memory(128 * 2**20):
        answer = host.post(EVIDENCE_PATH, body)
    assert len(answer.json()["refused"]) == 250


def test_ten_thousand_requests_of_one_agent_are_cut_at_its_share(
    new_host: NewHost, province: Province, client: TestClient
) -> None:
    eager, other = new_host(), new_host()
    limit = RateLimit(burst=20, per_second=0.0, monotonic=lambda: 0.0)
    client.app.state.service = Service(province, agents=limit)  # type: ignore[attr-defined]
    statuses = [eager.heartbeat().status_code for _ in range(60)]
    assert statuses == [200] * 20 + [429] * 40
    assert other.heartbeat().status_code == 200
    with province.database.reading() as connection:
        nonces = connection.exec_driver_sql("SELECT count(*) FROM request_nonce").scalar_one()
    assert nonces == 21  # what was cut wrote nothing


def test_a_limit_remembers_a_bounded_number_of_callers() -> None:
    limit = RateLimit(burst=1, per_second=0.0, monotonic=lambda: 0.0)
    with within_memory(32 * 2**20):
        for number in range(50_000):
            limit.allows(f"2001:db8::{number}")


def test_unsigned_requests_write_nothing(client: TestClient, province: Province) -> None:
    before = {file: file.stat().st_size for file in province.home.state_dir.iterdir()}
    for _ in range(200):
        assert client.post(EVIDENCE_PATH, content=b"{}").status_code == 400
    assert {file: file.stat().st_size for file in province.home.state_dir.iterdir()} == before
