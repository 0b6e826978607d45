"""`lachan-controller facility`: add and list."""

import click

from controller.cli.documents import document
from controller.cli.opening import province_of
from controller.cli.options import Options
from controller.cli.who import whoever
from controller.fleet.add_facility import add_facility
from controller.store.queries_facilities import facilities
from texts.catalogue import tr
from texts.shell import emit_json, note, table
from wire.text import N_


@click.group(help=N_("Facilities of the province."))
def command() -> None: ...


@command.command("add", help=N_("Add a facility."))
@click.argument("code")
@click.option("--name", required=True, help=N_("Its full name."))
@click.pass_obj
def add(options: Options, code: str, name: str) -> None:
    add_facility(province_of(options), whoever(), code, name)
    if options.json:
        emit_json(document("facility", facility=code, name=name))
    else:
        note(tr(N_("Facility {code} added."), code=code))


@command.command("list", help=N_("List the facilities."))
@click.pass_obj
def show(options: Options) -> None:
    with province_of(options).database.reading() as connection:
        found = facilities(connection)
    if options.json:
        emit_json(document("facilities", facilities=found))
    else:
        columns = (tr(N_("Facility")), tr(N_("Name")))
        table(columns, [(facility.code, facility.name) for facility in found])
