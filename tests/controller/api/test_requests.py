"""Requests before their body counts: signature, clock, replay, size, rate; and every answer."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx2
import pytest
from starlette.testclient import TestClient

from controller.fleet.province import Province
from controller.store.entries import stored_entries
from controller.store.queries_alerts import open_alerts
from controller.web.rate_limit import RateLimit
from controller.web.service import Service
from tests.controller.speaking import SpokenHost
from wire import request
from wire.checkpoint import peek, verify
from wire.http import BATCH_BYTES, CA_PATH, ENROL_PATH, EVIDENCE_PATH, HEARTBEAT_PATH
from wire.merkle import verify_consistency


def refusal(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def entries(province: Province) -> int:
    with province.database.reading() as connection:
        return sum(1 for _ in stored_entries(connection))


def test_a_replayed_request_is_refused_and_changes_nothing(
    host: SpokenHost, province: Province
) -> None:
    body = host.opening()
    headers = host.headers("POST", EVIDENCE_PATH, body)
    assert host.post(EVIDENCE_PATH, body, headers).status_code == 200
    before = entries(province)
    assert refusal(host.post(EVIDENCE_PATH, body, headers)) == (401, "REPLAYED")
    assert entries(province) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda host, body: host.headers("POST", HEARTBEAT_PATH, body),
        lambda host, body: host.headers("PUT", EVIDENCE_PATH, body),
        lambda host, body: host.headers("POST", EVIDENCE_PATH, body + b" "),
        lambda host, body: host.headers("POST", EVIDENCE_PATH + "?x=1", body),
        lambda host, body: {
            **host.headers("POST", EVIDENCE_PATH, body),
            request.NONCE_HEADER: "another",
        },
    ],
    ids=["path", "method", "body", "query", "nonce"],
)
def test_a_signature_over_anything_else_is_refused(
    host: SpokenHost, province: Province, change: Callable[[SpokenHost, bytes], dict[str, str]]
) -> None:
    body = host.opening()
    before = entries(province)
    assert refusal(host.post(EVIDENCE_PATH, body, change(host, body))) == (401, "BAD_SIGNATURE")
    assert entries(province) == before


def test_an_unsigned_request_is_refused(host: SpokenHost) -> None:
    answer = host.client.post(EVIDENCE_PATH, content=b"{}")
    assert refusal(answer) == (400, "BAD_BYTES")


def test_a_wrong_clock_is_answered_with_the_signed_time_and_never_locks_out(
    host: SpokenHost, province: Province
) -> None:
    host.skew = timedelta(days=-1)
    headers = host.headers("POST", EVIDENCE_PATH, body := host.opening())
    answer = host.post(EVIDENCE_PATH, body, headers)
    assert refusal(answer) == (401, "CLOCK")
    time = request.parse_time(answer.headers[request.TIME_HEADER])
    request.verify_time(
        time,
        headers[request.NONCE_HEADER],
        answer.headers[request.TIME_SIGNATURE_HEADER],
        province.keys.order.public,
    )
    host.skew += time - (host.clock() + host.skew)
    assert host.post(EVIDENCE_PATH, body).status_code == 200


def test_a_large_body_is_refused_by_its_announced_length(host: SpokenHost) -> None:
    body = b"x" * (BATCH_BYTES + 1)
    assert refusal(host.post(EVIDENCE_PATH, body)) == (413, "TOO_LARGE")


def test_a_large_body_without_a_length_is_refused_while_it_is_read(host: SpokenHost) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(200):
            sent += 1
            yield b"x" * 65_536

    headers = host.headers("POST", ENROL_PATH, b"")
    answer = host.client.post(ENROL_PATH, content=endless(), headers=headers)
    assert refusal(answer) == (413, "TOO_LARGE")


def test_one_agent_that_asks_too_often_waits_and_others_do_not(
    new_host: Callable[[], SpokenHost], province: Province, client: TestClient
) -> None:
    eager, other = new_host(), new_host()
    limit = RateLimit(burst=3, per_second=0.0, monotonic=lambda: 0.0)
    client.app.state.service = Service(province, agents=limit)  # type: ignore[attr-defined]
    assert [eager.heartbeat().status_code for _ in range(4)] == [200, 200, 200, 429]
    assert other.heartbeat().status_code == 200


def test_nobody_uses_up_the_share_of_another(
    new_host: Callable[[], SpokenHost], province: Province, client: TestClient
) -> None:
    honest, thief = new_host(), new_host()
    limit = RateLimit(burst=1, per_second=0.0, monotonic=lambda: 0.0)
    client.app.state.service = Service(province, agents=limit)  # type: ignore[attr-defined]
    thief.agent = honest.agent
    assert {thief.heartbeat().status_code for _ in range(5)} == {401}
    assert honest.heartbeat().status_code == 200


def test_a_request_made_for_another_host_is_refused(host: SpokenHost) -> None:
    body, other = host.opening(), "soc.other:8443"
    host.netloc = other
    headers = {**host.headers("POST", EVIDENCE_PATH, body), "Host": other}
    assert refusal(host.post(EVIDENCE_PATH, body, headers)) == (400, "BAD_BYTES")


def test_a_bucket_fills_again_with_time() -> None:
    now = [0.0]
    limit = RateLimit(burst=2, per_second=1, monotonic=lambda: now[0])
    assert [limit.allows("a") for _ in range(3)] == [True, True, False]
    now[0] += 1
    assert [limit.allows("a"), limit.allows("a"), limit.allows("b")] == [True, False, True]


def test_heartbeats_bring_a_checkpoint_that_continues_the_one_held(
    host: SpokenHost, province: Province
) -> None:
    first = peek(host.heartbeat().json()["checkpoint"])
    host.send(host.opening(), *host.gaps(20))
    answer = host.heartbeat(first.size, first.root.hex()).json()
    second = verify(answer["checkpoint"], province.keys.log.public)
    assert second.size > first.size
    proof = [bytes.fromhex(node) for node in answer["consistency"]]
    verify_consistency(first.size, second.size, proof, first.root, second.root)


def test_an_agent_that_holds_another_history_is_told_and_a_person_too(
    host: SpokenHost, province: Province
) -> None:
    size = peek(host.heartbeat().json()["checkpoint"]).size
    assert refusal(host.heartbeat(size, "ab" * 32)) == (409, "LOG_DIFFERS")
    assert refusal(host.heartbeat(size + 1000, "ab" * 32)) == (409, "LOG_DIFFERS")
    with province.database.reading() as connection:
        assert [alert.kind for alert in open_alerts(connection)] == ["LOG_DIFFERS"]


def test_a_heartbeat_says_what_is_missing(host: SpokenHost) -> None:
    opening, *gaps = [host.opening(), *host.gaps(3)]
    assert host.heartbeat().json()["resend_from"] == 1
    host.send(opening, gaps[0])
    assert host.heartbeat().json()["resend_from"] == 3
    host.send(*gaps[1:])
    assert host.heartbeat().json()["resend_from"] is None


def test_a_heartbeat_that_another_key_sealed_is_refused(new_host: Callable[[], SpokenHost]) -> None:
    host, other = new_host(), new_host()
    key, host.key = host.key, other.key
    raw_path = f"{HEARTBEAT_PATH}?size=0"
    body = b'{"payload":"","payloadType":"application/vnd.lachan.heartbeat+json","signatures":[]}'
    host.key = key
    answer = host.post(raw_path, body, host.headers("POST", raw_path, body))
    assert refusal(answer) == (400, "BAD_BYTES")


def test_the_authority_is_given_to_everybody_and_is_the_one_of_the_tokens(
    client: TestClient, province: Province
) -> None:
    assert client.get(CA_PATH).content == province.keys.authority_pem


def test_metrics_need_their_token_and_name_nobody(
    client: TestClient, host: SpokenHost, province: Province
) -> None:
    host.send(host.opening(), *host.gaps(1))
    assert client.get("/metrics").status_code == 401
    wrong = {"Authorization": "Bearer " + "0" * 64}
    assert client.get("/metrics", headers=wrong).status_code == 401
    token = (province.home.secrets / "metrics.token").read_text().strip()
    text = client.get("/metrics", headers={"Authorization": f"Bearer {token}"}).text
    assert 'lachan_agents{facility="BV"} 1.0' in text
    assert host.agent not in text
    assert "fs01" not in text


def test_only_what_was_sent_is_stored(host: SpokenHost, province: Province) -> None:
    """The address, the host header and other headers of a request leave no trace."""
    mark = os.urandom(8).hex()
    body = host.opening()
    headers = {**host.headers("POST", EVIDENCE_PATH, body), "User-Agent": f"agent-{mark}"}
    assert host.post(EVIDENCE_PATH, body, headers).status_code == 200
    for file in province.home.state_dir.iterdir():
        content = file.read_bytes()
        assert mark.encode() not in content
        assert b"testclient" not in content
