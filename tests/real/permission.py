"""What a file's mode forbids must be forbidden, also when the tests run as root."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

NOBODY = 65534


@contextlib.contextmanager
def as_ordinary_user(tmp_path: Path, home: Path) -> Iterator[None]:
    """Inside the block the effective user is nobody, if it was root; an ordinary user stays.

    Whoever runs an agent as nobody keeps its home as nobody: that folder changes its owner.
    """
    if os.geteuid() != 0:
        yield
        return
    for parent in (tmp_path, *tmp_path.parents):  # pytest keeps its own at 0700
        if not parent.stat().st_mode & 0o001:
            parent.chmod(0o711)  # and stays so: other tests stand in the same folders
    for path in (home, *home.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
