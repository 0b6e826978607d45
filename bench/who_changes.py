"""Five users change files in five ways, as processes that say by their files' names who they are.

python bench/who_changes.py --work FOLDER CHANGES | --cron | --load      (started by who.py)
"""

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

USERS = ("www-data", "backup", "list", "irc", "games")
WAYS = ("sudo", "sh", "cron", "rsync", "python")
AT_ONCE = 4
LIVES_ON_S = 0.06
LOGIN = 1000
SLOWLY = "--bwlimit=1000"  # KiB a second
FORKS_PER_S = 1000
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


def started(folder: Path, changes: int) -> "subprocess.Popen[bytes]":
    """The process that makes the changes."""
    return subprocess.Popen([sys.executable, __file__, "--work", str(folder), str(changes)])


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


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--work", place, number]:
            work(Path(place), int(number))
        case ["--cron"]:
            be_cron()
        case ["--load"]:
            load()
