"""Many systems: weighted by level, in any order the same, and none without a score is hidden."""

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from compliance.aggregate import Aggregate, SystemResult, aggregate, by_facility
from compliance.logged import SystemKey

SHARES = st.integers(0, 10_000).map(lambda places: places / 10_000)
RESULTS = st.lists(
    st.builds(
        SystemResult,
        st.builds(SystemKey, st.sampled_from(["A", "B", "C"]), st.sampled_from(["X", "Y", "Z"])),
        st.integers(1, 5),
        st.none() | SHARES,
        st.none() | SHARES,
        SHARES,
    ),
    max_size=9,
    unique_by=lambda result: result.system,
)
HIS = SystemResult(SystemKey("A", "HIS"), 3, 0.9, 0.8, 1.0)
WEB = SystemResult(SystemKey("A", "WEB"), 1, 0.5, 0.5, 0.6)
NEW = SystemResult(SystemKey("B", "NEW"), 2)


def test_a_system_weighs_its_level() -> None:
    assert aggregate([HIS, WEB]) == Aggregate(0.8, 0.725, 0.9, 2, 0, WEB.system)


def test_a_system_without_a_score_is_counted_and_covers_nothing() -> None:
    whole = aggregate([HIS, WEB, NEW])
    assert (whole.value, whole.raw) == (0.8, 0.725)
    assert (whole.scored, whole.unscored, whole.coverage) == (2, 1, 0.6)


def test_where_nothing_is_scored_there_is_no_mean() -> None:
    assert aggregate([NEW]) == Aggregate(None, None, 0.0, 0, 1, None)
    assert aggregate([]) == Aggregate(None, None, 0.0, 0, 0, None)


def test_everything_waived_has_a_raw_mean_and_no_other() -> None:
    waived = replace(HIS, value=None, raw=0.0)
    assert (aggregate([waived]).value, aggregate([waived]).raw) == (None, 0.0)


def test_of_equally_low_systems_the_higher_level_needs_help_first() -> None:
    assert aggregate([WEB, replace(HIS, value=0.5)]).lowest == HIS.system


def test_each_facility_has_its_own() -> None:
    assert by_facility([NEW, WEB, HIS]) == {"A": aggregate([HIS, WEB]), "B": aggregate([NEW])}


@given(RESULTS, st.randoms(use_true_random=False))
def test_the_order_of_systems_does_not_matter(
    results: list[SystemResult], order: random.Random
) -> None:
    mixed = list(results)
    order.shuffle(mixed)
    assert aggregate(mixed) == aggregate(results)


@given(RESULTS)
def test_no_system_is_lost_and_a_mean_lies_between_the_extremes(
    results: list[SystemResult],
) -> None:
    whole = aggregate(results)
    assert whole.scored + whole.unscored == len(results)
    values = [result.value for result in results if result.value is not None]
    assert (whole.value is None) == (not values)
    if whole.value is not None:
        assert min(values) <= whole.value <= max(values)
    assert sum(each.scored for each in by_facility(results).values()) == whole.scored


@given(RESULTS, st.integers(1, 5))
def test_one_more_system_without_a_score_never_raises_anything(
    results: list[SystemResult], level: int
) -> None:
    before = aggregate(results)
    after = aggregate([*results, SystemResult(SystemKey("D", "NEW"), level)])
    assert (after.value, after.raw, after.unscored) == (
        before.value,
        before.raw,
        before.unscored + 1,
    )
    assert after.coverage <= before.coverage
