"""Looks for broken rules also where other values are not even of the right kind. Pure."""

import re
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import msgspec

from agent.config.model import AgentConfig
from agent.config.problems import Problem
from agent.config.rules import broken_rules
from agent.config.schema import to_path

_STEP = re.compile(r"[^.\[\]]+")


def rules_of_the_rest(value: Any, unusable: Sequence[str]) -> list[Problem]:  # noqa: ANN401 - YAML's values
    """The rules that are broken by what can be used; nothing that follows from what cannot.

    Args:
        value: what the YAML held.
        unusable: the paths that are no configuration.
    """
    rest = deepcopy(value)
    for path in unusable:
        _take_out(rest, _STEP.findall(path))
    try:
        config = msgspec.convert(rest, AgentConfig, dec_hook=to_path)
    except msgspec.ValidationError:
        return []  # a needed key is missing
    return [problem for problem in broken_rules(config) if _stands_alone(problem, value, unusable)]


def _take_out(value: Any, steps: list[str]) -> None:  # noqa: ANN401
    found, holder = _inside(value, steps[:-1])
    if found and isinstance(holder, dict):
        holder.pop(steps[-1], None)


def _stands_alone(problem: Problem, value: Any, unusable: Sequence[str]) -> bool:  # noqa: ANN401
    """It is about a value that is there, and that holds nothing unusable."""
    there, _ = _inside(value, _STEP.findall(problem.path))
    return there and not any(path.startswith(problem.path) for path in unusable)


def _inside(value: Any, steps: list[str]) -> tuple[bool, Any]:  # noqa: ANN401
    for step in steps:
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return False, None
    return True, value
