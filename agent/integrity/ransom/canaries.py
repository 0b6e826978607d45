"""Makes, finds and removes our own files under a watched path: whoever touches one is an alarm.

They are hidden, look like documents of the house, belong to whom the folder belongs to (who may
write there may write to them: else an attacker would merely fail), and are written down before
they are made, so that they are never taken for somebody else's.
"""

import contextlib
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from agent.config.model import Watched, YesNo
from agent.files.ignore import Ignore
from agent.files.names import path_bytes
from agent.integrity.ransom.canary import Canary
from agent.integrity.ransom.canary_documents import Document, documents
from agent.integrity.ransom.store import SuspicionStore
from wire.text import N_

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_MOST = 1 << 20
LEFT_OUT = N_("its own `ignore` or `only` leaves hidden documents out")


@dataclass(frozen=True, slots=True)
class Tended:
    """What became of the canaries of one watched path."""

    watched: bytes
    standing: int = 0
    made: int = 0
    removed: int = 0
    left: int = 0  # that are no more as we made them, and so are not ours to remove
    trouble: str = ""  # why none could be made


def tend(
    store: SuspicionStore, watched: Watched, entropy: Callable[[int], bytes], now: datetime
) -> Tended:
    """Make those that are wanted and were never made, or remove those that are not wanted.

    One that is gone or changed is not made again: first somebody must have said why.
    """
    known = store.canaries(path_bytes(watched.path))
    if watched.canaries is YesNo.NO:
        return remove(store, path_bytes(watched.path), now)
    if known:
        return Tended(path_bytes(watched.path), standing=sum(intact(one) for one in known))
    wanted = documents(entropy)
    seen = Ignore(watched.ignore, watched.only)
    if any(seen.hides(document.name.encode()) for document in wanted):
        return Tended(path_bytes(watched.path), trouble=LEFT_OUT)
    try:
        return _make(store, watched, wanted, now)
    except OSError as error:
        remove(store, path_bytes(watched.path), now)
        return Tended(path_bytes(watched.path), trouble=error.strerror or type(error).__name__)


def remove(store: SuspicionStore, watched: bytes, now: datetime) -> Tended:
    """Remove what is still as we made it; the rest is not touched, and is ours no more."""
    removed = left = 0
    for canary in store.canaries(watched):
        unchanged = intact(canary)
        store.drop_canary(canary.path, now)
        if unchanged:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(canary.path)  # noqa: PTH108 - bytes
            removed += 1
        else:
            left += os.path.lexists(canary.path)
    return Tended(watched, removed=removed, left=left)


def intact(canary: Canary) -> bool:
    """Whether it is there as we made it."""
    try:
        descriptor = os.open(canary.path, _READ)
    except OSError:
        return False
    try:
        return hashlib.sha256(os.read(descriptor, _MOST)).digest() == canary.sha256
    except OSError:
        return False
    finally:
        os.close(descriptor)


def _make(
    store: SuspicionStore, watched: Watched, wanted: tuple[Document, ...], now: datetime
) -> Tended:
    root = path_bytes(watched.path)
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        for document in wanted:
            path = root + b"/" + document.name.encode()
            store.add_canary(Canary(path, root, hashlib.sha256(document.content).digest()), now)
            _write(folder, document)
    finally:
        os.close(folder)
    return Tended(root, standing=len(wanted), made=len(wanted))


def _write(folder: int, document: Document) -> None:
    of_folder = os.fstat(folder)
    descriptor = os.open(document.name, _FLAGS, 0o600, dir_fd=folder)
    try:
        with contextlib.suppress(PermissionError):  # as an ordinary user they are that user's
            os.fchown(descriptor, of_folder.st_uid, of_folder.st_gid)
        os.fchmod(descriptor, of_folder.st_mode & 0o666)
        os.write(descriptor, document.content)
    finally:
        os.close(descriptor)
