"""A look leaves the times of last access as they are, and needs no right for it."""

import os
import time
from pathlib import Path

import pytest

from agent.files.ledger import Ledger
from tests.real.permission import as_ordinary_user

LONG_AGO_NS = (int(time.time()) - 7 * 86_400) * 10**9  # so that any kernel would renew it
NOT_OURS = Path("/etc/passwd")  # root's, and everybody may read it


def set_accessed(path: Path) -> None:
    os.utime(path, ns=(LONG_AGO_NS, path.stat().st_mtime_ns))


@pytest.mark.parametrize("files", [3, 400])  # read here; by processes that hash
def test_who_looks_has_not_read(ledger: Ledger, tree: Path, files: int) -> None:
    folder = tree / "folder"
    folder.mkdir()
    for number in range(files):
        (folder / f"{number}").write_bytes(b"one")
        set_accessed(folder / f"{number}")
    set_accessed(folder)
    assert ledger.refresh(tree).hashed == files
    assert folder.stat().st_atime_ns == LONG_AGO_NS
    assert {file.stat().st_atime_ns for file in folder.iterdir()} == {LONG_AGO_NS}


def test_what_belongs_to_another_is_read_all_the_same(ledger: Ledger, tmp_path: Path) -> None:
    with as_ordinary_user(tmp_path, tmp_path / "home"):
        assert ledger.refresh(NOT_OURS).hashed == 1
