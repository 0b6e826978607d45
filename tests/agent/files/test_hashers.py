"""Files are handed to the hashing processes whole, whatever comes back meanwhile."""

import os
import stat
import sys
from pathlib import Path

import psutil
import pytest

from agent.files import hashers
from agent.files.errors import HashWorkerError
from agent.files.ledger import Ledger
from agent.files.names import key_of

LARGE_BYTES = (1 << 20) + 1  # a worker gives it back unread, to be shared out by its size


def test_large_files_that_come_back_do_not_come_between_a_frame_and_its_worker(
    ledger: Ledger, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashers, "BATCH_FILES", 1)
    monkeypatch.setattr(hashers, "_LEAST_EACH", 1)
    monkeypatch.setattr(hashers, "_MOST_EACH", 1)
    for number in range(120):
        (tree / f"{number}").write_bytes(b"small")
        with (tree / f"{number} large").open("wb") as file:
            os.truncate(file.fileno(), LARGE_BYTES)  # sparse
    refresh = ledger.refresh(tree)
    assert (refresh.files, refresh.hashed) == (240, 240)
    assert all(one.sha256 for one in ledger.entries(tree) if stat.S_ISREG(one.mode))


def test_who_hashes_stands_behind_who_writes_and_hears_no_ctrl_c(tree: Path) -> None:
    """In one session, where the kernel compares them, and in a process group of its own."""
    with hashers.Hashers(1) as hashing:
        for number in range(hashers.BATCH_FILES):
            list(hashing.add(key_of(os.fsencode(tree / f"{number}")), None))
        children = psutil.Process().children()
        (worker,) = [one for one in children if "hash_worker" in " ".join(one.cmdline())]
        assert worker.nice() == min(19, psutil.Process().nice() + 5)
        assert os.getsid(worker.pid) == os.getsid(0)
        assert os.getpgid(worker.pid) == worker.pid


@pytest.mark.parametrize(("large", "shared"), [(0, False), (3, False), (20, True)])
def test_few_files_are_shared_out_when_they_are_large(
    ledger: Ledger, tree: Path, monkeypatch: pytest.MonkeyPatch, *, large: int, shared: bool
) -> None:
    """Whether processes were started is seen by theirs, which die at once."""
    monkeypatch.setattr(hashers, "COMMAND", (sys.executable, "-c", "pass"))
    for number in range(10):
        (tree / f"{number}").write_bytes(b"small")
    for number in range(large):
        with (tree / f"{number} large").open("wb") as file:
            os.truncate(file.fileno(), LARGE_BYTES)
    if shared:
        with pytest.raises(HashWorkerError):
            ledger.refresh(tree)
    else:
        assert ledger.refresh(tree).hashed == 10 + large
