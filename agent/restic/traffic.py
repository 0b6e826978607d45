"""How much a running restic has written, as the kernel counts it: some verbs print no progress.

What restic stores goes through a file of its own first, then to the site: it is written twice.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextvars import copy_context
from pathlib import Path

OnBytes = Callable[[int], None]
_EVERY_S = 0.5
_TIMES_WRITTEN = 2  # into the temporary pack, then to the site (measured on 0.14 and 0.18)


def ignore(_bytes: int) -> None:
    """For who does not want to be told."""


def written(pid: int) -> int | None:
    """Bytes that the process has written so far, to files, pipes and sockets; None: not told.

    Source: proc_pid_io(5), wchar.
    """
    try:
        lines = Path(f"/proc/{pid}/io").read_text().splitlines()
    except OSError:  # it has ended, or the kernel keeps no account
        return None
    return next((int(line[7:]) for line in lines if line.startswith("wchar: ")), None)


def stored(pid: int) -> int:
    """Bytes that have reached the site, of a restic that saves or copies."""
    return (written(pid) or 0) // _TIMES_WRITTEN


@contextlib.contextmanager
def told(count: Callable[[], int | None], on_bytes: OnBytes) -> Iterator[None]:
    """While the block runs, say twice a second what `count` says; the last word is the latest."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(_EVERY_S):
            on_bytes(count() or 0)

    spoken = copy_context().run  # in the language of who asked
    watcher = threading.Thread(target=spoken, args=(watch,), name="traffic", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()
