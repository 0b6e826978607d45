"""What we say to rclone and to SFTP servers: real ones answer, strange ones are told."""

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.restic import rclone_wire
from agent.restic.answering import answers
from agent.restic.environment import Repository, Workplace
from agent.restic.lock_objects import LockObjects, lock_objects
from agent.restic.pipe import Read, Write
from agent.restic.sftp_wire import Sftp
from demo.ssh_site import free_port

A_LOCK, ANOTHER = "a" * 64, "b" * 64
SFTP_SERVER = "/usr/lib/openssh/sftp-server"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / "locks").mkdir(parents=True)
    (folder / "snapshots").mkdir()
    (folder / "locks" / A_LOCK).write_bytes(b"x")
    (folder / "locks" / ANOTHER).write_bytes(b"living")
    return folder


def ways(repository: Path, folder: Path) -> Iterator[LockObjects]:
    """Every kind of site that has a folder of locks, with its real program at the other end."""
    programs = folder / "bin"
    programs.mkdir()
    (programs / "ssh").write_text(f"#!/bin/sh\nexec {SFTP_SERVER}\n")
    (programs / "ssh").chmod(0o755)
    workplace = Workplace(folder)
    serve = f"rclone.program=sh -c 'exec rclone serve restic --stdio --append-only {repository}'"
    for one in (
        Repository("a", str(repository), folder),
        Repository("b", "rclone:b", folder, (serve,)),
        Repository("c", f"sftp:c:{repository}", folder, programs=programs),
    ):
        objects = lock_objects(one, workplace)
        assert objects is not None
        yield objects
    yield from over_http(repository, folder)


def over_http(repository: Path, folder: Path) -> Iterator[LockObjects]:
    login = folder / "login"
    login.write_text("lachan:secret\n")
    login.chmod(0o600)
    port = free_port()
    words = ["rclone", "serve", "restic", "--append-only", "--addr", f"127.0.0.1:{port}"]
    with subprocess.Popen(
        [*words, "--user", "lachan", "--pass", "secret", str(repository)], stderr=subprocess.DEVNULL
    ) as process:
        site = Repository("d", f"rest:http://127.0.0.1:{port}/", folder, login_file=login)
        objects = lock_objects(site, Workplace(folder))
        assert objects is not None
        while not answers(site, Workplace(folder), 1.0):
            assert process.poll() is None
            threading.Event().wait(0.05)
        yield objects
        process.kill()


def test_every_way_lists_the_locks_and_removes_exactly_one(
    repository: Path, tmp_path: Path
) -> None:
    before = shutil.copytree(repository, tmp_path / "before")
    for objects in ways(repository, tmp_path):
        assert objects.sizes() == {A_LOCK: 1, ANOTHER: 6}
        assert objects.remove(A_LOCK)
        assert objects.sizes() == {ANOTHER: 6}
        shutil.copytree(before, repository, dirs_exist_ok=True)


def test_what_is_not_there_to_be_asked_is_an_error_and_no_empty_answer(tmp_path: Path) -> None:
    gone = Repository("b", "rclone:b", tmp_path, ("rclone.program=false",))
    objects = lock_objects(gone, Workplace(tmp_path))
    assert objects is not None
    with pytest.raises((OSError, ValueError)):
        objects.sizes()


def test_a_kind_without_a_way_of_ours_is_said_to_have_none(tmp_path: Path) -> None:
    assert lock_objects(Repository("d", "gs:d", tmp_path), Workplace(tmp_path)) is None


@contextmanager
def serving(repository: Path) -> Iterator[tuple[Read, Write]]:
    words = ["rclone", "serve", "restic", "--stdio", "--append-only", str(repository)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        words, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, bufsize=0
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        source, target = process.stdout, process.stdin

        def read(size: int) -> bytes:
            raw = b""
            while len(raw) < size and (more := source.read(size - len(raw))):
                raw += more
            return raw

        def write(raw: bytes) -> None:
            target.write(raw)

        yield read, write
        process.kill()


def test_a_refusal_is_no_success(repository: Path) -> None:
    (repository / "snapshots" / A_LOCK).write_bytes(b"x")
    with serving(repository) as (read, write):
        write(rclone_wire.opening() + rclone_wire.request(1, "DELETE", f"/snapshots/{A_LOCK}"))
        assert not rclone_wire.answer(1, read, write).good
        write(rclone_wire.request(3, "GET", "/snapshots/"))
        answer = rclone_wire.answer(3, read, write)
    assert answer.good
    assert [one["name"] for one in json.loads(answer.body)] == [A_LOCK]


def from_bytes(raw: bytes) -> Read:
    left = bytearray(raw)

    def read(size: int) -> bytes:
        taken = bytes(left[:size])
        del left[:size]
        if len(taken) < size:
            raise ValueError("cut")
        return taken

    return read


@given(st.binary())
def test_any_bytes_are_an_answer_or_the_documented_error(raw: bytes) -> None:
    with suppress(ValueError):
        rclone_wire.answer(1, from_bytes(raw), lambda _raw: None)
    with suppress(ValueError):
        sftp = Sftp(from_bytes(raw), lambda _raw: None)
        sftp.open()
        sftp.names("locks")
