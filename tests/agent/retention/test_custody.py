"""Keys of strangers, and sites that fill up: what is said of them."""

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from agent.backup.records.records import Run
from agent.backup.records.site_facts import Keys, Room
from agent.backup.retention.errors import NoSuchKeyError
from agent.backup.retention.keys import ACCEPTED, OWN, SeenKey
from agent.daemon.open_reasons import open_reasons
from agent.daemon.status.items import Item
from agent.daemon.status.keeping import keeping_items
from agent.daemon.work.backup import custody, room
from agent.restic.environment import PATH
from agent.restic.forgetting import Key
from recovery.capacity import Measured
from recovery.places import FileSystem, Place
from recovery.retention_leave import Obstacle
from tests.agent.retention.conftest import NOW, Facility
from wire.codec import decode_statement
from wire.envelope import peek_payload
from wire.messages import Gap
from wire.verdicts import CheckVerdict

GB = 1_000_000_000


def items(facility: Facility, subject: str) -> dict[str, Item]:
    return {one.id: one for one in keeping_items(facility.app) if one.id.startswith(subject)}


def add_key(facility: Facility, password: Path) -> None:
    """As somebody does it who has taken our password; no role of the agent's may."""
    own = facility.app.home.secrets / "restic-a.password"
    words = ["restic", "-r", str(facility.folder / "a"), "--no-cache"]
    words += ["--password-file", str(own), "key", "add", "--new-password-file", str(password)]
    subprocess.run(words, check=True, capture_output=True, env={"PATH": PATH})


def test_the_key_that_our_password_opens_is_ours_and_any_other_is_a_strangers(
    facility: Facility,
) -> None:
    (looked,) = custody.look_everywhere(facility.app, "a", ())
    assert [(key.why, key.current) for key in looked.keys] == [(OWN, True)]
    assert items(facility, "strangers")["strangers.a"].verdict is CheckVerdict.PASS
    password = facility.folder / "strangers.password"
    password.write_text("let me in\n")
    add_key(facility, password)
    (looked,) = custody.look_everywhere(facility.app, "a", ())
    (stranger,) = [key for key in looked.keys if not key.known]
    known = facility.records.site_facts().get("a", Keys)
    assert known is not None
    assert known.value.unknown == 1
    assert items(facility, "strangers")["strangers.a"].verdict is CheckVerdict.FAIL
    assert Obstacle.UNKNOWN_KEY in open_reasons(facility.app, facility.records, "b")
    with pytest.raises(NoSuchKeyError):
        custody.look_everywhere(facility.app, "a", ("ffffffffff",))
    (looked,) = custody.look_everywhere(facility.app, "a", (stranger.id,))
    assert {key.why for key in looked.keys} == {OWN, ACCEPTED}
    (row,) = facility.app.outbox.latest("gap", 1)
    gap = decode_statement("gap", peek_payload(row.raw)).body
    assert gap == Gap(subject="site.a", reason="KEY_ACCEPTED", to_at=NOW, count=1)


def test_a_site_that_cannot_be_asked_keeps_what_is_known_of_its_keys(facility: Facility) -> None:
    facility.records.site_facts().put("a", Keys(0), NOW - timedelta(days=9))
    (facility.folder / "a").rename(facility.folder / "away")
    (looked,) = custody.look_everywhere(facility.app, "a", ())
    assert looked.error is not None
    assert "strangers.a" not in items(facility, "strangers")  # too old to be called good


def test_two_keys_with_one_short_id_are_not_told_apart(facility: Facility) -> None:
    known = facility.records.known_keys("a")
    known.look((Key("89b98120", current=True),), NOW)
    both = known.look((Key("89b98120", current=True), Key("89b98120ffff")), NOW)
    assert [key.known for key in both] == [False, False]
    assert known.look((Key("89b98120"),), NOW) == (SeenKey("89b98120", OWN, current=False),)


def test_where_our_own_key_was_exchanged_it_is_a_strangers(facility: Facility) -> None:
    known = facility.records.known_keys("a")
    known.look((Key("11111111", current=True),), NOW)
    (key,) = known.look((Key("22222222", current=True),), NOW)
    assert not key.known


def fill(facility: Facility, site: str, *free_gb: float | None) -> None:
    """One look a day up to now."""
    begin = NOW - timedelta(days=len(free_gb) - 1)
    history = facility.records.room(site)
    for day, free in enumerate(free_gb):
        known = None if free is None else int(free * GB)
        history.add(Measured(begin + timedelta(days=day), None, known))
    last = free_gb[-1]
    facility.records.site_facts().put(
        site, Room(None, None if last is None else int(last * GB)), NOW
    )


@pytest.mark.parametrize(
    ("free_gb", "verdict", "words"),
    [
        ((100, 90, 80, 70), CheckVerdict.FAIL, "7 days"),
        ((1000, 990, 980, 970), CheckVerdict.PASS, "97 days"),
        ((1000, 1000, 1000, 1000), CheckVerdict.PASS, "does not fill up"),
        ((1000,), CheckVerdict.PASS, "not known yet"),
        ((0.05,), CheckVerdict.FAIL, "may not fit"),
        ((None, None), CheckVerdict.UNKNOWN, "does not tell"),
    ],
)
def test_how_full_a_site_is_shows(
    facility: Facility, free_gb: tuple[float | None, ...], verdict: CheckVerdict, words: str
) -> None:
    fill(facility, "a", *free_gb)
    item = items(facility, "site_room")["site_room.a"]
    assert (item.verdict, words in item.says) == (verdict, True)


def test_a_look_at_the_places_notes_their_room(facility: Facility) -> None:
    facility.records.add_run(Run("share", NOW, None, 10, 100 * GB, ""))
    room.note_room(facility.app, facility.records, {"a": None})
    known = facility.records.site_facts().get("a", Room)
    assert known is not None
    assert known.value.free_bytes is not None  # a folder of this host is asked directly
    (measured,) = facility.records.room("a").since(NOW)
    assert measured.free_bytes == known.value.free_bytes
    assert facility.records.site_facts().get("b", Room) is None


def test_a_site_too_full_for_the_next_run_is_said_to_be_full_now(facility: Facility) -> None:
    facility.records.add_run(Run("share", NOW, None, 10, 10**18, ""))
    room.note_room(facility.app, facility.records, {"a": None})
    known = facility.records.site_facts().get("a", Room)
    assert known is not None
    assert known.value.full_in_days == 0


def test_what_a_place_says_of_itself_is_bytes() -> None:
    told = Place("b", filesystem=FileSystem(1, 1000, 4096), available_blocks=10)
    assert room.free_bytes(told) == 40960
    assert room.free_bytes(Place("b")) is None


def test_measurements_older_than_a_year_are_dropped(facility: Facility) -> None:
    history = facility.records.room("a")
    history.add(Measured(NOW - timedelta(days=500), 1, 1))
    history.add(Measured(NOW, 2, 2))
    assert [one.free_bytes for one in history.since(NOW - timedelta(days=999))] == [2]
