"""Asks what may never be answered: a dead file server, or a FUSE program that hangs.

Such a question cannot be taken back, only left alone: it has a thread that nobody waits for.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from agent.files.filesystems import Mount, mounts
from agent.files.names import key_of
from agent.files.record import trouble_of

T = TypeVar("T")
PATIENCE_S = 2.0
SILENT = "silent"  # why a path is not looked at: nobody answers there
LONG_PATIENCE_S = 10.0  # of a scan, which comes once a day


@dataclass(slots=True)
class _Question:
    """One question, and its answer once there is one."""

    ask: Callable[[], Any]
    answered: threading.Event = field(default_factory=threading.Event)
    answer: Any = None
    error: OSError | None = None

    def run(self) -> None:
        try:
            self.answer = self.ask()
        except OSError as error:
            self.error = error
        self.answered.set()


class Asking:
    """Guards the questions that are still open, by what they are about."""

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._open: dict[bytes, _Question] = {}

    def ask(self, about: bytes, question: Callable[[], T]) -> T | None:
        """The answer; None: there is none in time, or the last question has none yet.

        Raises:
            OSError: that is the answer.
        """
        before = self._open.get(about)
        if before is not None and not before.answered.is_set():
            return None
        asked = _Question(question)
        self._open[about] = asked
        threading.Thread(target=asked.run, name="asking", daemon=True).start()
        if not asked.answered.wait(self._patience_s):
            return None
        del self._open[about]
        if asked.error is not None:
            raise asked.error
        answer: T = asked.answer
        return answer


def unreachable(path: Path, patience_s: float = LONG_PATIENCE_S) -> str:
    """Why nothing can be said of this path now: silent | denied | io; "" when it can be looked at.

    A path at which nothing is can be looked at: that is an answer.
    """
    try:
        answer = Asking(patience_s).ask(os.fsencode(path), partial(_touch, path))
    except OSError as error:
        return trouble_of(error).value
    return "" if answer else SILENT


def silent_below(root: bytes, known: Sequence[Mount]) -> frozenset[bytes]:
    """The keys of other filesystems below the root at which nobody answers now."""
    asking = Asking(PATIENCE_S)
    return frozenset(
        key_of(os.fsencode(at)) for at in _served(root, known) if not _asked(asking, at)
    )


def _served(root: bytes, known: Sequence[Mount]) -> list[Path]:
    """Where somebody else must answer, below the root."""
    inside = root.rstrip(b"/") + b"/"
    points = {mount.point for mount in known if mount.asks_a_server}
    return [Path(os.fsdecode(point)) for point in sorted(points) if point.startswith(inside)]


def _asked(asking: Asking, path: Path) -> bool:
    """Whether there is an answer; an error is one."""
    try:
        return bool(asking.ask(os.fsencode(path), partial(_touch, path)))
    except OSError:
        return True


def _touch(path: Path) -> bool:
    """Both questions go to whoever serves the files; a kernel may know the first answer itself."""
    with suppress(FileNotFoundError, NotADirectoryError):
        path.lstat()
        os.statvfs(path)
    return True


class Silence(NamedTuple):
    """How often somebody is asked during a work, and for how long no answer is borne."""

    every_s: float = 10.0
    most_s: float = 120.0


@contextmanager
def answering(
    path: Path,
    end: Callable[[Path], None],
    silence: Silence = Silence(),  # noqa: B008 - frozen
) -> Iterator[None]:
    """Call `end` when nobody answers any more while the block works: it may wait for ever."""
    over = threading.Event()
    thread = threading.Thread(
        target=_ask_on, args=(path, end, silence, over), name="answering", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _ask_on(
    path: Path, end: Callable[[Path], None], silence: Silence, over: threading.Event
) -> None:
    asking = Asking(silence.every_s)
    at_first = (path, *_served(os.fsencode(path), mounts()))
    unanswered = dict.fromkeys((one for one in at_first if _asked(asking, one)), 0)
    while not over.wait(silence.every_s):
        for one in unanswered:
            unanswered[one] = 0 if _asked(asking, one) else unanswered[one] + 1
            if unanswered[one] * silence.every_s >= silence.most_s:
                end(one)
                return
