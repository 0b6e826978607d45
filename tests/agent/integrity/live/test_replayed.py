"""Whoever replays all that was told holds what is on the disk, and counted every step of it."""

import random
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.integrity.change import Kind
from agent.integrity.noise.context import Context
from agent.integrity.noise.explain import explain
from tests.agent.integrity.live.conftest import RememberingKeeper, Wanted, World, watching

NAMES = [f"tệp {number}" for number in range(12)]


def replayed(world: World) -> set[str]:
    """What is there, for somebody who only hears what is told."""
    there: set[str] = set()
    for one in world.keeper.seen:
        change = one.change
        if change.kind is Kind.REMOVED:
            there.discard(world.name(change.path))
        else:
            there.discard(world.name(change.old_path or change.path))
            there.add(world.name(change.path))
    return there - {"."}


def present(world: World) -> set[str]:
    return {world.name(path) for path in world.on_disk()} - {"."}


def test_a_folder_that_is_renamed_twice_at_once_is_looked_at_under_all_its_names(
    world: World,
) -> None:
    (world.share / "a").mkdir()
    for name in NAMES:
        (world.share / "a" / name).write_text(name)
    world.until_told(*((Kind.ADDED, f"a/{name}") for name in NAMES))
    (world.share / "a").rename(world.share / "b")
    (world.share / "b").rename(world.share / "c")
    (world.share / "c").rename(world.share / "d")
    world.until_known()
    world.until(lambda: replayed(world) == present(world), "replayed")


def test_what_came_and_went_before_it_was_told_is_told_as_both(world: World) -> None:
    """A backup and a scan write into the same journal, beside the live looks."""
    for name in NAMES:
        file = world.share / name
        file.write_text("the same")
        world.parts.ledger.look([bytes(file)], lambda _path: False)
        file.unlink()
        world.parts.ledger.look([bytes(file)], lambda _path: False)
    told = [(kind, name) for name in NAMES for kind in (Kind.ADDED, Kind.REMOVED)]
    world.until_told(*told)
    assert replayed(world) == present(world) == set()
    assert len(world.keeper.seen) == len(told)


@pytest.fixture(params=[1, 2, 3])
def source(request: pytest.FixtureRequest) -> random.Random:
    return random.Random(request.param)  # noqa: S311 - chance, no secret


def act(share: Path, source: random.Random) -> None:
    """One of the things that people and programs do, often with equal contents."""
    here = sorted(path for path in share.rglob("*") if path.is_file())
    name = share / source.choice(["", "x", "y"]) / source.choice(NAMES)
    what = source.randrange(6)
    if what < 2 or not here:
        name.parent.mkdir(exist_ok=True)
        name.write_text(source.choice("ab"))
    elif what == 2:
        source.choice(here).unlink()
    elif what == 3:
        name.parent.mkdir(exist_ok=True)
        source.choice(here).rename(name)
    elif what == 4 and name.parent != share and name.parent.is_dir():
        target = share / source.choice("xyz")
        if not target.exists():
            name.parent.rename(target)
    elif name.parent != share:
        shutil.rmtree(name.parent, ignore_errors=True)


def storm(world: World, source: random.Random) -> Iterator[None]:
    for _ in range(40):
        for _ in range(source.randrange(1, 8)):
            act(world.share, source)
        yield


def test_a_storm_of_small_batches_leads_to_what_is_there(
    world: World, source: random.Random
) -> None:
    for _ in storm(world, source):
        world.live.step()
    world.until_known()
    world.until(lambda: replayed(world) == present(world), "replayed")
    assert_counted(world)


def test_a_restart_in_the_middle_of_a_storm_leads_to_what_is_there(
    tmp_path: Path, source: random.Random
) -> None:
    keeper = RememberingKeeper()
    for _ in range(3):
        with watching(tmp_path, Wanted(keeper=keeper)) as world:
            for _ in storm(world, source):
                world.live.step()
    with watching(tmp_path, Wanted(keeper=keeper)) as world:
        world.until_known()
        world.until(lambda: replayed(world) == present(world), "replayed")
        assert_counted(world)


def assert_counted(world: World) -> None:
    """Folded or not, each change is counted once; what was joined can be listed."""
    explained = explain(world.keeper.seen, Context(datetime.now(UTC)))
    told = [*explained.events, *explain(explained.still_waiting, Context(LATER)).events]
    numbers = sum(len(entry.members) or 1 for entry in told)
    assert numbers >= len({one.change.path for one in world.keeper.seen})


LATER = datetime(2100, 1, 1, tzinfo=UTC)
