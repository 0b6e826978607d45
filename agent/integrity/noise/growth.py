"""Logs that only became longer: proved by the sums of their beginnings, told once a minute. Pure.

Proved is that, at one reading, the file began with every content that it was seen to have before,
byte for byte, and that it was still the same file with the same owner and mode. What was appended
is not judged, and is what it must begin with the next time: an attacker may write lines into a log,
but not change or take away one that was seen.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from msgspec.structs import replace

from agent.files.record import FileRecord, Trouble
from agent.integrity.change import Kind
from agent.integrity.noise.context import Context
from agent.integrity.noise.log_names import is_log, parted
from agent.integrity.noise.questions import Question, about
from agent.integrity.noise.shapes import idle, same_powers
from agent.integrity.noise.sorting import Claim, Sorting, by_path, end_of_minute
from agent.integrity.seen import Seen

GROWTH = "growth"
_LARGEST = 256 * 2**20  # a larger one is told as changed: reading it again costs too much


def explain_growth(seens: Sequence[Seen], context: Context) -> Sorting:
    """Sort the changes: what grew waits to be told with what grows in the same minute."""
    sorting = Sorting()
    for path, course in by_path(seens).items():
        grew = is_log(parted(path).stem, context.log_patterns) and _may_have_grown(course)
        if not grew:
            sorting.rest.extend(course)
        elif course[0].at <= context.now < end_of_minute(course[0].at):
            sorting.wait(course, end_of_minute(course[0].at))
        else:
            _prove(course, context, sorting)
    return sorting


def _may_have_grown(course: Sequence[Seen]) -> bool:
    return all(map(grew, course)) and all(
        earlier.change.after == later.change.before for earlier, later in pairwise(course)
    )


def grew(seen: Seen) -> bool:
    """Whether it may only have become longer, by what its status says.

    A log that is written to all the time may have changed while it was read: what it held before
    is asked of it in any case.
    """
    before, after = seen.change.before, seen.change.after
    if seen.change.kind is not Kind.MODIFIED or before is None or after is None:
        return False
    return (
        after.trouble in (Trouble.NONE, Trouble.UNSTABLE)
        and idle(replace(after, trouble=Trouble.NONE))
        and same_powers(before, after)
        and (before.inode, before.links) == (after.inode, after.links)
        and before.size < after.size <= _LARGEST
    )


def _prove(course: Sequence[Seen], context: Context, sorting: Sorting) -> None:
    befores = [seen.change.before for seen in course]
    known = {one.size: one for one in befores if one is not None and one.sha256 is not None}
    if befores[0] is None or befores[0].size not in known:
        sorting.rest.extend(course)
        return
    question = _question(known)
    if question not in context.readings:
        sorting.ask([question], course, context.now)
        return
    reading = context.readings[question]
    if reading is None or any(reading.prefixes.get(n) != known[n].sha256 for n in known):
        sorting.rest.extend(course)
        return
    sorting.claims.extend(Claim(seen, GROWTH) for seen in course)


def _question(known: Mapping[int, FileRecord]) -> Question:
    """Whether it still begins with the longest content that was seen before, and all others."""
    longest = known[max(known)]
    return replace(about(longest, longest.sha256 or b""), lengths=frozenset(known))
