"""The runner asks once, judges all, and never invents an answer."""

from datetime import timedelta
from pathlib import Path

import pytest

from agent.checks import runner
from agent.checks.catalogue import ALL, CHECK_BY_ID, SLOW_FACTS
from agent.checks.model import Check, judged
from agent.config.home import home_at
from agent.errors import UnreadableFactError
from agent.facts import updates
from agent.facts.absent import SubjectAbsentError
from agent.facts.slow import (
    CLOCK_SLACK,
    Memory,
    PassingSlowFacts,
    SlowFact,
    SlowFacts,
    collect,
    is_due,
    open_slow_facts,
    recalled,
)
from agent.host import Host
from tests.agent.checks.fake_host import NOW, FakeHost, FixedClock
from wire.verdicts import CheckVerdict

CASES = Path(__file__).parents[2] / "cases"
UPDATES = CHECK_BY_ID["updates.no_security_update_waits"]
GOOD_UPDATES = (CASES / UPDATES.id / "none.pass.txt").read_text()


def test_a_fact_is_asked_once_however_many_checks_share_it() -> None:
    host = FakeHost((CASES / "sshd.root_login_denied/off.pass.txt").read_text())
    checks = [check for check in ALL if check.id.startswith("sshd.")]
    runner.run(checks, host, FixedClock(), PassingSlowFacts())
    assert host.asked.count("sshd -T") == 1


def test_on_a_host_that_answers_nothing_nothing_is_good() -> None:
    findings = runner.run(ALL, FakeHost(""), FixedClock(), PassingSlowFacts())
    assert {finding.verdict for finding in findings} == {CheckVerdict.UNKNOWN}
    assert [finding.check for finding in findings] == [check.id for check in ALL]


def test_a_bug_in_a_judge_is_not_hidden_as_unknown() -> None:
    def broken(_fact: str) -> object:
        raise ZeroDivisionError

    check = Check(
        id="x.y",
        title="x",
        why="x",
        expected="x",
        remedy="x",
        needs=lambda host: host.read("/x"),
        judge=broken,  # type: ignore[arg-type]
        source="x",
    )
    with pytest.raises(ZeroDivisionError):
        runner.run([check], FakeHost("$ cat /x\n1\n"), FixedClock(), PassingSlowFacts())


def test_what_was_never_collected_is_unknown_with_its_reason() -> None:
    (finding,) = runner.run([UPDATES], FakeHost(""), FixedClock(), PassingSlowFacts())
    assert (finding.verdict, finding.reason) == (CheckVerdict.UNKNOWN, "not_collected")


def test_a_slow_fact_is_shown_with_the_time_of_its_collection() -> None:
    store = remembered(timedelta(hours=20))
    (finding,) = runner.run([UPDATES], FakeHost(""), FixedClock(), store)
    assert (finding.verdict, finding.collected_at) == (
        CheckVerdict.PASS,
        NOW - timedelta(hours=20),
    )


def test_a_slow_fact_that_is_too_old_is_unknown() -> None:
    store = remembered(updates.FACT.believed_for + timedelta(seconds=1))
    (finding,) = runner.run([UPDATES], FakeHost(""), FixedClock(), store)
    assert (finding.verdict, finding.reason) == (CheckVerdict.UNKNOWN, "stale")


def test_a_slow_fact_of_a_time_that_has_not_come_is_unknown() -> None:
    """The clock ran ahead when it was collected, so its age cannot be told."""
    (near,) = runner.run([UPDATES], FakeHost(""), FixedClock(), remembered(-CLOCK_SLACK))
    store = remembered(-CLOCK_SLACK - timedelta(seconds=1))
    (far,) = runner.run([UPDATES], FakeHost(""), FixedClock(), store)
    assert (near.verdict, far.reason) == (CheckVerdict.PASS, "stale")


@pytest.mark.parametrize("fact", SLOW_FACTS, ids=lambda fact: fact.name)
def test_a_slow_fact_is_collected_before_it_is_disbelieved(fact: SlowFact[object]) -> None:
    assert fact.pace < fact.believed_for


def test_a_slow_fact_is_due_at_its_pace_and_after_a_clock_that_went_back() -> None:
    store = remembered(timedelta())
    assert not is_due(updates.FACT, store, NOW + updates.FACT.pace - timedelta(seconds=1))
    assert is_due(updates.FACT, store, NOW + updates.FACT.pace)
    assert is_due(updates.FACT, store, NOW - timedelta(seconds=1))
    assert is_due(updates.FACT, PassingSlowFacts(), NOW)


def test_stored_slow_facts_come_back_as_they_were(tmp_path: Path) -> None:
    store = open_slow_facts(home_at(tmp_path), FixedClock())
    collect(updates.FACT, FakeHost(GOOD_UPDATES), FixedClock(), store)
    store.close()
    again = open_slow_facts(home_at(tmp_path), FixedClock())
    fact, collected_at = recalled(updates.FACT, again, NOW)
    again.close()
    assert (fact.security, fact.others, collected_at) == ((), 1, NOW)


def test_a_failed_collection_is_remembered_as_failed(tmp_path: Path) -> None:
    store = open_slow_facts(home_at(tmp_path), FixedClock())
    collect(updates.FACT, FakeHost(GOOD_UPDATES), FixedClock(), store)
    collect(updates.FACT, FakeHost(""), FixedClock(), store)
    with pytest.raises(UnreadableFactError) as caught:
        recalled(updates.FACT, store, NOW)
    store.close()
    assert caught.value.reason == "failed"


def test_an_absent_subject_is_remembered_as_absent(tmp_path: Path) -> None:
    store = open_slow_facts(home_at(tmp_path), FixedClock())
    day = timedelta(days=1)
    collect(SlowFact("x", str, absent, day, day), FakeHost(""), FixedClock(), store)
    with pytest.raises(SubjectAbsentError):
        recalled(SlowFact("x", str, absent, day, day), store, NOW)
    store.close()


def test_a_fact_of_an_older_version_is_collected_anew() -> None:
    store = PassingSlowFacts()
    store.remember(updates.FACT.name, Memory(NOW, b'{"something": "else"}'))
    with pytest.raises(UnreadableFactError) as caught:
        recalled(updates.FACT, store, NOW)
    assert caught.value.reason == "not_collected"


def test_a_judgement_says_what_it_saw() -> None:
    assert judged(True, "x").verdict is CheckVerdict.PASS  # noqa: FBT003 - as the judges do
    assert judged(False, "x").verdict is CheckVerdict.FAIL  # noqa: FBT003


def remembered(age: timedelta) -> SlowFacts:
    store = PassingSlowFacts()
    collect(updates.FACT, FakeHost(GOOD_UPDATES), FixedClock(), store)
    memory = store.recall(updates.FACT.name)
    assert memory is not None
    store.remember(updates.FACT.name, Memory(NOW - age, memory.payload))
    return store


def absent(_host: Host) -> str:
    raise SubjectAbsentError("not_used", "no x")
