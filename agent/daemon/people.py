"""Who has typed a command: the account that logged in, as the kernel has kept it.

`sudo` and `su` leave it as it was, and an environment variable says nothing here. Root can still
write another number into it where the kernel allows that: see docs/security.md.

Source: proc(5), /proc/pid/loginuid; pam_loginuid(8).
"""

import grp
import os
import pwd
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_LOGIN = Path("/proc/self/loginuid")
_UNSET = 2**32 - 1
ROOT = 0
_KNOWN_FOR_S = 60


@dataclass(frozen=True, slots=True)
class Person:
    """An account. Root is nobody in particular: everybody with its password is."""

    uid: int

    @property
    def id(self) -> str:
        return f"uid:{self.uid}"

    @property
    def name(self) -> str:
        """For a person at this host."""
        return name_of(self.id)

    @property
    def particular(self) -> bool:
        return self.uid != ROOT


def caller(login: Path = _LOGIN, uid: int | None = None) -> Person:
    """Who logged in; where nobody did (a job, a container), whose process this is."""
    own = os.getuid() if uid is None else uid
    try:
        logged_in = int(login.read_text())
    except (OSError, ValueError):
        logged_in = _UNSET
    return Person(own if logged_in == _UNSET else logged_in)


def name_of(person: str) -> str:
    """The account's name, or the number where there is none by now."""
    number = person.removeprefix("uid:")
    if not person.startswith("uid:") or not number.isdecimal():
        return person
    return _account(int(number), int(time.monotonic() // _KNOWN_FOR_S)) or person


@lru_cache(maxsize=4_096)
def _account(uid: int, _while: int) -> str:
    """Asked once a minute: an answer takes a tenth of a millisecond, and events are many."""
    try:
        return pwd.getpwuid(uid).pw_name
    except (KeyError, OverflowError):
        return ""


def account_name(uid: int) -> str:
    """The name of an account of this host by its number."""
    return name_of(f"uid:{uid}")


def group_name(gid: int) -> str:
    """The name of a group of this host, or its number where it has none by now."""
    try:
        return grp.getgrgid(gid).gr_name
    except (KeyError, OverflowError):
        return str(gid)
