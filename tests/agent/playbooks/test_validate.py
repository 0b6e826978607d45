"""A wrong playbook is told all its problems, each with its place and remedy."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agent.playbooks.errors import WrongPlaybookError
from agent.playbooks.load import examine, load

TEXT = {"vi": "Việc", "en": "Task"}


def _automatic(name: str, **changes: object) -> dict[str, Any]:
    step = {
        "id": name,
        "kind": "automatic",
        "title": TEXT,
        "verb": "drill.restore",
        "expect": ["PASSED"],
        "timeout": "1h",
        "next": "end.good",
        "on_failure": "end.bad",
    }
    return step | changes


def _decide(name: str, **changes: object) -> dict[str, Any]:
    options = [
        {"answer": "yes", "title": TEXT, "next": "end.good"},
        {"answer": "no", "title": TEXT, "next": "end.bad"},
    ]
    step = {
        "id": name,
        "kind": "decide",
        "title": TEXT,
        "question": TEXT,
        "options": options,
        "rehearse_with": "yes",
        "timeout": "1h",
        "on_failure": "end.bad",
    }
    return step | changes


def _wait(name: str, **changes: object) -> dict[str, Any]:
    step = {
        "id": name,
        "kind": "wait",
        "title": TEXT,
        "verb": "snapshot.find",
        "until": ["FOUND"],
        "every": "1min",
        "timeout": "1h",
        "next": "end.good",
        "on_failure": "end.bad",
    }
    return step | changes


def _playbook(*steps: dict[str, Any], **changes: object) -> dict[str, Any]:
    document = {
        "id": "test.one",
        "version": 1,
        "title": TEXT,
        "when": TEXT,
        "objective": {"rto": "24h"},
        "parameters": ["site"],
        "start": "first",
        "steps": list(steps) or [_automatic("first")],
    }
    return document | changes


def _told(document: object) -> dict[str, str]:
    """Path -> message, of every problem."""
    playbook, problems = examine(json.dumps(document).encode())
    assert (playbook is None) == bool(problems)
    assert all(problem.remedy for problem in problems)
    told: dict[str, str] = {}
    for problem in problems:
        sentence = problem.message.format(**problem.parameters)
        told[problem.path] = f"{told.get(problem.path, '')} {sentence}"
    return told


def test_a_right_playbook_has_no_problem() -> None:
    assert _told(_playbook()) == {}


@pytest.mark.parametrize(
    ("document", "path", "words"),
    [
        (_playbook(surprise=1), "surprise", "Nobody knows"),
        (_playbook(title={"vi": "Một"}), "title", "en"),
        (_playbook(version=0), "version", "does not fit"),
        (_playbook(steps=[]), "steps", "missing, empty"),
        (_playbook(parameters=["site", "host"]), "parameters", "host"),
        (_playbook(start="nowhere"), "start", "nowhere"),
        (_playbook(start="end.good"), "start", "does not fit"),
        (_playbook({"id": "first", "kind": "bash"}), "steps[0].kind", "'bash'"),
        (_playbook(_automatic("first", verb="shell.run")), "steps[0].verb", "no verb"),
        (
            _playbook(_automatic("first", verb=["drill.restore"])),
            "steps[0].verb",
            "['drill.restore']",
        ),
        (_playbook(_automatic("first", timeout="soon")), "steps[0].timeout", "does not fit"),
        (_playbook(_automatic("first", command="rm")), "steps[0].command", "Nobody knows"),
        (_playbook(_automatic("first", expect=[])), "steps[0].expect", "does not fit"),
        (_playbook(_automatic("first", expect=["GREEN"])), "steps.first.expect", "GREEN"),
        (_playbook(_automatic("first", next="lost")), "steps.first", "lost"),
        (_playbook(_automatic("first", next="end.bad")), "start", "end.good"),
        (
            _playbook(_automatic("first"), _automatic("alone")),
            "steps.alone",
            "No way from the start",
        ),
        (_playbook(_automatic("first"), _automatic("first")), "steps.first", "Two steps"),
        (_playbook(parameters=[]), "steps.first.verb", "needs to be told the site"),
        (_playbook(_decide("first", rehearse_with="maybe")), "steps.first.rehearse_with", "maybe"),
        (_playbook(_wait("first", every="2h")), "steps.first.every", "look again"),
        (_playbook(_wait("first", until=["PASSED"])), "steps.first.until", "PASSED"),
    ],
    ids=lambda value: value if isinstance(value, str) else "playbook",
)
def test_problem_is_told_at_its_place(document: object, path: str, words: str) -> None:
    assert words in _told(document)[path]


def test_a_missing_timeout_is_a_problem() -> None:
    step = _automatic("first")
    del step["timeout"]
    assert "missing" in _told(_playbook(step))["steps[0].timeout"]


def test_an_option_with_a_doubled_answer_is_a_problem() -> None:
    step = _decide("first")
    step["options"][1]["answer"] = "yes"
    assert "yes" in _told(_playbook(step))["steps.first.options"]


def test_a_way_that_never_ends_is_a_problem() -> None:
    first = _automatic("first", on_failure="round")
    one = _automatic("round", next="round", on_failure="round")
    told = _told(_playbook(first, one))
    assert "steps.round" in told


def test_a_circle_without_a_decision_is_a_problem() -> None:
    told = _told(_playbook(_automatic("first", on_failure="first")))
    assert "without a person's decision" in told["steps.first"]


def test_a_circle_through_a_decision_is_allowed() -> None:
    first = _automatic("first", on_failure="again")
    again = _decide("again")
    again["options"][1]["next"] = "first"
    assert _told(_playbook(first, again)) == {}


def test_all_problems_are_told_at_once() -> None:
    document = _playbook(
        _automatic("first", verb="shell.run", timeout=5),
        {"kind": "decide"},
        surprise=1,
        version="one",
    )
    told = _told(document)
    assert {"surprise", "version", "steps[0].verb", "steps[0].timeout"} <= set(told)
    assert "steps[1].question" in told


def test_a_doubled_key_is_a_problem_and_not_silently_the_last_one() -> None:
    raw = json.dumps(_playbook()).encode().replace(b"{", b'{"version": 2, ', 1)
    assert "version" in examine(raw)[1][0].parameters["detail"]


def test_aliases_are_refused_because_they_can_grow_without_bound() -> None:
    assert examine(b"a: &x [1]\nb: *x\n")[1]


def test_load_names_the_file_and_the_first_problem() -> None:
    with pytest.raises(WrongPlaybookError) as caught:
        load(json.dumps(_playbook(surprise=1)).encode(), "mine.yaml")
    assert caught.value.exit_code == 78
    assert "mine.yaml" in str(caught.value)
    assert "surprise" in str(caught.value)


@given(st.binary(max_size=300))
def test_any_bytes_give_a_playbook_or_problems(raw: bytes) -> None:
    playbook, problems = examine(raw)
    assert (playbook is None) == bool(problems)


_YAML = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=5) | st.just("automatic"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "kind", "steps", "start", "x", "title"]), inner)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["id", "steps", "start", "title", "parameters"]), _YAML))
@example({"title": {"vi": "\ud800", "en": "x"}})
@example({"start": "\ud800"})
def test_any_document_gives_a_playbook_or_problems(document: dict[str, Any]) -> None:
    playbook, problems = examine(json.dumps(document).encode())
    assert (playbook is None) == bool(problems)
