"""`system classify`: from a file, printed, recorded in the log, compared with what is in force."""

import json
from pathlib import Path

import pytest

from tests.controller.cli.conftest import Program

HIS = """
purpose: internal
information: personal
harm: none
administrative_procedures: false
national_security_list: false
"""


@pytest.fixture
def ready(program: Program) -> Program:
    program.init()
    program.json("facility", "add", "BV", "--name", "Bệnh viện")
    program.json(
        *("system", "add", "HIS", "--facility", "BV", "--name", "HIS"),
        *("--regime", "ND331", "--level", "3", "--origin", "under_investment"),
    )
    return program


@pytest.fixture
def his(tmp_path: Path) -> str:
    file = tmp_path / "his.yaml"
    file.write_text(HIS)
    return str(file)


def test_answers_give_level_article_and_warnings(program: Program, his: str) -> None:
    done = program.run("system", "classify", "--answers", his)
    assert done.returncode == 0, done.stderr
    assert "Level 2." in done.stdout
    assert "Đ12.1" in done.stdout
    assert "our reading of the decree" in done.stdout


def test_too_few_answers_decide_nothing(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "few.yaml"
    file.write_text("purpose: internal\ninformation: personal\n")
    done = program.run("--json", "system", "classify", "--answers", str(file))
    document = json.loads(done.stdout)
    assert done.returncode == 2
    assert (document["level"], document["decided"]) == (2, False)
    assert {one["code"] for one in document["open"]} >= {"harm_serious"}


def test_a_recorded_answer_is_logged_and_compared_with_the_level_in_force(
    ready: Program, his: str
) -> None:
    place = ("--facility", "BV", "--system", "HIS")
    done = ready.run("system", "classify", "--answers", his, *place)
    assert done.returncode == 1
    assert "In force for this system is level 3" in done.stdout
    # the level itself is a decision with a document: it stays
    assert [one["level"] for one in ready.json("system", "list")["systems"]] == [3]


def test_a_system_that_is_not_there_is_refused(ready: Program, his: str) -> None:
    done = ready.run(
        *("system", "classify", "--answers", his, "--facility", "BV", "--system", "XX")
    )
    assert done.returncode == 2
    assert "BV/XX" in done.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [("purpose: nothing\n", "purpose"), ("colour: red\n", "colour"), ("- a\n", "cannot be used")],
)
def test_what_is_no_answer_is_said(
    program: Program, tmp_path: Path, content: str, said: str
) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(content)
    done = program.run("system", "classify", "--answers", str(file))
    assert done.returncode == 78
    assert said in done.stderr


def test_without_a_terminal_or_a_file_nobody_is_asked(program: Program) -> None:
    done = program.run("system", "classify")
    assert done.returncode == 64
    assert "--questions" in done.stderr


def test_the_printed_questions_are_a_file_that_can_be_filled_in(
    program: Program, tmp_path: Path
) -> None:
    printed = program.run("system", "classify", "--questions").stdout
    filled = printed.replace("# purpose:", "purpose: internal").replace(
        "# information:", "information: public"
    )
    file = tmp_path / "filled.yaml"
    file.write_text(filled)
    done = program.run("--json", "system", "classify", "--answers", str(file))
    assert json.loads(done.stdout)["level"] == 1


def test_the_list_counts_the_days_of_transition(ready: Program) -> None:
    (system,) = ready.json("system", "list")["systems"]
    assert [one["code"] for one in system["deadlines"]] == ["APPROVAL", "MEASURES"]
    assert "level dossier" in ready.run("system", "list").stdout
