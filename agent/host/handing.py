"""Hands a text to a program, within bounds of time, with a clean environment."""

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress

from agent.errors import UnreadableFactError
from agent.host.files import reason_of
from agent.host.programs import ENVIRONMENT, PROGRAM_FOLDERS, REAP_S, reason_of_failure

_COMPLAINT_BYTES = 500


def hand_to(argv: Sequence[str], text: bytes, timeout_s: float) -> None:
    """Let a program read a text; it must end with 0.

    Text and complaint lie in memory, so that a full disk does not keep the text from going out.

    Raises:
        UnreadableFactError: the program is not there, did not end, or failed.
    """
    program = shutil.which(argv[0], path=PROGRAM_FOLDERS)
    if program is None:
        raise UnreadableFactError(argv[0], "missing")
    given, complaint = os.memfd_create("text"), os.memfd_create("complaint")
    try:
        os.write(given, text)
        os.lseek(given, 0, os.SEEK_SET)
        code = _run([program, *argv[1:]], given, complaint, timeout_s)
        said = os.pread(complaint, _COMPLAINT_BYTES, 0).decode(errors="replace").strip()
    except OSError as error:
        raise UnreadableFactError(argv[0], reason_of(error), str(error.strerror)) from error
    except subprocess.TimeoutExpired as error:
        raise UnreadableFactError(argv[0], "timeout") from error
    finally:
        os.close(given)
        os.close(complaint)
    if code != 0:
        raise UnreadableFactError(argv[0], reason_of_failure(said), f"exit {code}: {said}")


def _run(command: list[str], given: int, complaint: int, timeout_s: float) -> int:
    process = subprocess.Popen(
        command,
        stdin=given,
        stdout=subprocess.DEVNULL,
        stderr=complaint,
        env=ENVIRONMENT,
        cwd="/",
        start_new_session=True,
    )
    try:
        return process.wait(timeout_s)
    except BaseException:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(REAP_S)
        raise
