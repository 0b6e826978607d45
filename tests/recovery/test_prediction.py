"""From measured drills to the time of a whole recovery, never too short."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.prediction import (
    Prediction,
    Run,
    Volume,
    in_turn,
    objective_breaks_at,
    predict,
    recovery_time_s,
)

GB = 1_000_000_000
PHASES = {"open": 10.0, "restore": 100.0, "compare": 40.0, "clean_up": 500.0}
RUN = Run(Volume(1000, GB), PHASES)
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_tidying_up_is_not_recovery() -> None:
    assert recovery_time_s(PHASES) == 150.0


def test_fixed_phases_stay_and_the_others_grow_with_the_volume() -> None:
    prediction = predict([RUN], Volume(10_000, 10 * GB))
    assert prediction == Prediction(10.0 + 140.0 * 10, (10.0 + 140.0 * 10) * 2, 1)


def test_many_small_files_count_as_much_as_many_bytes() -> None:
    prediction = predict([RUN], Volume(50_000, GB))
    assert prediction is not None
    assert prediction.expected_s == 10.0 + 140.0 * 50


def test_a_phase_that_is_not_known_grows_too() -> None:
    run = Run(Volume(1, 1), {"new_phase": 5.0})
    assert predict([run], Volume(2, 2)) == Prediction(10.0, 20.0, 1)


@pytest.mark.parametrize(("count", "margin"), [(1, 2.0), (2, 1.5), (3, 1.25), (9, 1.25)])
def test_the_bound_is_wider_the_fewer_drills_there_were(count: int, margin: float) -> None:
    prediction = predict([RUN] * count, Volume(1000, GB))
    assert prediction == Prediction(150.0, 150.0 * margin, count)


def test_the_middle_run_is_expected_and_the_slowest_bounds() -> None:
    runs = [Run(Volume(1, 1), {"restore": seconds}) for seconds in (10.0, 90.0, 20.0)]
    assert predict(runs, Volume(1, 1)) == Prediction(20.0, 90.0 * 1.25, 3)


def test_a_run_that_brought_nothing_back_predicts_nothing() -> None:
    assert predict([], Volume(1, 1)) is None
    assert predict([Run(Volume(0, 0), PHASES), Run(Volume(5, 0), PHASES)], Volume(1, 1)) is None


def test_the_objective_is_judged_by_the_bound() -> None:
    day = timedelta(hours=24).total_seconds()
    assert Prediction(1.0, day + 1, 3).breaks()
    assert not Prediction(1.0, day, 3).breaks()
    assert Prediction(1.0, 61.0, 3).breaks(timedelta(minutes=1))


def test_datasets_one_after_the_other_add_up() -> None:
    total = in_turn([Prediction(1.0, 2.0, 5), Prediction(10.0, 30.0, 2)])
    assert total == Prediction(11.0, 32.0, 2)
    assert in_turn([]) is None


def test_growth_tells_when_the_objective_will_break() -> None:
    sizes = [(NOW - timedelta(days=10), Volume(1000, GB)), (NOW, Volume(2000, 2 * GB))]
    at = objective_breaks_at(sizes, [RUN] * 3, timedelta(seconds=537.5))
    assert at == NOW + timedelta(days=10)  # (10 + 140 * 3) * 1.25 = 537.5


def test_an_objective_that_is_broken_already_breaks_now() -> None:
    sizes = [(NOW, Volume(1_000_000, GB))]
    assert objective_breaks_at(sizes, [RUN]) == NOW


def test_without_growth_or_grounds_nothing_is_foretold() -> None:
    one = [(NOW, Volume(1000, GB))]
    before = NOW - timedelta(days=1)
    assert objective_breaks_at([], [RUN]) is None
    assert objective_breaks_at(one, []) is None
    assert objective_breaks_at(one, [Run(Volume(0, 0), PHASES)]) is None
    assert objective_breaks_at(one, [RUN]) is None
    assert objective_breaks_at([(before, Volume(1000, GB)), *one], [RUN]) is None
    shrinking = [(before, Volume(2000, GB)), *one]
    assert objective_breaks_at(shrinking, [RUN]) is None
    slow = [(before, Volume(999, GB)), (NOW, Volume(1000, GB))]
    assert objective_breaks_at(slow, [RUN]) is None
    almost = [(before, Volume(1000, GB)), (NOW, Volume(1001, GB))]
    assert objective_breaks_at(almost, [RUN], timedelta(days=3650)) is None


VOLUMES = st.builds(Volume, st.integers(1, 10**6), st.integers(1, 10**12))
RUNS = st.builds(
    Run, VOLUMES, st.dictionaries(st.sampled_from(list(PHASES)), st.floats(0, 1e5), max_size=4)
)


@given(st.lists(RUNS, min_size=1, max_size=6), VOLUMES)
def test_the_bound_is_never_below_what_is_expected(runs: list[Run], target: Volume) -> None:
    prediction = predict(runs, target)
    assert prediction is not None
    assert prediction.upper_s >= prediction.expected_s


@given(st.lists(RUNS, min_size=1, max_size=6), VOLUMES)
def test_more_data_never_takes_less_time(runs: list[Run], target: Volume) -> None:
    smaller, larger = predict(runs, target), predict(runs, Volume(target.files, target.bytes * 2))
    assert smaller is not None
    assert larger is not None
    assert larger.expected_s >= smaller.expected_s
