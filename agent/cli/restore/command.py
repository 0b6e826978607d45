"""`lachan-agent restore`: find what was lost, and bring it back."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from agent.backup.course import Course
from agent.backup.restore.goal import Wish
from agent.cli import progress_view
from agent.cli.moment_words import meant
from agent.cli.options import Options
from agent.cli.restore import confirm as restore_confirm
from agent.cli.restore import find_view, points_view
from agent.cli.restore import help as restore_help
from agent.cli.restore import plan_view as restore_plan_view
from agent.cli.restore import view as restore_view
from agent.daemon.app import App, open_app
from agent.daemon.work.backup import points_job
from agent.daemon.work.restore import find_job, restore_job, restore_plan
from texts.catalogue import tr
from texts.shell import note, progress
from wire.text import N_


@click.group(help=restore_help.GROUP)
def command() -> None:
    """The words below it do the work."""


@command.command("list", help=N_("The points that each site holds, newest first."))
@click.option("--dataset", "names", multiple=True, metavar="NAME", help=N_("Only this dataset."))
@click.option("--site", default="", metavar="NAME", help=N_("Only this site."))
@click.pass_obj
def list_command(options: Options, names: Sequence[str], site: str) -> int:
    app = open_app(options.home)
    try:
        with progress(tr(N_("Asking the sites"))):
            listed = points_job.listing(app, names, site)
        return points_view.show(options, listed, app.clock.now())
    finally:
        app.close()


@command.command("find", help=restore_help.FIND, epilog=restore_help.TIMES)
@click.argument("words", metavar="PART", nargs=-1, required=True)
@click.option("--dataset", "names", multiple=True, metavar="NAME", help=N_("Only this dataset."))
@click.option("--site", default="", metavar="NAME", help=N_("Only this site."))
@click.option("--at", metavar="TIME", help=N_("Only in the newest point up to this time."))
@click.option("--since", metavar="TIME", help=N_("Only in points from this time on."))
@click.option("--before", metavar="TIME", help=N_("Only in points before this time."))
@click.option("--all", "everything", is_flag=True, help=N_("Show every match and every version."))
@progress_view.option
@click.pass_obj
def find_command(options: Options, /, **words: Any) -> int:  # noqa: ANN401 - the options above
    app = open_app(options.home)
    try:
        now = app.clock.now()
        at, since, before = (meant(words[name], now) for name in ("at", "since", "before"))
        asked = find_job.Asked(
            wanted=" ".join(words["words"]),
            datasets=words["names"],
            site=words["site"],
            at=at.last if at else None,
            since=since.first if since else None,
            before=before.first if before else None,
        )
        with progress_view.told(words["progress_as"]) as on_progress:
            found = find_job.find(app, asked, Course(app.clock, on_progress))
        return find_view.show(options, found, app.clock.now(), everything=words["everything"])
    finally:
        app.close()


@command.command("run", help=restore_help.RUN, epilog=restore_help.TIMES)
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--at", metavar="TIME", help=N_("As it was at this time; else the newest."))
@click.option("--dry-run", is_flag=True, help=N_("Only list what would come back, with sizes."))
@click.option(
    "--into", type=click.Path(path_type=Path), metavar="DIR", help=N_("Into this new folder.")
)
@click.option(
    "--replace", is_flag=True, help=N_("In the place of what is there now, which is kept beside.")
)
@click.option("--dataset", default="", metavar="NAME", help=N_("Whose data, if not PATH's."))
@click.option("--site", default="", metavar="NAME", help=N_("From this site only."))
@click.option("--snapshot", default="", metavar="ID", help=N_("This very point."))
@click.option(
    "--up-to",
    type=click.IntRange(min=0),
    metavar="N",
    help=N_("For scripts: do not ask, as long as it is at most N files."),
)
@progress_view.option
@click.pass_obj
def run_command(options: Options, /, **words: Any) -> int:  # noqa: ANN401 - the options above
    if words["into"] is not None and words["replace"]:
        raise click.UsageError(tr(N_("--into and --replace contradict each other.")))
    app = open_app(options.home)
    try:
        return _run(options, app, words)
    except KeyboardInterrupt:
        note(tr(N_("What was there is untouched; what had been restored so far is removed.")))
        raise
    finally:
        app.close()


def _run(options: Options, app: App, words: dict[str, Any]) -> int:
    span = meant(words["at"], app.clock.now())
    request = restore_plan.Request(
        path=words["path"],
        dataset=words["dataset"],
        site=words["site"],
        snapshot=words["snapshot"],
        at=span.last if span else None,
        wish=Wish(words["into"], words["replace"], whole=words["path"] is None),
    )
    restore_view.tell_ended(restore_job.end_interrupted(app))
    with progress_view.told(words["progress_as"]) as on_progress:
        plan = restore_plan.make(app, request, Course(app.clock, on_progress))
    if words["dry_run"]:
        return restore_plan_view.show(options, plan, app.clock.now())
    restore_plan_view.tell(plan)
    restore_confirm.demand(plan, words["up_to"], on_terminal=_on_terminal())
    with progress_view.told(words["progress_as"]) as on_progress:
        outcome = restore_job.carry_out(app, plan, Course(app.clock, on_progress))
    return restore_view.show(options, plan, outcome, app.clock.now())


def _on_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()
