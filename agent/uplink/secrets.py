"""Secret files: one secret a file, mode 0600, in a folder that only its owner may enter."""

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agent.config.home import Home
from agent.errors import ConfigurationError
from texts.catalogue import tr
from wire.pseudonym import pseudonym
from wire.text import N_

KEY_BYTES = 32
_ANSWERS, _SALTS = "facility-answers.key", "facility-salts.key"
_FORBIDDEN_BITS = 0o077


class SecretError(ConfigurationError):
    """A secret's file is not there, or not as it must be."""

    message = N_("Secret file {file}: {problem}.")
    hint = N_(
        "Bring the file back from the facility's recovery bundle and set `chmod 600`; "
        "`lachan-agent doctor` looks at all of them."
    )


@dataclass(frozen=True, slots=True)
class FacilityKeys:
    """What every host of one facility shares and the controller never has."""

    k_f: bytes  # pseudonyms and challenge answers
    k_s: bytes  # salts of manifest leaves

    def __repr__(self) -> str:
        return "FacilityKeys(…)"


DATASET, SNAPSHOT, TREE = "dataset", "snapshot", "tree"  # purposes of pseudonyms


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Names that only this facility can resolve."""

    key: bytes

    def of(self, purpose: str, value: str | bytes) -> str:
        raw = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
        return pseudonym(self.key, purpose, raw)

    def __repr__(self) -> str:
        return "Pseudonyms(…)"


def facility_keys(home: Home, entropy: Callable[[int], bytes]) -> FacilityKeys:
    """Read both keys; a home that has neither gets new ones.

    Raises:
        SecretError: only one of them is there, or one cannot be used: a new key would silently
            change every pseudonym.
    """
    answers, salts = home.secrets / _ANSWERS, home.secrets / _SALTS
    if not answers.exists() and not salts.exists():
        write_secret(salts, entropy(KEY_BYTES))
        write_secret(answers, entropy(KEY_BYTES))
    return FacilityKeys(read_key(answers), read_key(salts))


def read_key(file: Path) -> bytes:
    raw = read_secret(file)
    if len(raw) != KEY_BYTES:
        raise SecretError(
            file=str(file),
            problem=tr(
                N_("{found} bytes instead of {expected}"), found=len(raw), expected=KEY_BYTES
            ),
        )
    return raw


def read_secret(file: Path) -> bytes:
    """The secret's bytes, if only its owner may read them.

    Raises:
        SecretError: it is missing, unreadable, or others may read it.
    """
    try:
        problem = secret_problem(file)
        if problem:
            raise SecretError(file=str(file), problem=problem)
        return file.read_bytes()
    except OSError as error:
        raise SecretError(file=str(file), problem=error.strerror or "OSError") from error


def secret_problem(file: Path) -> str:
    """What is wrong with a secret file's place or mode; empty when nothing is."""
    status = file.stat()
    if not stat.S_ISREG(status.st_mode):
        return tr(N_("it is no regular file"))
    if status.st_mode & _FORBIDDEN_BITS:
        mode = f"{stat.S_IMODE(status.st_mode):04o}"
        return tr(N_("its mode is {mode}, not 0600"), mode=mode)
    return ""


def write_secret(file: Path, secret: bytes) -> None:
    """Durable and whole, or not at all; nobody else can read it at any moment."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = file.with_name(file.name + ".new")
        new.unlink(missing_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as stream:  # noqa: PTH123 - a descriptor
            stream.write(secret)
            stream.flush()
            os.fsync(stream.fileno())
        new.rename(file)
    except OSError as error:
        raise SecretError(file=str(file), problem=error.strerror or "OSError") from error
