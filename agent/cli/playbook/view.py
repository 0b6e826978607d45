"""How playbooks, their problems and their runs look on a screen and as JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from agent.cli.documents import document
from agent.cli.options import Options
from agent.daemon.work.playbook_job import Finished
from agent.playbooks.model import Automatic, Decide, Notify, Person, Playbook, Step, Wait
from agent.playbooks.problems import Problem
from texts.catalogue import language, tr
from texts.codes import cause_sentence
from texts.moments import show_duration
from texts.shell import emit_json, say, table
from wire.errors import CONFIGURATION, GOOD, WRONG
from wire.text import N_

Examined = Sequence[tuple[str, Playbook | None, tuple[Problem, ...]]]

KINDS: dict[str, str] = {
    Automatic.kind: N_("the agent"),
    Person.kind: N_("a person"),
    Decide.kind: N_("a person decides"),
    Wait.kind: N_("wait"),
    Notify.kind: N_("tell"),
}
STATES: dict[str, str] = {
    "done": N_("done"),
    "failed": N_("not done"),
    "refused": N_("switched off"),
}
BY: dict[str, str] = {
    "agent": N_("the agent"),
    "person": N_("a person"),
    "demo": N_("the rehearsal"),
}


def show_list(options: Options, found: Examined, at: datetime) -> int:
    if options.json:
        listed = [
            {
                "name": name,
                "id": playbook.id if playbook else None,
                "title": playbook.frame.title.spoken(language()) if playbook else None,
                "digest": playbook.digest if playbook else None,
                "problems": len(problems),
            }
            for name, playbook, problems in found
        ]
        emit_json(document("lachan.playbooks/1", at, playbooks=listed))
        return GOOD
    rows = [
        [name, playbook.frame.title.spoken(language()) if playbook else _count(problems)]
        for name, playbook, problems in found
    ]
    table([tr(N_("playbook")), tr(N_("title"))], rows)
    return GOOD


def _count(problems: Sequence[Problem]) -> str:
    return tr(N_("{count} problems: see `playbook validate`"), count=len(problems))


def show_one(options: Options, name: str, playbook: Playbook, at: datetime) -> int:
    if options.json:
        steps = [{"kind": step.kind, **_plain(step)} for step in playbook.steps]
        frame = _plain(playbook.frame)
        emit_json(
            document(
                "lachan.playbook/1", at, name=name, digest=playbook.digest, **frame, steps=steps
            )
        )
        return GOOD
    say(playbook.frame.title.spoken(language()))
    say(playbook.frame.when.spoken(language()))
    heads = [tr(N_("step")), tr(N_("who")), tr(N_("what")), tr(N_("time"))]
    table(heads, [_row(step) for step in playbook.steps])
    return GOOD


def _plain(struct: Any) -> dict[str, Any]:  # noqa: ANN401 - any struct of a playbook
    return {name: getattr(struct, name) for name in struct.__struct_fields__}


def _row(step: Step) -> list[str]:
    time = "" if isinstance(step, Notify) else step.timeout
    return [step.id, tr(KINDS[step.kind]), step.title.spoken(language()), time]


def show_problems(options: Options, found: Examined, at: datetime) -> int:
    """Every problem with its place and what to write instead."""
    problems = [(name, problem) for name, _, all_ in found for problem in all_]
    if options.json:
        listed = [
            {
                "playbook": name,
                "path": problem.path,
                "says": tr(problem.message, **problem.parameters),
                "mend": tr(problem.remedy, **problem.parameters),
            }
            for name, problem in problems
        ]
        emit_json(document("lachan.playbook-problems/1", at, problems=listed))
    else:
        _print_problems(found, problems)
    return CONFIGURATION if problems else GOOD


def _print_problems(found: Examined, problems: Sequence[tuple[str, Problem]]) -> None:
    for name, problem in problems:
        say(f"{name}: {problem.path}: {tr(problem.message, **problem.parameters)}")
        say(f"   → {tr(problem.remedy, **problem.parameters)}")
    if not problems:
        say(tr(N_("{count} playbooks, no problem."), count=len(found)))


def show_run(options: Options, finished: Finished) -> int:
    """Print the run; 0 when it came to its good end."""
    good = finished.position.good
    seconds = (finished.ended_at - finished.began_at).total_seconds()
    if options.json:
        emit_json(_run_document(finished, seconds))
    else:
        rows = [
            [
                ended.step,
                tr(STATES.get(ended.state, ended.state)),
                tr(BY.get(ended.by, ended.by)),
                show_duration((ended.ended_at - ended.started_at).total_seconds()),
                cause_sentence(ended.cause) if ended.cause else "",
            ]
            for ended in finished.position.ended
        ]
        table([tr(N_("step")), tr(N_("state")), tr(N_("by")), tr(N_("time")), tr(N_("why"))], rows)
        sentence = (
            N_("The playbook came to its good end after {time}.")
            if good
            else N_("The playbook was stopped after {time}: somebody must decide what comes next.")
        )
        say(tr(sentence, time=show_duration(seconds)))
    return GOOD if good else WRONG


def _run_document(finished: Finished, seconds: float) -> dict[str, Any]:
    return document(
        "lachan.playbook-run/1",
        finished.ended_at,
        run=finished.run_id,
        playbook=finished.playbook.id,
        digest=finished.playbook.digest,
        good=finished.position.good,
        seconds=round(seconds, 3),
        steps=[
            {
                "step": ended.step,
                "kind": ended.kind,
                "state": ended.state,
                "by": ended.by,
                "choice": ended.choice or None,
                "cause": ended.cause,
                "started_at": ended.started_at,
                "ended_at": ended.ended_at,
            }
            for ended in finished.position.ended
        ],
    )
