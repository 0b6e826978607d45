"""Bytes that are not what they were: changed, sent twice, far too many, cut off."""

import contextlib
import http.client
import re
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from demo.programs import Program
from tests.end_to_end.province import Province, ask
from tests.end_to_end.telling import LANGUAGES, REMEDY, assert_clear, tell
from tests.end_to_end.test_bad_clock import INSIDE_ONLY
from wire.http import EVIDENCE_PATH, HEARTBEAT_PATH

HUGE_BYTES = 100 * 2**20
MOST_GROWTH_BYTES = 20 * 2**20
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


def requests_in(recorded: bytes) -> Iterator[bytes]:
    """Every whole request that an agent sent on one connection."""
    while recorded:
        head, _, rest = recorded.partition(b"\r\n\r\n")
        found = _LENGTH.search(head + b"\r\n")
        size = int(found.group(1)) if found else 0
        yield head + b"\r\n\r\n" + rest[:size]
        recorded = rest[size:]


def send_again(province: Province, request: bytes) -> tuple[int, bytes]:
    address = ("127.0.0.1", province.port)
    with (
        socket.create_connection(address) as plain,
        province.trusting().wrap_socket(plain, server_hostname="127.0.0.1") as connection,
    ):
        connection.sendall(request)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        return answer.status, answer.read()


@pytest.mark.parametrize("path", [HEARTBEAT_PATH, EVIDENCE_PATH])
def test_a_request_is_taken_once(province: Province, joined: Program, path: str) -> None:
    before = set(province.traffic.iterdir())
    tell(joined, "run", "--once", prelude=INSIDE_ONLY)
    recorded = [file for file in province.traffic.glob("*.sent") if file not in before]
    (request,) = [
        request
        for file in recorded
        for request in requests_in(file.read_bytes())
        if request.startswith(f"POST {path}".encode())
    ]
    size = province.log_size()

    status, answer = send_again(province, request)

    assert (status, b"REPLAYED" in answer) == (401, True)
    assert province.log_size() == size


def test_a_request_changed_on_its_way_is_refused(province: Province, joined: Program) -> None:
    before = set(province.traffic.iterdir())
    tell(joined, "outbox", "send")
    (file,) = [file for file in province.traffic.glob("*.sent") if file not in before]
    (request,) = requests_in(file.read_bytes())
    middle = request.index(b"\r\n\r\n") + 200

    changed = request[:middle] + b"A" + request[middle + 1 :]
    status, answer = send_again(province, changed.replace(b"Nonce: ", b"Nonce: f"))

    assert (status, b"BAD_SIGNATURE" in answer) == (401, True)


@pytest.mark.parametrize("announced", [True, False])
def test_a_huge_request_is_refused_without_being_kept(province: Province, announced: bool) -> None:
    controller = psutil.Process(province.stage.processes[0].pid)
    before = controller.memory_info().rss
    connection = http.client.HTTPSConnection(
        "127.0.0.1", province.port, context=province.trusting(), timeout=60
    )
    chunks = (bytes(2**20) for _ in range(HUGE_BYTES // 2**20))
    headers = {"Content-Length": str(HUGE_BYTES)} if announced else {"Transfer-Encoding": "chunked"}

    with contextlib.suppress(ConnectionError):  # it may hang up before it has heard everything
        connection.request(
            "POST", EVIDENCE_PATH, body=chunks, headers=headers, encode_chunked=not announced
        )
    answer = connection.getresponse()

    assert (answer.status, b"TOO_LARGE" in answer.read()) == (413, True)
    assert controller.memory_info().rss - before < MOST_GROWTH_BYTES
    connection.close()


def tamper(agent: Program, sequence: int) -> bytes:
    """Change one letter inside the signed payload of a waiting envelope; return it as it is now."""
    assert agent.home is not None
    with contextlib.closing(sqlite3.connect(agent.home / "state" / "outbox.sqlite")) as opened:
        where = "WHERE sequence = ? AND acknowledged_at IS NULL"
        ((raw,),) = opened.execute(f"SELECT raw FROM envelopes {where}", (sequence,))  # noqa: S608
        place = raw.index(b'"payload":"') + 60
        letter = b"A" if raw[place : place + 1] != b"A" else b"B"
        changed: bytes = raw[:place] + letter + raw[place + 1 :]
        opened.execute(f"UPDATE envelopes SET raw = ? {where}", (changed, sequence))  # noqa: S608
        opened.commit()
    return changed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sequence", [1, 2])
def test_a_tampered_envelope_never_enters_the_log_and_is_named(
    province: Province, joined: Program, sequence: int, language: str
) -> None:
    joined.run("integrity", "baseline", expect=(0, 1, 2))
    changed = tamper(joined, sequence)

    told = tell(joined, "outbox", "send", "--lang", language)

    assert told.code == 1, told
    assert told.line(REMEDY[language])
    assert province.has_logged(changed) is False
    _, outbox = ask(joined, "outbox")
    assert outbox["waiting"] == 0  # the others did not have to stay behind
    _, listed = ask(joined, "outbox", "list")
    kinds = [envelope["kind"] for envelope in listed["envelopes"]]
    assert kinds.count("baseline") + kinds.count("tombstone") >= 2
    assert "state.outbox" in status_ids(joined)


def status_ids(agent: Program) -> set[str]:
    _, document = ask(agent, "status")
    return {item["id"] for item in document["items"]}


def state_files(agent: Program) -> dict[str, Path]:
    assert agent.home is not None
    return {file.stem: file for file in (agent.home / "state").glob("*.sqlite")}


OPENED_BY = {
    "outbox": ("outbox",),
    "uplink": ("outbox",),
    "recovery": ("backup", "status"),
    "ledger": ("integrity", "scan"),
    "baseline": ("integrity", "scan"),
    "events": ("integrity", "scan"),
    "facts": ("check",),
    "checks": ("check",),
}


def test_every_state_file_is_tried_below(backed_up: Program) -> None:
    assert set(state_files(backed_up)) <= set(OPENED_BY)


@pytest.mark.parametrize("purpose", sorted(OPENED_BY))
def test_a_cut_off_state_file_is_kept_aside_and_stated(
    backed_up_copy: Program, purpose: str
) -> None:
    file = state_files(backed_up_copy)[purpose]
    for journal in ("-wal", "-shm"):
        file.with_name(file.name + journal).unlink(missing_ok=True)
    half = file.read_bytes()[: file.stat().st_size // 2]
    file.write_bytes(half)

    first = tell(backed_up_copy, *OPENED_BY[purpose])

    assert "Traceback" not in first.err, first.err
    assert first.code in {0, 1, 2}
    (kept,) = [
        path
        for path in file.parent.glob(f"{file.name}.damaged-*")
        if not path.name.endswith(("-wal", "-shm"))
    ]
    assert kept.read_bytes() == half
    assert f"state.{purpose}" in status_ids(backed_up_copy)
    for language in LANGUAGES:
        assert kept.name in tell(backed_up_copy, "status", "--lang", language).out
    _, before = ask(backed_up_copy, "outbox", "list")
    tell(backed_up_copy, "run", "--once", prelude=INSIDE_ONLY)
    _, listed = ask(backed_up_copy, "outbox", "list")
    assert "gap" in {envelope["kind"] for envelope in [*listed["envelopes"], *before["envelopes"]]}


def test_after_a_lost_record_the_next_backup_finds_its_repositories(
    backed_up_copy: Program,
) -> None:
    file = state_files(backed_up_copy)["recovery"]
    file.write_bytes(file.read_bytes()[:100])

    told, document = ask(backed_up_copy, "backup", "run")

    assert told.code == 1
    (dataset,) = document["datasets"]
    assert (dataset["verdict"], dataset["cause"]) == ("DEGRADED", "UNVERIFIED")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["agent.key", "membership.json", "facility-answers.key"])
def test_a_cut_off_secret_stops_the_agent_and_says_which(
    backed_up_copy: Program, name: str, language: str
) -> None:
    assert backed_up_copy.home is not None
    file = backed_up_copy.home / "secrets" / name
    file.write_bytes(file.read_bytes()[:10])

    told = tell(backed_up_copy, "outbox", "--lang", language)

    assert_clear(told, 78, language, name)
    assert len(file.read_bytes()) == 10  # never replaced by a new one
