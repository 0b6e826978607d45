"""When a suspicion is said, said again, and begun anew."""

from datetime import timedelta

import pytest

from agent.integrity.ransom.limits import SIGNS_FAST
from agent.integrity.seen import LONG_AGO
from tests.agent.integrity.ransom.observing import BEGIN, ROOT, Stream, paths


def test_it_is_said_again_only_when_it_has_grown() -> None:
    stream = Stream()
    for path in paths(SIGNS_FAST):
        stream.modified(path, "zip", "random")
    first = stream.verdict()
    assert first is not None
    said = []
    for path in paths(200, "pdf"):
        stream.modified(path, "zip", "random")
        said.append(stream.verdict())
    again = [one for one in said if one is not None]
    assert {one.id for one in again} == {first.id}
    assert [one.files for one in again] == [40, 80, 160]
    assert {one.at for one in again} == {first.at}


def test_a_suspicion_that_nobody_dismissed_does_not_hide_the_next_attack() -> None:
    stream = Stream()
    for path in paths(100):
        stream.modified(path, "zip", "random")
    first = stream.verdict()
    stream.now += timedelta(days=30)
    for path in paths(SIGNS_FAST, "pdf"):
        stream.modified(path, "pdf", "random")
    second = stream.verdict()
    assert first is not None
    assert second is not None
    assert second.id != first.id
    assert second.since > first.since


def test_after_a_dismissal_only_what_comes_then_speaks() -> None:
    stream = Stream()
    for path in paths(SIGNS_FAST):
        stream.modified(path, "zip", "random")
    assert stream.verdict() is not None
    stream.judge.dismissed()
    stream.modified(f"{ROOT}/one", "zip", "random")
    assert stream.verdict() is None
    for path in paths(SIGNS_FAST, "pdf"):
        stream.modified(path, "pdf", "random")
    assert stream.verdict() is not None


def test_a_judge_that_begins_anew_goes_on_with_what_stands() -> None:
    stream = Stream()
    for path in paths(SIGNS_FAST):
        stream.modified(path, "zip", "random")
    standing = stream.verdict()
    again = Stream(standing=standing)
    again.now = stream.now
    for path in paths(2 * SIGNS_FAST, "pdf"):
        again.modified(path, "pdf", "random")
    grown = again.verdict()
    assert standing is not None
    assert grown is not None
    assert grown.id == standing.id


def test_what_happened_while_nobody_watched_began_when_it_was_known_last() -> None:
    stream = Stream()
    stream.since = BEGIN - timedelta(hours=7)
    for path in paths(SIGNS_FAST):
        stream.modified(path, "zip", "random")
    found = stream.verdict()
    assert found is not None
    assert found.since == stream.since
    stream.since = LONG_AGO
    stream.modified(f"{ROOT}/one", "zip", "random")
    grown = stream.verdict()
    assert grown is not None
    assert grown.since == LONG_AGO  # nobody knows: no point may be called clean


def test_more_signs_than_are_kept_are_counted_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("agent.integrity.ransom.limits.MOST_SIGNS", 50)
    stream = Stream()
    stream.step = timedelta(milliseconds=1)
    for path in paths(2_000):
        stream.modified(path, "zip", "random")
    found = stream.verdict()
    assert found is not None
    assert found.files == 2_000
