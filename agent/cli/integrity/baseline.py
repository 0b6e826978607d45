"""`lachan-agent integrity baseline`: approve how the watched paths are now."""

from pathlib import Path

import click

from agent.cli.integrity import documents as integrity_documents
from agent.cli.integrity import view as integrity_view
from agent.cli.losses_view import losses_document, show_losses
from agent.cli.options import Options
from agent.daemon.app import open_app
from agent.daemon.status.losses import lost_lately
from agent.daemon.work.integrity import integrity_job
from texts.catalogue import tr
from texts.shell import emit_json, progress
from wire.text import N_


@click.command(
    "baseline", help=N_("Approve the present state of the watched paths (all, or PATHS).")
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--again", is_flag=True, help=N_("Also where there is a baseline: it is replaced."))
@click.pass_obj
def command(options: Options, paths: tuple[Path, ...], *, again: bool) -> int:
    app = open_app(options.home)
    try:
        with progress(tr(N_("Reading files"))) as advance:
            taken = integrity_job.baseline(app, paths, again=again, progress=advance)
        at, losses = app.clock.now(), lost_lately(app)
    finally:
        app.close()
    if options.json:
        document = integrity_documents.baseline_document(taken, at)
        emit_json({**document, "losses": losses_document(losses)})
    else:
        integrity_view.show_baselines(taken)
        show_losses(losses)
    return integrity_documents.baseline_code(taken)
