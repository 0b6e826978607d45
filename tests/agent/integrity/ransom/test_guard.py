"""What is read of changed files, and within which share of time."""

import os
import random
from pathlib import Path

import pytest

from agent.config.model import Watched
from agent.files.content_class import HEAD_BYTES, content_class
from agent.files.record import FileRecord, status_of
from agent.integrity.change import Change, Kind
from agent.integrity.ransom.guard import Guard
from agent.integrity.ransom.judge import Judge
from agent.integrity.ransom.limits import SIGNS_FAST
from agent.integrity.ransom.probe import probe
from agent.integrity.ransom.suspicion import Reason
from agent.integrity.seen import Seen
from tests.agent.files.driven import DrivenClock
from tests.agent.integrity.ransom.forms import FORMS, seeded
from tests.agent.integrity.ransom.observing import BEGIN

_SOURCE = seeded(11)


def record(path: Path, content: str | None = None) -> FileRecord:
    held = path.read_bytes()
    found = content_class(held[:HEAD_BYTES], len(held)) if content is None else content
    digest = random.Random(held).randbytes(32)  # noqa: S311 - equal for equal content
    name = os.fsencode(path)
    return FileRecord(name, *status_of(path.lstat()), digest, 0, "", None, found)


class Desk:
    def __init__(self, root: Path) -> None:
        self.clock = DrivenClock()
        self.watched = Watched(path=root)
        self.guard = Guard(
            lambda watched: Judge(watched, lambda: "s1"), self.clock, _SOURCE.randbytes
        )

    def seen(self, kind: Kind, before: FileRecord | None, after: FileRecord | None) -> Seen:
        return Seen(Change(kind, before, after), self.watched, BEGIN, None, None)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize("extension", ["docx", "pdf", "jpg", "txt"])
def test_a_file_with_only_its_header_left_is_read_and_found(desk: Desk, extension: str) -> None:
    seen = []
    for number in range(SIGNS_FAST):
        path = desk.watched.path / f"{number}.{extension}"
        content = FORMS[extension][1](_SOURCE, 30_000)
        path.write_bytes(content)
        before = record(path)
        path.write_bytes(content[:1024] + _SOURCE.randbytes(29_000))
        seen.append(desk.seen(Kind.MODIFIED, before, record(path)))
    (found,) = desk.guard.take(seen)
    assert set(found.reasons) <= {Reason.STRUCTURE_BROKEN, Reason.INTERMITTENT}


def test_whole_files_that_replace_whole_files_say_nothing(desk: Desk) -> None:
    seen = []
    for number in range(3 * SIGNS_FAST):
        path = desk.watched.path / f"{number}.docx"
        path.write_bytes(FORMS["docx"][1](_SOURCE, 9_000))
        before = record(path)
        path.write_bytes(FORMS["docx"][1](_SOURCE, 9_000))
        seen.append(desk.seen(Kind.MODIFIED, before, record(path)))
    assert desk.guard.take(seen) == ()
    assert desk.guard.unread == 0


def test_new_files_of_a_format_are_not_read(desk: Desk) -> None:
    path = desk.watched.path / "ct.dcm"
    path.write_bytes(FORMS["dcm"][1](_SOURCE, 9_000))
    assert desk.guard.observe(desk.seen(Kind.ADDED, None, record(path))).probe is None


def test_a_file_whose_class_nobody_knew_is_judged_by_what_its_name_promises(desk: Desk) -> None:
    path = desk.watched.path / "x.docx"
    path.write_bytes(_SOURCE.randbytes(9_000))
    before, after = record(path, content=""), record(path)
    observed = desk.guard.observe(desk.seen(Kind.MODIFIED, before, after))
    assert (observed.before_class, observed.after_class) == ("zip", "random")


def test_what_cannot_be_read_says_nothing_and_is_counted(desk: Desk) -> None:
    path = desk.watched.path / "x.pdf"
    path.write_bytes(FORMS["pdf"][1](_SOURCE, 9_000))
    before = record(path)
    path.write_bytes(FORMS["pdf"][1](_SOURCE, 9_500))
    after = record(path)
    path.unlink()
    observed = desk.guard.observe(desk.seen(Kind.MODIFIED, before, after))
    assert observed.probe is not None
    assert not observed.probe.read
    assert desk.guard.unread == 1


def test_neither_links_nor_pipes_are_opened(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe", "gone"):
        assert not probe(os.fsencode(tmp_path / name), "text", 0.5, new=True).read


def test_reading_stays_within_its_share_of_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk.watched.path / "x.pdf"
    path.write_bytes(FORMS["pdf"][1](_SOURCE, 9_000))
    before = record(path)
    path.write_bytes(FORMS["pdf"][1](_SOURCE, 9_100))
    one = desk.seen(Kind.MODIFIED, before, record(path))

    def slow(*given: object, **options: object) -> object:
        desk.clock.sleep(0.1)
        return probe(*given, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("agent.integrity.ransom.guard.probe", slow)
    for _ in range(100):
        desk.guard.observe(one)
    read = 100 - desk.guard.unread
    assert 10 <= read <= 14  # a second was saved, and a fifth of what it takes comes back
    desk.clock.sleep(60)
    assert desk.guard.observe(one).probe is not None
