"""The ways through a playbook: one start, no dead end, no step that nothing leads to."""

from collections.abc import Iterable, Sequence

from agent.playbooks.model import (
    ENDS,
    GOOD_END,
    PARAMETERS,
    Automatic,
    Decide,
    Frame,
    Step,
    Wait,
    duration_seconds,
    targets,
)
from agent.playbooks.problems import Problem
from agent.playbooks.shape import duplicated
from agent.playbooks.verbs import CONTRACTS
from wire.text import N_


def graph_problems(frame: Frame, steps: Sequence[Step]) -> list[Problem]:
    """Everything that is wrong with the ways, though each step alone reads well."""
    return [
        *_duplicates(steps),
        *_lost_targets(frame, steps),
        *_unreachable(frame, steps),
        *_dead_ends(steps),
        *_endless(steps),
        *_parameters(frame),
        *(problem for step in steps for problem in _own_problems(frame, step)),
    ]


def _at(step: str, field: str = "") -> str:
    return f"steps.{step}.{field}" if field else f"steps.{step}"


def _duplicates(steps: Sequence[Step]) -> list[Problem]:
    message = N_("Two steps have this id.")
    remedy = N_("Give each step an id of its own.")
    return [Problem(_at(name), message, remedy) for name in duplicated([s.id for s in steps])]


def _lost_targets(frame: Frame, steps: Sequence[Step]) -> list[Problem]:
    known = {step.id for step in steps} | ENDS
    message = N_("It leads to {target}, which is no step.")
    remedy = N_("Name a step of this playbook, `end.good` or `end.bad`.")
    problems = [
        Problem(_at(step.id), message, remedy, {"target": target})
        for step in steps
        for target in dict.fromkeys(targets(step))
        if target not in known
    ]
    if frame.start not in known - ENDS:
        problems.append(Problem("start", message, remedy, {"target": frame.start}))
    return problems


def _unreachable(frame: Frame, steps: Sequence[Step]) -> list[Problem]:
    reached = _closure({frame.start}, {step.id: targets(step) for step in steps})
    message = N_("No way from the start leads here.")
    remedy = N_("Remove the step, or let another one lead to it.")
    problems = [Problem(_at(s.id), message, remedy) for s in steps if s.id not in reached]
    if GOOD_END not in reached:
        problems.append(
            Problem(
                "start",
                N_("No way from the start leads to `end.good`."),
                N_("Let the last good step lead to `end.good`."),
            )
        )
    return problems


def _dead_ends(steps: Sequence[Step]) -> list[Problem]:
    backwards: dict[str, list[str]] = {}
    for step in steps:
        for target in targets(step):
            backwards.setdefault(target, []).append(step.id)
    leading_out = _closure(ENDS, backwards)
    message = N_("No way from here leads to an end.")
    remedy = N_("Let it, or a later step, lead to `end.good` or `end.bad`.")
    return [Problem(_at(s.id), message, remedy) for s in steps if s.id not in leading_out]


def _endless(steps: Sequence[Step]) -> list[Problem]:
    """A circle needs a person's decision inside: else it could turn for ever by itself."""
    ways = {step.id: targets(step) for step in steps if not isinstance(step, Decide)}
    message = N_("This step comes round to itself without a person's decision.")
    remedy = N_("Put a `decide` step into the circle.")
    return [
        Problem(_at(name), message, remedy)
        for name, nexts in ways.items()
        if name in _closure(nexts, ways)
    ]


def _closure(
    start: Iterable[str], ways: dict[str, tuple[str, ...]] | dict[str, list[str]]
) -> set[str]:
    seen: set[str] = set()
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += ways.get(name, ())
    return seen


def _parameters(frame: Frame) -> list[Problem]:
    message = N_("{observed} is nothing that a run can be told.")
    remedy = N_("Write one of: {allowed}.")
    return [
        Problem("parameters", message, remedy, {"observed": name, "allowed": ", ".join(PARAMETERS)})
        for name in frame.parameters
        if name not in PARAMETERS
    ]


def _own_problems(frame: Frame, step: Step) -> list[Problem]:
    match step:
        case Automatic():
            return _verb_problems(frame, step, "expect", step.expect)
        case Wait():
            return [*_verb_problems(frame, step, "until", step.until), *_pace_problems(step)]
        case Decide():
            return _option_problems(step)
        case _:
            return []


def _verb_problems(
    frame: Frame, step: Automatic | Wait, field: str, wanted: tuple[str, ...]
) -> list[Problem]:
    contract = CONTRACTS[step.verb]
    unknown = N_("{verb} never answers {observed}.")
    missing = N_("{verb} needs to be told the {parameter}.")
    return [
        *(
            Problem(
                _at(step.id, field),
                unknown,
                N_("Write one of: {allowed}."),
                {
                    "verb": step.verb,
                    "observed": verdict,
                    "allowed": ", ".join(sorted(contract.verdicts)),
                },
            )
            for verdict in wanted
            if verdict not in contract.verdicts
        ),
        *(
            Problem(
                _at(step.id, "verb"),
                missing,
                N_("Add {parameter} to the playbook's `parameters`."),
                {"verb": step.verb, "parameter": parameter},
            )
            for parameter in sorted(contract.needs - set(frame.parameters))
        ),
    ]


def _pace_problems(step: Wait) -> list[Problem]:
    if duration_seconds(step.every) <= duration_seconds(step.timeout):
        return []
    return [
        Problem(
            _at(step.id, "every"),
            N_("It would look again only after its time is over."),
            N_("Make `every` shorter than `timeout`."),
        )
    ]


def _option_problems(step: Decide) -> list[Problem]:
    answers = [option.answer for option in step.options]
    problems = [
        Problem(
            _at(step.id, "options"),
            N_("Two options have the answer {answer}."),
            N_("Give each option an answer of its own."),
            {"answer": answer},
        )
        for answer in duplicated(answers)
    ]
    if step.rehearse_with not in answers:
        problems.append(
            Problem(
                _at(step.id, "rehearse_with"),
                N_("{observed} is none of this step's answers."),
                N_("Write one of: {allowed}."),
                {"observed": step.rehearse_with, "allowed": ", ".join(answers)},
            )
        )
    return problems
