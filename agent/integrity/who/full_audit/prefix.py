"""The beginning of a line of full_audit, as it is configured: whose deed it tells. Pure.

All that follows holds names that clients chose. So a line is read from its left, each variable up
to a separator that its values cannot hold; a prefix that leaves a choice is refused.

Source: vfs_full_audit(8), smb.conf(5), VARIABLE SUBSTITUTIONS.
"""

import re
from typing import NamedTuple

_NAME = r"[\w.@\\+$\x80-\xff-]+"
_WISHED = r"[\w.$-]+"
_SHARE = r"[^|/\x00-\x1f\x7f]+"
_ADDRESS = r"[0-9A-Fa-f.:]+(?:%[\w.-]+)?"
_NUMBER = r"\d+"
_WORD = r"[\w.-]*"  # what a client can have a part in: its machine's name, the name it called
_TIME = r"[\d/: _]+"
_VALUES = {
    "u": _NAME, "U": _WISHED, "S": _SHARE, "I": _ADDRESS, "i": _ADDRESS, "d": _NUMBER,
    "g": _NAME, "G": _NAME, "D": _NAME, "m": _WORD, "M": _WORD, "L": _WORD, "h": _WORD,
    "a": _WORD, "R": _WORD, "v": _WORD, "w": r"[\\+/]", "T": _TIME, "t": _TIME,
}  # fmt: skip
_PARTS = re.compile(r"%(.)|([^%]+)", re.DOTALL)
_END = r"\|([a-z_]+)\|ok\|(.*)\Z"


class UnclearPrefixError(Exception):
    """The text is the part of the prefix after which nobody can say where a name ends."""


class Spoken(NamedTuple):
    """What a line says; empty is what its prefix does not tell."""

    user: str  # %u: in whose name Samba worked
    wished: str  # %U: the name that the client asked for
    address: str
    share: str
    pid: int | None
    operation: str
    rest: bytes  # of the line, of the client's choice


class Prefix(NamedTuple):
    """What `full_audit:prefix` makes of each line."""

    pattern: re.Pattern[bytes]
    tells: frozenset[str]  # variables

    def read(self, message: bytes) -> Spoken | None:
        """None: the line is of something else, or of a deed that failed."""
        found = self.pattern.match(message)
        if found is None:
            return None
        said = {name: (raw or b"").decode("utf-8", "replace") for name, raw in _groups(found)}
        return Spoken(
            user=said.get("u", ""),
            wished=said.get("U", ""),
            address=said.get("I", ""),
            share=said.get("S", "").lower(),
            pid=int(said["d"]) if "d" in said else None,
            operation=found[found.re.groups - 1].decode(),
            rest=found[found.re.groups],
        )


def prefix_of(text: str) -> Prefix:
    """Raises UnclearPrefixError."""
    pattern, tells, open_value = "", set(), ""
    for variable, literal in _PARTS.findall(f"{text}|"):
        if literal:
            if open_value and _can_hold(open_value, literal[0]):
                raise UnclearPrefixError(literal[0])
            pattern, open_value = pattern + _literal(literal), ""
            continue
        value = _VALUES.get(variable)
        if value is None or open_value:
            raise UnclearPrefixError(f"%{variable}")
        pattern += value if variable in tells else f"(?P<{variable}>{value})"
        tells.add(variable)
        open_value = value
    pattern = pattern.removesuffix(re.escape("|"))
    return Prefix(re.compile((pattern + _END).encode("latin-1"), re.DOTALL), frozenset(tells))


def _can_hold(value: str, separator: str) -> bool:
    """Whether a name may go on where the prefix ends it."""
    first = separator.encode().decode("latin-1")[0]
    return any(re.fullmatch(value, f"{begin}{first}") for begin in ("", "1", "1%"))


def _literal(text: str) -> str:
    return re.escape(text.encode().decode("latin-1"))


def _groups(found: re.Match[bytes]) -> list[tuple[str, bytes | None]]:
    return list(found.groupdict().items())
