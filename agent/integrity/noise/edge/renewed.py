"""Whether a package's files were all written anew, as dpkg writes them whenever it unpacks one.

A line in dpkg's log is soon added; that nothing else of the package was touched gives it away.
"""

import os
import stat
from collections.abc import Sequence
from datetime import datetime, timedelta

_ASKED = 100  # files of one package, spread evenly
_NEVER_S = 0.0
_SECOND = timedelta(seconds=1)  # the log's moments are cut to whole ones


def was_renewed(paths: Sequence[bytes], began_at: datetime) -> bool:
    """Whether most of what is there was touched since; some of it may be another's by now.

    Args:
        paths: the package's files.
        began_at: when the transaction began that has unpacked it.
    """
    since_s = (began_at - _SECOND).timestamp()
    asked = (_touched_s(path) for path in paths[:: len(paths) // _ASKED + 1])
    times = [touched_s for touched_s in asked if touched_s is not None]
    return not times or 2 * sum(touched_s >= since_s for touched_s in times) > len(times)


def _touched_s(path: bytes) -> float | None:
    """By the kernel's word. None: it is not there, or is no file, and says nothing."""
    try:
        seen = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:  # what nobody can look at was not seen to be new
        return _NEVER_S
    return seen.st_ctime if stat.S_ISREG(seen.st_mode) else None
