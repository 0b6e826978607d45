"""Evidence over HTTP: what is taken, what is refused, and what the agent hears."""

from collections.abc import Callable
from datetime import timedelta

import httpx2
import msgspec

from controller.fleet.province import Province
from controller.fleet.revoke import revoke_agent
from controller.store.entries import stored_entries
from controller.store.queries_alerts import open_alerts
from controller.store.rebuild import projections_digest, rebuild
from tests.controller.speaking import Clock, SpokenHost
from wire.envelope import seal
from wire.http import EVIDENCE_PATH
from wire.keys import SigningKey
from wire.messages import Gap, Incarnation, Rotation


def sequences(answer: httpx2.Response, part: str = "acknowledged") -> list[int]:
    return [line["sequence"] for line in answer.json()[part]]


def codes(answer: httpx2.Response) -> list[str]:
    return [line["code"] for line in answer.json()["refused"]]


def alerts(province: Province) -> set[tuple[str, str]]:
    with province.database.reading() as connection:
        return {(alert.kind, alert.subject) for alert in open_alerts(connection)}


def envelopes(province: Province) -> dict[int, bytes]:
    with province.database.reading() as connection:
        return {row.log_index: row.envelope for row in stored_entries(connection)}


def test_a_batch_is_acknowledged_with_its_places_in_the_log(
    host: SpokenHost, province: Province
) -> None:
    lines = [host.opening(), *host.gaps(3)]
    answer = host.send(*lines)
    assert sequences(answer) == [1, 2, 3, 4]
    stored = envelopes(province)
    places = [line["log_index"] for line in answer.json()["acknowledged"]]
    assert [stored[place] for place in places] == lines


def test_what_is_sent_again_is_acknowledged_with_the_same_place_and_stored_once(
    host: SpokenHost, province: Province
) -> None:
    lines = [host.opening(), *host.gaps(3)]
    first = host.send(*lines).json()["acknowledged"]
    before = len(envelopes(province))
    assert host.send(*lines).json()["acknowledged"] == first
    assert host.send(lines[1]).json()["acknowledged"] == [first[1]]
    assert len(envelopes(province)) == before


def test_a_line_twice_in_one_batch_is_stored_once(host: SpokenHost, province: Province) -> None:
    lines = [host.opening(), *host.gaps(1)]
    before = len(envelopes(province))
    answer = host.send(lines[0], lines[1], lines[0], lines[1])
    assert sequences(answer) == [1, 2, 1, 2]
    entries = envelopes(province)
    assert sum(raw in lines for raw in entries.values()) == 2
    assert len(entries) == before + 3  # and the alert about the gap


def test_a_gap_is_refused_with_what_is_missing_and_what_came_before_is_kept(
    host: SpokenHost,
) -> None:
    first, *rest = [host.opening(), *host.gaps(4)]
    answer = host.send(first, rest[1], rest[2])
    assert sequences(answer) == [1]
    assert codes(answer) == ["GAP", "GAP"]
    assert answer.json()["resend_from"] == 2
    assert sequences(host.send(*rest)) == [2, 3, 4, 5]


def test_a_fork_is_refused_and_raises_an_alert(host: SpokenHost, province: Province) -> None:
    host.send(host.opening())
    head, sequence = host.head, host.sequence
    host.send(host.statement(Gap("one", "test")))
    host.head, host.sequence = head, sequence
    answer = host.send(host.statement(Gap("other", "test")))
    assert answer.status_code == 409
    assert answer.json()["error"] == "FORK"
    assert ("FORK", "") in alerts(province)


def test_an_older_incarnation_that_speaks_again_is_a_clone(
    host: SpokenHost, province: Province
) -> None:
    host.send(host.opening(), *host.gaps(1))
    old = (host.incarnation, host.sequence, host.head)
    host.incarnation, host.sequence, host.head = "i-2", 0, "0" * 64
    restored = Incarnation(reason="restored", previous_incarnation="i-1")
    assert sequences(host.send(host.statement(restored))) == [1]
    assert ("CLONED", "") not in alerts(province)
    host.incarnation, host.sequence, host.head = old
    answer = host.send(host.statement(Gap("late", "test")))
    assert (answer.status_code, answer.json()["error"]) == (409, "CLONED")
    assert ("CLONED", "") in alerts(province)


def test_two_hosts_that_grew_from_one_are_named_as_clones(
    host: SpokenHost, province: Province
) -> None:
    host.send(host.opening())
    for incarnation in ("i-2", "i-3"):
        host.incarnation, host.sequence, host.head = incarnation, 0, "0" * 64
        host.send(host.statement(Incarnation("restored", previous_incarnation="i-1")))
    assert ("CLONED", "") in alerts(province)


def test_a_changed_byte_in_an_envelope_is_refused(host: SpokenHost, province: Province) -> None:
    opening, gap = host.opening(), host.statement(Gap("outbox", "test"))
    document = msgspec.json.decode(gap)
    middle = len(document["payload"]) // 2
    changed = "A" if document["payload"][middle] != "A" else "B"
    document["payload"] = document["payload"][:middle] + changed + document["payload"][middle + 1 :]
    answer = host.send(opening, msgspec.json.encode(document))
    assert sequences(answer) == [1]
    assert codes(answer) == ["BAD_SIGNATURE"]
    assert gap not in envelopes(province).values()


def test_another_hosts_signature_is_refused(
    new_host: Callable[[], SpokenHost], province: Province
) -> None:
    honest, thief = new_host(), new_host()
    thief.agent, own = honest.agent, thief.agent
    forged = thief.opening()
    assert codes(honest.send(forged)) == ["BAD_SIGNATURE"]
    thief.agent = own
    assert codes(thief.send(forged)) == ["NOT_ITS_FACILITY"]
    assert forged not in envelopes(province).values()


def test_lines_that_are_no_statements_are_refused_and_the_rest_is_taken(
    host: SpokenHost, province: Province
) -> None:
    opening = host.opening()
    act = seal("act", b'{"by":"x"}', host.key)
    answer = host.send(b"not json", act, seal("findings", b"{}", host.key), opening)
    assert codes(answer) == ["BAD_BYTES", "BAD_BYTES", "BAD_BYTES"]
    assert [line["line"] for line in answer.json()["refused"]] == [1, 2, 3]
    assert sequences(answer) == [1]
    assert act not in envelopes(province).values()


def test_a_statement_of_a_kind_that_is_newer_than_we_are_is_kept_as_received(
    host: SpokenHost, province: Province
) -> None:
    opening = host.opening()
    document = msgspec.json.decode(host.statement(Gap("outbox", "test")))
    payload = msgspec.json.decode(msgspec.json.encode(document["payload"]), type=bytes)
    newer = seal("tomorrow", payload, host.key)
    assert sequences(host.send(opening, newer)) == [1, 2]
    assert newer in envelopes(province).values()


def test_a_rotated_key_signs_from_its_statement_on_and_the_old_one_no_more(
    host: SpokenHost, province: Province
) -> None:
    opening = host.opening()
    following = SigningKey(b"\x07" * 32)
    rotation = host.statement(Rotation(following.public.to_base64()))
    old = host.key
    host.key = following
    after = host.statement(Gap("after", "test"))
    host.key = old
    assert sequences(host.send(opening, rotation, after)) == [1, 2, 3]
    late = host.statement(Gap("late", "test"))
    assert host.send(late).json()["error"] == "BAD_SIGNATURE"  # the request itself
    host.key = following
    assert codes(host.send(late)) == ["BAD_SIGNATURE"]
    with province.database.writing() as connection:
        before = projections_digest(connection)
        rebuild(connection)
        assert projections_digest(connection) == before


def test_nobody_rotates_to_a_key_that_is_anothers(new_host: Callable[[], SpokenHost]) -> None:
    one, other = new_host(), new_host()
    rotation = one.statement(Rotation(other.key.public.to_base64()))
    assert codes(one.send(rotation)) == ["CHAIN_BROKEN"]
    one.sequence, one.head = 0, "0" * 64
    opening = one.opening()
    rotation = one.statement(Rotation(other.key.public.to_base64()))
    assert codes(one.send(opening, rotation)) == ["BAD_BYTES"]


def test_a_revoked_agent_is_refused_at_once(host: SpokenHost, province: Province) -> None:
    host.send(host.opening())
    revoke_agent(province, "test", host.agent, "stolen")
    answer = host.send(*host.gaps(1))
    assert (answer.status_code, answer.json()["error"]) == (403, "REVOKED")


def test_an_unknown_agent_is_refused(stranger: SpokenHost) -> None:
    stranger.agent = "a-nobody"
    answer = stranger.send(b"{}")
    assert (answer.status_code, answer.json()["error"]) == (401, "UNKNOWN_AGENT")


def test_a_gap_that_the_agent_tells_of_raises_an_alert(
    host: SpokenHost, province: Province
) -> None:
    host.send(host.opening(), host.statement(Gap("integrity", "overflow")))
    assert ("WATCHING_GAP", "gap.overflow") in alerts(province)


def test_a_statement_from_the_future_is_taken_and_the_clock_is_named(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    later = clock() + timedelta(days=1)
    assert sequences(host.send(host.opening(), host.statement(Gap("a", "b"), later))) == [1, 2]
    assert ("CLOCK", "") in alerts(province)


def test_too_many_envelopes_in_one_batch_are_refused(host: SpokenHost) -> None:
    answer = host.post(EVIDENCE_PATH, b"{}\n" * 257)
    assert (answer.status_code, answer.json()["error"]) == (413, "TOO_LARGE")


def test_everything_is_rebuilt_from_the_log_to_the_same_bytes(
    new_host: Callable[[], SpokenHost], province: Province
) -> None:
    for _ in range(3):
        host = new_host()
        host.send(host.opening(), *host.gaps(5))
        host.heartbeat()
    with province.database.writing() as connection:
        before = projections_digest(connection)
        connection.exec_driver_sql("UPDATE chain SET sequence = 0")
        assert projections_digest(connection) != before
        rebuild(connection)
        assert projections_digest(connection) == before
