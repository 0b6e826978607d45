"""`lachan-agent drill`: rehearse recovery from a named site."""

import click

from agent.cli import drill_view
from agent.cli.options import Options
from agent.daemon.app import open_app
from agent.daemon.work import drill_job
from agent.drills.journal import CLASSES
from texts.catalogue import tr
from texts.shell import progress
from wire.text import N_

_MOST_LISTED = 10_000


@click.group(help=N_("Rehearse recovery from a named site."))
def command() -> None:
    """The words below it do the work."""


@command.command("run", help=N_("Bring data back from a site into a sealed folder and compare."))
@click.option(
    "--class",
    "drill_class",
    type=click.Choice(CLASSES),
    required=True,
    help=N_("D0: a sample of files; D1: everything."),
)
@click.option("--site", default="", metavar="NAME", help=N_("From this site only."))
@click.option("--dataset", default="", metavar="NAME", help=N_("Only this dataset."))
@click.option("--nonce", default="", hidden=True)
@click.option("--order", "order_id", default="", hidden=True)
@click.pass_obj
def run_command(
    options: Options, drill_class: str, site: str, dataset: str, nonce: str, order_id: str
) -> int:
    request = drill_job.Request(drill_class, site, dataset, nonce, order_id)
    app = open_app(options.home)
    try:
        with progress(tr(N_("Drill {drill_class}"), drill_class=drill_class)):
            journal = drill_job.run(app, request)
    finally:
        app.close()
    return drill_view.show(options, journal)


@command.command("list", help=N_("The drills that were held here, newest first."))
@click.option(
    "--number", type=click.IntRange(1, _MOST_LISTED), default=20, help=N_("How many to list.")
)
@click.pass_obj
def list_command(options: Options, number: int) -> int:
    app = open_app(options.home)
    try:
        journals = drill_job.recent(app, number)
    finally:
        app.close()
    return drill_view.show_all(options, journals, app.clock.now())


@command.command("show", help=N_("The journal of one drill."))
@click.argument("drill_id", metavar="ID")
@click.pass_obj
def show_command(options: Options, drill_id: str) -> int:
    app = open_app(options.home)
    try:
        journal = drill_job.one(app, drill_id)
    finally:
        app.close()
    return drill_view.show(options, journal)
