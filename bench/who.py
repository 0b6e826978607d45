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
import pwd
import select
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from agent.files.filesystems import mounts
from agent.integrity.live.fanotify import FanotifyWatcher
from agent.integrity.live.places import find_places
from agent.integrity.live.touch import Touch
from agent.integrity.who.book import ProcessBook

USERS = ("www-data", "backup", "list", "irc", "games")
WAYS = ("sudo", "sh", "cron", "rsync", "python")
LONG_FIGURE, SHORT_FIGURE = 0.99, 0.95
AT_ONCE = 4
LIVES_ON_S = 0.06
LOGIN = 1000
BYTES, BYTES_OF_LONG = 10, 300_000
SLOWLY = "--bwlimit=1000"  # KiB a second
FORKS_PER_S, LOADED_S = 1000, 5.0
SETTLE_S = 1.0
SHELL = str(Path("/bin/sh").resolve())
PYTHON = str(Path(sys.executable).resolve())


@dataclass(frozen=True)
class Change:
    """One change, and so what must be told of it."""

    number: int

    @property
    def user(self) -> str:
        return USERS[self.number % len(USERS)]

    @property
    def way(self) -> str:
        return WAYS[self.number // len(USERS) % len(WAYS)]

    @property
    def lives_on(self) -> bool:
        return self.number // (len(USERS) * len(WAYS)) % 2 == 0

    @property
    def uid(self) -> int:
        return pwd.getpwnam(self.user).pw_uid

    @property
    def login(self) -> int | None:
        """Cron sets it; everything else is done by somebody who logged in."""
        return self.uid if self.way == "cron" else LOGIN

    @property
    def program(self) -> str:
        return {"rsync": shutil.which("rsync") or "", "python": PYTHON}.get(self.way, SHELL)

    def script(self, target: Path) -> str:
        return f"echo x > {target}" + (f"; sleep {LIVES_ON_S}" if self.lives_on else "")

    def command(self, folder: Path) -> list[str]:
        target = folder / "share" / str(self.number)
        as_user = ["setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups"]
        if self.way == "sudo":
            return ["sudo", "-n", "-u", self.user, "sh", "-c", self.script(target)]
        if self.way == "sh":
            return [*as_user, "sh", "-c", self.script(target)]
        if self.way == "python":
            wait = f"; import time; time.sleep({LIVES_ON_S})" if self.lives_on else ""
            code = f"open({str(target)!r}, 'w').write('x'){wait}"
            return [*as_user, PYTHON, "-I", "-S", "-c", code]
        source = folder / ("long" if self.lives_on else "short")
        return [*as_user, "rsync", *([SLOWLY] if self.lives_on else []), str(source), str(target)]


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


def work(folder: Path, changes: int) -> None:
    """Make the changes, as a process of its own."""
    cron = Cron()  # a daemon: nobody logged in
    Path("/proc/self/loginuid").write_text(str(LOGIN))

    def one(number: int) -> None:
        change = Change(number)
        if change.way == "cron":
            cron.start(change.user, change.script(folder / "share" / str(number)))
        else:
            subprocess.run(change.command(folder), check=True)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(one, range(changes)))
    cron.close()


class Cron:
    """Guards a process without threads that starts jobs as cron does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--cron"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, user: str, script: str) -> None:
        """Start it and wait until it has ended."""
        with self._lock:
            assert self._process.stdin  # noqa: S101 - a pipe, as asked for
            assert self._process.stdout  # noqa: S101
            self._process.stdin.write(f"{user}\t{script}\n")
            self._process.stdin.flush()
            self._process.stdout.readline()

    def close(self) -> None:
        assert self._process.stdin  # noqa: S101
        self._process.stdin.close()
        self._process.wait()


def be_cron() -> None:
    for line in sys.stdin:
        user, _, script = line.rstrip("\n").partition("\t")
        account = pwd.getpwnam(user)
        job = os.fork()
        if job == 0:
            Path("/proc/self/loginuid").write_text(str(account.pw_uid))
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
            os.execv(SHELL, ["sh", "-c", script])  # noqa: S606 - no shell between us and it
        os.waitpid(job, 0)
        print(flush=True)


def load() -> None:
    """Begin and end this many processes each second until killed."""
    begun, done = time.monotonic(), 0
    while True:
        due = int((time.monotonic() - begun) * FORKS_PER_S)
        for _ in range(due - done):
            os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)
        done = max(done, due)
        time.sleep(0.002)


@contextlib.contextmanager
def loading() -> Iterator[None]:
    process = subprocess.Popen([sys.executable, __file__, "--load"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


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
    watching.during(
        subprocess.Popen([sys.executable, __file__, "--work", str(folder), str(changes)])
    )
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
    match sys.argv[1:]:
        case ["--work", folder, changes]:
            work(Path(folder), int(changes))
        case ["--cron"]:
            be_cron()
        case ["--load"]:
            load()
        case given:
            main(int(given[0]) if given else 2000)
