"""Whether dpkg or apt is at work: by the locks that they hold. Asked, never taken.

Source: fcntl(2), F_GETLK; dpkg locks /var/lib/dpkg/lock, and apt lock-frontend around all its runs.
"""

import fcntl
import os
import struct
from pathlib import Path

_LOCKS = ("lock-frontend", "lock")
_FLOCK = struct.Struct("hhqqi4x")  # type, whence, start, length, pid; of 64-bit Linux
_WANTED = _FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)


def is_running(admin_dir: Path) -> bool | None:
    """None: nobody lets us ask, which an ordinary user is not."""
    answers = [_is_held(admin_dir / name) for name in _LOCKS]
    return None if None in answers else any(answers)


def _is_held(lock: Path) -> bool | None:
    try:
        descriptor = os.open(lock, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError:
        return None
    try:  # we hold no lock on it that closing could lose
        answer = fcntl.fcntl(descriptor, fcntl.F_GETLK, _WANTED)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return bool(_FLOCK.unpack(answer)[0] != fcntl.F_UNLCK)
