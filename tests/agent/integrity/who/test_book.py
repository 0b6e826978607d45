"""The book and the processes of this machine."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.integrity.who import book as book_module
from agent.integrity.who import connector, proc
from agent.integrity.who.book import ProcessBook
from agent.integrity.who.connector import (
    EXEC,
    EXIT,
    FORK,
    Happening,
    NoConnectorError,
    ProcConnector,
)
from agent.integrity.who.gone import Moment
from agent.integrity.who.looking import by_looking
from agent.integrity.who.record import Who
from tests.agent.integrity.who.conftest import NOBODY, ROOT, ended, forked, now, soon

Start = Callable[..., "subprocess.Popen[bytes]"]
KERNEL_THREAD = 0x00200000
HERE = str(Path(sys.executable).resolve())


def test_a_child_is_told_with_its_program_and_all_that_led_to_it(
    book: ProcessBook, sleeping: Start
) -> None:
    process = sleeping()
    who = soon(lambda: now(book, process.pid), lambda who: bool(who and "sleep" in who.command))
    assert who is not None
    assert (who.uid, who.pid, who.command) == (os.getuid(), process.pid, "sleep 60")
    assert who.exe == str(Path("/bin/sleep").resolve())
    assert who.parents[0] == HERE


def test_who_has_ended_before_anybody_asks(book: ProcessBook, heard: bool) -> None:
    shell = str(Path("/bin/sh").resolve())

    def run() -> Who | None:
        process = subprocess.Popen(["sh", "-c", "echo gone >/dev/null"])
        process.wait()
        who = now(book, process.pid, gone=True)
        assert who is None or (who.uid, who.pid) == (os.getuid(), process.pid)
        assert who is None or who.exe in {shell, ""}
        return who

    if heard:  # one may end before even the book can ask; not all of them
        assert soon(run, lambda who: bool(who and who.exe)) is not None
    else:
        assert run() is None


def test_who_ended_without_becoming_another_program(book: ProcessBook, heard: bool) -> None:
    pid = forked(lambda: None)
    ended(pid)
    who = now(book, pid, gone=True)
    assert who is None or (who.uid, who.pid) == (os.getuid(), pid)
    assert heard or who is None


def test_a_grandchild_whose_parent_has_ended(book: ProcessBook, heard: bool) -> None:
    reading, writing = os.pipe()

    def twice() -> None:
        if os.fork() == 0:
            os.write(writing, str(os.getpid()).encode())
            signal.pause()

    ended(forked(twice))
    grandchild = int(os.read(reading, 20))
    who = soon(lambda: now(book, grandchild), lambda who: who is not None)
    os.kill(grandchild, signal.SIGKILL)
    os.close(reading)
    os.close(writing)
    assert who is not None
    assert who.uid == os.getuid()
    if heard:
        assert who.parents[:2] == (HERE, HERE)


def test_each_program_of_a_chain_in_one_process(book: ProcessBook, sleeping: Start) -> None:
    process = sleeping("sh", "-c", "read x; exec env sleep 60", stdin=subprocess.PIPE)
    before = soon(lambda: now(book, process.pid), lambda who: bool(who and who.exe != HERE))
    assert before is not None
    assert before.exe == str(Path("/bin/sh").resolve())
    assert process.stdin is not None
    process.stdin.write(b"\n")
    process.stdin.flush()
    after = soon(
        lambda: now(book, process.pid), lambda who: bool(who and who.command == "sleep 60")
    )
    assert after is not None
    assert after.command == "sleep 60"


def test_root_that_becomes_somebody_else(book: ProcessBook, heard: bool) -> None:
    """Without its rights it stays who it was."""
    reading, writing = os.pipe()

    def fall() -> None:
        if ROOT:
            os.setresuid(NOBODY, NOBODY, NOBODY)
        os.write(writing, b"!")
        signal.pause()

    pid = forked(fall)
    os.read(reading, 1)
    who = soon(lambda: now(book, pid), lambda who: who is not None)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(reading)
    os.close(writing)
    assert who is not None
    assert who.uid == (NOBODY if ROOT else os.getuid())
    late = now(book, pid, gone=True)
    assert (late is not None and late.uid == who.uid) if heard else late is None


def test_who_logged_in_is_told_or_that_nobody_did(book: ProcessBook, sleeping: Start) -> None:
    set_by_root = "echo 12345 >/proc/self/loginuid; exec sleep 60"
    process = sleeping("sh", "-c", set_by_root if ROOT else "exec sleep 60")
    who = soon(lambda: now(book, process.pid), lambda who: bool(who and "sleep" in who.exe))
    assert who is not None
    text = Path(f"/proc/{process.pid}/loginuid").read_text()
    assert who.login_uid == (None if int(text) == 0xFFFFFFFF else int(text))
    assert (who.session is None) == (who.login_uid is None)


def test_threads_of_the_kernel_are_nobody(book: ProcessBook) -> None:
    """Root's by number; what its NFS server writes, some client wrote."""
    of_the_kernel = [
        found
        for found in proc.everything()
        if int(Path(f"/proc/{found.pid}/stat").read_text().rpartition(")")[2].split()[6])
        & KERNEL_THREAD
    ]
    for found in of_the_kernel[:3]:
        assert found.image is not None
        assert found.image.is_kernels
        assert now(book, found.pid) is None
        moment = Moment(time.monotonic_ns(), time.monotonic_ns(), None)
        assert by_looking(found.pid, None, moment) is None


def test_nobody_is_behind_no_number(book: ProcessBook) -> None:
    assert book.at(0, None, time.time_ns()) is None
    assert book.at(-1, None, time.time_ns()) is None
    assert book.at(2**22 + 1, None, time.time_ns()) is None


def test_names_and_arguments_of_any_bytes(
    book: ProcessBook, tmp_path: Path, sleeping: Start
) -> None:
    name = os.fsdecode(b"a\nb \x1b[31m \xff) S 1 1")
    program = tmp_path / name
    program.write_bytes(Path("/bin/sleep").read_bytes())
    program.chmod(0o755)
    process = sleeping(str(program), "60")
    who = soon(lambda: now(book, process.pid), lambda who: bool(who and "60" in who.command))
    assert who is not None
    assert who.exe.endswith("/a\\nb \\x1b[31m \\xff) S 1 1")
    assert who.command.endswith("/a\\nb \\x1b[31m \\xff) S 1 1 60")


def test_a_command_is_told_without_its_secrets(book: ProcessBook, sleeping: Start) -> None:
    process = sleeping("sh", "-c", "sleep 60; : --password=Geheim-1 -pGeheim-2")
    who = soon(lambda: now(book, process.pid), lambda who: bool(who and "sh -c" in who.command))
    assert who is not None
    assert who.command == "sh -c sleep 60; : --password=*** -p***"


def test_the_same_process_is_told_by_the_same_answer(
    book: ProcessBook, heard: bool, sleeping: Start
) -> None:
    """A thousand changes by one process take the memory of one answer."""
    process = sleeping()
    first = soon(lambda: now(book, process.pid), lambda who: bool(who and "sleep" in who.exe))
    second = now(book, process.pid)
    assert (second is first) == heard
    assert second == first


def test_the_kernel_tells_of_a_process_from_its_beginning_to_its_end() -> None:
    try:
        hearing = ProcConnector()
    except NoConnectorError as error:
        assert str(error) in {"denied", "silent", "missing"}  # noqa: PT017 - both are right
        return
    process = subprocess.Popen(["true"])
    process.wait()
    told = [one.what for one in hearing.read(10_000) if one.pid == process.pid]
    lost = hearing.lost()
    hearing.close()
    assert told == [FORK, EXEC, EXIT]
    assert not lost


def test_a_message_that_never_came_is_noticed() -> None:
    try:
        hearing = ProcConnector()
    except NoConnectorError as error:
        assert str(error) in {"denied", "silent", "missing"}  # noqa: PT017
        return
    end, lost = time.monotonic() + 10, False
    while not lost and time.monotonic() < end:  # the next from the same processor tells
        subprocess.run(["true"], check=True)
        os.read(hearing.fileno(), 4096)  # somebody else took one
        while hearing.read(100):
            pass
        lost = hearing.lost()
    hearing.close()
    assert lost


def refuse() -> ProcConnector:
    raise NoConnectorError("denied")


def test_without_the_connector_who_lives_is_found_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch, sleeping: Start
) -> None:
    monkeypatch.setattr(book_module, "ProcConnector", refuse)
    process = sleeping()
    with ProcessBook() as book:
        assert "CAP_NET_ADMIN" in book.limits()
        who = soon(lambda: now(book, process.pid), lambda who: bool(who and "sleep" in who.exe))
        assert who is not None
        assert (who.uid, who.parents[0]) == (os.getuid(), HERE)
        assert now(book, process.pid, gone=True) is None


class Breaks(ProcConnector):
    """A kernel that fails after a while."""

    def __init__(self) -> None:
        self._ends = os.pipe()
        self._reads = 0

    def fileno(self) -> int:
        return self._ends[0]

    def read(self, most: int) -> list[Happening]:
        del most
        self._reads += 1
        if self._reads > 1:
            raise OSError(errno.EBADF, "broken")
        return []

    def lost(self) -> bool:
        return False

    def close(self) -> None:
        for end in self._ends:
            os.close(end)


def test_a_connector_that_breaks_is_said_and_who_lives_is_still_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(book_module, "ProcConnector", Breaks)
    with ProcessBook() as book:
        assert now(book, os.getpid()) is None
        assert "restart" in book.limits()
        who = now(book, os.getpid())
        assert who is not None
        assert (who.uid, who.exe) == (os.getuid(), HERE)


class Endless(Breaks):
    """A kernel that tells faster than anybody can note, once it has begun."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = False

    def read(self, most: int) -> list[Happening]:
        about_somebody = Happening(EXEC, time.monotonic_ns(), 2**22)
        return [about_somebody] * (most if self.begun else 0)


def test_while_more_waits_than_can_be_noted_nobody_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whose process it was may stand in what waits."""
    endless = Endless()
    monkeypatch.setattr(book_module, "ProcConnector", lambda: endless)
    with ProcessBook() as book:
        assert now(book, os.getpid()) is not None
        endless.begun = True
        assert now(book, os.getpid()) is None
        endless.begun = False
        assert now(book, os.getpid()) is not None


def test_by_looking_a_number_that_was_given_away_again_names_nobody(sleeping: Start) -> None:
    process = sleeping()
    before = time.monotonic_ns() - 10**9
    assert by_looking(process.pid, None, Moment(before, before, None)) is None
    pidfd = os.pidfd_open(process.pid)
    process.kill()
    process.wait()
    after = time.monotonic_ns()
    assert by_looking(os.getpid(), pidfd, Moment(after, after, None)) is None
    os.close(pidfd)


def test_after_an_overrun_it_is_said_and_everybody_is_looked_at_again(
    monkeypatch: pytest.MonkeyPatch, sleeping: Start
) -> None:
    monkeypatch.setattr(connector, "_BUFFER_BYTES", 4096)
    process = sleeping()
    other = sleeping("sh", "-c", "read x; exec env sleep 60", stdin=subprocess.PIPE)
    with ProcessBook() as book:
        if book.limits():
            return  # nothing is heard here, so nothing can be lost
        for pid in (process.pid, other.pid):
            assert soon(lambda pid=pid: now(book, pid), lambda who: who is not None)  # type: ignore[misc]
        with book._lock:  # noqa: SLF001 - the reader is held up
            for _ in range(60):
                subprocess.run(["true"], check=True)
            assert other.stdin is not None
            other.stdin.write(b"\n")
            other.stdin.flush()
            while b"sleep" not in Path(f"/proc/{other.pid}/comm").read_bytes():
                time.sleep(0.001)
        changed = now(book, other.pid)  # unless everything was looked at again by now
        assert changed is None or changed.command == "sleep 60"
        known = now(book, process.pid)
        assert known is not None  # the same before and after: it was the same between
        assert book.overruns >= 1
        gone = subprocess.Popen(["true"])
        gone.wait()
        if book.limits():
            assert now(book, gone.pid, gone=True) is None
        end = time.monotonic() + 10
        while book.limits() and time.monotonic() < end:
            time.sleep(0.01)
        assert book.limits() == ""


def test_a_question_does_not_wait_for_ever(
    monkeypatch: pytest.MonkeyPatch, book: ProcessBook
) -> None:
    monkeypatch.setattr(book_module, "_PATIENCE_S", 0.01)
    with book._lock:  # noqa: SLF001 - as when /proc does not answer
        assert book.at(os.getpid(), None, time.time_ns()) is None


def test_closing_ends_the_thread_and_leaves_no_descriptor(heard: bool) -> None:
    descriptors = Path("/proc/self/fd")
    threads, opened = threading.active_count(), len(list(descriptors.iterdir()))
    with ProcessBook():
        assert threading.active_count() == threads + heard
    assert (threading.active_count(), len(list(descriptors.iterdir()))) == (threads, opened)
