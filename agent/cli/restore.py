"""`lachan-agent restore`: bring a folder or a file back into a new place."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from agent.backup.restoring import Restored
from agent.cli import points_view
from agent.cli.documents import document
from agent.cli.options import Options
from agent.daemon import restore_job
from agent.daemon.app import open_app
from agent.restic.output import Snapshot
from texts.catalogue import tr
from texts.moments import ZONE, show_bytes, show_count, show_moment
from texts.shell import emit_json, progress, say
from wire.errors import GOOD
from wire.text import N_


class Moment(click.ParamType[datetime]):
    """A moment as a person here writes it; without a zone it is Vietnam's time."""

    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(tr(N_("write it like 2026-11-21T17:30")), param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)


@click.group(help=N_("Bring a folder or a file back into a new place."))
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
            listed = restore_job.listing(app, names, site)
        return points_view.show(options, listed, app.clock.now())
    finally:
        app.close()


@command.command(
    "run", help=N_("Restore from one site into a new folder; live data is not touched.")
)
@click.option("--dataset", required=True, metavar="NAME", help=N_("Whose data."))
@click.option("--site", required=True, metavar="NAME", help=N_("From which site."))
@click.option(
    "--into", "target", required=True, type=click.Path(path_type=Path), help=N_("A new folder.")
)
@click.option(
    "--path",
    type=click.Path(path_type=Path),
    help=N_("The folder or file to restore, as it was on the server; else everything."),
)
@click.option("--snapshot", default="", metavar="ID", help=N_("This point; else the newest."))
@click.option("--at", type=Moment(), help=N_("The newest point up to this time."))
@click.pass_obj
def run_command(options: Options, /, **words: Any) -> int:  # noqa: ANN401 - the options above
    request = restore_job.Request(**words)
    app = open_app(options.home)
    try:
        with progress(tr(N_("Restoring from site {site}"), site=request.site)):
            point, restored = restore_job.restore(app, request)
        at = app.clock.now()
    finally:
        app.close()
    if options.json:
        emit_json(
            document(
                "lachan.restore/1",
                at,
                site=request.site,
                dataset=request.dataset,
                snapshot=point.id,
                snapshot_at=point.at,
                into=str(request.target),
                files=restored.files,
                bytes=restored.bytes,
            )
        )
    else:
        _say(request, point, restored)
    return GOOD


def _say(request: restore_job.Request, point: Snapshot, restored: Restored) -> None:
    say(
        tr(
            N_("{files} files ({size}) of {moment} are in {target}, restored from site {site}."),
            files=show_count(restored.files),
            size=show_bytes(restored.bytes),
            moment=show_moment(point.at),
            target=str(request.target),
            site=request.site,
        )
    )
