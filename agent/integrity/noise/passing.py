"""Files of a moment: the copies and locks of editors and of other programs that write. Pure.

What came and went, or only says that a document is open, is explained; it must be no program, and
nobody may have given it rights. A name alone explains nothing that stays.
"""

from collections.abc import Sequence
from datetime import timedelta

from msgspec.structs import replace

from agent.integrity.change import Kind
from agent.integrity.noise.context import Context
from agent.integrity.noise.history import History
from agent.integrity.noise.passing_names import Passing, kind_of
from agent.integrity.noise.questions import about
from agent.integrity.noise.shapes import idle
from agent.integrity.noise.sorting import Claim, Sorting, by_path, may_wait
from agent.integrity.seen import Seen

TEMPORARY = "temporary"
_SETTLED = timedelta(seconds=2)  # as long a file with such a name may be in nobody's way


def explain_passing(seens: Sequence[Seen], context: Context) -> Sorting:
    """Sort the changes of files that have such names."""
    history = History(seens)
    sorting = Sorting()
    for path, course in by_path(seens).items():
        kind = kind_of(path)
        if kind is None:
            sorting.rest.extend(course)
        elif all(map(_is_idle, course)) and _passes(path, course, history):
            sorting.claims.extend(Claim(seen, TEMPORARY) for seen in course)
        else:
            _sort(kind, course, context, sorting)
    return sorting


def _sort(kind: Passing, course: Sequence[Seen], context: Context, sorting: Sorting) -> None:
    """It lies there, or what lay there before is gone."""
    first = course[0]
    if kind.stays and all(_says_little(seen, kind) for seen in course):
        _sort_what_stays(kind, course, context, sorting)
    elif first.change.kind is Kind.ADDED and may_wait(first, context.now, _SETTLED):
        sorting.wait(course, first.at + _SETTLED)
    else:
        sorting.rest.extend(course)


def _sort_what_stays(
    kind: Passing, course: Sequence[Seen], context: Context, sorting: Sorting
) -> None:
    """Its first bytes are what such a file has; what is gone cannot be read any more."""
    after = course[-1].change.after
    if kind.head and after is not None and after.sha256 is not None:
        question = replace(about(after, after.sha256), head=True)
        if question not in context.readings:
            sorting.ask([question], course, context.now)
            return
        reading = context.readings[question]
        if reading is None or not reading.head.startswith(kind.head):
            sorting.rest.extend(course)
            return
    sorting.claims.extend(Claim(seen, TEMPORARY) for seen in course)


def _passes(path: bytes, course: Sequence[Seen], history: History) -> bool:
    """It came and went, or keeps what a file beside it held until now."""
    if history.came(path) and history.went(path):
        return True
    after = course[-1].change.after
    return after is not None and history.was_content_beside(path, after.sha256)


def _says_little(seen: Seen, kind: Passing) -> bool:
    """What it held, too: a document may be overwritten under such a name."""
    records = [one for one in (seen.change.before, seen.change.after) if one is not None]
    fits = all(idle(one) and one.size <= kind.most_bytes for one in records)
    return fits and seen.change.kind is not Kind.RENAMED


def _is_idle(seen: Seen) -> bool:
    return all(idle(one) for one in (seen.change.before, seen.change.after) if one is not None)
