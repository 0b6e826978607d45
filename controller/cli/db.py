"""`lachan-controller db`: bring the database to this program's version."""

import click

from controller.cli.documents import document
from controller.cli.options import Options
from controller.config.load import load
from controller.store.engine import open_database
from controller.store.rebuild import rebuild
from controller.store.schema import found_revision, upgrade, wanted_revision
from texts.catalogue import tr
from texts.shell import emit_json, note
from wire.text import N_


@click.group(help=N_("The database's version."))
def command() -> None: ...


@command.command("upgrade", help=N_("Upgrade the database; the log itself is never changed."))
@click.pass_obj
def run(options: Options) -> None:
    """What follows from the log is made again, so that new rules see old entries too."""
    load(options.home)
    database = open_database(options.home.database)
    with database.reading() as connection:
        before = found_revision(connection)
    upgrade(database)
    with database.writing() as connection:
        entries = rebuild(connection)
    database.close()
    if options.json:
        emit_json(document("db", before=before, now=wanted_revision(), entries=entries))
    else:
        note(
            tr(N_("Schema {now}; {n} entries of the log read again."), now=wanted_revision(),
               n=entries)
        )  # fmt: skip
