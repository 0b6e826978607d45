"""An event of a living process brings a descriptor: a burst must not use up those of a service."""

import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.files.filesystems import mounts
from agent.integrity.live.fanotify import FanotifyWatcher
from agent.integrity.live.places import find_places

ORDINARY = 1024  # systemd's DefaultLimitNOFILE, getrlimit(2)'s soft limit nearly everywhere
FILES = 3_000


@pytest.fixture
def few_descriptors() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (ORDINARY, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def opened() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - as many names as descriptors


@pytest.mark.usefixtures("few_descriptors")
def test_a_burst_of_a_living_process_is_heard_whole(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        with pytest.raises(PermissionError):
            FanotifyWatcher(lambda *_: None, time.time_ns, lambda *_: False)
        return
    watcher = FanotifyWatcher(lambda *_: None, time.time_ns, lambda *_: False)
    try:
        assert not watcher.watch(find_places([os.fsencode(tmp_path)], mounts()))
        before = opened()
        expected = {os.fsencode(tmp_path / f"{number}") for number in range(FILES)}
        for path in expected:
            Path(os.fsdecode(path)).touch()
        heard = set[bytes]()
        while touches := watcher.read():
            heard |= {touch.path for touch in touches}
        assert heard >= expected
        assert not watcher.overflowed
        assert opened() == before
    finally:
        watcher.close()
