"""Repository passwords: one random file per site, made once and never again."""

import os
from base64 import b32encode
from collections.abc import Callable
from pathlib import Path

_BYTES = 32


def make(file: Path, entropy: Callable[[int], bytes]) -> None:
    """Write a new password, whole and private, unless there is one already.

    Base32 without padding: it can be read aloud and typed.
    """
    if file.exists():
        return
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = file.with_name(f"{file.name}.{os.getpid()}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as stream:  # noqa: PTH123 - a descriptor
        stream.write(b32encode(entropy(_BYTES)).rstrip(b"=") + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    new.rename(file)
