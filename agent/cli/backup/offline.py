"""`lachan-agent backup offline`: a copy on a disk that is carried away."""

from pathlib import Path
from typing import Any

import click

from agent.backup.carrying.carried import Carried
from agent.cli import progress_view
from agent.cli.documents import document
from agent.cli.options import Options
from agent.daemon.app import open_app
from agent.daemon.work.backup import offline_job
from agent.daemon.work.backup.offline_job import Taken
from texts.catalogue import tr
from texts.codes import cause_sentence
from texts.moments import show_moment
from texts.shell import emit_json, note, say, table, worst_code
from wire.causes import COULD_NOT_LOOK
from wire.errors import GOOD, UNDECIDED, WRONG
from wire.text import N_


@click.command(
    "offline",
    help=N_(
        "Copy the newest point of every dataset to a disk that you then pull out. "
        "DEVICE is a folder on the mounted disk, or its block device."
    ),
)
@click.argument("device", metavar="DEVICE", type=click.Path(path_type=Path))
@click.option(
    "--for-site",
    default="",
    metavar="NAME",
    help=N_("The disk is to be carried to this site as its first fill."),
)
@progress_view.option
@click.pass_obj
def command(options: Options, device: Path, for_site: str, progress_as: str) -> int:
    app = open_app(options.home)
    try:
        with progress_view.told(progress_as) as on_progress:
            taken = offline_job.run(app, device, for_site, on_progress)
    finally:
        app.close()
    if options.json:
        datasets = [_row_document(one) for one in taken.copies]
        emit_json(document("lachan.backup-offline/1", taken.at, datasets=datasets))
    else:
        _print(taken, for_site)
    return worst_code([_code(one) for one in taken.copies])


def _code(copy: Carried) -> int:
    if copy.cause is None:
        return GOOD
    return UNDECIDED if copy.cause in COULD_NOT_LOOK else WRONG


def _row_document(copy: Carried) -> dict[str, Any]:
    return {
        "name": copy.dataset,
        "cause": copy.cause,
        "from_site": copy.source or None,
        "point_at": copy.snapshot_at,
    }


def _print(taken: Taken, for_site: str) -> None:
    headings = (N_("Dataset"), N_("Point"), N_("From site"), N_("Fault"))
    table([tr(heading) for heading in headings], [_row(one) for one in taken.copies])
    for one in taken.copies:
        if one.says:
            note(tr(N_("Dataset {dataset}: {says}"), dataset=one.dataset, says=one.says))
    if any(one.cause for one in taken.copies):
        return
    if for_site:
        say(
            tr(
                N_(
                    "The disk holds the first fill of site {site}. Unmount it, carry it there, and "
                    "put its folder lachan-{site} where the site keeps the repository; "
                    "docs/site-b.md says how. Until then the site counts as being filled."
                ),
                site=for_site,
            )
        )
    else:
        say(tr(N_("Everything on the disk was read and is good. Unmount it and pull it out now.")))


def _row(copy: Carried) -> list[str]:
    return [
        copy.dataset,
        show_moment(copy.snapshot_at),
        copy.source,
        f"{copy.cause.value}: {cause_sentence(copy.cause)}" if copy.cause else "",
    ]
