"""`lachan-agent playbook`: show and run the steps for a bad day."""

import click

from agent.cli.options import Options
from agent.cli.playbook import view as playbook_view
from agent.cli.playbook.people import Demo, Terminal
from agent.clock import SystemClock
from agent.daemon.app import open_app
from agent.daemon.work import playbook_job
from agent.playbooks.load import load
from agent.playbooks.run import Parameters
from wire.text import N_


@click.group(help=N_("Show and run the steps for a bad day."))
def command() -> None:
    """The words below it do the work."""


@command.command("list", help=N_("The playbooks that are installed here."))
@click.pass_obj
def list_command(options: Options) -> int:
    found = playbook_job.examine_all(options.home)
    return playbook_view.show_list(options, found, SystemClock().now())


@command.command("show", help=N_("One playbook, step by step."))
@click.argument("name")
@click.pass_obj
def show_command(options: Options, name: str) -> int:
    known, raw = playbook_job.named(options.home, name)
    return playbook_view.show_one(options, known, load(raw, known), SystemClock().now())


@command.command("validate", help=N_("Every problem of a playbook, or of all of them."))
@click.argument("names", nargs=-1)
@click.pass_obj
def validate_command(options: Options, names: tuple[str, ...]) -> int:
    wanted = {playbook_job.named(options.home, name)[0] for name in names}
    every = playbook_job.examine_all(options.home)
    found = [one for one in every if not names or one[0] in wanted]
    return playbook_view.show_problems(options, found, SystemClock().now())


@command.command("run", help=N_("Run a playbook: the agent does its steps, you do yours."))
@click.argument("name")
@click.option("--site", default="", metavar="NAME", help=N_("The site to recover from."))
@click.option("--dataset", default="", metavar="NAME", help=N_("Only this dataset."))
@click.option(
    "--answers",
    type=click.Choice(["person", "demo"]),
    default="person",
    help=N_("demo: a rehearsal without people; their steps are recorded `by: demo`."),
)
@click.pass_obj
def run_command(options: Options, name: str, site: str, dataset: str, answers: str) -> int:
    people = Demo() if answers == "demo" else Terminal()
    app = open_app(options.home)
    try:
        finished = playbook_job.start(app, name, Parameters(site, dataset), people)
    finally:
        app.close()
    return playbook_view.show_run(options, finished)
