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
    parents = [tmp_path, *tmp_path.parents[:2]]  # pytest keeps them at 0700
    modes = [parent.stat().st_mode for parent in parents]
    for parent in parents:
        parent.chmod(0o755)
    for path in (home, *home.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        for parent, mode in zip(parents, modes, strict=True):
            parent.chmod(mode)
