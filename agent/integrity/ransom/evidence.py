"""Whether what was gathered is enough for a verdict, and which reasons it has. Pure."""

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import NamedTuple

from agent.integrity.ransom import limits
from agent.integrity.ransom.sign import Sign
from agent.integrity.ransom.suspicion import Reason
from agent.integrity.who.record import Who

_WEIGHTS = {Reason.ENTROPY_JUMP: 0.5}  # a program may pack its own unknown format anew
_ORDER = {reason: place for place, reason in enumerate(Reason)}


class Evidence(NamedTuple):
    """Everything about one watched path that is not too old."""

    now: float
    signs: Sequence[Sign]  # of SLOW, oldest first
    canaries: Sequence[Sign] = ()  # of our own files
    note_folders: int = 0
    renames: int = 0


def reasons_of(evidence: Evidence) -> tuple[Reason, ...]:
    """The reasons of a verdict, the strongest first; empty: there is none."""
    fast = [sign for sign in evidence.signs if sign.at > evidence.now - limits.FAST.total_seconds()]
    supports = _supports(evidence, fast)
    if not _enough(evidence, fast, supports):
        return ()
    found = {sign.reason for sign in evidence.signs} | supports
    if evidence.canaries:
        found.add(Reason.CANARY)
    return tuple(sorted(found, key=_ORDER.__getitem__))


def main_process(signs: Sequence[Sign]) -> Who | None:
    """Who left most of the signs; None where most of them are nobody's that we know."""
    count, who = _of_one(signs)
    return who if count * 2 > len(signs) else None


def _enough(evidence: Evidence, fast: Sequence[Sign], supports: set[Reason]) -> bool:
    if evidence.canaries or evidence.note_folders >= limits.NOTE_FOLDERS_ALONE:
        return True
    needed = limits.SIGNS_SUPPORTED if supports else limits.SIGNS_FAST
    return _weight(fast) >= needed or _weight(evidence.signs) >= limits.SIGNS_SLOW


def _weight(signs: Sequence[Sign]) -> float:
    return sum(_WEIGHTS.get(sign.reason, 1.0) for sign in signs)


def _supports(evidence: Evidence, fast: Sequence[Sign]) -> set[Reason]:
    found = set()
    if evidence.note_folders >= limits.NOTE_FOLDERS:
        found.add(Reason.NOTE)
    if evidence.renames >= limits.RENAMES:
        found.add(Reason.RENAMED)
    if _is_by_one(fast):
        found.add(Reason.WRITE_RATE)
    return found


def _is_by_one(fast: Sequence[Sign]) -> bool:
    if len(fast) < limits.SIGNS_SUPPORTED:
        return False
    count, who = _of_one(fast)
    took_s = max(fast[-1].at - fast[0].at, 1.0)
    often = len(fast) / took_s >= limits.RATE_PER_S
    return who is not None and often and count >= limits.SHARE_OF_ONE * len(fast)


def _of_one(signs: Sequence[Sign]) -> tuple[int, Who | None]:
    by = {_process(sign.who): sign.who for sign in signs if sign.who is not None}
    counted = Counter(_process(sign.who) for sign in signs if sign.who is not None)
    for process, count in counted.most_common(1):
        return count, by[process]
    return 0, None


def _process(who: Who) -> Hashable:
    """Samba serves each client with a process of its own; a number alone may be used again."""
    return who.pid, who.exe, who.client_address
