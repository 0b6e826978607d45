"""Files are handed to the hashing processes whole, whatever comes back meanwhile."""

import os
import stat
from pathlib import Path

import pytest

from agent.files import hashers
from agent.files.ledger import Ledger

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
