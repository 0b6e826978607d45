"""How often a database has changed, in a small sealed file beside it.

A database whose write-ahead log was cut, or that was put back as it once was, holds together in
itself; it only counts fewer changes than this file. It is written after each commit, in place, so
that after a crash the database may be ahead of it but never behind.
"""

import contextlib
import hmac
import os
from pathlib import Path

from agent.config.home import Home
from agent.state import gaps

_NUMBER_BYTES, _CODE_BYTES = 8, 16
_LENGTH = _NUMBER_BYTES + _CODE_BYTES


class Anchor:
    """Guards the number; `key` is a secret of this host."""

    def __init__(self, home: Home, purpose: str, key: bytes) -> None:
        self._home = home
        self._name = f"{purpose}.at"
        self._key = key
        self._is_expected = False

    def read(self) -> int | None:
        """The newest number; 0 where none was ever written, None when it is gone or not ours."""
        try:
            content = self._file.read_bytes()
        except FileNotFoundError:
            return None if gaps.expected(self._home, self._name) else 0
        number, code = content[:_NUMBER_BYTES], content[_NUMBER_BYTES:]
        return int.from_bytes(number) if hmac.compare_digest(code, self._code(number)) else None

    def write(self, number: int) -> None:
        """A disk that is full does not matter: the place was taken when it was made."""
        known = number.to_bytes(_NUMBER_BYTES)
        with contextlib.suppress(OSError):
            descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.pwrite(descriptor, known + self._code(known), 0)
            finally:
                os.close(descriptor)
            if not self._is_expected:
                gaps.expect(self._home, self._name)
                self._is_expected = True

    def _code(self, number: bytes) -> bytes:
        return hmac.digest(self._key, self._name.encode() + number, "sha256")[:_CODE_BYTES]

    @property
    def _file(self) -> Path:
        return self._home.state_dir / self._name
