"""`lachan-agent integrity scan`: compare the watched paths with what was approved."""

from pathlib import Path

import click

from agent.cli.integrity import accept as integrity_accept
from agent.cli.integrity import documents as integrity_documents
from agent.cli.integrity import head as integrity_head
from agent.cli.integrity import view as integrity_view
from agent.cli.losses_view import losses_document, show_losses
from agent.cli.options import Options
from agent.daemon.app import open_app
from agent.daemon.status.losses import lost_lately
from agent.daemon.work import chain_job
from agent.daemon.work.integrity import accept_job, integrity_job
from agent.daemon.work.integrity.scan_events import known_of
from agent.daemon.work.integrity.suspicions import suspicions_of
from texts.catalogue import tr
from texts.shell import emit_json, progress, worst_code
from wire.errors import GOOD, UNDECIDED
from wire.text import N_


@click.command("scan", help=N_("Compare the watched paths (all, or PATHS) with their baselines."))
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--all", "everything", is_flag=True, help=N_("List every change."))
@click.pass_obj
def command(options: Options, paths: tuple[Path, ...], *, everything: bool) -> int:
    app = open_app(options.home)
    try:
        with progress(tr(N_("Looking at files"))) as advance:
            scans = integrity_job.scan(app, paths, progress=advance)
        asked, at = accept_job.asked(app), app.clock.now()
        known = known_of(app, scans)
        chains, losses = chain_job.look_after(app), lost_lately(app)
        with suspicions_of(app) as kept:
            attacked = {one.suspicion.watched for one in kept.open()}
    finally:
        app.close()
    if options.json:
        emit_json(
            {
                **integrity_documents.scan_document(scans, at, asked, known),
                "chains": integrity_head.chains_document(chains),
                "losses": losses_document(losses),
            }
        )
    else:
        integrity_view.show_scans(scans, known, everything=everything)
        integrity_view.show_attacked(scans, attacked)
        integrity_accept.show_wishes(asked)
        integrity_head.show_troubles(chains)
        show_losses(losses)
    vouched = UNDECIDED if any(state.trouble for state in chains) else GOOD
    return worst_code([integrity_documents.scan_code(scans, known), vouched])
