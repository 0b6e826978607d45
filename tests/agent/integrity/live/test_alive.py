"""Since when nobody watched, whatever the clock says."""

import resource
from pathlib import Path

import pytest

from agent.integrity.live.alive import UNKNOWN_NS, Away, Down, Mark, MarkFile, Moments, away

S = 1_000_000_000
YEAR = 365 * 86_400 * S
NOW = 2_000_000_000 * S


def _mark(boot: str, boot_s: int, wall_ns: int, *, orderly: bool = False) -> Mark:
    return Mark(boot, boot_s * S, wall_ns, pid=1, begun_ns=wall_ns, orderly=orderly)


def _now(boot: str, boot_s: int, wall_ns: int) -> Moments:
    return Moments(boot, lambda: wall_ns, lambda: boot_s * S)


@pytest.mark.parametrize(("orderly", "why"), [(True, Down.STOPPED), (False, Down.KILLED)])
def test_on_the_same_boot_the_time_away_is_measured(orderly: bool, why: Down) -> None:
    found = away(_mark("a", 100, NOW - 60 * S, orderly=orderly), _now("a", 160, NOW))
    assert found == Away(NOW - 60 * S, NOW, why)


@pytest.mark.parametrize("set_by", [-YEAR, YEAR])
def test_a_clock_that_was_set_does_not_change_how_long_it_was(set_by: int) -> None:
    found = away(_mark("a", 100, NOW - 60 * S - set_by), _now("a", 160, NOW))
    assert found == Away(NOW - 60 * S, NOW, Down.KILLED)


def test_after_a_new_boot_the_mark_says_since_when() -> None:
    found = away(_mark("a", 100, NOW - 3600 * S), _now("b", 30, NOW))
    assert found == Away(NOW - 3600 * S, NOW, Down.HOST_OFF)


def test_a_clock_set_back_over_a_boot_leaves_the_beginning_unknown() -> None:
    found = away(_mark("a", 100, NOW), _now("b", 30, NOW - YEAR))
    assert found == Away(UNKNOWN_NS, NOW - YEAR, Down.HOST_OFF)


def test_a_mark_is_read_back_and_a_damaged_one_is_none(tmp_path: Path) -> None:
    file = MarkFile(tmp_path / "watching.json")
    assert file.read() is None
    assert file.write(_mark("a", 1, NOW))
    assert file.read() == _mark("a", 1, NOW)
    file.file.write_bytes(b'{"boot_id": ')
    assert file.read() is None


def test_a_mark_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    assert not MarkFile(tmp_path / "no folder/watching.json").write(_mark("a", 1, NOW))


def test_a_torn_mark_leaves_the_one_before(tmp_path: Path) -> None:
    marks = MarkFile(tmp_path / "watching.json")
    marks.write(_mark("a", 1, NOW))
    marks.write(_mark("a", 2, NOW))
    second = tmp_path / "watching-2.json"
    second.write_bytes(second.read_bytes()[:30])
    found = marks.read()
    assert found is not None
    assert found.boot_ns == S
    marks.write(_mark("a", 3, NOW))
    found = marks.read()
    assert found is not None
    assert found.boot_ns == 3 * S


def test_a_mark_is_written_on_a_full_disk_in_the_room_that_it_has(tmp_path: Path) -> None:
    """As an ordinary user, who may mount nothing: where the file may not grow."""
    marks = MarkFile(tmp_path / "watching.json")
    for number in range(2):
        assert marks.write(_mark("a", number, NOW))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        assert marks.write(_mark("a", 9, NOW))
        assert not marks.write(_mark("a" * 5000, 10, NOW))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    found = marks.read()
    assert found is not None
    assert found.boot_ns == 9 * S
    assert not list(tmp_path.glob("*.new"))
