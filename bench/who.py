"""Who made a change: how often the answer is right, for processes that live long or hardly at all.

    python bench/who.py [CHANGES]      (as root; 2,000 by default, a small run takes 200)

Five users make the changes through sudo, `sh -c`, a cron of the bench's own (root that sets the
login, takes the user's name and starts a shell), rsync and python; each name of a file says what
the answer must be. Half of the processes live on for 60 ms after their change, the others end at
once. Then the same while 1,000 other processes begin each second, with what the book costs.

Figures to reach: >= 99 % right of those that live >= 50 ms, >= 95 % of the others, 0 wrong names.
"""

import contextlib
import os
import select
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from agent.files.filesystems import mounts
from agent.integrity.live.fanotify import FanotifyWatcher
from agent.integrity.live.places import find_places
from agent.integrity.live.touch import Touch
from agent.integrity.who.book import ProcessBook
from bench.who_changes import FORKS_PER_S, Change, loading, started

LONG_FIGURE, SHORT_FIGURE = 0.99, 0.95
BYTES, BYTES_OF_LONG = 10, 300_000
LOADED_S = 5.0
SETTLE_S = 1.0


@dataclass
class Counted:
    """How the answers were: right in all; right, with the program left out; wrong; none."""

    right: int = 0
    person: int = 0
    wrong: int = 0
    unknown: int = 0

    @property
    def share(self) -> float:
        return self.right / max(1, self.right + self.person + self.wrong + self.unknown)


class Watching:
    """Guards the touches of a folder that were heard while changes were made."""

    def __init__(self, book: ProcessBook, folder: Path) -> None:
        self._watcher = FanotifyWatcher(book.at, time.time_ns, lambda _path, _pid: False)
        refused = self._watcher.watch(find_places([os.fsencode(folder / "share")], mounts()))
        if refused:
            sys.exit(f"the kernel refuses: {refused}")
        self.touches: dict[bytes, list[Touch]] = {}

    def during(self, process: subprocess.Popen[bytes]) -> None:
        """Hear until the process has ended and nothing more comes."""
        ended_s = 0.0
        while not ended_s or time.monotonic() < ended_s + SETTLE_S:
            ready, _, _ = select.select([self._watcher], [], [], 0.1)
            if ready:
                self._watcher.nothing_before(time.time_ns() - 50_000_000)
                for touch in self._watcher.read():
                    self.touches.setdefault(touch.path, []).append(touch)
            if process.poll() is not None and not ended_s:
                ended_s = time.monotonic()

    def close(self) -> None:
        self._watcher.close()


def judged(change: Change, touches: list[Touch]) -> str:
    """Wrong as soon as one touch names somebody else; unknown when none names anybody."""
    named = [touch.who for touch in touches if touch.who is not None]
    for who in named:
        if (who.uid, who.login_uid) != (change.uid, change.login):
            print(f"WRONG: {change.number} {change.way} {change.user}: {who}")
            return "wrong"
    complete = [who for who in named if who.exe == change.program]
    if complete and len(complete) == len([who for who in named if who.exe]):
        return "right"
    if any(who.exe for who in named):
        print(f"PROGRAM: {change.number} {change.way}: {[(w.exe, w.command) for w in named]}")
        return "wrong"
    return "person" if named else "unknown"


def measure(book: ProcessBook, folder: Path, changes: int) -> dict[bool, Counted]:
    watching = Watching(book, folder)
    watching.during(started(folder, changes))
    watching.close()
    counted = {True: Counted(), False: Counted()}
    ways: dict[tuple[str, str], int] = {}
    for number in range(changes):
        change = Change(number)
        path = os.fsencode(folder / "share" / str(number))
        answer = judged(change, watching.touches.get(path, []))
        of_length = counted[change.lives_on]
        setattr(of_length, answer, getattr(of_length, answer) + 1)
        if answer != "right":
            ways[change.way, answer] = ways.get((change.way, answer), 0) + 1
    if ways:
        print("  not right:", ", ".join(f"{w} {a}: {n}" for (w, a), n in sorted(ways.items())))
    return counted


def said(title: str, counted: dict[bool, Counted]) -> None:
    print(title)
    for lives_on, figure, name in (
        (True, LONG_FIGURE, ">= 50 ms"),
        (False, SHORT_FIGURE, "shorter "),
    ):
        found = counted[lives_on]
        print(
            f"  {name}: {found.share:.2%} right ({found.share / figure:.3f} x the figure of "
            f"{figure:.0%}), {found.person} person alone, {found.unknown} unknown, "
            f"{found.wrong} wrong"
        )


def prepared(folder: Path) -> Path:
    folder.chmod(0o755)
    (folder / "share").mkdir()
    (folder / "share").chmod(0o1777)
    for name, size in (("short", BYTES), ("long", BYTES_OF_LONG)):
        (folder / name).write_bytes(bytes(size))
        (folder / name).chmod(0o644)
    return folder


def cost(book: ProcessBook) -> None:
    """Of 1,000 processes a second, while nothing is changed."""
    with loading():
        time.sleep(SETTLE_S)
        before, at = time.process_time(), time.monotonic()
        time.sleep(LOADED_S)
        used = (time.process_time() - before) / (time.monotonic() - at)
    print(
        f"{FORKS_PER_S} processes a second: {used:.1%} of one processor, "
        f"{len(book)} processes remembered, {book.overruns} overruns"
    )


def main(changes: int) -> None:
    for title, loaded in (("quiet", False), (f"with {FORKS_PER_S} processes a second", True)):
        with (
            tempfile.TemporaryDirectory(prefix="lachan-bench.") as name,
            ProcessBook() as book,
            loading() if loaded else contextlib.nullcontext(),
        ):
            said(title, measure(book, prepared(Path(name)), changes))
    with ProcessBook() as book:
        cost(book)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 2000)
