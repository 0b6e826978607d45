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
    device = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
    try:
        options = f"fd={device},rootmode=40000,user_id=0,group_id=0".encode()
        _checked(_LIBRARY.mount(b"nobody", bytes(at), b"fuse.nobody", 0, options))
        try:
            yield
        finally:
            _checked(_LIBRARY.umount2(bytes(at), _DETACH))
    finally:
        os.close(device)  # ends what waits for an answer


def _checked(answer: int) -> None:
    if answer:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
