"""Gives a repository that we have just made at a folder a key that opens it in milliseconds.

restic stretches every password as if a person had thought of it: each of the ten starts of a
backup pays 0.7 s of processor for that. Ours has 256 random bits, which no stretching improves.
See docs/adr/0010-light-repository-keys.md.
"""

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from agent.restic import key_object, reading
from agent.restic.door import Restic
from agent.restic.errors import ResticError

log = logging.getLogger("lachan.agent")


def lighten(restic: Restic, folder: Path, entropy: Callable[[int], bytes]) -> bool:
    """Put a light key in the place of the only one; say whether that was done.

    The repository is opened with the new key before it counts; what does not work leaves the
    repository as restic made it, only slower to open.
    """
    keys = folder / "keys"
    try:
        (old,) = keys.iterdir()
        raw, mode = old.read_bytes(), old.stat().st_mode & 0o777
        password = restic.repository.password_file.read_bytes().rstrip(b"\r\n")
        new = key_object.light(raw, password, entropy)
    except (OSError, ValueError, key_object.KeyObjectError) as error:
        log.warning("the repository keeps restic's own key: %s", type(error).__name__)
        return False
    _write(keys / key_object.name_of(new), new, mode)
    old.unlink()  # so that only the new one can open it now
    try:
        reading.config(restic)
    except ResticError as error:
        _write(old, raw, mode)
        (keys / key_object.name_of(new)).unlink()
        log.warning("the repository keeps restic's own key: %s", error.cause.value)
        return False
    return True


def _write(target: Path, content: bytes, mode: int) -> None:
    """Whole or not at all; the unfinished file lies where restic looks for no keys."""
    new = target.parent.with_name("key.new")
    with suppress(FileNotFoundError):
        new.unlink()
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with open(descriptor, "wb") as stream:  # noqa: PTH123 - a descriptor
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    new.rename(target)
