"""Whoever wants to be taken for somebody else becomes nobody at most.

As root the attacker is `nobody`, and what must not be told is root; an ordinary user attacks as
himself, and what must not be told is anybody else.
"""

import ctypes
import mmap
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.files.filesystems import mounts
from agent.integrity.live.fanotify import FanotifyWatcher
from agent.integrity.live.places import find_places
from agent.integrity.live.touch import Kinds
from agent.integrity.who import connector
from agent.integrity.who.book import ProcessBook
from agent.integrity.who.connector import EXEC, FORK, UID
from agent.integrity.who.gone import Moment
from agent.integrity.who.looking import by_looking
from tests.agent.integrity.who.conftest import NOBODY, ROOT, ended, forked, now, soon

Start = Callable[..., "subprocess.Popen[bytes]"]
ATTACKER = NOBODY if ROOT else os.getuid()
SET_NAME = 15  # prctl
THREAD_EXIT = {"x86_64": 60, "aarch64": 93}[os.uname().machine]
CLONE_PARENT, CLONE = 0x8000, {"x86_64": 56, "aarch64": 220}[os.uname().machine]
C = ctypes.CDLL(None, use_errno=True)
RENAMES_ITSELF = """
import ctypes, pathlib, time
c = ctypes.CDLL(None)
c.prctl(15, b"smbd", 0, 0, 0)
fields = pathlib.Path("/proc/self/stat").read_text().rpartition(")")[2].split()
begin, end = int(fields[45]), int(fields[46])
ctypes.memset(begin, 0, end - begin)
ctypes.memmove(begin, b"/usr/sbin/smbd", 14)
print(flush=True)
time.sleep(60)
"""


def fall() -> None:
    if ROOT:
        os.setresuid(NOBODY, NOBODY, NOBODY)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    os.close(reading)
    os.close(writing)


def test_who_renames_himself_and_his_arguments_keeps_his_program(
    book: ProcessBook, heard: bool, sleeping: Start
) -> None:
    process = sleeping(sys.executable, "-I", "-S", "-c", RENAMES_ITSELF, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    assert Path(f"/proc/{process.pid}/comm").read_text() == "smbd\n"
    assert Path(f"/proc/{process.pid}/cmdline").read_bytes().startswith(b"/usr/sbin/smbd\0")
    who = now(book, process.pid)
    assert who is not None
    assert who.exe == str(Path(sys.executable).resolve())
    assert ("RENAMES" in who.command or "prctl" in who.command) == heard


def test_a_program_that_is_called_like_another_is_told_by_its_own_name(
    book: ProcessBook, sleeping: Start, tmp_path: Path
) -> None:
    own = tmp_path / "smbd"
    own.write_bytes(Path("/bin/sleep").read_bytes())
    own.chmod(0o755)
    process = sleeping("sh", "-c", f"exec -a /usr/sbin/smbd {own} 60", executable="/bin/bash")
    who = soon(lambda: now(book, process.pid), lambda who: bool(who and who.exe == str(own)))
    assert who is not None
    assert who.exe == str(own)
    assert (who.client_user, who.client_address) == ("", "")


def test_who_lives_a_millisecond_is_himself_or_nobody(book: ProcessBook, heard: bool) -> None:
    answers = []
    for _ in range(40):
        pid = forked(fall)
        ended(pid)
        answers.append(now(book, pid, gone=True))
    named = [who for who in answers if who is not None]
    assert {who.uid for who in named} <= {ATTACKER}
    assert bool(named) == heard


def test_a_child_given_to_the_parent_is_not_the_parents(
    book: ProcessBook, pipe: tuple[int, int]
) -> None:
    """CLONE_PARENT: the kernel says that it is the child of root, whose name it never had."""
    reading, writing = pipe

    def give() -> None:
        fall()
        sibling = C.syscall(CLONE, CLONE_PARENT | signal.SIGCHLD, 0, 0, 0, 0)
        if sibling == 0:
            os._exit(0)
        os.write(writing, struct.pack("i", sibling))

    for _ in range(10):
        giver = forked(give)
        (sibling,) = struct.unpack("i", os.read(reading, 4))
        ended(sibling)
        who = now(book, sibling, gone=True)
        ended(giver)
        assert who is None or who.uid == ATTACKER


def test_nor_where_the_givers_first_thread_has_ended(
    book: ProcessBook, pipe: tuple[int, int]
) -> None:
    """The kernel says that its first thread ended; another gives the parent a child."""
    reading, writing = pipe

    def give() -> None:
        sibling = C.syscall(CLONE, CLONE_PARENT | signal.SIGCHLD, 0, 0, 0, 0)
        if sibling == 0:
            os._exit(0)
        os.write(writing, struct.pack("i", sibling))
        os._exit(0)

    def end_first() -> None:
        fall()
        main = os.getpid()

        def wait() -> None:
            while Path(f"/proc/{main}/task/{main}/stat").read_text().split()[2] != "Z":
                time.sleep(0.001)
            give()

        threading.Thread(target=wait).start()
        C.syscall(THREAD_EXIT, 0)

    giver = forked(end_first)
    (sibling,) = struct.unpack("i", os.read(reading, 4))
    ended(sibling)
    who = now(book, sibling, gone=True)
    ended(giver)
    assert who is None or who.uid == ATTACKER


def test_a_login_that_somebody_gave_himself_is_not_told(
    book: ProcessBook, heard: bool, sleeping: Start, pipe: tuple[int, int]
) -> None:
    """Who has none may set one, once. What its own parent had counts."""
    reading, writing = pipe

    def forge() -> None:
        fall()
        forged = subprocess.run(
            ["sh", "-c", "echo 4242 >/proc/self/loginuid; cat /proc/self/loginuid; kill -9 $$"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        os.write(writing, forged.stdout[:4])
        child = sleeping("sh", "-c", "echo 4242 >/proc/self/loginuid; exec sleep 60")
        os.write(writing, struct.pack("i", child.pid))
        signal.pause()

    forger = forked(forge)
    os.read(reading, 4)
    (pid,) = struct.unpack("i", os.read(reading, 4))
    who = soon(lambda: now(book, pid), lambda who: bool(who and "sleep" in who.exe))
    os.kill(pid, signal.SIGKILL)
    os.kill(forger, signal.SIGKILL)
    os.waitpid(forger, 0)
    assert who is not None
    if heard:
        own = int(Path("/proc/self/loginuid").read_text())
        assert who.login_uid == (None if own == 0xFFFFFFFF else own)


def test_what_another_user_sends_to_our_port_is_not_the_kernels(
    book: ProcessBook, heard: bool, sleeping: Start
) -> None:
    process = sleeping()
    soon(lambda: now(book, process.pid), lambda who: bool(who and who.command == "sleep 60"))
    ports = [
        int(line.split()[2])
        for line in Path("/proc/net/netlink").read_text().splitlines()[1:]
        if line.split()[1] == "11" and line.split()[2] != "0"
    ]
    assert bool(ports) >= heard
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, 11) as attacker:
        for port in ports:
            for what, numbers in (
                (UID, (process.pid, process.pid, 4242, 4242)),
                (FORK, (1, 1, process.pid, process.pid)),
                (EXEC, (process.pid, process.pid, 0, 0)),
            ):
                message = connector._MESSAGE.pack(  # noqa: SLF001 - as the kernel makes it
                    connector._MESSAGE.size, 3, 0, 0, 0, 1, 1, 7, 0, 40, 0,  # noqa: SLF001
                    what, 0, time.monotonic_ns(), *numbers,
                )  # fmt: skip
                try:
                    attacker.sendto(message, (port, 0))
                except OSError:
                    continue  # refused by the kernel already
    who = now(book, process.pid)
    assert who is not None
    assert (who.uid, who.command) == (os.getuid(), "sleep 60")
    assert book.overruns == 0


def test_a_bomb_that_overruns_the_book_makes_nobody_somebody_else(
    monkeypatch: pytest.MonkeyPatch, pipe: tuple[int, int]
) -> None:
    monkeypatch.setattr(connector, "_BUFFER_BYTES", 4096)
    reading, writing = pipe

    def explode() -> None:
        fall()
        for _ in range(100):
            child = os.fork()
            if child == 0:
                os._exit(0)
            os.write(writing, struct.pack("i", child))
            os.waitpid(child, 0)

    with ProcessBook() as book:
        heard = book.limits() == ""
        with book._lock:  # noqa: SLF001 - the reader comes too late
            ended(forked(explode))
        later = forked(explode)
        children = [struct.unpack("i", os.read(reading, 4))[0] for _ in range(200)]
        answers = [book.at(pid, None, time.time_ns()) for pid in children]
        ended(later)
        assert (book.overruns > 0) == heard
    assert {who.uid for who in answers if who is not None} <= {ATTACKER}


def test_a_program_that_was_deleted_is_told_as_such(
    book: ProcessBook, sleeping: Start, tmp_path: Path
) -> None:
    """Another may lie under its name by the time that anybody looks."""
    own = tmp_path / "tool"
    own.write_bytes(Path("/bin/sleep").read_bytes())
    own.chmod(0o755)
    process = sleeping(str(own), "60")
    first = soon(lambda: now(book, process.pid), lambda who: bool(who and "60" in who.command))
    own.unlink()
    own.write_bytes(b"another")
    after = time.monotonic_ns()
    by_proc = by_looking(process.pid, None, Moment(after, after, None))
    with ProcessBook() as later:
        second = now(later, process.pid)
    assert first is not None
    assert second is not None
    assert by_proc is not None
    assert first.exe == str(own)
    assert {second.exe, by_proc.who.exe} == {f"{own} (deleted)"}


def in_a_world_of_his_own(script: str) -> list[str]:
    """Where he is root over what is mounted, and over nothing else."""
    fall_first = ["setpriv", f"--reuid={NOBODY}", "--clear-groups"] if ROOT else []
    return [*fall_first, "unshare", "--map-root-user", "--mount", "sh", "-c", script]


def test_who_is_root_in_a_world_of_his_own_is_himself(book: ProcessBook, sleeping: Start) -> None:
    process = sleeping(*in_a_world_of_his_own("id -u; exec sleep 60"), stdout=subprocess.PIPE)
    assert process.stdout is not None
    said = process.stdout.readline()
    who = soon(lambda: now(book, process.pid), lambda who: bool(who and "sleep" in who.exe))
    if said:  # else the kernel lets nobody have a world of his own
        assert said == b"0\n"
        assert who is not None
        assert who.uid == ATTACKER


def test_a_program_that_bears_a_name_only_in_a_world_of_its_own_is_told_so(
    book: ProcessBook, sleeping: Start
) -> None:
    """`sleep`, mounted over dpkg: the kernel names it /usr/bin/dpkg."""
    script = "mount --bind /bin/sleep /usr/bin/dpkg && echo mounted && exec /usr/bin/dpkg 60"
    process = sleeping(
        *in_a_world_of_his_own(script), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    if process.stdout.readline() != b"mounted\n":
        return  # the kernel lets nobody mount in a world of his own
    who = soon(
        lambda: now(book, process.pid), lambda who: bool(who and who.command == "/usr/bin/dpkg 60")
    )
    assert Path(f"/proc/{process.pid}/exe").readlink() == Path("/usr/bin/dpkg")
    assert who is not None
    assert who.exe == "/usr/bin/dpkg (elsewhere)"


def test_who_hands_an_open_file_to_another_has_not_written_it(
    book: ProcessBook, heard: bool, tmp_path: Path
) -> None:
    """The one that writes is told: nobody can know who asked for it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    file = tmp_path / "file"
    file.touch()

    def ask() -> None:
        fall()
        socket.send_fds(theirs, [b"!"], [descriptor])

    descriptor = os.open(file, os.O_WRONLY)
    ended(forked(ask))
    os.close(descriptor)
    watcher = watching(book, tmp_path)
    if watcher is not None:
        _, (descriptor,), _, _ = socket.recv_fds(ours, 1, 1)
        os.write(descriptor, b"x")
        os.close(descriptor)
        touches = [touch for touch in watcher.read() if touch.path == os.fsencode(file)]
        watcher.close()
        assert [touch.pid for touch in touches] == [os.getpid()]
    ours.close()
    theirs.close()
    assert watcher is None or heard or not ROOT


def watching(book: ProcessBook, folder: Path) -> FanotifyWatcher | None:
    """None: not as an ordinary user."""
    try:
        watcher = FanotifyWatcher(book.at, time.time_ns, lambda _path, _pid: False)
    except OSError:
        return None
    if watcher.watch(find_places([os.fsencode(folder)], mounts())):
        watcher.close()
        return None
    return watcher


def test_what_is_written_through_memory_is_told_when_the_last_hold_on_it_ends(
    book: ProcessBook, tmp_path: Path
) -> None:
    """The mapping keeps the file open: whoever wrote into memory is heard at its end."""
    file = tmp_path / "file"
    file.write_bytes(bytes(4096))
    watcher = watching(book, tmp_path)
    if watcher is None:
        return

    def heard() -> list[tuple[int, int]]:
        return [(one.kinds, one.pid) for one in watcher.read() if one.path == os.fsencode(file)]

    with file.open("r+b") as opened:
        memory = mmap.mmap(opened.fileno(), 4096)
    memory[:1] = b"y"
    memory.flush()
    assert file.read_bytes()[:1] == b"y"
    assert heard() == []
    memory.close()
    assert heard() == [(Kinds.CLOSED, os.getpid())]
    watcher.close()


ATTACH, DETACH, POKE_DATA = 16, 17, 5
VICTIM = """
import ctypes, os, sys
buffer = ctypes.create_string_buffer(b"mine....", 8)
print(ctypes.addressof(buffer), flush=True)
sys.stdin.readline()
open(sys.argv[1], "wb").write(buffer.raw)
"""


def test_who_is_made_to_do_it_is_told_and_no_other_user_can_make_him(
    book: ProcessBook, heard: bool, sleeping: Start, tmp_path: Path
) -> None:
    """Another process of the same user changes its memory (ptrace): the person stays right."""
    file = tmp_path / "file"
    victim = sleeping(
        *(sys.executable, "-I", "-S", "-c", VICTIM, str(file)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert victim.stdin is not None
    assert victim.stdout is not None
    address = int(victim.stdout.readline())

    def trace() -> None:
        if C.ptrace(ATTACH, victim.pid, None, None) == 0:
            os.waitpid(victim.pid, 0)
            word = ctypes.c_void_p(int.from_bytes(b"injected", sys.byteorder))
            C.ptrace(POKE_DATA, victim.pid, ctypes.c_void_p(address), word)
            C.ptrace(DETACH, victim.pid, None, None)

    if ROOT:  # as somebody else he is refused
        ended(forked(lambda: [each() for each in (fall, trace)]))
    watcher = watching(book, tmp_path)
    trace()
    victim.stdin.write(b"\n")
    victim.stdin.flush()
    victim.wait()
    touches = [] if watcher is None else watcher.read()
    if watcher is not None:
        watcher.close()
    assert file.read_bytes() in ({b"injected"} if ROOT else {b"injected", b"mine...."})
    named = {touch.who.uid for touch in touches if touch.who is not None}
    assert named <= {os.getuid()}
    assert watcher is None or not heard or named


def test_a_job_that_root_starts_for_somebody_is_that_ones(book: ProcessBook, heard: bool) -> None:
    """As cron, at and systemd do it; root's daemon is among those that led there."""
    reading, writing = os.pipe()
    begin, go = os.pipe()

    def daemon() -> None:
        def job() -> None:
            fall()
            os.write(writing, struct.pack("i", os.getpid()))
            os.read(begin, 1)
            os.execv("/bin/sleep", ["sleep", "60"])  # noqa: S606

        os.waitpid(forked(job), 0)

    started = forked(daemon)
    (pid,) = struct.unpack("i", os.read(reading, 4))
    os.write(go, b"!")
    who = soon(lambda: now(book, pid), lambda who: bool(who and who.command == "sleep 60"))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(started, 0)
    for end in (reading, writing, begin, go):
        os.close(end)
    assert who is not None
    assert who.uid == ATTACKER
    assert who.parents[:2] == (str(Path(sys.executable).resolve()),) * 2 or not heard
    own = int(Path("/proc/self/loginuid").read_text())
    assert who.login_uid == (None if own == 0xFFFFFFFF else own)


IO_URING_SETUP, IO_URING_ENTER, GET_EVENTS = 425, 426, 1
WRITE, BY_A_WORKER = 23, 16  # an operation, a flag of it
SQES_AT = 0x10000000
SQE = struct.Struct("=BBHiQQIIQHHiQQ")


def by_io_uring(descriptor: int, text: bytes) -> bool:
    """Have a worker of the kernel write it; False: there is no io_uring here."""
    parameters = ctypes.create_string_buffer(120)
    ring = C.syscall(IO_URING_SETUP, 1, parameters)
    if ring < 0:
        return False
    tail, array = (struct.unpack_from("=I", parameters, 40 + at)[0] for at in (4, 24))
    buffer = ctypes.create_string_buffer(text, len(text))
    with mmap.mmap(ring, array + 4) as queue, mmap.mmap(ring, SQE.size, offset=SQES_AT) as entries:
        address = ctypes.addressof(buffer)
        entries[:] = SQE.pack(
            WRITE, BY_A_WORKER, 0, descriptor, 0, address, len(text), *(0,) * 7
        )  # fmt: skip
        queue[array : array + 4] = bytes(4)
        queue[tail : tail + 4] = struct.pack("=I", 1)
        done = C.syscall(IO_URING_ENTER, ring, 1, 1, GET_EVENTS, None, 0)
    os.close(ring)
    return bool(done == 1)


def test_what_a_worker_of_io_uring_writes_is_its_processs(
    book: ProcessBook, heard: bool, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.touch(mode=0o666)
    file.chmod(0o666)
    watcher = watching(book, tmp_path)

    def write() -> None:
        descriptor = os.open(file, os.O_WRONLY)
        fall()
        by_io_uring(descriptor, b"x")

    pid = forked(write)
    ended(pid)
    touches = [] if watcher is None else watcher.read()
    if watcher is not None:
        watcher.close()
    assert {touch.pid for touch in touches} <= {pid}
    named = {touch.who.uid for touch in touches if touch.who is not None}
    assert named <= {ATTACKER}
    assert named or not heard or watcher is None
