"""The shape of a playbook: five kinds of step, and nothing that is code."""

from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from agent.playbooks.verbs import Verb

GOOD_END = "end.good"
BAD_END = "end.bad"
ENDS = frozenset({GOOD_END, BAD_END})
PARAMETERS = ("site", "dataset")

PlaybookId = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_.-]{0,95}\Z")]
StepId = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_]{0,47}\Z")]
Target = Annotated[str, Meta(pattern=r"^([a-z0-9][a-z0-9_]{0,47}|end\.good|end\.bad)\Z")]
Duration = Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,4}(s|min|h|d)\Z")]
Words = Annotated[str, Meta(min_length=1, max_length=2000)]
Verdicts = Annotated[tuple[str, ...], Meta(min_length=1)]

_SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}


def duration_seconds(text: str) -> float:
    """`30min` -> 1800.0; the pattern of `Duration` holds already."""
    unit = text.lstrip("0123456789")
    return int(text.removesuffix(unit)) * _SECONDS[unit]


class Text(Struct, frozen=True, forbid_unknown_fields=True):
    """What a person reads, in both languages."""

    vi: Words
    en: Words

    def spoken(self, language: str) -> str:
        return self.vi if language == "vi" else self.en


class Automatic(Struct, frozen=True, forbid_unknown_fields=True):
    """The agent does something; only the expected verdicts count as done."""

    kind: ClassVar[str] = "automatic"
    id: StepId
    title: Text
    verb: Verb
    expect: Verdicts
    timeout: Duration
    next: Target
    on_failure: Target


class Person(Struct, frozen=True, forbid_unknown_fields=True):
    """A person does something and says so."""

    kind: ClassVar[str] = "person"
    id: StepId
    title: Text
    instruction: Text
    timeout: Duration
    next: Target
    on_failure: Target


class Option(Struct, frozen=True, forbid_unknown_fields=True):
    """One possible decision and where it leads."""

    answer: StepId
    title: Text
    next: Target


class Decide(Struct, frozen=True, forbid_unknown_fields=True):
    """A person chooses; `rehearse_with` is what a rehearsal without people answers."""

    kind: ClassVar[str] = "decide"
    id: StepId
    title: Text
    question: Text
    options: Annotated[tuple[Option, ...], Meta(min_length=2, max_length=9)]
    rehearse_with: StepId
    timeout: Duration
    on_failure: Target


class Wait(Struct, frozen=True, forbid_unknown_fields=True):
    """The agent looks again and again until it sees what is waited for."""

    kind: ClassVar[str] = "wait"
    id: StepId
    title: Text
    verb: Verb
    until: Verdicts
    every: Duration
    timeout: Duration
    next: Target
    on_failure: Target


class Notify(Struct, frozen=True, forbid_unknown_fields=True):
    """People are told; this cannot fail the run."""

    kind: ClassVar[str] = "notify"
    id: StepId
    title: Text
    message: Text
    next: Target


Step = Automatic | Person | Decide | Wait | Notify
STEP_KINDS: dict[str, type[Step]] = {
    kind.kind: kind for kind in (Automatic, Person, Decide, Wait, Notify)
}


class Objective(Struct, frozen=True, forbid_unknown_fields=True):
    """Within which time all must be done."""

    rto: Duration


class Frame(Struct, frozen=True, forbid_unknown_fields=True):
    """A playbook without its steps, which are read one by one."""

    id: PlaybookId
    version: Annotated[int, Meta(ge=1)]
    title: Text
    when: Text
    objective: Objective
    start: StepId
    parameters: tuple[str, ...] = ()


class Playbook(Struct, frozen=True):
    """A checked playbook: every step leads somewhere, and every way ends."""

    frame: Frame
    steps: tuple[Step, ...]
    digest: str  # SHA-256 of the file's bytes, hex

    @property
    def id(self) -> str:
        return self.frame.id

    def step(self, step_id: str) -> Step:
        return next(step for step in self.steps if step.id == step_id)


def targets(step: Step) -> tuple[str, ...]:
    """Every place to which a step may lead."""
    match step:
        case Notify():
            return (step.next,)
        case Decide():
            return (*(option.next for option in step.options), step.on_failure)
        case _:
            return (step.next, step.on_failure)
