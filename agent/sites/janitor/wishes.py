"""What the facility's agent asks for, because it alone can open what lies here.

Whoever stole the agent's keys can ask, too. So a wish reaches only what came within the last day
and was not there at the first look: nothing older is ever hidden. Locks and indexes make
themselves anew; a snapshot can be asked back; and nothing is deleted.
"""

import contextlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from agent.sites.janitor.acting import Work, act
from agent.sites.janitor.judge import Action, Judgement, Reason
from agent.sites.janitor.memory import Moment
from agent.sites.janitor.quarantine import Offender
from agent.sites.janitor.reading import opened_below

FILE = "wishes"  # deploy/site/probe.sh writes it
WITHIN_S = 26 * 3600.0
_MOST_BYTES = 64 << 10
_LINE = re.compile(r"(aside|back) (index|snapshots|locks) ([0-9a-f]{64})")


class Verb(StrEnum):
    ASIDE = "aside"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Wish:
    """One object, to set aside or to put back."""

    verb: Verb
    folder: str
    name: str


def take(beside: Path) -> tuple[Wish, ...]:
    """Read what was wished since the last look, once."""
    taken = beside / f"{FILE}.taken"
    with contextlib.suppress(FileNotFoundError):
        (beside / FILE).replace(taken)
    try:
        descriptor = os.open(taken, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return ()
    with os.fdopen(descriptor, "rb") as file:
        return parse(file.read(_MOST_BYTES).decode("ascii", "replace"))


def done(beside: Path) -> None:
    """They were granted or refused; a kill before this has them looked at again."""
    (beside / f"{FILE}.taken").unlink(missing_ok=True)


def parse(text: str) -> tuple[Wish, ...]:
    """Whole and right lines, each once; the rest is nobody's wish. Pure."""
    found = (_LINE.fullmatch(line) for line in text.split("\n"))
    wishes = (Wish(Verb(one[1]), one[2], one[3]) for one in found if one)
    return tuple(dict.fromkeys(wishes))


def grant(work: Work, wishes: Iterable[Wish], first_at: float, now: Moment) -> None:
    """Do what may be done; what may not is passed over."""
    for wish in wishes:
        with contextlib.suppress(OSError), opened_below(work.repository, wish.folder) as here:
            if wish.verb is Verb.BACK:
                _put_back(work, here, wish)
            elif _is_young(work, wish, first_at, now):
                status = os.stat(wish.name, dir_fd=here, follow_symlinks=False)
                offender = Offender(wish.folder, wish.name, status, Reason.NONE)
                act(work, here, offender, Judgement(Action.MOVE, Reason.ASKED), now)


def _is_young(work: Work, wish: Wish, first_at: float, now: Moment) -> bool:
    known = work.memory.known(wish.folder, wish.name, now)
    if known is None or known.seen_at <= first_at:
        return False
    return 0 <= now.at - known.seen_at <= WITHIN_S


def _put_back(work: Work, here: int, wish: Wish) -> None:
    for line in tuple(work.quarantine.moved()):
        if (line.folder, line.name, line.reason) == (wish.folder, wish.name, Reason.ASKED):
            work.quarantine.put_back(line, here)
