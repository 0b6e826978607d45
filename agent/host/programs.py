"""Runs a program within bounds of time and output, with a clean environment and no input."""

import contextlib
import os
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from agent.errors import UnreadableFactError
from agent.host.files import reason_of

PROGRAM_FOLDERS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENVIRONMENT = {"LC_ALL": "C", "PATH": PROGRAM_FOLDERS, "HOME": "/", "TZ": "UTC"}
OUTPUT_LIMIT_BYTES = 8 * 2**20
PIECE_BYTES = 64 * 2**10
REAP_S = 2.0


def output_of(argv: Sequence[str], timeout_s: float, accept: Collection[int]) -> str:
    """Standard output of a program that ended with one of the accepted codes.

    Raises:
        UnreadableFactError: it is not there, did not end, said too much, or failed.
    """
    source = " ".join(argv)
    program = shutil.which(argv[0], path=PROGRAM_FOLDERS)
    if program is None:
        raise UnreadableFactError(source, "missing", argv[0])
    try:
        ended = _run_bounded([program, *argv[1:]], timeout_s)
    except OSError as error:
        raise UnreadableFactError(source, reason_of(error), str(error.strerror)) from error
    except _BoundError as error:
        raise UnreadableFactError(source, error.reason) from error
    if ended.code not in accept:
        complaint = ended.complaint.strip()
        detail = f"exit {ended.code}: {complaint[:500]}"
        raise UnreadableFactError(source, reason_of_failure(complaint), detail)
    return ended.output


def hand_to(argv: Sequence[str], text: bytes, timeout_s: float) -> None:
    """Give a program a text to read; it must end with 0.

    The text lies in memory, so that a full disk does not keep it from going out.

    Raises:
        UnreadableFactError: the program is not there, did not end, or failed.
    """
    program = shutil.which(argv[0], path=PROGRAM_FOLDERS)
    if program is None:
        raise UnreadableFactError(argv[0], "missing")
    try:
        with os.fdopen(os.memfd_create("text"), "w+b") as given:
            given.write(text)
            given.seek(0)
            ended = _run_bounded([program, *argv[1:]], timeout_s, given)
    except OSError as error:
        raise UnreadableFactError(argv[0], reason_of(error), str(error.strerror)) from error
    except _BoundError as error:
        raise UnreadableFactError(argv[0], error.reason) from error
    if ended.code != 0:
        complaint = ended.complaint.strip()
        detail = f"exit {ended.code}: {complaint[:500]}"
        raise UnreadableFactError(argv[0], reason_of_failure(complaint), detail)


def reason_of_failure(complaint: str) -> str:
    """The reason code for a program that failed, from what it said on standard error."""
    said = complaint.lower()
    if "not been booted with systemd" in said or "failed to connect to bus" in said:
        return "no_systemd"
    denials = ("permission denied", "operation not permitted", "must be root", "are you root")
    return "denied" if any(denial in said for denial in denials) else "failed"


@dataclass(frozen=True, slots=True)
class _Ended:
    code: int
    output: str
    complaint: str


class _BoundError(Exception):
    """A program was stopped because it took too long or said too much."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _run_bounded(command: list[str], timeout_s: float, given: IO[bytes] | None = None) -> _Ended:
    with contextlib.ExitStack() as started:
        with ctrl_c_waits():
            process = started.enter_context(
                subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL if given is None else given,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    env=ENVIRONMENT,
                    cwd="/",
                    start_new_session=True,
                )
            )
            started.push(killing(process))
        output, complaint = _gather(process, timeout_s)
    return _Ended(process.returncode, output, complaint)


@contextlib.contextmanager
def ctrl_c_waits() -> Iterator[None]:
    """While a program is being started: one that is not ours yet would outlive us."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def killing(process: "subprocess.Popen[bytes]") -> Callable[..., None]:
    """What ends the program and its children when we stop before they do."""

    def end(kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            os.killpg(process.pid, signal.SIGKILL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(REAP_S)

    return end


def _gather(process: "subprocess.Popen[bytes]", timeout_s: float) -> tuple[str, str]:
    """Read both streams to their end, within the time and the size allowed."""
    ends_at = time.monotonic() + timeout_s
    streams = (process.stdout, process.stderr)
    gathered = {stream: bytearray() for stream in streams if stream is not None}
    with selectors.DefaultSelector() as selector:
        for stream in gathered:
            selector.register(stream, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(max(0.0, ends_at - time.monotonic()))
            if not ready:
                raise _BoundError("timeout")
            for key, _ in ready:
                piece = os.read(key.fd, PIECE_BYTES)
                if not piece:
                    selector.unregister(key.fileobj)
                buffer = gathered[key.fileobj]  # type: ignore[index]
                buffer += piece
                if len(buffer) > OUTPUT_LIMIT_BYTES:
                    raise _BoundError("too_large")
    try:
        process.wait(max(0.1, ends_at - time.monotonic()))
    except subprocess.TimeoutExpired as error:
        raise _BoundError("timeout") from error
    output, complaint = (
        bytes(text).decode("utf-8", errors="replace") for text in gathered.values()
    )
    return output, complaint
