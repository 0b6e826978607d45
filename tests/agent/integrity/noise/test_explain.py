"""Whatever is handed over comes out again: told once, or waiting."""

from collections import Counter
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from agent.files.record import FileRecord
from agent.integrity.change import Change, Kind
from agent.integrity.events.event import EventKind
from agent.integrity.noise.aside import join
from agent.integrity.noise.context import Context
from agent.integrity.noise.explain import explain
from agent.integrity.noise.packages.state import Packages
from agent.integrity.seen import Seen
from tests.agent.integrity.noise.making import (
    DPKG,
    LATER,
    LOGROTATE,
    NOON,
    SCRIPT,
    SOMEBODY,
    WATCHED,
    Disk,
    added,
    record,
    removed,
    told,
)
from tests.agent.integrity.noise.test_package_files import CONF, OVER, RUNNING, SSHD

PATHS = (
    *(SSHD, CONF, f"{SSHD}.dpkg-new", "/etc/ld.so.cache", "/usr/lib/ssh/link", "/etc/x"),
    *("/var/log/a.log", "/var/log/a.log.1", "/var/log/a.log.2.gz", "/var/log/a.log.3"),
    *("/srv/a.docx", "/srv/~$a.docx", "/srv/~WRL0001.tmp", "/srv/.a.docx.Ab12Cd", "/srv/4913"),
)
CONTENTS = (b"", b"old", b"new", b"new and more", b"conf")
MODES = (0o100644, 0o100755, 0o104755, 0o120777, 0o040755)
WHOS = (None, DPKG, SCRIPT, SOMEBODY, LOGROTATE)


@st.composite
def changes(draw: st.DrawFn) -> list[Seen]:
    """Histories of a few paths: each change begins where the last one of its path ended."""
    now: dict[str, FileRecord | None] = {}
    found = []
    for number in range(draw(st.integers(0, 14))):
        path = draw(st.sampled_from(PATHS))
        content = draw(st.sampled_from(CONTENTS))
        before = now.get(path)
        if before is None and path not in now and draw(st.booleans()):
            before = record(path, draw(st.sampled_from(CONTENTS)), inode=draw(st.integers(1, 4)))
        after = record(
            path, content, inode=draw(st.integers(1, 4)), mode=draw(st.sampled_from(MODES))
        )
        gone = before is not None and draw(st.booleans())
        change = _change(before, None if gone else after)
        others = [one for one in now if now[one] is not None and one != path]
        if draw(st.booleans()) and others:  # another file gets this name
            old = draw(st.sampled_from(others))
            moved = now[old]
            assert moved is not None
            change = Change(Kind.RENAMED, moved, replace(moved, path=path.encode()))
            now[old] = None
        at = NOON + timedelta(seconds=draw(st.integers(-100, 100)))
        since = draw(st.sampled_from([None, at - timedelta(hours=1)]))
        who = draw(st.sampled_from(WHOS)) if since is None else None
        found.append(Seen(change, WATCHED, at, since, who, (number,)))
        now[path] = change.after
    return found


def _change(before: FileRecord | None, after: FileRecord | None) -> Change:
    if before is None:
        return Change(Kind.ADDED, None, after)
    if after is None:
        return Change(Kind.REMOVED, before, None)
    same = before.sha256 == after.sha256
    return Change(Kind.METADATA if same else Kind.MODIFIED, before, after)


@given(
    seens=changes(),
    seconds=st.integers(-1_000, 2_000),
    packages=st.sampled_from([Packages(), OVER, RUNNING]),
    readable=st.booleans(),
)
def test_every_change_is_told_once_or_waits(
    seens: list[Seen], seconds: int, packages: Packages, *, readable: bool
) -> None:
    last = {seen.change.path.decode(): seen for seen in seens}
    disk = Disk(
        {path: b"new" for path, seen in last.items() if seen.change.after} if readable else {}
    )
    explained = told(seens, Context(NOON + timedelta(seconds=seconds), packages), disk)
    assert set(map(id, explained.still_waiting)) <= set(map(id, seens))
    waits = Counter(seen.change.path for seen in explained.still_waiting)
    paths = Counter(seen.change.path for seen in seens)
    ends = {
        event.path: event.kind
        for entry in explained.events
        for event in (*entry.members, entry.event)
        if event.path in paths
    }
    for path, count in paths.items():
        assert path in ends or waits[path] == count or _was_joined(path, seens)
    for entry in explained.events:
        kinds = Counter(member.kind for member in entry.members)
        assert not entry.event.counts or Counter(entry.event.counts) == kinds
        assert all(one.explained_by == entry.event.explained_by for one in entry.members)


@given(seens=changes())
def test_what_is_joined_holds_every_change_once(seens: list[Seen]) -> None:
    joined = join(seens)
    parts = Counter(id(part) for seen in joined.seens for part in joined.parts(seen))
    assert parts == Counter(map(id, seens))


def _was_joined(path: bytes, seens: list[Seen]) -> bool:
    """It is a member of what it became."""
    left = (Kind.REMOVED, Kind.RENAMED)
    return any(one.change.kind in left and path in _names(one.change) for one in seens)


def _names(change: Change) -> tuple[bytes | None, ...]:
    return change.path, change.old_path


def test_the_last_state_of_a_file_is_what_its_member_says() -> None:
    course = [
        Seen(_change(None, record("/srv/a", b"1")), WATCHED, NOON, None, SOMEBODY),
        Seen(
            _change(record("/srv/a", b"1"), record("/srv/a", b"123")),
            WATCHED,
            NOON + timedelta(seconds=1),
            None,
            SOMEBODY,
        ),
    ]
    explained = explain(course, Context(NOON + timedelta(seconds=2)))
    assert [(one.event.kind, one.event.size) for one in explained.events] == [
        (EventKind.ADDED, 1),
        (EventKind.MODIFIED, 3),
    ]


def test_nothing_gives_nothing() -> None:
    explained = explain((), Context(NOON))
    assert (explained.events, explained.still_waiting, explained.questions) == ((), (), ())
    assert explained.ask_again_at is None


def test_each_watched_path_has_its_own_event() -> None:
    share = replace(WATCHED, path=WATCHED.path / "srv")
    log = record("/srv/~$a", b"x"), record("/home/~$a", b"x")
    seens = [
        Seen(Change(Kind.ADDED, None, log[0]), share, NOON, None, None),
        Seen(Change(Kind.ADDED, None, log[1]), WATCHED, NOON, None, None),
    ]
    explained = explain(seens, Context(NOON))
    assert {entry.event.watched for entry in explained.events} == {b"/srv", b""}


def test_an_inode_that_was_given_away_again_with_equal_content_is_counted_twice() -> None:
    """A file that went, and another one with the same content: two changes, not one set aside."""
    one = record("/srv/data/a", b"same", inode=5, mtime_ns=1)
    two = record("/srv/data/b", b"same", inode=5, mtime_ns=2)
    explained = told([added(one), removed(one), added(two)], Context(LATER))
    assert sum(len(entry.members) or 1 for entry in explained.events) == 3
    assert all(not entry.members for entry in explained.events)
