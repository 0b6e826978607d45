"""Heads of chains as people write them down: short, easy to read aloud, safe against mistyping.

`E12345-7K2M-9QX4-VB8T-HNRC-3F` is the chain of events at number 12345: 80 bits of its link in
Crockford's letters (no I, L, O, U), and two letters that a mistyped head gets wrong.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from wire.errors import USAGE, WireError
from wire.text import N_

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_BYTES = 10
_CODE_LENGTH, _CHECK_LENGTH, _GROUP = 16, 2, 4
_BITS = 5
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
_SHAPE = re.compile(r"([BEQS])([0-9]{1,15})([0-9A-Z]{18})\Z")


class Chain(StrEnum):
    """Whose head it is."""

    BASELINES = "B"  # approvals, of all watched paths of a host
    EVENTS = "E"  # changes of watched files
    STATEMENTS = "Q"  # what is sealed and queued
    SUSPICIONS = "S"  # what was suspected, answered and dismissed, and the agent's own files


class MistypedHeadError(WireError):
    """What was typed is no head: nothing can be said of any chain."""

    exit_code = USAGE
    message = N_("{text} is no head: a letter or a number in it is wrong.")
    hint = N_("Type it as it was printed: B, E, Q or S, a number, and five groups of letters.")


@dataclass(frozen=True, slots=True)
class PaperHead:
    """A chain, a place in it, and the first 80 bits of the link that stood there."""

    chain: Chain
    number: int
    code: str

    def fits(self, link: str) -> bool:
        return self.code == _code(link)

    def __str__(self) -> str:
        code = self.code + _check(f"{self.chain}{self.number}-{self.code}")
        groups = [code[at : at + _GROUP] for at in range(0, len(code), _GROUP)]
        return "-".join((f"{self.chain}{self.number}", *groups))


def paper_head(chain: Chain, number: int, link: str) -> PaperHead:
    """The head for paper.

    Args:
        chain: whose it is.
        number: of the newest link.
        link: a pseudonym or a digest, in hex.
    """
    return PaperHead(chain, number, _code(link))


def parse_head(text: str) -> PaperHead:
    """Read what a person typed; spaces, dashes and case do not matter.

    Raises:
        MistypedHeadError: it is no head.
    """
    first, _, rest = re.sub(r"[\s-]+", "-", text.strip().upper()).partition("-")
    found = _SHAPE.match(first + rest.replace("-", "").translate(_MISREAD))
    if found is None:
        raise MistypedHeadError(text=text[:60])
    letter, number, typed = found.groups()
    head = PaperHead(Chain(letter), int(number), typed[:_CODE_LENGTH])
    if str(head).replace("-", "") != f"{letter}{head.number}{typed}":
        raise MistypedHeadError(text=text[:60])
    return head


def _code(link: str) -> str:
    return _letters(
        int.from_bytes(bytes.fromhex(link.removeprefix("p"))[:_CODE_BYTES]), _CODE_LENGTH
    )


def _check(text: str) -> str:
    return _letters(int.from_bytes(sha256(text.encode()).digest()[:2]) >> 6, _CHECK_LENGTH)


def _letters(number: int, length: int) -> str:
    return "".join(_LETTERS[number >> _BITS * place & 31] for place in range(length - 1, -1, -1))
