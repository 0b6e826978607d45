"""`lachan-agent backup`: back up to both sites, and look at what they hold."""

from collections.abc import Sequence

import click

from agent.cli import progress_view
from agent.cli.backup import hold as backup_hold
from agent.cli.backup import keys as backup_keys
from agent.cli.backup import offline as backup_offline
from agent.cli.backup import retention as backup_retention
from agent.cli.backup import verify_view
from agent.cli.backup import view as backup_view
from agent.cli.options import Options
from agent.cli.restore import points_view
from agent.daemon.app import open_app
from agent.daemon.parentage import believed
from agent.daemon.work.backup import backup_job, holding_job, points_job, verify_job
from agent.daemon.work.backup.unprotected import unprotected
from texts.catalogue import tr
from texts.shell import progress
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
    "--accept-loss",
    multiple=True,
    metavar="SITE",
    help=N_("You know why points or data of this site are gone, or differ; it is recorded."),
)
@click.option(
    "--trigger",
    type=click.Choice(["person", "schedule", "order"]),
    default="person",
    hidden=True,
)
@progress_view.option
@click.pass_obj
def run_command(
    options: Options,
    names: Sequence[str],
    *,
    accept_source: bool,
    accept_loss: tuple[str, ...],
    trigger: str,
    progress_as: str,
) -> int:
    app = open_app(options.home)
    try:
        with progress_view.told(progress_as) as on_progress:
            wish = backup_job.Wish(believed(options.home, trigger), accept_source, accept_loss)
            results = backup_job.run_all(app, names, wish=wish, on_progress=on_progress)
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
        forgotten = unprotected(app)
        held = holding_job.standing(app)
    finally:
        app.close()
    return backup_view.show(options, results, forgotten, held)


@command.command("snapshots", help=N_("The points that each site holds, newest first."))
@click.option("--dataset", "names", multiple=True, metavar="NAME", help=N_("Only this dataset."))
@click.option("--site", default="", metavar="NAME", help=N_("Only this site."))
@click.pass_obj
def snapshots_command(options: Options, names: Sequence[str], site: str) -> int:
    app = open_app(options.home)
    try:
        with progress(tr(N_("Asking the sites"))):
            listed = points_job.listing(app, names, site)
        return points_view.show(options, listed, app.clock.now())
    finally:
        app.close()


@command.command("verify", help=N_("Read the stored data at the sites and say what was read."))
@click.option("--dataset", "names", multiple=True, metavar="NAME", help=N_("Judge only this."))
@click.option("--site", default="", metavar="NAME", help=N_("Only this site."))
@click.option(
    "--all", "everything", is_flag=True, help=N_("Read everything, not only what is due.")
)
@click.pass_obj
def verify_command(options: Options, names: Sequence[str], site: str, *, everything: bool) -> int:
    app = open_app(options.home)
    try:
        with progress(tr(N_("Reading the stored data"))):
            found, results = verify_job.run(app, names, site, everything=everything)
    finally:
        app.close()
    return verify_view.show(options, found, results)


for below in (
    backup_offline.command,
    backup_retention.command,
    backup_hold.hold_command,
    backup_hold.release_command,
    backup_keys.command,
):
    command.add_command(below)
