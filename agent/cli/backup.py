"""`lachan-agent backup`: back up to both sites, and look at what they hold."""

from collections.abc import Sequence

import click

from agent.cli import backup_view
from agent.cli.options import Options
from agent.daemon import backup_job
from agent.daemon.app import open_app
from wire.text import N_


@click.group(help=N_("Back up to both sites, and look at what they hold."))
def command() -> None:
    """The words below it do the work."""


@command.command("run", help=N_("Back up now: all datasets, or those named."))
@click.option("--dataset", "names", multiple=True, metavar="NAME", help=N_("Only this dataset."))
@click.option(
    "--accept-source",
    is_flag=True,
    help=N_("The source has shrunk on purpose: back it up as it is now."),
)
@click.option(
    "--trigger",
    type=click.Choice(["person", "schedule", "order"]),
    default="person",
    hidden=True,
)
@click.pass_obj
def run_command(
    options: Options, names: Sequence[str], *, accept_source: bool, trigger: str
) -> int:
    app = open_app(options.home)
    try:
        with backup_view.phases() as on_phase:
            wish = backup_job.Wish(trigger, accept_source)
            results = backup_job.run_all(app, names, wish=wish, on_phase=on_phase)
    finally:
        app.close()
    return backup_view.show(options, results)


@command.command("status", help=N_("What each site holds of each dataset, as last seen."))
@click.option("--dataset", "names", multiple=True, metavar="NAME", help=N_("Only this dataset."))
@click.pass_obj
def status_command(options: Options, names: Sequence[str]) -> int:
    app = open_app(options.home)
    try:
        results = backup_job.look(app, names)
    finally:
        app.close()
    return backup_view.show(options, results)
