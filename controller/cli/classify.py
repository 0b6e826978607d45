"""`lachan-controller system classify`: the level questionnaire of NĐ 331, and what it decides."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from compliance.level import WARNINGS, Classified, classify
from compliance.level_answers import QUESTIONS, Answers, Purpose, Question, answers_of, asked
from compliance.level_criteria import Criterion
from compliance.yaml_tree import parse
from controller.cli.classify_words import CHOICES, NUMBERS, WORDS
from controller.cli.documents import document
from controller.cli.opening import province_of
from controller.cli.options import Options
from controller.cli.who import whoever
from controller.errors import ConfigurationError, NoAnswersError
from controller.fleet.classify_system import classify_system
from texts.catalogue import tr
from texts.shell import emit_json, note, say
from wire.errors import GOOD, UNDECIDED, WRONG
from wire.text import N_

_YES, _NO = ("y", "yes", "c", "co", "có"), ("n", "no", "k", "khong", "không")


@click.command("classify", help=N_("Answer the level questionnaire of NĐ 331."))
@click.option("--answers", type=click.Path(path_type=Path), help=N_("Answers from a YAML file."))
@click.option("--questions", is_flag=True, help=N_("Print the questions as a file to fill in."))
@click.option("--facility", default=None, help=N_("Record it for a system of this facility."))
@click.option("--system", default=None, help=N_("The system's code."))
@click.pass_obj
def command(
    options: Options,
    *,
    answers: Path | None,
    questions: bool,
    facility: str | None,
    system: str | None,
) -> int:
    if (facility is None) != (system is None):
        raise click.UsageError(tr(N_("--facility and --system go together.")))
    if questions:
        say("\n".join(_form()))
        return GOOD
    given = _read(answers) if answers else _ask()
    found = classify(given)
    decided = None
    if facility is not None and system is not None:
        place = (facility, system)
        decided = classify_system(province_of(options), whoever(), place, given, found)
    _tell(options, found, decided)
    if not found.decided:
        return UNDECIDED
    return WRONG if decided is not None and decided != found.level else GOOD


def _read(file: Path) -> Answers:
    try:
        value = parse(file.read_bytes()).value
    except OSError as error:
        raise ConfigurationError(problem=f"{file}: {error.strerror}") from error
    return answers_of(value if isinstance(value, dict) else {"": value})


def _ask() -> Answers:
    if not sys.stdin.isatty():
        raise NoAnswersError
    given: dict[str, object] = {}
    note(tr(N_("An empty answer means: nobody knows yet.")))
    for question in QUESTIONS:
        purpose = given.get("purpose")
        if not asked(question, purpose if isinstance(purpose, Purpose) else None):
            continue
        answer = _answer(question)
        if answer is not None:
            given[question.key] = answer
    return answers_of(given)


def _answer(question: Question) -> object | None:
    """Ask until it is one of the answers, or empty."""
    choices = tuple(CHOICES.get(question.key, ()))
    say(tr(question.text))
    for number, choice in enumerate(choices, start=1):
        say(f"  {number}. {tr(WORDS[choice])}")
    kind = tr(N_("number")) if choices or question.key in NUMBERS else tr(N_("y/n"))
    while True:
        typed = click.prompt(f"  [{kind}]", default="", show_default=False).strip().lower()
        if not typed:
            return None
        meant = _meant(question, choices, typed)
        if meant is not None:
            return meant


def _meant(question: Question, choices: tuple[Any, ...], typed: str) -> object | None:
    digits = typed.replace(".", "").replace(",", "")
    if choices:
        place = int(digits) if digits.isdecimal() else 0
        return choices[place - 1] if 1 <= place <= len(choices) else None
    if question.key in NUMBERS:
        return int(digits) if digits.isdecimal() else None
    return True if typed in _YES else False if typed in _NO else None


def _form() -> Iterator[str]:
    for question in QUESTIONS:
        yield f"# {tr(question.text)}"
        if question.key in CHOICES:
            for choice in CHOICES[question.key]:
                yield f"#   {choice.value}: {tr(WORDS[choice])}"
            yield f"# {question.key}:"
        else:
            yield f"# {question.key}: {'0' if question.key in NUMBERS else 'true'}"
        yield ""


def _tell(options: Options, found: Classified, decided: int | None) -> None:
    if options.json:
        emit_json(
            document(
                "classification",
                level=found.level,
                decided=found.decided,
                deciding=[_criterion(one) for one in found.deciding],
                open=[_criterion(one) for one in found.open],
                warnings=found.warnings,
                level_in_force=decided,
            )
        )
        return
    say(_verdict(found))
    for one in found.deciding:
        say(f"  {one.article}: {tr(one.says)}")
    if found.open:
        say(tr(N_("Still open, and could raise it:")))
        for one in found.open:
            say(tr(N_("  level {level}, {article}: {says}"), **_words(one)))
    for code in found.warnings:
        say(f"! {tr(WARNINGS[code])}")
    if decided is not None and decided != found.level:
        say(tr(N_("! In force for this system is level {level}: decide anew."), level=decided))


def _verdict(found: Classified) -> str:
    if found.level is None:
        return tr(N_("Not decided: too little is known."))
    if found.open:
        return tr(N_("At least level {level}, not decided yet."), level=found.level)
    return tr(N_("Level {level}."), level=found.level)


def _words(one: Criterion) -> dict[str, object]:
    return {"level": one.level, "article": one.article, "says": tr(one.says)}


def _criterion(one: Criterion) -> dict[str, object]:
    return {"code": one.code, "inferred": one.inferred, **_words(one)}
