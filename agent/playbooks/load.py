"""Bytes of a playbook file -> a checked playbook, or every problem that it has."""

import hashlib
from collections.abc import Hashable
from typing import Any

import yaml

from agent.playbooks.errors import WrongPlaybookError
from agent.playbooks.graph import graph_problems
from agent.playbooks.model import Playbook
from agent.playbooks.problems import Problem
from agent.playbooks.shape import read_frame, read_steps
from wire.text import N_

MAX_BYTES = 1 << 20


class _StrictLoader(yaml.SafeLoader):
    """YAML without aliases (they can grow without bound) and without doubled keys."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.constructor.ConstructorError(None, None, "aliases are not allowed")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - PyYAML's own signature
        keys = [str(key.value) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key} stands there twice", node.start_mark
                )
        return super().construct_mapping(node, deep)


def examine(raw: bytes) -> tuple[Playbook | None, list[Problem]]:
    """The playbook, or all its problems; any bytes give one or the other."""
    document, problems = _document(raw)
    if document is None:
        return None, problems
    frame, frame_problems = read_frame(document)
    steps, step_problems = read_steps(document)
    problems = [*frame_problems, *step_problems]
    if frame is None or problems:
        return None, problems
    problems = graph_problems(frame, steps)
    if problems:
        return None, problems
    return Playbook(frame, tuple(steps), hashlib.sha256(raw).hexdigest()), []


def load(raw: bytes, name: str) -> Playbook:
    """The playbook.

    Raises:
        WrongPlaybookError: it has problems; `name` says which file.
    """
    playbook, problems = examine(raw)
    if playbook is None:
        first = problems[0]
        sentence = f"{first.path}: {first.message.format(**first.parameters)}"
        raise WrongPlaybookError(playbook=name, count=len(problems), problem=sentence)
    return playbook


def _document(raw: bytes) -> tuple[dict[str, Any] | None, list[Problem]]:
    if len(raw) > MAX_BYTES:
        return None, [_unreadable("more than 1 MiB")]
    try:
        document = yaml.load(raw, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader, made stricter
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return None, [_unreadable(" ".join(str(error).split()))]
    if not isinstance(document, dict) or not all(isinstance(key, str) for key in document):
        return None, [_unreadable("no mapping of names to values")]
    return document, []


def _unreadable(detail: str) -> Problem:
    return Problem(
        "",
        N_("The file cannot be read as YAML: {detail}"),
        N_("Correct it, with an existing playbook as the example."),
        {"detail": detail},
    )
