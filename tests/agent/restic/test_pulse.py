"""Whether a running restic gets anywhere: judged from samples, on a stopwatch of the test."""

from itertools import count

import pytest

from agent.restic.pulse import Finding, Limits, Pulse, Sample

MIB = 1 << 20


def watched(
    seconds: int, *, bytes_per_s: int, ticks_per_s: int = 1, answers: bool = False
) -> Pulse:
    pulse = Pulse(Limits(), 0.0, can_ask=True)
    for at_s in range(1, seconds + 1):
        pulse.take(Sample(float(at_s), at_s * bytes_per_s, at_s * ticks_per_s, stopped=False))
        if pulse.wants_answer and answers:
            pulse.answered(float(at_s))
        if pulse.finding():
            break
    return pulse


def finding_of(pulse: Pulse) -> Finding | None:
    found = pulse.finding()
    return found[0] if found else None


def test_bytes_of_tries_that_fail_are_no_sign_of_life() -> None:
    found = watched(600, bytes_per_s=MIB).finding()
    assert found is not None
    assert found[0] is Finding.LINK_DEAD
    assert 16 < found[1] < 24


def test_a_busy_site_that_answers_is_left_alone() -> None:
    assert watched(600, bytes_per_s=MIB, answers=True).finding() is None


def test_a_slow_site_that_answers_is_waited_for() -> None:
    assert watched(3600, bytes_per_s=100, answers=True).finding() is None


def test_a_silent_site_is_found_within_half_a_minute() -> None:
    pulse = watched(600, bytes_per_s=300)  # what restic prints while it waits
    found = pulse.finding()
    assert found is not None
    assert found[0] is Finding.LINK_DEAD
    assert found[1] < 30
    assert not pulse.ever_lived


def test_a_link_that_died_is_known_to_have_lived() -> None:
    pulse = Pulse(Limits(), 0.0, can_ask=True)
    seconds = count(1)
    for at_s, moved in zip(seconds, [MIB] * 5 + [0] * 40, strict=False):
        pulse.take(Sample(float(at_s), 5 * MIB if moved == 0 else at_s * MIB, at_s, stopped=False))
    assert finding_of(pulse) is Finding.LINK_DEAD
    assert pulse.ever_lived


def test_where_nobody_can_be_asked_silence_alone_is_no_dead_link() -> None:
    pulse = Pulse(Limits(), 0.0, can_ask=False)
    for at_s in range(1, 200):
        pulse.take(Sample(float(at_s), 0, at_s, stopped=False))
    assert pulse.finding() is None


@pytest.mark.parametrize(
    ("stopped", "expected", "within_s"),
    [(True, Finding.STOPPED, 30), (False, Finding.HUNG, 310)],
)
def test_one_that_does_nothing_at_all_is_found(
    stopped: bool, expected: Finding, within_s: int
) -> None:
    pulse = Pulse(Limits(), 0.0, can_ask=False)
    for at_s in range(1, 1000):
        pulse.take(Sample(float(at_s), 5, 5, stopped=stopped))
        if pulse.finding():
            break
    assert finding_of(pulse) is expected
    assert at_s <= within_s
