"""A path of which only looks find everything is told as that; as not watched when one is missed."""

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.integrity.change import Kind
from agent.integrity.live import kernel
from agent.integrity.live.alive import UNKNOWN_NS, Root
from agent.integrity.live.looks import EVERY_S, Looks
from agent.integrity.live.ways import LOOKS, OFF
from tests.agent.integrity.live.conftest import Wanted, World, watching
from tests.agent.integrity.live.test_bad_days import SetClock, marked

SHARE = b"/srv/share"


def test_a_look_is_due_after_a_while_and_asked_for_again() -> None:
    looks = Looks()
    looks.begin([SHARE], 0.0)
    assert looks.due([SHARE], EVERY_S - 1) == frozenset()
    assert looks.due([SHARE], EVERY_S) == {SHARE}
    assert looks.due([SHARE], EVERY_S + 1) == frozenset()  # it is on its way
    assert looks.due([SHARE], 2 * EVERY_S) == {SHARE}


def test_a_dear_look_comes_less_often() -> None:
    looks = Looks()
    looks.ended(SHARE, 100.0, 60.0, 1)
    assert looks.every_s(SHARE) == 1_200.0
    assert looks.due([SHARE], 1_299.0) == frozenset()
    assert looks.due([SHARE], 1_300.0) == {SHARE}


def test_it_keeps_up_until_a_look_was_missed() -> None:
    looks = Looks()
    assert not looks.kept_up(SHARE, 0.0)  # nobody looks there
    looks.begin([SHARE], 0.0)
    assert looks.kept_up(SHARE, 2 * EVERY_S)
    assert not looks.kept_up(SHARE, 2 * EVERY_S + 1)
    looks.ended(SHARE, 700.0, 10.0, 1)
    assert looks.kept_up(SHARE, 700.0 + 2 * EVERY_S + 10)
    assert not looks.kept_up(SHARE, 700.0 + 2 * EVERY_S + 11)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def world(tmp_path: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A kernel that lets us hear nothing at all."""

    def refused() -> int:
        raise OSError(errno.EMFILE, "too many")

    monkeypatch.setattr(kernel, "inotify", refused)
    wanted = Wanted(with_fanotify=False, clock=clock, wall_ns=clock.wall_ns, boot_ns=clock.boot_ns)
    with watching(tmp_path, wanted) as found:
        yield found


def root_of(world: World) -> Root:
    (root,) = marked(world).roots
    return root


def test_what_cannot_be_heard_is_looked_at_and_told_as_that(world: World, clock: SetClock) -> None:
    world.until(lambda: root_of(world).held_ns != UNKNOWN_NS, "the first look")
    root = root_of(world)
    assert (root.way, root.every_s) == (LOOKS, int(EVERY_S))
    before_ns = root.held_ns
    (world.share / "a.txt").write_text("x")
    clock.up_s += EVERY_S + 1
    world.until_told((Kind.ADDED, "a.txt"))
    world.until(lambda: root_of(world).held_ns > before_ns, "the next look")
    assert root_of(world).way == LOOKS


def test_a_look_that_was_missed_is_not_called_watching(world: World, clock: SetClock) -> None:
    world.until(lambda: root_of(world).held_ns != UNKNOWN_NS, "the first look")
    held_ns = root_of(world).held_ns
    world.live._rescans.start = lambda _paths: _Hanging()  # noqa: SLF001
    clock.up_s += EVERY_S + 1
    assert root_of(world).way == LOOKS  # late, and not missed yet
    clock.up_s += EVERY_S + 10
    assert root_of(world).way == OFF
    assert root_of(world).held_ns == held_ns  # no more is claimed than the last look has found


class _Hanging:
    """A look that never ends."""

    def poll(self) -> None:
        return None

    def terminate(self) -> None:
        pass

    def kill(self) -> None:
        pass
