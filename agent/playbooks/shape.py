"""Each field of a playbook against its type, so that all problems are told at once."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from agent.playbooks.model import STEP_KINDS, Frame, Step
from agent.playbooks.problems import Problem
from agent.playbooks.verbs import Verb
from wire.text import N_

MAX_STEPS = 100
_Struct = TypeVar("_Struct", bound=msgspec.Struct)


def read_frame(document: Mapping[str, Any]) -> tuple[Frame | None, list[Problem]]:
    """Everything but the steps."""
    rest = {name: value for name, value in document.items() if name != "steps"}
    return _convert(rest, Frame, "")


def read_steps(document: Mapping[str, Any]) -> tuple[list[Step], list[Problem]]:
    """The steps that can be read, and what is wrong with the others."""
    raw = document.get("steps")
    if not isinstance(raw, list) or not 1 <= len(raw) <= MAX_STEPS:
        return [], [
            Problem(
                "steps",
                N_("The list of steps is missing, empty or too long."),
                N_("Write `steps:` with 1 to {limit} steps."),
                {"limit": str(MAX_STEPS)},
            )
        ]
    steps: list[Step] = []
    problems: list[Problem] = []
    for place, value in enumerate(raw):
        step, found = _read_step(value, f"steps[{place}]")
        problems += found
        if step is not None:
            steps.append(step)
    return steps, problems


def _read_step(value: object, path: str) -> tuple[Step | None, list[Problem]]:
    fields = dict(value) if isinstance(value, dict) else {}
    kind = fields.pop("kind", None)
    if not isinstance(kind, str) or kind not in STEP_KINDS:
        return None, [
            Problem(
                f"{path}.kind",
                N_("{observed} is no kind of step."),
                N_("Write one of: {allowed}."),
                {"observed": repr(kind), "allowed": ", ".join(STEP_KINDS)},
            )
        ]
    return _convert(fields, STEP_KINDS[kind], path)


def _convert(
    value: Mapping[str, Any], shape: type[_Struct], path: str
) -> tuple[_Struct | None, list[Problem]]:
    """Read field by field: a struct's own conversion would stop at the first fault."""
    expected = {entry.name: entry for entry in msgspec.structs.fields(shape)}
    problems = [
        _unknown(_join(path, str(name)), expected) for name in value if name not in expected
    ]
    for name, entry in expected.items():
        if name in value:
            problems += _field_problems(value[name], entry.type, _join(path, name))
        elif entry.required:
            problems.append(
                Problem(_join(path, name), N_("This field is missing."), N_("Write it."))
            )
    return (None if problems else msgspec.convert(value, shape)), problems


def _field_problems(value: object, wanted: object, path: str) -> list[Problem]:
    try:
        msgspec.convert(value, wanted)
    except (msgspec.ValidationError, UnicodeEncodeError) as error:  # YAML can name half a character
        if wanted is Verb:
            return [_unknown_verb(value, path)]
        return [
            Problem(
                path,
                N_("This value does not fit: {detail}"),
                N_("Compare it with playbooks/schema.json."),
                {"detail": str(error)},
            )
        ]
    return []


def _unknown_verb(value: object, path: str) -> Problem:
    return Problem(
        path,
        N_("{observed} is no verb that an agent knows."),
        N_("Write one of: {allowed}."),
        {"observed": repr(value), "allowed": ", ".join(Verb)},
    )


def _unknown(path: str, expected: Mapping[str, object]) -> Problem:
    return Problem(
        path,
        N_("Nobody knows this field."),
        N_("Remove it, or use one of: {allowed}."),
        {"allowed": ", ".join(expected)},
    )


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def duplicated(names: Sequence[str]) -> list[str]:
    """Each name that stands there more than once, told once."""
    return sorted({name for name in names if names.count(name) > 1})
