"""Runs a program that says much, and takes what it says as it comes."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, TypedDict

from agent.errors import UnreadableFactError
from agent.host.files import reason_of
from agent.host.programs import ENVIRONMENT, PROGRAM_FOLDERS, ctrl_c_waits, killing

STREAM_BYTES = 2**20
COMPLAINT_BYTES = 64 * 2**10


class _Account(TypedDict, total=False):
    """Popen's words for another account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Program:
    """A program that says much: where it is looked for, and as whom it runs (empty: as we do)."""

    argv: tuple[str, ...]
    timeout_s: float
    run_as: str = ""
    folders: str = PROGRAM_FOLDERS


@dataclass(frozen=True, slots=True)
class Said:
    """How such a program ended, and the end of what it said on standard error."""

    code: int
    complaint: str


def stream_of(program: Program, take: Callable[[bytes], None]) -> Said:
    """Give a program's standard output to `take`, block by block, until it ends.

    It writes to us, not to a file: so it ends when we do, however we end. Whatever `take` raises
    ends it too.

    Raises:
        UnreadableFactError: it is not there, may not run as that account, or did not end in time.
    """
    source = program.argv[0]
    found = shutil.which(source, path=program.folders)
    if found is None:
        raise UnreadableFactError(source, "missing", source)
    with tempfile.TemporaryFile() as complaint:
        try:
            with ctrl_c_waits():
                process = _started(program, found, complaint)
        except OSError as error:
            raise UnreadableFactError(source, reason_of(error), str(error.strerror)) from error
        timer = threading.Timer(program.timeout_s, _end, [process])
        timer.daemon = True
        begun = time.monotonic()
        with contextlib.ExitStack() as ending:
            ending.push(killing(process))
            timer.start()
            ending.callback(timer.cancel)
            if process.stdout is None:
                raise AssertionError("stdout is always a pipe")
            ending.enter_context(process.stdout)
            while block := os.read(process.stdout.fileno(), STREAM_BYTES):
                take(block)
            code = process.wait()
        if code < 0 and time.monotonic() - begun >= program.timeout_s:
            raise UnreadableFactError(source, "timeout")
        return Said(code, _end_of(complaint))


def _started(program: Program, found: str, complaint: IO[bytes]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [found, *program.argv[1:]],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=complaint,
        env={**ENVIRONMENT, "PATH": program.folders},
        cwd="/",
        start_new_session=True,
        **_account(program.run_as),
    )


def _account(name: str) -> _Account:
    """Who runs it; only root may choose another."""
    if not name:
        return {}
    try:
        entry = pwd.getpwnam(name)
    except KeyError as error:
        raise UnreadableFactError(name, "denied", "no such account") from error
    if entry.pw_uid == os.geteuid():
        return {}
    groups = os.getgrouplist(name, entry.pw_gid)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": groups}


def _end(process: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _end_of(complaint: IO[bytes]) -> str:
    size = complaint.seek(0, os.SEEK_END)
    complaint.seek(max(0, size - COMPLAINT_BYTES))
    return complaint.read().decode("utf-8", errors="replace").strip()
