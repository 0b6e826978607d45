"""Every playbook that we ship reads well, in both languages, by both validators."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

from agent.playbooks.load import examine, load
from agent.playbooks.machine import DONE, Ended, Position, advance, begin
from agent.playbooks.model import STEP_KINDS, Decide
from agent.playbooks.verbs import Verb

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
FOLDER = Path(__file__).parents[2] / "playbooks"
SHIPPED = sorted(FOLDER.glob("*/*.yaml"))
SCHEMA = json.loads((FOLDER / "schema.json").read_text())


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_shipped_playbook_has_no_problem(file: Path) -> None:
    assert examine(file.read_bytes())[1] == []


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_shipped_playbook_fits_the_published_schema(file: Path) -> None:
    Draft7Validator(SCHEMA).validate(yaml.safe_load(file.read_text()))


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_id_is_the_place_of_the_file(file: Path) -> None:
    assert load(file.read_bytes(), file.name).id == f"{file.parent.name}.{file.stem}"


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_a_rehearsal_without_people_comes_to_the_good_end(file: Path) -> None:
    position = begin(load(file.read_bytes(), file.name))
    while not position.finished:
        position = advance(position, _as_rehearsed(position))
    assert position.good


def _as_rehearsed(position: Position) -> Ended:
    step = position.step
    choice = step.rehearse_with if isinstance(step, Decide) else ""
    return Ended(step.id, step.kind, DONE, "demo", NOON, NOON, choice)


def test_schema_and_code_know_the_same_verbs_and_kinds() -> None:
    definitions = SCHEMA["definitions"]
    assert set(definitions["verb"]["enum"]) == set(Verb)
    assert set(STEP_KINDS) <= set(definitions)
    for kind, shape in STEP_KINDS.items():
        assert set(definitions[kind]["properties"]) == {"kind", *shape.__struct_fields__}
