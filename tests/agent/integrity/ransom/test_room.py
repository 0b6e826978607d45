"""What the judge remembers has bounds, and within them an attack is found out as before."""

import tracemalloc
from datetime import timedelta

import pytest

from agent.integrity.ransom import limits
from agent.integrity.ransom.names import name_of
from agent.integrity.ransom.partners import Partners
from agent.integrity.ransom.shelf import Left, Shelf
from agent.integrity.ransom.suspicion import Reason
from agent.integrity.ransom.traces import Renames
from agent.integrity.ransom.turnover import Turnover
from tests.agent.integrity.ransom.observing import ROOT, Stream, paths

BOUND = limits.NEWEST_PARTNERS + limits.OLDER_PARTNERS
MANY = 10 * BOUND
FEW_KIB = 1.1  # one file on a shelf


def left(number: int, content: str = "zip", at: float = 0.0, name: str = "%d.docx") -> Left:
    path = f"{ROOT}/khoa {number % 97}/{name % number}".encode()
    return Left(path, 10_000 + number, number, content, at)


def by_name(one: Left) -> tuple[tuple[str, bytes]]:
    return (("name", name_of(one.path)),)


def test_all_of_the_newest_wait_and_an_even_share_of_the_older() -> None:
    shelf = Shelf(by_name)
    for number in range(MANY):
        shelf.put(left(number))
    assert len(shelf) <= BOUND
    found = [number for number in range(MANY) if shelf.take_path(left(number).path)]
    assert found[-limits.NEWEST_PARTNERS :] == list(range(MANY - limits.NEWEST_PARTNERS, MANY))
    older = found[: -limits.NEWEST_PARTNERS]
    assert len(older) >= limits.OLDER_PARTNERS / 4
    tenth = (MANY - limits.NEWEST_PARTNERS) // 10
    each = [sum(number // tenth == part for number in older) for part in range(10)]
    assert min(each[:-1]) > 0.5 * max(each[:-1])  # the last ones are not thinned yet
    assert each[-1] >= min(each)
    assert len(shelf) == 0


def test_what_was_taken_is_found_under_no_other_key() -> None:
    shelf = Shelf(by_name)
    for number in range(10):
        shelf.put(left(number, name="a.docx%.0d" if number == 0 else "%d.docx"))
    assert shelf.take(("name", b"3.docx")) is not None
    assert shelf.take_path(left(3).path) is None
    assert len(shelf) == 9


def test_of_equal_names_the_oldest_is_found_first() -> None:
    shelf = Shelf(by_name)
    for number, folder in enumerate((b"a", b"b", b"c")):
        shelf.put(Left(b"/" + folder + b"/x.docx", 1, number, "zip", 0.0))
    found = [shelf.take(("name", b"x.docx")) for _ in range(4)]
    assert [one and one.inode for one in found] == [0, 1, 2, None]


def test_after_an_hour_nobody_waits() -> None:
    shelf = Shelf(by_name)
    shelf.put(left(1))
    shelf.put(left(2, at=limits.PARTNERS_WAIT.total_seconds() + 1))
    assert len(shelf) == 1


@pytest.mark.parametrize("content", ["zip", "random"])
def test_a_file_on_a_shelf_takes_a_kilobyte(content: str) -> None:
    """Twice as much, and the watching of a busy share would grow for half an hour."""
    partners = Partners()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(BOUND):
            if content == "zip":
                partners.went(left(number, "zip"))
            else:
                partners.came(left(number, "random", name="%dx9Kf3Qp7.aa"))
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert taken < FEW_KIB * 1024 * BOUND


def test_who_copies_very_many_files_before_they_go_is_found_out_soon() -> None:
    stream = Stream()
    stream.step = timedelta(milliseconds=10)
    originals = list(paths(MANY // 2))
    for copy in paths(MANY // 2, "docx.locked", "b"):  # only their names say whose they are
        stream.added(copy, "random")
    gone = 0
    for path in originals:
        stream.removed(path, "zip")
        gone += 1
        if stream.verdict() is not None:
            break
    assert gone < len(originals) // 20


def test_a_copy_that_is_renamed_stands_for_the_file_that_goes() -> None:
    stream = Stream()
    for number, path in enumerate(paths(limits.SIGNS_FAST)):
        stream.added(f"{ROOT}/cho/{number}.part", "random")
        stream.renamed(f"{ROOT}/cho/{number}.part", path + ".locked", "random")
        stream.removed(path, "zip")
    suspicion = stream.verdict()
    assert suspicion is not None
    assert Reason.REPLACED in suspicion.reasons


def test_what_came_under_another_name_only_came_to_go() -> None:
    """A program's own new files: they are renamed, and removed, all day long."""
    partners = Partners()
    for number in range(100):
        one = left(number)
        partners.came(one)
        now = left(number, name="r%d.docx")
        assert partners.renamed(one.path, now) is None
        assert partners.went(now) is None
    assert partners.waiting == 0


def test_a_known_file_that_is_renamed_is_nobodys_partner() -> None:
    partners = Partners()
    assert partners.renamed(left(1).path, left(1, name="r%d.docx")) is None
    assert partners.waiting == 0


def test_turnover_in_very_many_folders_is_bounded() -> None:
    turnover = Turnover()
    for number in range(4 * limits.MOST_FOLDERS):
        path = b"/srv/%d/x.docx" % number
        turnover.came(Left(path, 1, number, "random", number / 100))
        turnover.went(Left(path, 1, number, "zip", number / 100))
    assert len(turnover) <= limits.MOST_FOLDERS
    newest = b"/srv/%d" % (4 * limits.MOST_FOLDERS - 1)
    assert turnover.one_sided({newest})
    assert not turnover.one_sided({b"/srv/0"})


def test_turnover_is_counted_over_ten_minutes() -> None:
    turnover = Turnover()
    turnover.went(Left(b"/srv/a/1.docx", 1, 1, "zip", 0.0))
    turnover.came(Left(b"/srv/a/2.bin", 1, 2, "random", limits.FAST.total_seconds() - 1))
    assert turnover.one_sided({b"/srv/a"})
    turnover.came(Left(b"/srv/a/3.bin", 1, 3, "random", limits.FAST.total_seconds() + 100))
    assert not turnover.one_sided({b"/srv/a"})


def test_endings_that_speak_no_more_are_forgotten() -> None:
    renames = Renames()
    for number in range(3 * limits.MOST_RENAMES):
        renames.add(b"/a/x.docx", b"/a/x.docx.e%d" % number, float(number))
    assert len(renames) <= limits.MOST_RENAMES
