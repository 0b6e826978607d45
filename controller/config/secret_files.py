"""Secrets: one file each, 0600, in a folder 0700; never in arguments, environment or logs."""

import os
from collections.abc import Callable
from pathlib import Path

from controller.errors import ConfigurationError
from texts.catalogue import tr
from wire.text import N_

Entropy = Callable[[int], bytes]
_FOREIGN_BITS = 0o077


def write_secret(folder: Path, name: str, content: bytes) -> None:
    """Store a new secret; an existing one is never replaced."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def replace_secret(folder: Path, name: str, content: bytes) -> None:
    """Put a new version of a secret in the place of the old one, at once."""
    (folder / f"{name}.new").unlink(missing_ok=True)
    write_secret(folder, f"{name}.new", content)
    (folder / f"{name}.new").replace(folder / name)


def read_secret(folder: Path, name: str) -> bytes:
    """Read a secret that only we may read.

    Raises:
        ConfigurationError: it is missing, unreadable, or open to others.
    """
    path = folder / name
    try:
        mode = path.stat().st_mode
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(problem=f"{path}: {error.strerror}") from error
    if mode & _FOREIGN_BITS:
        raise ConfigurationError(
            problem=tr(
                N_("{path} is open to other users (mode {mode}); run chmod 600 on it"),
                path=path,
                mode=f"{mode & 0o777:o}",
            )
        )
    return content
