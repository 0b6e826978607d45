"""What the agent believes of a site's janitor, and what it makes of it."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.sites.janitor_answer import (
    Remembered,
    Says,
    parse,
    rogue_number,
    signs,
    without_departed,
)
from agent.sites.probe.errors import ProbeAnswerError
from tests.agent.sites.janitor.store import Store, new_store

HEADS = tuple(f"{number:064x}" for number in range(1, 6))
GOOD = Says(
    ran_ago_s=20, rogue=0, gone=(), gone_day=0, future=0, arrived_day=3, new_keys=0, unread=0,
    stuck=0, locks=0, openable="", config_whole=True, ledger=Remembered(5, HEADS[-1]),
    heads=HEADS, lost_ago_s=None,
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


def answer(status: str, now: int) -> bytes:
    return f"version 2\njanitor_now {now}\n{status}end 1\n".encode()


def test_what_the_janitor_writes_is_read(store: Store) -> None:
    store.look()
    store.add("snapshots")
    store.add("locks", b"x", "ab" * 32)
    store.look_after(20)
    now = int(store.clock.at.timestamp())
    says = parse(answer((store.place.beside / "status").read_text(), now + 5))
    assert says is not None
    assert (says.ran_ago_s, says.rogue, says.arrived_day) == (5, 1, 1)
    assert says.ledger == Remembered(3, says.heads[-1])
    assert signs(says, None) == ()


def test_a_site_without_a_janitor_says_nothing_about_one() -> None:
    assert parse(b"version 2\nboot_id x\nend 1\n") is None


@given(st.binary(max_size=300))
def test_any_answer_is_read_or_refused(raw: bytes) -> None:
    for output in (raw, b"janitor_now 5\njanitor 1\njanitor_end 1\n" + raw):
        try:
            parse(output)
        except ProbeAnswerError:
            continue


@pytest.mark.parametrize("cut", ["janitor 1\n", "janitor_end 1\n"])
def test_half_an_answer_is_refused(store: Store, cut: str) -> None:
    store.look()
    status = (store.place.beside / "status").read_text()
    with pytest.raises(ProbeAnswerError):
        parse(answer(status.replace(cut, ""), 5))


SIGNS = {
    "JANITOR_SILENT": replace(GOOD, ran_ago_s=901),
    "LEDGER_LOST": replace(GOOD, lost_ago_s=60),
    "SNAPSHOTS_GONE": replace(GOOD, gone_day=1),
    "SNAPSHOTS_FUTURE": replace(GOOD, future=1),
    "SNAPSHOTS_MANY": replace(GOOD, arrived_day=1000),
    "KEYS_ADDED": replace(GOOD, new_keys=1),
    "CONFIG_BAD": replace(GOOD, config_whole=False),
    "STUCK": replace(GOOD, stuck=1),
}


@pytest.mark.parametrize("code", SIGNS)
def test_each_sign_is_said_alone(code: str) -> None:
    assert signs(SIGNS[code], Remembered(4, HEADS[3])) == (code,)


def test_a_janitor_of_the_future_is_silent() -> None:
    assert signs(replace(GOOD, ran_ago_s=-400), None) == ("JANITOR_SILENT",)


def test_a_good_status_has_no_sign() -> None:
    assert signs(GOOD, Remembered(3, HEADS[2])) == ()
    assert rogue_number(GOOD) == 0


@pytest.mark.parametrize("before", [Remembered(9, HEADS[0]), Remembered(4, HEADS[0])])
def test_a_ledger_that_does_not_go_on_from_where_it_was_is_lost(before: Remembered) -> None:
    assert signs(GOOD, before) == ("LEDGER_LOST",)


def test_what_retention_took_is_no_loss_and_all_else_is() -> None:
    one, other = "1" * 32, "2" * 32
    gone = replace(GOOD, gone=(one, other), gone_day=2)
    assert without_departed(gone, frozenset({one, other})).gone_day == 0
    assert without_departed(gone, frozenset({one})) == gone
    cut = replace(gone, gone_day=3)  # the list does not show all of them
    assert without_departed(cut, frozenset({one, other})) == cut
