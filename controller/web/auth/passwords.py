"""Passwords: argon2id, and never more than two at a time, for each takes 64 MiB."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# TCVN 14423:2026 asks for 14 characters where there is no second factor, as here for now.
SHORTEST = 14
LONGEST = 256

_HASHER = PasswordHasher()  # the library's defaults are RFC 9106's second choice
_TURNS = threading.BoundedSemaphore(2)


def acceptable(password: str) -> bool:
    """Long enough, not absurdly long, and not one character again and again."""
    few = 5
    return SHORTEST <= len(password) <= LONGEST and len(set(password)) >= few


def hashed(password: str) -> str:
    with _TURNS:
        return _HASHER.hash(password)


def matches(argon2: str | None, password: str) -> bool:
    """Whether the password is the stored one; an unknown user takes the same time."""
    if len(password) > LONGEST:
        return False
    with _TURNS:
        if argon2 is None:
            _HASHER.hash(password)
            return False
        try:
            return _HASHER.verify(argon2, password)
        except (VerificationError, InvalidHashError):
            return False
