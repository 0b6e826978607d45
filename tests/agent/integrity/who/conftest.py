"""A book of the processes of this machine, and processes that do what they are told."""

import contextlib
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.integrity.who.book import ProcessBook
from agent.integrity.who.record import Who
from tests.real.samba_server import SambaServer, running

ROOT = os.geteuid() == 0
NOBODY = 65534


@pytest.fixture
def book() -> Iterator[ProcessBook]:
    with ProcessBook() as book:
        yield book


@pytest.fixture
def heard(book: ProcessBook) -> bool:
    """Whether the kernel tells of processes here; in a container it does not."""
    return book.limits() == ""


@contextlib.contextmanager
def serving(folder: Path, *, recorded: bool = False) -> Iterator[SambaServer | None]:
    """None to an ordinary user: smbd takes the names of its users, and only root may."""
    with contextlib.ExitStack() as stack:
        yield stack.enter_context(running(folder, recorded=recorded)) if ROOT else None


def now(book: ProcessBook, pid: int, *, gone: bool = False) -> Who | None:
    """Who is behind the number, as if a hint of it had just been read."""
    if gone:
        return book.at(pid, -1, time.time_ns())
    pidfd = os.pidfd_open(pid)
    try:
        return book.at(pid, pidfd, time.time_ns())
    finally:
        os.close(pidfd)


def soon(look: Callable[[], Who | None], is_so: Callable[[Who | None], bool]) -> Who | None:
    """The answer as soon as it is so, else the last one after some seconds."""
    end = time.monotonic() + 10
    while not is_so(answer := look()) and time.monotonic() < end:
        time.sleep(0.005)
    return answer


def ended(pid: int) -> None:
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def forked(work: Callable[[], object]) -> int:
    """A child that does this and ends, without becoming another program."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(0)
    return pid


@pytest.fixture
def sleeping() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts `sleep`, or what it is given, and ends it after the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*argv: str, **how: object) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(argv or ("sleep", "60"), **how)  # type: ignore[call-overload]
        started.append(process)
        return process  # type: ignore[no-any-return]

    yield start
    for process in started:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
