"""Reads a secret file that the configuration names, if nobody else may read it."""

import os
import stat
from pathlib import Path

from agent.errors import ConfigurationError
from wire.text import N_

_LONGEST_BYTES = 16 * 1024
_FORBIDDEN_BITS = 0o077


class PrivateFileError(ConfigurationError):
    """A secret file is not there, is no short text, or others may read it."""

    message = N_("The secret file {file} cannot be used: {reason}.")
    hint = N_("Put the right file there, owned by the agent's user, mode 0600.")


def read_private(file: Path) -> str:
    """The text of a secret file. What is opened is what is looked at, also behind a link.

    Raises:
        PrivateFileError: it cannot be used; its content is in no message.
    """
    try:
        raw, mode = _opened(file)
        text = raw.decode()
    except OSError as error:
        raise _unusable(file, error.strerror or type(error).__name__) from error
    except UnicodeDecodeError:  # its own message would show the content
        raise _unusable(file, N_("it is no text")) from None
    if not stat.S_ISREG(mode) or mode & _FORBIDDEN_BITS:
        raise _unusable(file, N_("it must be a file of mode 0600"))
    if len(raw) > _LONGEST_BYTES or not text.strip():
        raise _unusable(file, N_("it is empty or far too long"))
    return text


def _opened(file: Path) -> tuple[bytes, int]:
    """Never waits, as a named pipe would let us."""
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        mode = os.fstat(descriptor).st_mode
        return (os.read(descriptor, _LONGEST_BYTES + 1) if stat.S_ISREG(mode) else b""), mode
    finally:
        os.close(descriptor)


def _unusable(file: Path, reason: str) -> PrivateFileError:
    return PrivateFileError(file=str(file), reason=reason)
