"""A run does the agent's steps through its door, asks for the others, and tells each of them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.playbooks.errors import RefusedVerbError
from agent.playbooks.load import load
from agent.playbooks.machine import MAX_ENDED_STEPS, Ended
from agent.playbooks.model import Decide, Notify, Person, Playbook, Step
from agent.playbooks.run import Outcome, Parameters, Reply, run
from agent.playbooks.verbs import Verb
from wire.errors import LachanError
from wire.verdicts import Cause

FILE = Path(__file__).parents[3] / "playbooks" / "recovery" / "file-server-lost.yaml"
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


@dataclass
class StillClock:
    """A clock that moves only when someone waits or works."""

    passed_s: float = 0.0

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.passed_s)

    def monotonic(self) -> float:
        return self.passed_s

    def sleep(self, seconds: float) -> None:
        self.passed_s += seconds


@dataclass
class ScriptedDoor:
    """A world that answers as told: verb -> list of outcomes, the last one for ever."""

    clock: StillClock
    outcomes: dict[Verb, list[Outcome | LachanError]]
    choices: dict[str, str] = field(default_factory=dict)
    work_s: dict[str, float] = field(default_factory=dict)
    performed: list[tuple[Verb, Parameters]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    begins: list[str] = field(default_factory=list)
    journal: list[Ended] = field(default_factory=list)

    def perform(self, verb: Verb, parameters: Parameters) -> Outcome:
        self.performed.append((verb, parameters))
        self.clock.sleep(self.work_s.get(verb, 1.0))
        waiting = self.outcomes[verb]
        outcome = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(outcome, LachanError):
            raise outcome
        return outcome

    def ask(self, step: Person | Decide) -> Reply:
        self.clock.sleep(self.work_s.get(step.id, 1.0))
        rehearsed = step.rehearse_with if isinstance(step, Decide) else ""
        choice = self.choices.get(step.id, rehearsed)
        return Reply(done=choice != "cannot", by="demo", choice=choice)

    def tell(self, step: Notify) -> None:
        self.told.append(step.id)

    def begun(self, step: Step, at: datetime) -> None:
        assert at == self.clock.now()
        self.begins.append(step.id)

    def ended(self, ended: Ended) -> None:
        self.journal.append(ended)


@pytest.fixture
def playbook() -> Playbook:
    return load(FILE.read_bytes(), FILE.name)


@pytest.fixture
def door() -> ScriptedDoor:
    return ScriptedDoor(
        StillClock(),
        {Verb.SNAPSHOT_FIND: [Outcome("FOUND")], Verb.DRILL_RESTORE: [Outcome("PASSED")]},
    )


def _state(door: ScriptedDoor, step: str) -> tuple[str, Cause | None]:
    return next((ended.state, ended.cause) for ended in door.journal if ended.step == step)


def test_a_good_run_ends_well_and_tells_every_step(playbook: Playbook, door: ScriptedDoor) -> None:
    position = run(playbook, Parameters(site="b"), door, door.clock)
    assert position.good
    assert door.begins == [ended.step for ended in door.journal]
    assert door.told == ["tell_start", "tell_end"]
    assert (Verb.DRILL_RESTORE, Parameters(site="b")) in door.performed
    assert all(ended.ended_at >= ended.started_at for ended in door.journal)


def test_person_steps_answered_by_the_demo_say_so(playbook: Playbook, door: ScriptedDoor) -> None:
    run(playbook, Parameters(site="b"), door, door.clock)
    by = {ended.kind: ended.by for ended in door.journal}
    assert by == {
        "person": "demo",
        "decide": "demo",
        "notify": "agent",
        "wait": "agent",
        "automatic": "agent",
    }


@pytest.mark.parametrize("verdict", ["FAILED", "INCONCLUSIVE", "COULD_NOT_LOOK", ""])
def test_a_verdict_that_is_not_expected_fails_the_step(
    playbook: Playbook, door: ScriptedDoor, verdict: str
) -> None:
    door.outcomes[Verb.DRILL_RESTORE] = [Outcome(verdict, Cause.REPOSITORY_DAMAGED)]
    position = run(playbook, Parameters(site="b"), door, door.clock)
    assert not position.good
    assert _state(door, "restore") == ("failed", Cause.REPOSITORY_DAMAGED)


def test_an_error_fails_the_step_and_not_the_program(
    playbook: Playbook, door: ScriptedDoor
) -> None:
    door.outcomes[Verb.DRILL_RESTORE] = [LachanError()]
    assert not run(playbook, Parameters(site="b"), door, door.clock).good
    assert _state(door, "restore") == ("failed", Cause.COULD_NOT_LOOK)


def test_a_verb_that_the_owner_switched_off_is_refused(
    playbook: Playbook, door: ScriptedDoor
) -> None:
    door.outcomes[Verb.DRILL_RESTORE] = [RefusedVerbError(verb="drill.restore")]
    assert not run(playbook, Parameters(site="b"), door, door.clock).good
    assert _state(door, "restore")[0] == "refused"


def test_what_came_too_late_is_not_done(playbook: Playbook, door: ScriptedDoor) -> None:
    door.work_s[Verb.DRILL_RESTORE] = 13 * 3600.0
    assert not run(playbook, Parameters(site="b"), door, door.clock).good
    assert _state(door, "restore") == ("failed", Cause.OBJECTIVE_MISSED)


def test_a_person_who_answers_too_late_has_not_answered(
    playbook: Playbook, door: ScriptedDoor
) -> None:
    door.work_s["declare"] = 31 * 60.0
    assert not run(playbook, Parameters(site="b"), door, door.clock).good
    assert _state(door, "declare")[0] == "failed"


def test_waiting_looks_again_until_it_sees(playbook: Playbook, door: ScriptedDoor) -> None:
    door.outcomes[Verb.SNAPSHOT_FIND] = [Outcome("NONE"), LachanError(), Outcome("FOUND")]
    assert run(playbook, Parameters(site="b"), door, door.clock).good
    assert [verb for verb, _ in door.performed].count(Verb.SNAPSHOT_FIND) == 3


def test_waiting_gives_up_after_its_time(playbook: Playbook, door: ScriptedDoor) -> None:
    door.outcomes[Verb.SNAPSHOT_FIND] = [Outcome("NONE", Cause.NO_SNAPSHOT)]
    assert not run(playbook, Parameters(site="b"), door, door.clock).good
    assert _state(door, "site_answers") == ("failed", Cause.NO_SNAPSHOT)


def test_a_decision_leads_where_its_option_says(playbook: Playbook, door: ScriptedDoor) -> None:
    door.choices["point_trusted"] = "doubtful"
    assert not run(playbook, Parameters(site="b"), door, door.clock).good
    assert door.told == ["tell_start", "stand_down"]


def test_an_answer_that_is_no_option_leads_to_failure(
    playbook: Playbook, door: ScriptedDoor
) -> None:
    door.choices["point_trusted"] = "whatever"
    assert not run(playbook, Parameters(site="b"), door, door.clock).good


def test_trying_again_for_ever_ends_at_the_bad_end(playbook: Playbook, door: ScriptedDoor) -> None:
    door.outcomes[Verb.DRILL_RESTORE] = [Outcome("FAILED")]
    door.choices["other_site"] = "again"
    position = run(playbook, Parameters(site="b"), door, door.clock)
    assert not position.good
    assert len(position.ended) == MAX_ENDED_STEPS
