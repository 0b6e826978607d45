"""`lachan-agent site`: whether two sites are two places."""

from pathlib import Path

import click

from agent.cli.documents import document
from agent.cli.options import Options
from agent.cli.site import janitor as site_janitor
from agent.cli.site.view import print_probed, probe_document
from agent.clock import SystemClock
from agent.daemon.app import open_app
from agent.daemon.work.sites import site_answer, site_job, site_watch
from texts.catalogue import tr
from texts.shell import emit_json, progress, say
from wire.errors import GOOD, UNDECIDED, WRONG
from wire.text import N_
from wire.verdicts import Separation

_CODE_OF = {
    Separation.SEPARATE: GOOD,
    Separation.SUSPECT: WRONG,
    Separation.NOT_SEPARATE: WRONG,
    Separation.INCONCLUSIVE: UNDECIDED,
}


@click.group(help=N_("Look whether two sites are two places."))
def command() -> None:
    """The words below it do the work."""


command.add_command(site_janitor.command, "janitor")


@command.command("probe", help=N_("Ask every place who it is, and judge each pair."))
@click.option(
    "--moved",
    multiple=True,
    metavar="SITE",
    help=N_("This site is at another place now: forget what was proved of it (recorded)."),
)
@click.option("--if-changed", is_flag=True, hidden=True)  # the daemon's, after a backup
@click.pass_obj
def probe_command(options: Options, moved: tuple[str, ...], if_changed: bool) -> int:  # noqa: FBT001
    app = open_app(options.home)
    try:
        if if_changed and not site_watch.changed_at_sites(app):
            return GOOD
        with progress(tr(N_("Asking the places"))):
            probed = site_job.run(app, moved)
    finally:
        app.close()
    if options.json:
        emit_json(probe_document(probed))
    else:
        print_probed(probed)
    return _CODE_OF[probed.evidence.verdict]


@command.command(
    "answer", help=N_("At a site: show this agent's fingerprint, or sign who answers a probe.")
)
@click.argument("nonce", required=False)
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.pass_obj
def answer_command(options: Options, nonce: str | None, folder: Path | None) -> int:
    if (nonce is None) != (folder is None):
        raise click.UsageError(tr(N_("Give the probe's number and the repository's folder.")))
    if nonce is None or folder is None:
        found = site_answer.own_fingerprint(options.home)
        if options.json:
            emit_json(document("lachan.site_answer/1", SystemClock().now(), fingerprint=found))
        else:
            say(found)
        return GOOD
    say(site_answer.signed_answer(options.home, nonce, folder))
    return GOOD
