"""Two who look at the same files at once: the newer observation stays, each change is told once."""

import os
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.clock import SystemClock
from agent.config.home import Home
from agent.files.differing import differing
from agent.files.hashing import hash_file
from agent.files.journal import Transition
from agent.files.ledger import Ledger, open_ledger
from agent.files.names import key_of
from agent.files.record import FileRecord, status_of
from agent.files.rows import Row
from agent.files.writer import RowWriter
from agent.state.database import connect

ROUNDS = 5


@pytest.fixture
def slow(home: Home, ledger: Ledger, tree: Path) -> Iterator[RowWriter]:
    """A writer that has begun to look when two files were known, and writes much later."""
    for name in ("a", "b"):
        (tree / name).write_bytes(b"one")
    ledger.watch([tree])
    ledger.refresh(tree)
    connection = connect(home.database("ledger"))
    yield RowWriter(connection)
    connection.close()


def observed(file: Path) -> Row:
    hashed = hash_file(key_of(os.fsencode(file)), status_of(file.lstat()))
    assert hashed.status
    content = (hashed.attributes, hashed.content)
    return Row(hashed.key, *hashed.status, hashed.sha256, 1, "", *content, time.time_ns())


def look(ledger: Ledger, file: Path) -> None:
    ledger.look([os.fsencode(file)], lambda _: False)


def journal(ledger: Ledger) -> list[tuple[bytes | None, bytes | None]]:
    """The digests before and after, in the order in which they were told."""
    return [
        (one.before.sha256 if one.before else None, one.after.sha256 if one.after else None)
        for one in ledger.transitions(0, 1_000)
    ]


def digest(ledger: Ledger, file: Path) -> bytes | None:
    record = ledger.record(file)
    return record.sha256 if record else None


def test_an_older_observation_replaces_no_newer_one(
    slow: RowWriter, ledger: Ledger, tree: Path
) -> None:
    (tree / "a").write_bytes(b"two")
    slow.put(observed(tree / "a"))
    (tree / "a").write_bytes(b"three")
    look(ledger, tree / "a")
    newer = digest(ledger, tree / "a")
    slow.flush()
    assert digest(ledger, tree / "a") == newer
    assert len(journal(ledger)) == 1


def test_the_same_observation_is_told_once(slow: RowWriter, ledger: Ledger, tree: Path) -> None:
    (tree / "a").write_bytes(b"two")
    slow.put(observed(tree / "a"))
    look(ledger, tree / "a")
    slow.flush()
    assert len(journal(ledger)) == 1


def test_a_newer_observation_replaces_an_older_one_that_was_written_first(
    slow: RowWriter, ledger: Ledger, tree: Path
) -> None:
    (tree / "a").write_bytes(b"two")
    look(ledger, tree / "a")
    (tree / "a").write_bytes(b"three")
    slow.put(observed(tree / "a"))
    slow.flush()
    (first, second) = journal(ledger)
    assert first[1] == second[0]
    assert digest(ledger, tree / "a") == second[1]


def test_a_file_that_is_gone_meanwhile_does_not_come_back(
    slow: RowWriter, ledger: Ledger, tree: Path
) -> None:
    (tree / "a").write_bytes(b"two")
    (tree / "new").write_bytes(b"new")
    slow.put(observed(tree / "a"))
    slow.put(observed(tree / "new"))
    for name in ("a", "new"):
        (tree / name).unlink()
        look(ledger, tree / name)
    slow.flush()
    assert digest(ledger, tree / "a") is None
    assert digest(ledger, tree / "new") is None
    assert len(journal(ledger)) == 1


def test_a_file_that_is_back_meanwhile_is_not_forgotten(
    slow: RowWriter, ledger: Ledger, tree: Path
) -> None:
    (tree / "a").unlink()
    slow.delete(key_of(os.fsencode(tree / "a")), 1)
    (tree / "a").write_bytes(b"again")
    look(ledger, tree / "a")
    slow.flush()
    assert digest(ledger, tree / "a")
    assert len(journal(ledger)) == 1


def test_a_look_does_not_wait_for_a_refresh_that_is_running(
    home: Home, ledger: Ledger, tree: Path
) -> None:
    for number in range(600):
        (tree / f"{number:04}").write_bytes(b"one")
    ledger.watch([tree])
    ledger.refresh(tree)
    for number in range(600):
        (tree / f"{number:04}").write_bytes(b"other")
    with open_ledger(home, SystemClock()) as live:

        def change_what_was_passed(seen: int) -> None:
            if seen == 500:
                (tree / "0100").write_bytes(b"third")
                look(live, tree / "0100")

        ledger.refresh(tree, progress=change_what_was_passed)
    found = [one for one in ledger.transitions(0, 2_000) if path_of(one).endswith(b"0100")]
    states = [one.after.sha256 for one in found if one.after]
    assert states[-1] == digest(ledger, tree / "0100") == observed(tree / "0100").sha256
    assert_a_chain(ledger.transitions(0, 2_000), {})


def test_at_any_pace_the_journal_is_one_chain_for_each_file(
    home: Home, ledger: Ledger, tree: Path
) -> None:
    """Two refreshes and two live looks beside somebody who changes files all the time."""
    chance = random.Random(11)  # noqa: S311 - the same changes each time
    paths = [tree / f"{number % 5}/{number}" for number in range(40)]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"one")
    ledger.watch([tree])
    ledger.refresh(tree)
    start = {one.path: one for one in ledger.entries(tree)}
    lookers = [Looker(home, tree, seed) for seed in range(4)]
    for looker in lookers:
        looker.start()
    while min(looker.rounds for looker in lookers) < ROUNDS and not any(
        looker.trouble for looker in lookers
    ):
        change_one(chance, paths)
    for looker in lookers:
        looker.ended.set()
        looker.join(60)
    assert [looker.trouble for looker in lookers] == [None] * 4
    ledger.refresh(tree)
    transitions = ledger.transitions(0, 1_000_000)
    assert len(transitions) > 100
    end = assert_a_chain(transitions, start)
    for one in ledger.entries(tree):
        assert not differing(end.pop(one.path), one)
    assert end == {}


class Looker(threading.Thread):
    """Looks with a ledger of its own until it is told to end."""

    def __init__(self, home: Home, tree: Path, seed: int) -> None:
        super().__init__()
        self._home = home
        self._tree = tree
        self._seed = seed
        self._chance = random.Random(seed)  # noqa: S311 - the same each time
        self.rounds = 0
        self.ended = threading.Event()
        self.trouble: BaseException | None = None

    def run(self) -> None:
        try:
            with open_ledger(self._home, SystemClock()) as own:
                while not self.ended.is_set():
                    self._look(own)
                    self.rounds += 1
        except BaseException as error:  # noqa: BLE001 - a thread has nobody above it
            self.trouble = error

    def _look(self, own: Ledger) -> None:
        if self._seed % 2:
            own.refresh(self._tree)
            return
        numbers = self._chance.sample(range(40), 8)
        paths = [os.fsencode(self._tree / f"{one % 5}/{one}") for one in numbers]
        own.look([*paths, os.fsencode(self._tree / "3")], lambda _: False)


def change_one(chance: random.Random, paths: list[Path]) -> None:
    path = chance.choice(paths)
    action = chance.randrange(8)
    if action == 0:
        path.unlink(missing_ok=True)
    elif action == 1 and path.exists():
        path.chmod(chance.choice((0o600, 0o644)))
    elif action == 2 and path.exists():
        path.rename(chance.choice(paths))
    else:
        path.write_bytes(b"%d" % chance.randrange(1_000))


def assert_a_chain(
    transitions: tuple[Transition, ...], start: dict[bytes, FileRecord]
) -> dict[bytes, FileRecord]:
    """Each transition begins where the one before it ended. Returns how it all ended."""
    state = dict(start)
    for one in transitions:
        path = path_of(one)
        known = state.pop(path, None)
        if start:
            assert (known is None) == (one.before is None), one
        if known and one.before:
            assert not differing(known, one.before), one
        if one.after:
            state[path] = one.after
    return state


def path_of(one: Transition) -> bytes:
    record = one.after or one.before
    assert record
    return record.path
