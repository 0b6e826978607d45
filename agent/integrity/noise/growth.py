"""Logs that only became longer: proved by the sums of their beginnings, told once a minute. Pure.

Proved is that, at one reading, the file began with every content that was seen before, byte for
byte, and that it was still the same file with the same owner and mode. What was appended is not
judged: an attacker may write lines into a log, but not change or take away one that was seen.
"""

from collections.abc import Sequence
from itertools import pairwise

from msgspec.structs import replace

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
    """Whether it may only have become longer, by what its status says."""
    before, after = seen.change.before, seen.change.after
    if seen.change.kind is not Kind.MODIFIED or before is None or after is None:
        return False
    return (
        idle(after)
        and same_powers(before, after)
        and before.inode == after.inode
        and before.size < after.size <= _LARGEST
        and before.sha256 is not None
        and after.sha256 is not None
    )


def _prove(course: Sequence[Seen], context: Context, sorting: Sorting) -> None:
    question, beginnings = _asked(course)
    if question not in context.readings:
        sorting.ask([question], course, context.now)
        return
    reading = context.readings[question]
    if reading is None or any(reading.prefixes.get(size) != known for size, known in beginnings):
        sorting.rest.extend(course)
        return
    sorting.claims.extend(Claim(seen, GROWTH) for seen in course)


def _asked(course: Sequence[Seen]) -> tuple[Question, set[tuple[int, bytes]]]:
    """One reading of the newest content, and what each content before it began with."""
    befores = [seen.change.before for seen in course]
    beginnings = {(one.size, one.sha256) for one in befores if one and one.sha256 is not None}
    newest = course[-1].change.after
    assert newest is not None  # noqa: S101 - it grew
    assert newest.sha256 is not None  # noqa: S101
    lengths = frozenset(size for size, _ in beginnings)
    return replace(about(newest, newest.sha256), lengths=lengths), beginnings
