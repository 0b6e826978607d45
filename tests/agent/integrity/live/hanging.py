"""A filesystem whose program never answers, as a dead file server does: FUSE, without a program."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LIBRARY = ctypes.CDLL(None, use_errno=True)
_DETACH = 2


@contextmanager
def hanging(at: Path) -> Iterator[None]:
    """Inside the block nobody answers there; whoever waits afterwards is told that it is gone.

    Raises:
        OSError: this user may not mount.
    """
    device = _mounted(at)
    try:
        yield
    finally:
        _checked(_LIBRARY.umount2(bytes(at), _DETACH))
        os.close(device)  # ends what waits for an answer


@contextmanager
def gone(at: Path) -> Iterator[None]:
    """Inside the block the program that served it has died: everything there is an error.

    Raises:
        OSError: this user may not mount.
    """
    os.close(_mounted(at))
    try:
        yield
    finally:
        _checked(_LIBRARY.umount2(bytes(at), _DETACH))


def _mounted(at: Path) -> int:
    device = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0".encode()
    try:
        _checked(_LIBRARY.mount(b"nobody", bytes(at), b"fuse.nobody", 0, options))
    except OSError:
        os.close(device)
        raise
    return device


def _checked(answer: int) -> None:
    if answer:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
