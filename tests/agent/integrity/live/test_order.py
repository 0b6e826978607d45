"""The changes of one name are told as they came, whatever the moments of their touches."""

from pathlib import Path

import pytest

from agent.config.model import Watched
from agent.files.journal import Transition
from agent.files.record import FileRecord
from agent.integrity.change import Kind
from agent.integrity.live.attribute import Touches
from agent.integrity.live.changes import seen_of
from agent.integrity.live.roots import roots_of
from agent.integrity.live.touch import Kinds, Touch
from agent.integrity.noise.history import History
from tests.agent.integrity.noise.making import record

ROOTS = roots_of((Watched(Path("/srv")),))
OLD, NEW = "/srv/a.tmp", "/srv/b"
SECOND_NS = 10**9


def transition(number: int, before: FileRecord | None, after: FileRecord | None) -> Transition:
    return Transition(number, before, after, number * SECOND_NS, 0)


def touch(path: str, kinds: Kinds, at_s: int) -> Touch:
    return Touch(path.encode(), at_s * SECOND_NS, kinds, 7, None, is_folder=False)


@pytest.mark.parametrize("renamed_s", [1, 5], ids=["in one reading", "another came there later"])
def test_a_name_that_something_new_has_come_to_is_there(renamed_s: int) -> None:
    """It was written aside and renamed; then another file came under the former name, and stays."""
    first = record(OLD, b"x", inode=1)
    transitions = (
        transition(1, first, None),
        transition(2, None, record(NEW, b"x", inode=1)),
        transition(3, None, record(OLD, b"evil", inode=2)),
    )
    touches = Touches()
    for one in (
        touch(OLD, Kinds.CREATED, 1),
        touch(NEW, Kinds.MOVED_TO, renamed_s),
    ):
        touches.remember(one, 0.0)
    seens = seen_of(transitions, touches, ROOTS, {})
    assert [(one.change.kind, one.change.path.decode()) for one in seens] == [
        (Kind.RENAMED, NEW),
        (Kind.ADDED, OLD),
    ]
    assert not History(seens).went(OLD.encode())
