"""What is known of a site: each part with its time, nothing made up, old proofs no proofs."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from agent.backup import protection
from agent.backup.facts import dataset_facts
from agent.backup.records.records import Point, open_records
from agent.backup.records.site_facts import Attacked, Keys, Reading, Room, Shown, SiteFacts
from agent.clock import SystemClock
from agent.config.datasets import Dataset
from agent.config.home import home_at
from agent.daemon.work.sites.site_state import state_of
from agent.sites.local import LocalSite
from recovery.backup_verdict import judge
from recovery.dataset_facts import DatasetFacts
from wire.codec import encode
from wire.verdicts import BackupVerdict, Cause, HeldBy, Protection

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
DOOR = LocalSite("a", HeldBy.OWNED, Path("/mnt/a"), Path("/none"))
PROVED = Attacked(DOOR.place, Protection.PROVED, refused=("delete",))


@pytest.fixture
def facts(tmp_path: Path) -> Iterator[SiteFacts]:
    with contextlib.closing(open_records(home_at(tmp_path), SystemClock())) as records:
        yield records.site_facts()


def test_a_part_is_kept_with_its_time_and_the_newest_counts(facts: SiteFacts) -> None:
    facts.put("a", Room(stored_bytes=5), NOW - DAY)
    facts.put("a", Room(stored_bytes=6, free_bytes=7), NOW)
    known = facts.get("a", Room)
    assert known is not None
    assert (known.value, known.looked_at) == (Room(stored_bytes=6, free_bytes=7), NOW)
    assert facts.get("b", Room) is None
    assert facts.get("a", Keys) is None


def test_what_was_looked_at_too_long_ago_is_not_known(facts: SiteFacts) -> None:
    facts.put("a", Keys(unknown=0), NOW - 9 * DAY)
    assert facts.fresh("a", Keys, NOW) is None
    assert state_of(facts, DOOR, NOW).unknown_keys is None


def test_what_a_clock_that_ran_ahead_has_noted_is_not_known(facts: SiteFacts) -> None:
    facts.put("a", Keys(unknown=0), NOW + 900 * DAY)
    assert facts.fresh("a", Keys, NOW) is None
    facts.put("a", PROVED, NOW + 900 * DAY)
    assert protection.protection_of(facts, DOOR, NOW) is DOOR.protection


def test_the_statement_says_what_is_known_and_nothing_else(facts: SiteFacts) -> None:
    facts.put("a", Keys(unknown=2), NOW - DAY)
    facts.put("a", Reading(10, 9, NOW - 20 * DAY), NOW)
    state = state_of(facts, DOOR, NOW)
    assert (state.unknown_keys, state.packs, state.packs_read_in_30_days) == (2, 10, 9)
    assert (state.free_bytes, state.rogue_objects, state.retention_held) == (None, None, None)
    assert state.looked_at == NOW
    assert encode(state)


def test_without_any_look_nothing_is_known(facts: SiteFacts) -> None:
    state = state_of(facts, DOOR, NOW)
    assert state.looked_at is None
    assert state.attacked_at is None
    assert state.protection is DOOR.protection


@pytest.mark.parametrize(
    ("found", "age", "shown"),
    [
        (Protection.PROVED, 7 * DAY, Protection.PROVED),
        (Protection.PROVED, 7 * DAY + timedelta(seconds=1), Protection.NONE),
        (Protection.NONE, 90 * DAY, Protection.NONE),
        (Protection.CLAIMED, DAY, Protection.NONE),
    ],
)
def test_a_proof_grows_old_and_a_hole_stands(
    facts: SiteFacts, found: Protection, age: timedelta, shown: Protection
) -> None:
    facts.put("a", Attacked(DOOR.place, found), NOW - age)
    assert protection.protection_of(facts, DOOR, NOW) is shown


def test_a_proof_of_another_place_is_none_of_this_one(facts: SiteFacts) -> None:
    facts.put("a", Attacked("/mnt/elsewhere", Protection.PROVED), NOW)
    assert protection.protection_of(facts, DOOR, NOW) is DOOR.protection
    assert state_of(facts, DOOR, NOW).attacked_at is None


def test_what_could_not_be_tried_leaves_the_last_proof_standing(facts: SiteFacts) -> None:
    untried = Attacked(DOOR.place, Protection.CLAIMED, reason="SITE_UNREACHABLE")
    protection.remember(facts, DOOR, PROVED, NOW - DAY)
    protection.remember(facts, DOOR, untried, NOW)
    assert protection.protection_of(facts, DOOR, NOW) is Protection.PROVED
    protection.remember(facts, DOOR, untried, NOW + 7 * DAY)
    known = facts.get("a", Attacked)
    assert known is not None
    assert msgspec.structs.replace(known.value, proved_at=None) == untried
    assert known.value.proved_at is not None  # that it refused once is not forgotten


def test_what_a_place_showed_says_nothing_of_another_one(tmp_path: Path) -> None:
    dataset = Dataset(name="share", paths=(tmp_path,), schedule="15 */4 * * *", rpo="8h")
    elsewhere = LocalSite("a", HeldBy.OWNED, Path("/mnt/new"), Path("/none"))
    with contextlib.closing(open_records(home_at(tmp_path), SystemClock())) as records:
        records.add_point(Point("a", "5" * 64, "share", "7" * 64, NOW, NOW, "c", NOW))
        records.looked("share", "a", None, NOW)
        records.site_facts().put("a", Shown(DOOR.place), NOW)
        here, there = (
            dataset_facts(records, dataset, (door,), NOW).copies[0] for door in (DOOR, elsewhere)
        )
    assert here.cause is None
    assert there.cause is Cause.COULD_NOT_LOOK
    judged = judge(DatasetFacts(timedelta(hours=8), (there,)), NOW)
    assert judged.sites[0].verdict is BackupVerdict.UNKNOWN
