"""Whether most files of a package were written anew, as the log says of it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.integrity.noise.edge.renewed import was_renewed

NOW = datetime.now(UTC)
BEFORE, AFTER = NOW - timedelta(hours=1), NOW + timedelta(hours=1)


@pytest.fixture
def files(tmp_path: Path) -> list[bytes]:
    paths = [tmp_path / str(number) for number in range(300)]
    for path in paths:
        path.touch()
    return [bytes(path) for path in paths]


def test_the_kernels_time_says_it_and_no_other(files: list[bytes]) -> None:
    assert was_renewed(files, BEFORE)
    assert not was_renewed(files, AFTER)


def test_what_is_not_there_or_is_no_file_says_nothing(files: list[bytes], tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("0")
    others = [bytes(tmp_path / "none"), bytes(tmp_path / "link"), bytes(tmp_path)] * 10
    assert was_renewed(others, AFTER)
    assert not was_renewed([*others, *files], AFTER)
    assert was_renewed([], AFTER)


def test_what_nobody_can_look_at_was_not_seen_to_be_new(files: list[bytes]) -> None:
    unseen = [bytes(5_000 * b"x"), *[b"/" + 300 * b"x"] * 9]  # ENAMETOOLONG, for root too
    assert not was_renewed(unseen, BEFORE)
    assert was_renewed([*unseen, *files], BEFORE)
