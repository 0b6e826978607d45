"""What does not belong in a repository goes to quarantine; what belongs there stays."""

import fcntl
import json
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from agent.sites.janitor.errors import (
    BesideError,
    BusyError,
    NotARepositoryError,
    OtherFilesystemError,
)
from agent.sites.janitor.judge import Patience
from agent.sites.janitor.run import Place, Settings, run
from tests.agent.sites.janitor.store import KEY, Store, another_key

WRONG_NAME = "ab" * 32
DAY_S = 86_400.0


def test_of_a_good_repository_nothing_is_moved_or_changed(store: Store) -> None:
    before = store.files()
    counts = store.look()
    assert store.files() == before
    assert (counts.rogue, counts.objects, counts.unread) == (0, 6, 0)
    assert store.status()["janitor_end"] == "1"


def a_link(store: Store) -> Path:
    path = store.repository / "snapshots" / WRONG_NAME
    path.symlink_to("/etc/passwd")
    return path


def a_pipe(store: Store) -> Path:
    path = store.repository / "locks" / WRONG_NAME
    os.mkfifo(path)
    return path


def a_folder(store: Store) -> Path:
    path = store.repository / "evil" / "deeper"
    path.mkdir(parents=True)
    (path / "file").write_text("x")
    return path.parent


def a_key_of_gigabytes(store: Store) -> Path:
    return store.add("keys", json.dumps({**KEY, "N": 1 << 30}).encode())


OFFENDERS: dict[str, tuple[Callable[[Store], Path], str]] = {
    "one byte as a lock": (lambda s: s.add("locks", b"x", WRONG_NAME), "too_small"),
    "one byte as a snapshot": (lambda s: s.add("snapshots", b"x", WRONG_NAME), "too_small"),
    "one byte as an index": (lambda s: s.add("index", b"x", WRONG_NAME), "too_small"),
    "one byte with its right name": (lambda s: s.add("locks", b"x"), "too_small"),
    "a snapshot under a strange name": (lambda s: s.add("snapshots", None, "x"), "unknown_name"),
    "a name of no text": (lambda s: s.add("locks", None, "a\udcff\n\x1b"), "unknown_name"),
    "a snapshot with another digest": (
        lambda s: s.add("snapshots", None, WRONG_NAME),
        "wrong_hash",
    ),
    "a lock with another digest": (lambda s: s.add("locks", None, WRONG_NAME), "wrong_hash"),
    "a key with another digest": (lambda s: s.add("keys", None, WRONG_NAME), "wrong_hash"),
    "a key that is none": (lambda s: s.add("keys"), "bad_key"),
    "a key of gigabytes": (a_key_of_gigabytes, "bad_key"),
    "a link": (a_link, "not_a_file"),
    "a pipe": (a_pipe, "not_a_file"),
    "a folder": (a_folder, "unknown_name"),
    "a file at the top": (lambda s: s.add("", None, "authorized_keys"), "unknown_name"),
}


@pytest.mark.parametrize("case", OFFENDERS)
def test_an_offender_goes_to_quarantine_and_nothing_else(store: Store, case: str) -> None:
    store.look()
    before = store.files()
    make, reason = OFFENDERS[case]
    path = make(store)
    content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
    counts = store.look_after(20)
    assert store.files() == before
    assert not os.path.lexists(path)
    (line,) = store.manifest()
    assert (line["reason"], line["outcome"]) == (reason, "moved")
    kept = store.place.beside / "quarantine" / f"{line['number']:08d}"
    assert os.path.lexists(kept)
    if content:
        assert line["sha256"] == sha256(content).hexdigest()
        assert kept.read_bytes() == content
    assert counts.rogue == 1


def test_what_lies_at_the_wrong_place_goes(store: Store) -> None:
    store.look()
    content = os.urandom(64)
    folder = store.repository / "data" / "00"
    folder.mkdir(exist_ok=True)
    (folder / ("ff" + "0" * 62)).write_bytes(content)
    store.look_after(20)
    assert store.reasons() == ["wrong_place"]


def test_an_object_that_is_being_written_waits(store: Store) -> None:
    """A snapshot is there before its last byte; ten seconds later it is whole."""
    content = os.urandom(200)
    path = store.add("snapshots", content[:40], sha256(content).hexdigest())
    rest = iter([content])

    class Writer(type(store.clock)):  # type: ignore[misc]
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            for whole in rest:
                path.write_bytes(whole)

    store.clock = Writer()
    store.look()
    assert path.read_bytes() == content
    assert store.manifest() == []


def test_who_trickles_into_a_lock_does_not_keep_it_for_ever(store: Store) -> None:
    path = store.add("locks", b"a" * 40, WRONG_NAME)
    for size in range(41, 46):
        if not path.exists():
            break
        path.write_bytes(b"a" * size)
        store.look_after(20)
    assert store.reasons() == ["wrong_hash"]


@pytest.mark.parametrize(
    ("kind", "stays_for_s", "goes_after_s"), [("data", 600, 1200), ("index", 60, 200)]
)
def test_the_rest_of_a_broken_upload_goes_when_it_stands_still(
    store: Store, kind: str, stays_for_s: float, goes_after_s: float
) -> None:
    store.look()
    path = store.add(kind, os.urandom(900), WRONG_NAME)
    store.look()
    store.look_after(stays_for_s)
    assert path.exists()
    counts = store.look_after(goes_after_s)
    assert store.reasons() == ["cut"]
    assert counts.rogue == 0  # a line that broke is nobody's attack


def test_many_broken_uploads_are_no_accident(store: Store) -> None:
    store.look()
    for number in range(20):
        store.add("data", os.urandom(50), f"{number:064x}")
    store.look()
    assert store.look_after(1000).rogue == 20


@pytest.mark.parametrize(
    "name",
    [
        WRONG_NAME + "-tmp-123456",
        WRONG_NAME + ".rest-server-temp77",
        WRONG_NAME + ".1a2b3c.partial",
    ],
)
def test_a_temporary_file_has_a_day(store: Store, name: str) -> None:
    path = store.repository / "locks" / name
    path.write_bytes(b"half")
    store.look()
    store.look_after(DAY_S / 2)
    assert path.exists()
    store.look_after(DAY_S)
    assert store.reasons() == ["leftover"]


def test_what_is_an_object_is_never_moved_for_its_looks(store: Store, tmp_path: Path) -> None:
    store.look()
    big = store.add("data", os.urandom(3 << 20))
    second = store.add("index")
    os.link(second, tmp_path / "another-name")
    third = store.add("snapshots")
    third.chmod(0o666)
    counts = store.look_after(20)
    assert big.exists()
    assert second.exists()
    assert third.exists()
    assert store.manifest() == []
    assert counts.told == 2


def test_a_link_in_the_place_of_a_folder_is_not_entered(store: Store, tmp_path: Path) -> None:
    store.look()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("not of the repository")
    shard = store.repository / "data" / "0f"
    if shard.exists():
        shard.rename(tmp_path / "was")
    shard.symlink_to(outside)
    counts = store.look_after(20)
    assert (outside / "precious").exists()
    assert counts.rogue >= 1


def test_the_machines_own_folders_are_left_alone(store: Store) -> None:
    for name in ("lost+found", "@eaDir"):
        (store.repository / name).mkdir()
    assert store.look().rogue == 0
    assert store.manifest() == []


def test_keys_beyond_the_bound_go_and_the_first_stay(store: Store) -> None:
    first = {path.name for path in (store.repository / "keys").iterdir()}
    store.look()
    for number in range(40):
        store.add("keys", another_key(number))
    counts = store.look_after(20)
    left = {path.name for path in (store.repository / "keys").iterdir()}
    assert first <= left
    assert len(left) == Patience().keys
    assert counts.keys_since_first == Patience().keys - 1
    assert counts.rogue == 33


def test_a_lock_that_nobody_refreshes_goes_after_a_day(store: Store) -> None:
    store.look()
    path = store.add("locks")
    store.look()
    store.look_after(DAY_S - 60)
    assert path.exists()
    counts = store.look_after(120)
    assert store.reasons() == ["dead_lock"]
    assert counts.rogue == 0
    assert counts.lock_moved_at is not None


def test_a_clock_that_jumps_four_years_makes_no_lock_old(store: Store) -> None:
    path = store.add("locks")
    store.look()
    store.clock.at = store.clock.at.replace(year=store.clock.at.year + 4)
    store.look()
    assert path.exists()


def test_a_flood_of_locks_is_said_at_once_and_goes_when_nobody_refreshes_it(store: Store) -> None:
    store.look()
    for _ in range(40):
        store.add("locks")
    assert store.look_after(20).rogue == 40
    store.look_after(600)
    assert len(list((store.repository / "locks").iterdir())) == 40
    fresh = store.add("locks")
    store.look_after(200)
    assert [path.name for path in (store.repository / "locks").iterdir()] == [fresh.name]


def test_another_config_is_said_and_stays(store: Store) -> None:
    store.look()
    (store.repository / "config").write_bytes(b"of somebody else" * 4)
    counts = store.look_after(20)
    assert not counts.config_whole
    assert (store.repository / "config").exists()
    (store.repository / "config").unlink()
    assert not store.look_after(20).config_whole


def test_only_a_repository_is_looked_after(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "letter.txt").write_text("dear")
    with pytest.raises(NotARepositoryError):
        Store(folder).look()
    assert (folder / "letter.txt").read_text() == "dear"
    assert list(tmp_path.iterdir()) == [folder]
    with pytest.raises(NotARepositoryError):
        Store(tmp_path / "nothing").look()


def test_a_folder_beside_it_that_others_may_enter_is_not_used(store: Store) -> None:
    store.look()
    store.place.beside.chmod(0o755)
    with pytest.raises(BesideError):
        store.look()


def test_a_folder_beside_it_on_another_file_system_is_not_used(store: Store) -> None:
    with TemporaryDirectory(dir="/dev/shm") as elsewhere:
        place = Place(store.repository, Path(elsewhere))
        with pytest.raises(OtherFilesystemError):
            run(place, store.clock, Settings())


def test_a_second_run_at_once_is_told_who_works(store: Store) -> None:
    store.look()
    descriptor = os.open(store.place.beside / "lock", os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with pytest.raises(BusyError) as caught:
            store.look()
    finally:
        os.close(descriptor)
    assert caught.value.parameters["pid"] == str(os.getpid())
