"""`lachan-agent site janitor`: look after a repository at the place where it lies."""

from pathlib import Path

import click

from agent.cli.documents import document
from agent.cli.options import Options
from agent.clock import SystemClock
from agent.sites.janitor.run import Place, Settings, place_of, run
from agent.sites.janitor.status import Counts
from texts.catalogue import tr
from texts.shell import emit_json, progress, say
from wire.errors import GOOD, WRONG
from wire.text import N_
from wire.verdicts import CheckVerdict


@click.command(
    help=N_("At the site: move what does not belong into quarantine, keep the ledger of snapshots.")
)
@click.argument("repository", type=click.Path(path_type=Path))
@click.option(
    "--password-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=N_("Only at a site that the facility owns: what this does not open is moved, too."),
)
@click.pass_obj
def command(options: Options, repository: Path, password_file: Path | None) -> int:
    place, clock = place_of(repository), SystemClock()
    with progress(tr(N_("Looking after the repository"))):
        counts = run(place, clock, _settings(place, password_file))
    if options.json:
        verdict = CheckVerdict.FAIL if counts.rogue else CheckVerdict.PASS
        emit_json(document("lachan.janitor/1", clock.now(), verdict, **_fields(counts)))
    else:
        _print(counts, place.beside)
    return WRONG if counts.rogue else GOOD


def _settings(place: Place, password_file: Path | None) -> Settings:
    if password_file is None:
        return Settings()
    from agent.sites.janitor import dating, sealed

    return Settings(
        seal=sealed.seal_of(place.repository, password_file),
        dates=dating.dates_of(place.repository, password_file, place.beside / "restic"),
    )


def _fields(counts: Counts) -> dict[str, object]:
    return {name: getattr(counts, name) for name in Counts.__slots__}


def _print(counts: Counts, beside: Path) -> None:
    say(
        tr(
            N_("{objects} objects, {unread} still to be read, {locks} locks, {keys} keys."),
            objects=counts.objects,
            unread=counts.unread,
            locks=counts.locks,
            keys=counts.keys,
        )
    )
    if not counts.rogue:
        say(tr(N_("Nothing strange in the last 7 days.")))
        return
    say(
        tr(
            N_("{rogue} strange objects in the last 7 days; what was moved lies in {folder}."),
            rogue=counts.rogue,
            folder=beside / "quarantine",
        )
    )
