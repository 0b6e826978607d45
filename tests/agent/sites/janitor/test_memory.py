"""What the janitor remembers: what was read, which snapshots came and went, and its own losses."""

import fcntl
import json
import os
from hashlib import sha256
from pathlib import Path

import pytest

from agent.sites.janitor import quarantine as quarantine_module
from agent.sites.janitor.judge import Content, Reason
from agent.sites.janitor.ledger import Event, Ledger, Why
from agent.sites.janitor.memory import Memory, Moment
from agent.sites.janitor.quarantine import Moved, Offender, Quarantine
from agent.sites.janitor.reading import opened_folder
from agent.sites.janitor.run import Settings
from agent.sites.janitor.status import digest_of
from tests.agent.sites.janitor.store import Store

DAY_S = 86_400.0


def remembered(store: Store, file: Path) -> float | None:
    """When this object was read last."""
    memory = Memory(store.place.beside / "objects.sqlite")
    folder = str(file.parent.relative_to(store.repository))
    known = memory.known(folder, file.name, Moment(0.0, 0.0, ""))
    memory.close()
    return known.read_at if known else None


def a_pack(store: Store) -> Path:
    return next(path for path in (store.repository / "data").rglob("*") if path.is_file())


def test_only_what_is_new_or_changed_is_read(store: Store) -> None:
    store.look()
    pack = a_pack(store)
    first = remembered(store, pack)
    new = store.add("data", os.urandom(77))
    store.look_after(3600)
    assert remembered(store, pack) == first
    assert remembered(store, new) == store.clock.at.timestamp()


def test_every_pack_is_read_again_within_the_period(store: Store) -> None:
    store.look()
    pack = a_pack(store)
    first = remembered(store, pack)
    store.look_after(29 * DAY_S)
    again = remembered(store, pack)
    assert first is not None
    assert again is not None
    assert again > first


def test_reading_ends_when_its_time_is_over_and_goes_on_the_next_time(store: Store) -> None:
    for _ in range(5):
        store.add("data", os.urandom(100))
    store.settings = Settings(read_for_s=0.0)
    assert store.look().unread == 8
    store.settings = Settings()
    assert store.look_after(20).unread == 0


def test_a_pack_that_changed_after_it_was_good_goes_so_that_it_can_come_anew(store: Store) -> None:
    store.look()
    pack = a_pack(store)
    damaged = bytearray(pack.read_bytes())
    damaged[100] ^= 1
    pack.write_bytes(damaged)
    counts = store.look_after(7200)
    assert store.reasons() == ["altered"]
    assert (counts.altered, counts.rogue) == (1, 1)


def test_when_many_packs_changed_it_is_the_disk_and_they_stay(store: Store) -> None:
    for _ in range(10):
        store.add("data", os.urandom(100))
    store.look()
    packs = [path for path in (store.repository / "data").rglob("*") if path.is_file()]
    for pack in packs:
        pack.write_bytes(b"y" * 100)
    counts = store.look_after(7200)
    assert store.reasons() == ["altered"] * 3
    assert counts.altered == len(packs)


def test_snapshots_that_came_and_went_are_in_the_ledger_with_the_sites_times(store: Store) -> None:
    store.look()
    store.clock.go(3600)
    new = store.add("snapshots")
    store.look()
    came_at = int(store.clock.at.timestamp())
    assert store.status()["janitor_arrivals"] == f"{digest_of(new.name)}:{came_at}"
    new.unlink()
    store.look_after(20)
    assert store.status()["janitor_gone_day"] == "1"
    assert store.status()["janitor_gone_ids"] == digest_of(new.name)
    assert new.name not in (store.place.beside / "status").read_text()


def test_what_maintenance_removes_is_no_loss(store: Store) -> None:
    store.look()
    next((store.repository / "snapshots").iterdir()).unlink()
    marker = store.place.beside / "maintenance"
    with marker.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        store.look_after(20)
    assert store.status()["janitor_gone"] == "0"
    assert store.status()["janitor_snapshots"] == "0"


def test_an_old_marker_of_maintenance_excuses_nothing(store: Store) -> None:
    store.look()
    marker = store.place.beside / "maintenance"
    marker.touch()
    old = store.clock.at.timestamp() - 7200
    os.utime(marker, (old, old))
    next((store.repository / "snapshots").iterdir()).unlink()
    store.look_after(20)
    assert store.status()["janitor_gone"] == "1"


def test_at_the_first_look_nobody_knows_since_when_a_snapshot_is_there(store: Store) -> None:
    store.look()
    assert store.status()["janitor_arrived_day"] == "0"
    assert store.status()["janitor_snapshots"] == "1"
    assert "janitor_lost_at" not in store.status()


def test_a_lost_ledger_is_said(store: Store) -> None:
    store.look()
    (store.place.beside / "ledger.jsonl").unlink()
    store.look_after(20)
    assert store.status()["janitor_ledger_begun"].endswith(" lost")
    assert "janitor_lost_at" in store.status()


def test_a_lost_memory_is_said(store: Store) -> None:
    store.look()
    (store.place.beside / "objects.sqlite").unlink()
    store.look_after(20)
    assert "janitor_lost_at" in store.status()


def test_a_memory_that_cannot_be_read_is_kept_and_said(store: Store) -> None:
    store.look()
    (store.place.beside / "objects.sqlite").write_bytes(b"not a database at all" * 500)
    store.look_after(20)
    assert (store.place.beside / "objects.sqlite.damaged").exists()
    assert "janitor_lost_at" in store.status()


def change_a_line(text: str) -> str:
    return text.replace('"size":100', '"size":101')


def drop_a_line(text: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(lines[:1] + lines[2:])


def cut_the_end(text: str) -> str:
    return "".join(text.splitlines(keepends=True)[:-1])


@pytest.mark.parametrize("tamper", [change_a_line, drop_a_line, cut_the_end])
def test_whoever_changes_the_ledger_is_noticed(store: Store, tamper: object) -> None:
    store.look()
    store.add("snapshots")
    store.look_after(20)
    store.add("snapshots")
    store.look_after(20)
    ledger = store.place.beside / "ledger.jsonl"
    assert callable(tamper)
    ledger.write_text(tamper(ledger.read_text()))
    store.look_after(20)
    assert store.status()["janitor_ledger_begun"].endswith(" changed")
    assert list(store.place.beside.glob("ledger.jsonl.*.changed"))


def test_a_torn_last_line_was_never_written(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    ledger = Ledger(file, None, 1.0)
    ledger.add(Event.ARRIVED, 2.0, id="a" * 64, size=7)
    head = ledger.head
    with file.open("ab") as torn:
        torn.write(b'{"n":3,"at":3.0,"ev')
    again = Ledger(file, head, 4.0)
    assert again.head == head
    assert again.why is Why.NEW
    assert again.present() == {"a" * 64}


def offender(path: Path) -> Offender:
    return Offender("snapshots", path.name, path.lstat(), Reason.WRONG_HASH)


def test_a_kill_between_manifest_and_move_is_told_at_the_next_start(store: Store) -> None:
    store.look()
    folder = store.place.beside / "quarantine"
    begun = {
        "number": 1, "at": 1.0, "folder": "locks", "name": "ab" * 32, "type": "file", "size": 1,
        "modified_at": 1.0, "arrived_at": 1.0, "reason": "too_small",
    }  # fmt: skip
    lines = [begun, {**begun, "number": 2}]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / "manifest.jsonl").write_text(text + '{"number": 3, "at"')
    (folder / "00000001").write_bytes(b"x")
    found = list(Quarantine(folder).moved())
    assert [(one.number, one.sha256) for one in found] == [(1, sha256(b"x").hexdigest())]
    assert [line.get("outcome") for line in store.manifest_lines()][-2:] == ["moved", "gone"]


def test_a_name_that_was_exchanged_before_the_move_goes_back(store: Store, tmp_path: Path) -> None:
    """Judged was a bad snapshot; by then another file bears its name."""
    store.look()
    bad = store.add("snapshots", None, "ab" * 32)
    judged = offender(bad)
    bad.rename(tmp_path / "kept")  # so that its inode is not given to the next one
    bad.write_bytes(b"another one by now")
    with opened_folder(store.repository / "snapshots") as here:
        moved = Quarantine(store.place.beside / "quarantine").take(here, judged, 1.0)
    assert moved.outcome == "exchanged"
    assert bad.read_bytes() == b"another one by now"


def test_what_was_whole_by_the_time_it_was_moved_goes_back(store: Store) -> None:
    store.look()
    content = os.urandom(100)
    slow = store.add("snapshots", content[:50], sha256(content).hexdigest())
    judged = offender(slow)
    slow.write_bytes(content)
    with opened_folder(store.repository / "snapshots") as here:
        moved = Quarantine(store.place.beside / "quarantine").take(here, judged, 1.0)
    assert moved.outcome == "exchanged"
    assert slow.read_bytes() == content


def test_a_move_that_is_refused_leaves_it_and_says_so(store: Store) -> None:
    store.look()
    bad = store.add("snapshots", None, "ab" * 32)
    judged = offender(bad)
    quarantine = Quarantine(store.place.beside / "quarantine")
    (store.place.beside / "quarantine" / "00000001").mkdir()  # in the way
    with opened_folder(store.repository / "snapshots") as here:
        assert quarantine.take(here, judged, 1.0).outcome == "refused"
    assert bad.exists()


def test_quarantine_never_deletes() -> None:
    """The one unlink is of a second name, after the first was linked back."""
    source = Path(quarantine_module.__file__).read_text()
    assert source.count("unlink(") == 1
    assert "rmtree" not in source
    assert Moved.__dataclass_fields__["sha256"]


def test_a_wish_reaches_what_came_today_and_nothing_older(store: Store) -> None:
    store.look()
    old = next((store.repository / "index").iterdir())
    young = store.add("index")
    store.look_after(20)
    middle = store.add("snapshots")
    store.look_after(20)
    store.clock.go(2 * DAY_S)
    late = store.add("index")
    store.look()
    for path in (old, young, middle, late):
        wish(store, f"aside {path.parent.name} {path.name}")
    wish(store, "aside data " + a_pack(store).name)
    store.look_after(20)
    assert store.reasons() == ["asked"]
    assert not late.exists()
    assert old.exists()
    assert young.exists()
    assert middle.exists()


def test_what_was_set_aside_is_put_back_when_it_is_wished(store: Store) -> None:
    store.look()
    young = store.add("snapshots")
    content = young.read_bytes()
    store.look_after(20)
    wish(store, f"aside snapshots {young.name}")
    store.look_after(20)
    assert not young.exists()
    wish(store, f"back snapshots {young.name}")
    store.look_after(20)
    assert young.read_bytes() == content


def wish(store: Store, line: str) -> None:
    with (store.place.beside / "wishes").open("a") as file:
        file.write(line + "\n")


def test_an_object_counts_as_read_only_when_it_stood_still(store: Store) -> None:
    store.look()
    memory = Memory(store.place.beside / "objects.sqlite")
    assert memory.count_content(Content.GOOD) == 6
    memory.close()
