"""Which files the owner does not want watched: shell patterns on a name or a relative path."""

import fnmatch
import re
import unicodedata
from collections.abc import Sequence


class Ignore:
    """Patterns of `fnmatch`; an ignored folder takes everything inside it along.

    Names are compared in Unicode's composed form: macOS clients write Vietnamese decomposed, and
    a pattern typed on a keyboard must meet both.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self.patterns = tuple(patterns)
        joined = "|".join(fnmatch.translate(_composed(pattern)) for pattern in patterns)
        self._matches = re.compile(joined).match if patterns else None

    def covers(self, relative: bytes) -> bool:
        """Whether this path below the root, or its last name, fits a pattern."""
        if self._matches is None:
            return False
        text = _composed(relative.decode("utf-8", "surrogateescape"))
        return bool(self._matches(text) or self._matches(text.rpartition("/")[2]))

    def __bool__(self) -> bool:
        return bool(self.patterns)


def _composed(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


NOTHING = Ignore(())
