"""Which mail is due: told at once, never a storm, nothing lost, never falsely good for long."""

import itertools
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from agent.notify import decide, retry
from agent.notify.decide import LastWord, Letter, Told
from agent.notify.trouble import Kind, Trouble
from wire.verdicts import Cause

BEGIN = datetime(2026, 11, 22, 1, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MISSED = Trouble(Kind.BACKUP_MISSED, subject="share", cause=Cause.STALE)
FILLING = Trouble(Kind.SITE_FILLING, site="b", number=12)


class Post:
    """A memory, a clock, and a way out that may be shut."""

    def __init__(self) -> None:
        self.now = BEGIN
        self.memory: dict[str, Told] = {}
        self.out: list[tuple[datetime, Letter]] = []
        self.open = True

    def look(self, *found: Trouble, after: timedelta = timedelta(0)) -> Letter | None:
        """One look; the mail that left because of it."""
        self.now += after
        self.memory = decide.look(self.memory, found, self.now)
        said = decide.letter(self.memory)
        if said is None or not self.open:
            return None
        self.memory = decide.sent(self.memory, said, self.now)
        self.out.append((self.now, said))
        return said

    def told(self, trouble: Trouble) -> list[datetime]:
        """When it was mailed that this is wrong."""
        return [
            at
            for at, said in self.out
            if trouble.name in {each.trouble.name for each in said.wrong}
        ]


def names(told: Iterable[Told]) -> list[str]:
    return [each.trouble.name for each in told]


def test_a_trouble_is_told_at_once_and_then_not_for_six_hours() -> None:
    post = Post()
    said = post.look(MISSED)
    assert said is not None
    assert names(said.wrong) == [MISSED.name]
    for _ in range(6 * 60 - 1):
        assert post.look(MISSED, after=MINUTE) is None
    assert post.look(MISSED, after=MINUTE) is not None


def test_what_is_not_critical_is_told_again_only_after_a_day() -> None:
    post = Post()
    for _ in range(24 * 3):
        post.look(FILLING, after=HOUR)
    assert post.told(FILLING) == [BEGIN + HOUR, BEGIN + 25 * HOUR, BEGIN + 49 * HOUR]


def test_a_new_trouble_goes_out_alone_and_counts_those_told_before() -> None:
    post = Post()
    post.look(FILLING)
    said = post.look(FILLING, MISSED, after=MINUTE)
    assert said is not None
    assert (names(said.wrong), said.silent) == ([MISSED.name], 1)


def test_the_worst_stands_first() -> None:
    said = Post().look(FILLING, MISSED)
    assert said is not None
    assert names(said.wrong) == [MISSED.name, FILLING.name]


def test_when_it_is_over_that_is_told_once() -> None:
    post = Post()
    post.look(MISSED)
    said = post.look(after=HOUR)
    assert said is not None
    assert (names(said.wrong), names(said.good)) == ([], [MISSED.name])
    assert said.good[0].over_at == BEGIN + HOUR
    assert [post.look(after=HOUR) for _ in range(10)] == [None] * 10
    assert post.memory == {}


def test_one_that_comes_and_goes_is_told_at_most_every_six_hours() -> None:
    post = Post()
    for minute in range(48 * 60):
        post.look(*([MISSED] if minute % 10 < 5 else []), after=MINUTE)
    told = post.told(MISSED)
    assert all(later - earlier >= 6 * HOUR for earlier, later in itertools.pairwise(told))
    assert len(told) == 8
    assert len(post.out) <= 16  # and as often that it is good again


def test_one_that_came_back_is_told_when_its_six_hours_are_over() -> None:
    post = Post()
    post.look(MISSED)
    post.look(after=HOUR)
    assert post.look(MISSED, after=HOUR) is None
    assert post.look(MISSED, after=4 * HOUR - MINUTE) is None
    said = post.look(MISSED, after=MINUTE)
    assert said is not None
    assert said.wrong[0].since == BEGIN + 2 * HOUR  # of this episode


def test_what_could_not_be_sent_stays_owed_and_goes_out_as_one_mail() -> None:
    post = Post()
    post.open = False
    for _ in range(20):
        assert post.look(MISSED, FILLING, after=HOUR) is None
    post.open = True
    said = post.look(MISSED, FILLING, after=MINUTE)
    assert said is not None
    assert len(said.wrong) == 2
    assert post.look(MISSED, FILLING, after=MINUTE) is None


def test_what_was_over_before_it_could_be_sent_is_told_all_the_same() -> None:
    post = Post()
    post.open = False
    post.look(MISSED)
    post.look(after=HOUR)
    post.open = True
    said = post.look(after=10 * HOUR)
    assert said is not None
    assert (said.good[0].since, said.good[0].over_at) == (BEGIN, BEGIN + HOUR)
    assert post.look(after=MINUTE) is None


def test_good_news_that_could_not_be_sent_is_not_told_when_it_is_wrong_again() -> None:
    post = Post()
    post.look(MISSED)
    post.open = False
    post.look(after=HOUR)
    post.open = True
    assert post.look(MISSED, after=MINUTE) is None
    assert post.memory[MISSED.name].last_word is LastWord.WRONG


def test_another_cause_of_the_same_backup_that_is_missed_is_no_new_trouble() -> None:
    post = Post()
    post.look(MISSED)
    other = msgspec.structs.replace(MISSED, cause=Cause.SITE_UNREACHABLE)
    assert post.look(other, after=MINUTE) is None
    worse = Trouble(Kind.BACKUP_DAMAGED, site="b", cause=Cause.REPOSITORY_DAMAGED)
    assert post.look(other, worse, after=MINUTE) is not None


def test_a_watch_that_fails_once_says_nothing() -> None:
    post, blind = Post(), Trouble(Kind.COULD_NOT_WATCH)
    assert post.look(blind) is None
    assert post.look(after=MINUTE) is None
    post.look(blind, after=MINUTE)
    assert post.look(blind, after=5 * MINUTE) is not None


def test_a_clock_that_was_set_back_makes_nothing_quiet_for_years() -> None:
    post = Post()
    post.now += timedelta(days=4 * 365)
    post.look(MISSED)
    post.now = BEGIN
    assert post.look(MISSED) is not None
    assert post.look(MISSED, after=MINUTE) is None


TROUBLES = [MISSED, FILLING, Trouble(Kind.CLOCK), Trouble(Kind.DRILL_FAILED, subject="share")]
LOOKS = st.lists(
    st.tuples(
        st.sets(st.sampled_from(range(len(TROUBLES)))),
        st.integers(min_value=1, max_value=600),
        st.booleans(),
    ),
    max_size=60,
)


@given(LOOKS)
def test_never_a_storm_and_never_silent_whatever_happens(
    looks: list[tuple[set[int], int, bool]],
) -> None:
    post = Post()
    for found, minutes, open_ in looks:
        post.open = open_
        post.look(*(TROUBLES[place] for place in found), after=minutes * MINUTE)
    for trouble in TROUBLES:
        told = post.told(trouble)
        pauses = [later - earlier for earlier, later in itertools.pairwise(told)]
        assert all(pause >= 6 * HOUR for pause in pauses)
    post.open = True
    standing = {TROUBLES[place].name for place in (looks[-1][0] if looks else ())}
    post.look(*(trouble for trouble in TROUBLES if trouble.name in standing), after=24 * HOUR)
    last_words = {
        each.trouble.name: wrong
        for _, said in post.out
        for each, wrong in [(e, True) for e in said.wrong] + [(e, False) for e in said.good]
    }
    assert {name for name, wrong in last_words.items() if wrong} == standing


@given(LOOKS)
def test_the_memory_survives_a_restart(looks: list[tuple[set[int], int, bool]]) -> None:
    post = Post()
    for found, minutes, open_ in looks:
        post.open = open_
        post.look(*(TROUBLES[place] for place in found), after=minutes * MINUTE)
        raw = msgspec.json.encode(post.memory)
        assert msgspec.json.decode(raw, type=dict[str, Told]) == post.memory


def test_a_mail_is_tried_again_soon_and_then_more_seldom() -> None:
    post, now, tries = retry.Post(), BEGIN, []
    for _ in range(24 * 60):
        if retry.may_try(post, now):
            tries.append(now)
            post = retry.failed(post, "UNREACHABLE", now)
        now += MINUTE
    pauses = [later - earlier for earlier, later in itertools.pairwise(tries)]
    assert pauses[:6] == [n * MINUTE for n in (1, 2, 4, 8, 16, 32)]
    assert set(pauses[6:]) == {HOUR}
    assert (post.failing_since, post.reason) == (BEGIN, "UNREACHABLE")
    assert retry.may_try(post, BEGIN - HOUR)  # the clock was set back
    assert retry.may_try(retry.succeeded(0, now), now)


def test_more_unexplained_changes_are_told_after_six_hours_the_same_ones_after_a_day() -> None:
    post = Post()
    few = Trouble(Kind.UNEXPLAINED_CHANGES, number=3)
    more = Trouble(Kind.UNEXPLAINED_CHANGES, number=9)
    assert post.look(few) is not None
    assert post.look(more, after=5 * HOUR) is None
    assert post.look(more, after=HOUR) is not None
    assert post.look(more, after=7 * HOUR) is None
    assert post.look(more, after=17 * HOUR) is not None


def test_a_suspicion_is_told_at_once_and_each_one_by_itself() -> None:
    post = Post()
    first, second = (Trouble(Kind.SUSPICION, detail=name, number=100) for name in ("s1", "s2"))
    assert post.look(first) is not None
    said = post.look(first, second, after=MINUTE)
    assert said is not None
    assert names(said.wrong) == [second.name]


def test_a_watcher_that_is_started_again_is_no_news() -> None:
    post = Post()
    assert post.look(Trouble(Kind.NOT_WATCHED)) is None
    assert post.look(after=MINUTE) is None
    assert post.look(Trouble(Kind.NOT_WATCHED), after=MINUTE) is None
    assert post.look(Trouble(Kind.NOT_WATCHED), after=5 * MINUTE) is not None
