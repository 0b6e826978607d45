"""Reads the files of a policy that somebody wrote: a catalogue, or a pack as a file or a folder."""

import stat
from collections.abc import Mapping
from pathlib import Path

from compliance.policy_pack import CHECKS, HEAD
from compliance.yaml_tree import LIMIT_BYTES
from controller.errors import PolicyFileError

_PACK_MARK = "schema: lachan.policy_pack/"


def pack_files(path: Path) -> Mapping[str, str]:
    """Name -> text: every YAML file of a folder and of its `checks`, or the one file as the head.

    Raises:
        PolicyFileError: it cannot be read.
    """
    if not path.is_dir():
        return {HEAD: _text(path)}
    found = sorted([*path.glob("*.yaml"), *(path / CHECKS).glob("*.yaml")])
    return {str(file.relative_to(path)): _text(file) for file in found}


def is_pack(path: Path) -> bool:
    """Whether somebody wrote a pack there, and not a catalogue."""
    return path.is_dir() or any(line.startswith(_PACK_MARK) for line in _text(path).splitlines())


def catalogue_bytes(path: Path) -> bytes:
    return _text(path).encode("utf-8", "surrogateescape")


def _text(file: Path) -> str:
    """One byte more than any policy may have, so that its reader says what is too much."""
    try:
        if not stat.S_ISREG(file.stat().st_mode):  # a pipe would keep us waiting for ever
            raise PolicyFileError(file=str(file))
        with file.open("rb") as stream:
            return stream.read(LIMIT_BYTES + 1).decode("utf-8", "surrogateescape")
    except OSError as error:
        raise PolicyFileError(file=str(file)) from error
