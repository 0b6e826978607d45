"""`lachan-agent config`: show it, find everything that is wrong with it, print a sample."""

import click
import msgspec
import yaml

from agent.cli.documents import document
from agent.cli.options import Options
from agent.clock import SystemClock
from agent.config.load import examine, load, read_raw
from agent.config.problems import Problem, ProblemList
from agent.config.sample import MAINTENANCE_SAMPLE, SAMPLE, sample
from agent.config.secret_files import secret_file_problems
from texts.catalogue import tr
from texts.shell import emit_json, note, say
from wire.errors import CONFIGURATION, GOOD
from wire.text import N_


@click.group(help=N_("Show, validate, or print a sample configuration."))
def command() -> None:
    """Group of the three."""


@command.command(help=N_("The configuration as the agent understands it."))
@click.pass_obj
def show(options: Options) -> int:
    values = msgspec.to_builtins(load(options.home), enc_hook=str)
    if options.json:
        emit_json(document("lachan.config/1", SystemClock().now(), config=values))
    else:
        say(yaml.safe_dump(values, allow_unicode=True, sort_keys=False).rstrip())
    return GOOD


@command.command(help=N_("Every problem at once, each with what to write instead."))
@click.pass_obj
def validate(options: Options) -> int:
    config, problems = examine(read_raw(options.home))
    if config is not None:
        problems = (*problems, *secret_file_problems(config))
    file = options.home.agent_yaml
    if options.json:
        _emit(problems)
    elif problems:
        note(str(ProblemList(str(file), problems)))
    else:
        say(tr(N_("{file} is good."), file=file))
    return CONFIGURATION if problems else GOOD


@command.command("sample", help=N_("A whole configuration with explanations, to start from."))
@click.option(
    "--maintenance",
    is_flag=True,
    help=N_("For the host that removes old points where the servers cannot."),
)
def print_sample(*, maintenance: bool) -> int:
    say(sample(MAINTENANCE_SAMPLE if maintenance else SAMPLE).rstrip())
    return GOOD


def _emit(problems: tuple[Problem, ...]) -> None:
    listed = [
        {"path": problem.path, "found": problem.found, "write": problem.remedy_sentence}
        for problem in problems
    ]
    verdict = "FAIL" if problems else "PASS"
    emit_json(document("lachan.config/1", SystemClock().now(), verdict, problems=listed))
