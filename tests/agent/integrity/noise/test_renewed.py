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
