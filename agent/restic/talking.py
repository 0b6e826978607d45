"""Talking to the program that restic itself would start to reach a site: over its two pipes."""

import contextlib
import shlex
import subprocess
import threading
from collections.abc import Iterator
from typing import IO

from agent.restic.environment import Repository, Workplace
from agent.restic.pipe import Read, Write

LONGEST_S = 60.0


@contextlib.contextmanager
def talking(
    argv: tuple[str, ...], workplace: Workplace, longest_s: float = LONGEST_S
) -> Iterator[tuple[Read, Write]]:
    """A program's input and output; it is gone when the block ends, or when its time is over."""
    environment = {"PATH": workplace.path, "HOME": str(workplace.folder), "LC_ALL": "C"}
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        argv,
        env=environment,
        cwd="/",
        stdin=pipe,
        stdout=pipe,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    timer = threading.Timer(longest_s, process.kill)
    timer.start()
    try:
        assert process.stdin is not None  # noqa: S101 - for the type checker: both are pipes
        assert process.stdout is not None  # noqa: S101
        yield _exactly(process.stdout), _at_once(process.stdin)
    finally:
        timer.cancel()
        process.kill()
        process.communicate()


def _exactly(stream: IO[bytes]) -> Read:
    def read(size: int) -> bytes:
        raw = stream.read(size)
        if len(raw) < size:
            raise ValueError("the other end has hung up")
        return raw

    return read


def _at_once(stream: IO[bytes]) -> Write:
    def write(raw: bytes) -> None:
        stream.write(raw)
        stream.flush()

    return write


def rclone_program(repository: Repository) -> tuple[str, ...]:
    """The program that restic starts to reach a site behind rclone."""
    for option in repository.options:
        key, _, value = option.partition("=")
        if key == "rclone.program":
            return tuple(shlex.split(value))
    raise ValueError(repository.address)
