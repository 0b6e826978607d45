"""What was changed on this host's own disk is named, and the rest of the chain goes on."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from agent.config.home import Home
from agent.daemon.app import App
from agent.daemon.reporting import send_evidence
from agent.daemon.tell import tell
from agent.state import gaps
from tests.agent.uplink.stand_in import StandIn
from wire.envelope import open_envelope
from wire.messages import Gap, Incarnation, Tombstone


def change(file: Path, sequence: int, *, keep_json: bool = True) -> bytes:
    """Change one letter of a waiting envelope's payload, or cut the envelope off."""
    with contextlib.closing(sqlite3.connect(file)) as opened:
        ((raw,),) = opened.execute(
            "SELECT raw FROM envelopes WHERE sequence = ? AND acknowledged_at IS NULL", (sequence,)
        )
        place = raw.index(b'"payload":"') + 60
        letter = b"A" if raw[place : place + 1] != b"A" else b"B"
        changed: bytes = raw[:place] + (letter + raw[place + 1 :] if keep_json else b"")
        opened.execute("UPDATE envelopes SET raw = ? WHERE raw = ?", (changed, raw))
        opened.commit()
    return changed


@pytest.mark.parametrize("keep_json", [True, False])
def test_a_changed_statement_becomes_a_tombstone_and_what_follows_is_taken(
    joined: App, controller: StandIn, home: Home, *, keep_json: bool
) -> None:
    for number in range(3):
        tell(joined, Gap("journal", "n", count=number))
    change(home.database("outbox"), 3, keep_json=keep_json)

    sent = send_evidence(joined)

    assert (sent.waiting, sent.refused, sent.mended) == (0, (), 1)
    assert controller.kinds == ["incarnation", "gap", "tombstone", "gap"]
    (grave,) = controller.bodies("tombstone")
    assert isinstance(grave, Tombstone)
    assert (grave.dropped_kind, grave.reason) == ("gap", "damaged")


def test_a_changed_opening_begins_a_new_incarnation(
    joined: App, controller: StandIn, home: Home
) -> None:
    tell(joined, Gap("journal", "kept"))
    change(home.database("outbox"), 1)

    sent = send_evidence(joined)

    assert (sent.waiting, sent.mended) == (0, 1)
    (opening,) = controller.bodies("incarnation")
    assert isinstance(opening, Incarnation)
    assert opening.reason == "state_lost"
    assert controller.kinds == ["incarnation", "gap"]


def test_the_changed_bytes_are_kept_and_the_loss_is_stated(
    joined: App, controller: StandIn, home: Home
) -> None:
    tell(joined, Gap("journal", "x"))
    change(home.database("outbox"), 2)
    send_evidence(joined)

    assert [(gap.purpose, gap.reason) for gap in gaps.waiting(home)] == [("outbox", "damaged")]
    send_evidence(joined)  # says what was lost
    stated = [body for body in controller.bodies("gap") if isinstance(body, Gap)]
    assert [(gap.subject, gap.reason) for gap in stated] == [("state.outbox", "damaged")]
    with contextlib.closing(sqlite3.connect(home.database("outbox"))) as opened:
        kept = opened.execute("SELECT value FROM meta WHERE key LIKE 'damaged %'").fetchall()
    assert len(kept) == 1


def test_nothing_is_mended_while_the_signatures_hold(joined: App) -> None:
    tell(joined, Gap("journal", "x"))
    before = [envelope.raw for envelope in joined.outbox.recent(10)]

    assert joined.outbox.mend() == 0
    assert [envelope.raw for envelope in joined.outbox.recent(10)] == before
    keys = {joined.identity.key.keyid: joined.identity.key.public}
    assert all(open_envelope(raw, keys) for raw in before)
