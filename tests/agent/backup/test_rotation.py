"""Which packs a run reads: all within 30 days, new ones within 7, evenly by bytes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.backup.verification import rotation
from agent.backup.verification.rotation import EVERY_PACK_WITHIN, NEW_PACKS_WITHIN, Pack

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
RUN_EVERY = timedelta(hours=6)
GIB = 1 << 30


def pack(number: int, *, read_days_ago: float | None = None, size: int = 16 << 20) -> Pack:
    read_at = None if read_days_ago is None else NOW - timedelta(days=read_days_ago)
    return Pack(f"{number % 256:02x}{number:062x}", NOW - timedelta(days=40), read_at, size)


def ids(portion: rotation.Portion) -> set[str]:
    inside = {pack.id for group in portion.groups for pack in group.packs}
    return inside | {pack.id for pack in portion.single}


def test_a_small_site_that_was_never_read_is_read_whole() -> None:
    packs = [pack(number) for number in range(3)]
    assert ids(rotation.portion(packs, NOW)) == {one.id for one in packs}


def test_few_new_packs_are_read_by_themselves_and_the_old_ones_not_again() -> None:
    old, new = pack(1, read_days_ago=3), pack(2)
    found = rotation.portion([old, new], NOW)
    assert (found.single, found.groups) == ((new,), ())


def test_a_pack_that_is_read_with_its_group_is_not_read_a_second_time() -> None:
    old, new = pack(1, read_days_ago=25), pack(2)
    found = rotation.portion([old, new], NOW)
    assert found.single == ()
    assert ids(found) == {old.id, new.id}


def test_what_was_read_lately_is_left_alone() -> None:
    assert rotation.portion([pack(1, read_days_ago=19)], NOW) == rotation.Portion()
    assert rotation.portion([], NOW) == rotation.Portion()


def test_a_reading_from_the_future_is_no_reading() -> None:
    packs = [pack(1, read_days_ago=-2), pack(2, read_days_ago=1)]
    assert ids(rotation.portion(packs, NOW)) == ids(rotation.everything(packs, NOW))
    assert rotation.read_within(packs, EVERY_PACK_WITHIN, NOW) == (packs[1],)
    assert ids(rotation.before_it_is_carried_away(packs, NOW)) == {one.id for one in packs}


def test_the_packs_unread_longest_come_first() -> None:
    packs = [pack(number, read_days_ago=21 + number / 100, size=GIB) for number in range(64)]
    (first, *_) = rotation.portion(packs, NOW).groups
    assert first.packs == (packs[63],)


def test_restic_s_own_groups_are_meant() -> None:
    (group,) = rotation.groups_of([replace(pack(1), id="ff" + "0" * 62)], 64)
    assert group.number == 0xFF % 64 + 1


def test_as_long_as_a_pack_was_never_read_nothing_is_read_whole() -> None:
    assert rotation.oldest_read_at([pack(0, read_days_ago=1), pack(1)]) is None
    assert rotation.oldest_read_at([]) is None
    both = [pack(0, read_days_ago=1), pack(1, read_days_ago=3)]
    assert rotation.oldest_read_at(both) == NOW - timedelta(days=3)


def test_the_next_reading_is_due_when_the_most_urgent_pack_is() -> None:
    assert rotation.next_due_at([]) is None
    assert rotation.next_due_at([pack(0, read_days_ago=1), pack(1, read_days_ago=3)]) == (
        NOW - timedelta(days=3) + EVERY_PACK_WITHIN
    )
    assert rotation.next_due_at([pack(0)]) == NOW - timedelta(days=40) + NEW_PACKS_WITHIN


class Site:
    """A site whose ledger is driven through time, six hours a step."""

    def __init__(self, seed: list[int]) -> None:
        self.packs = {f"{number:064x}"[::-1]: size for number, size in enumerate(seed)}
        self.seen = dict.fromkeys(self.packs, NOW)
        self.read: dict[str, datetime] = {}
        self.most = 0

    def known(self) -> list[Pack]:
        return [Pack(id_, self.seen[id_], self.read.get(id_), n) for id_, n in self.packs.items()]

    def run(self, now: datetime) -> None:
        found = rotation.portion(self.known(), now)
        assert found == rotation.portion(self.known(), now)
        self.most = max(self.most, found.bytes)
        for id_ in ids(found):
            self.read[id_] = now

    def grow(self, now: datetime, number: int) -> None:
        id_ = f"{number * 7919:064x}"[::-1]
        self.packs[id_], self.seen[id_] = 16 << 20, now


@pytest.mark.parametrize("sizes", [[16 << 20] * 4, [16 << 20] * 3_000, [GIB] * 300])
def test_every_pack_is_read_in_time_and_no_run_reads_much_more_than_its_share(
    sizes: list[int],
) -> None:
    site = Site(sizes)
    for step in range(4 * 75):
        now = NOW + step * RUN_EVERY
        if step > 4 * 10 and step % 4 == 0:
            site.grow(now, 10_000 + step)
        site.run(now)
        for one in site.known():
            assert one.read_at is None or now - one.read_at <= EVERY_PACK_WITHIN
            assert one.read_at or now - one.seen_at <= NEW_PACKS_WITHIN
    largest_group = max(one.bytes for one in rotation.groups_of(site.known(), 64))
    assert site.most <= max(GIB, sum(site.packs.values()) // 20) + largest_group


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 10**6),
            st.one_of(st.none(), st.floats(-5, 60)),
            st.one_of(st.none(), st.integers(0, 8 * GIB)),
        ),
        max_size=60,
    )
)
def test_what_is_overdue_is_always_begun(rows: list[tuple[int, float | None, int | None]]) -> None:
    packs = [
        replace(pack(number, read_days_ago=days), bytes=size)
        for number, days, size in {row[0]: row for row in rows}.values()
    ]
    chosen = ids(rotation.portion(packs, NOW))
    overdue = {one.id for one in packs if one.due_at <= NOW}
    assert not overdue or chosen & overdue
