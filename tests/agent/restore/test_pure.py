"""The parts of finding and restoring that need no repository."""

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.backup.holding import Holding
from agent.backup.naming import data_tags
from agent.backup.restore.choosing import Choice, candidates, older
from agent.backup.restore.find_pattern import pattern_of
from agent.backup.restore.finding import (
    PointAt,
    Version,
    folder_states,
    matches_of,
    rows_of,
    with_states,
)
from agent.backup.restore.folding import composed, folded, matcher, shown_name
from agent.backup.restore.listing import at_or_below, count, fold_collision
from agent.backup.restore.names_index import Lasting
from agent.cli.moment_words import parse
from agent.progress import Meter, Progress
from agent.restic.output import Node, Snapshot
from agent.restic.trees import unquoted
from texts.moments import ZONE

NOW = datetime(2026, 11, 22, 13, 20, tzinfo=ZONE)


def here(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("words", "first", "length"),
    [
        ("yesterday", here(21), timedelta(days=1)),
        ("hôm qua", here(21), timedelta(days=1)),
        ("Hom Kia", here(20), timedelta(days=1)),
        (unicodedata.normalize("NFD", "hôm qua 15h30"), here(21, 15, 30), timedelta(minutes=1)),
        ("yesterday 15:00", here(21, 15), timedelta(minutes=1)),
        ("15h", here(22, 15), timedelta(minutes=1)),
        ("2 days ago", here(20, 13, 20), timedelta()),
        ("một giờ trước", here(22, 12, 20), timedelta()),
        ("21/11/2026 08:05", here(21, 8, 5), timedelta(minutes=1)),
        ("2026-11-21", here(21), timedelta(days=1)),
        ("2026-11-21T15:00", here(21, 15), timedelta(minutes=1)),
        ("2026-11-21T08:00:00Z", here(21, 15), timedelta(minutes=1)),
        ("now", NOW, timedelta()),
    ],
)
def test_times_are_understood_as_people_type_them(
    words: str, first: datetime, length: timedelta
) -> None:
    span = parse(words, NOW.astimezone(UTC))
    assert span is not None
    assert span.first == first
    assert timedelta() <= length - (span.last - span.first) <= timedelta(microseconds=1)


@pytest.mark.parametrize("words", ["", "soon", "31/02/2026", "25:00", "2 moons ago", "-1 days ago"])
def test_what_is_no_time_is_refused(words: str) -> None:
    assert parse(words, NOW) is None


@given(st.text(max_size=30))
def test_any_words_give_a_time_or_none(words: str) -> None:
    span = parse(words, NOW)
    assert span is None or span.first <= span.last


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("benh an", True),
        ("BENH", True),
        ("bệnh án", True),
        ("án bệnh", True),
        ("bênh", False),
        ("benh xa", False),
    ],
)
def test_names_are_found_with_and_without_accents(wanted: str, found: bool, form: str) -> None:
    name = unicodedata.normalize(form, "Bệnh Án 2026.đoc")  # type: ignore[arg-type]
    other = "NFD" if form == "NFC" else "NFC"
    assert matcher(unicodedata.normalize(other, wanted))(name) is found  # type: ignore[arg-type]


def test_a_crossed_d_is_a_d_with_an_accent() -> None:
    assert matcher("don")("Đơn.pdf")
    assert matcher("đơn")("Đơn.pdf")
    assert not matcher("đơn")("don.pdf")


@given(st.text(max_size=20))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert composed(composed(text)) == composed(text)


def test_the_pattern_for_restic_has_every_accent_and_no_magic_of_the_name() -> None:
    pattern = pattern_of("xa benh")
    assert all(each in pattern for each in "bBeếỆn")
    assert pattern_of("benh an 1242") == "*1242*"
    assert pattern_of("x*[]") == "*[Xx" + pattern_of("x*[]").partition("[Xx")[2]
    assert pattern_of("x*[]").endswith("]???*")
    assert pattern_of("") == "**"


def test_bytes_that_are_no_utf8_look_as_restic_prints_them() -> None:
    assert shown_name(b"bad\xff\xfename \xe1\xbb\x87") == "bad\ufffd\ufffdname ệ"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("bad\\xff\\xfename", b"bad\xff\xfename"),
        ("new\\nline", b"new\nline"),
        ("a\\\\x", b"a\\x"),
        ("zero\\u200bwidth", "zero\u200bwidth".encode()),
        ("Bệnh", "Bệnh".encode()),
    ],
)
def test_names_in_trees_are_read_as_go_writes_them(written: str, meant: bytes) -> None:
    assert unquoted(written) == meant


def node(path: str, kind: str = "file", size: int = 3) -> Node:
    return Node(path=path, type=kind, size=size)


def test_files_are_counted_below_a_folder_and_not_beside_it() -> None:
    nodes = [node("/a/x"), node("/a b/y"), node("/a", "dir"), node("/a/deep/z")]
    inside = [each for each in nodes if at_or_below(each.path, "/a")]
    assert (count(inside).files, count(inside).bytes) == (2, 6)
    assert all(at_or_below(each.path, "/") for each in nodes)


def test_names_that_differ_in_case_only_are_told() -> None:
    assert fold_collision([node("/A/x"), node("/a/y")]) is None
    assert fold_collision([node("/Sổ"), node("/sổ")]) == ("/Sổ", "/sổ")


# --- which point ---


def point(name: str, hours: int, original: str = "", tree: str = "") -> Snapshot:
    at = NOW.astimezone(UTC) - timedelta(hours=hours)
    return Snapshot(
        name, tree or f"t{hours}", at, tags=data_tags("share"), original=original or None
    )


A = Holding("a", (point("a1", 30), point("a2", 20)), NOW)
B = Holding("b", (point("b1", 30, "a1"), point("b3", 5)), NOW)


def test_the_newest_point_of_any_site_is_taken_the_near_site_first() -> None:
    assert [one.point.id for one in candidates([A, B], Choice("share"), NOW)] == ["b3", "a2"]
    at = NOW - timedelta(hours=25)
    found = candidates([A, B], Choice("share", at=at), NOW)
    assert [(one.site, one.point.id) for one in found] == [("a", "a1"), ("b", "b1")]


def test_a_copy_answers_to_the_name_of_its_original() -> None:
    found = candidates([B, A], Choice("share", snapshot="a1"), NOW)
    assert {one.point.id for one in found} == {"a1", "b1"}


def test_points_of_the_future_are_passed_over() -> None:
    poisoned = Holding("a", (point("future", -48), *A.snapshots), NOW)
    later = Choice("share", at=NOW + timedelta(days=9))
    (found,), (same,) = (candidates([poisoned], choice, NOW) for choice in (Choice("share"), later))
    assert found.point.id == same.point.id == "a2"
    assert [one.point.id for one in older(found, "share", NOW)] == ["a1"]


# --- versions ---


def test_versions_are_grouped_and_the_newest_stands_first() -> None:
    old = PointAt("t1", here(20), ("a", "b"))
    new = PointAt("t2", here(21), ("a",))
    same = PointAt("t3", here(22), ("a",))
    first, second = Version("file", 5, "m1"), Version("file", 6, "m2")
    lasting = [
        Lasting("/x", "file", 5, "m1", 1, 1),
        Lasting("/x", "file", 6, "m2", 2, 2),
        Lasting("/x", "file", 6, "m2", 3, 3),
        Lasting("/y", "file", 5, "m1", 9, 9),
    ]
    numbers = {1: "t1", 2: "t2", 3: "t3", 9: "t9"}
    (match,) = matches_of("share", rows_of(lasting, numbers, [old, new, same]))
    assert match.ordered == [(second, [same, new]), (first, [old])]


def test_a_folder_has_a_version_for_each_state_of_its_files() -> None:
    inside = [
        Lasting("/d/a", "file", 5, "m1", 1, 3),
        Lasting("/d/b", "file", 7, "m1", 1, 2),
        Lasting("/d/b", "file", 7, "m2", 3, 3),
    ]
    states = folder_states(inside, {1: "t1", 2: "t2", 3: "t3"})
    assert states["t1"] == states["t2"] != states["t3"]
    assert {state[:2] for state in states.values()} == {(2, 12)}
    points = [PointAt(f"t{day}", here(day), ("a",)) for day in (1, 2, 3)]
    (match,) = matches_of("share", [("/d", Version("dir", 0, "m"), tuple(points))])
    with_states(match, states)
    assert [len(held) for _, held in match.ordered] == [1, 2]
    assert match.ordered[0][0].files == 2


# --- progress ---


class Watch:
    """A stopwatch that a test drives."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_progress_only_grows_and_is_done_only_when_it_is() -> None:
    said: list[Progress] = []
    watch = Watch()
    meter = Meter(Progress("restore", "a"), said.append, monotonic=watch)
    meter.expect(10, 1000)
    for second, size in enumerate((100, 50, 400, 1000, 5000), start=1):
        watch.now = second
        meter.tell(second, size)
    assert [one.bytes_done for one in said] == sorted(one.bytes_done for one in said)
    assert all(one.share is None or one.share <= 0.99 for one in said)
    assert not any(one.done for one in said)
    meter.finish()
    assert (said[-1].done, said[-1].share) == (True, 1.0)
    meter.fail()
    meter.tell(99, 99)
    assert said[-1].done


def test_a_stalled_work_has_no_remaining_time() -> None:
    watch = Watch()
    meter = Meter(Progress("copy", "b", bytes_total=1000), monotonic=watch)
    watch.now = 1
    meter.tell(None, 100)
    assert (meter.latest.bytes_per_s, meter.latest.remaining_s) == (100.0, None)  # too early
    watch.now = 2
    meter.tell(None, 200)
    assert (meter.latest.bytes_per_s, meter.latest.remaining_s) == (100.0, 8.0)
    for second in range(3, 40):
        watch.now = second
        meter.tell(None, 100)
    assert (meter.latest.bytes_per_s, meter.latest.remaining_s) == (0.0, None)
    meter.fail()
    assert meter.latest.failed
    assert not meter.latest.done
