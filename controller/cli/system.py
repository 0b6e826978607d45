"""`lachan-controller system`: add and list; level and regime as they were decided."""

from datetime import timedelta
from typing import Any

import click

from controller.cli.documents import document
from controller.cli.opening import province_of
from controller.cli.options import Options
from controller.cli.who import whoever
from controller.fleet.add_system import add_system
from controller.store.queries_facilities import systems
from texts.catalogue import tr
from texts.moments import show_duration
from texts.shell import emit_json, note, table
from wire.acts import SystemAdded
from wire.text import N_
from wire.verdicts import Regime


@click.group(help=N_("Information systems and their levels."))
def command() -> None: ...


@command.command("add", help=N_("Add an information system to a facility."))
@click.argument("code")
@click.option("--facility", required=True, help=N_("The facility's code."))
@click.option("--name", required=True, help=N_("Its full name."))
@click.option("--regime", type=click.Choice([regime.value for regime in Regime]), required=True)
@click.option("--level", type=click.IntRange(1, 5), required=True, help=N_("1 to 5."))
@click.option("--largest-rpo-hours", type=click.FloatRange(min=0.1), default=24.0)
@click.option("--decision", default="", help=N_("Number and date of the deciding document."))
@click.pass_obj
def add(options: Options, /, **given: Any) -> None:  # noqa: ANN401 - click's own values
    act = SystemAdded(
        facility=given["facility"],
        system=given["code"],
        name=given["name"],
        regime=Regime(given["regime"]),
        level=given["level"],
        largest_rpo_s=timedelta(hours=given["largest_rpo_hours"]).total_seconds(),
        decision=given["decision"],
    )
    add_system(province_of(options), whoever(), act)
    if options.json:
        emit_json(document("system", facility=act.facility, system=act.system, level=act.level))
    else:
        note(tr(N_("System {code} of level {level} added."), code=act.system, level=act.level))


@command.command("list", help=N_("List the systems."))
@click.option("--facility", default=None, help=N_("Only of this facility."))
@click.pass_obj
def show(options: Options, facility: str | None) -> None:
    with province_of(options).database.reading() as connection:
        found = systems(connection, facility)
    if options.json:
        emit_json(document("systems", systems=found))
        return
    words = (N_("Facility"), N_("System"), N_("Name"), N_("Regime"), N_("Level"), N_("Largest RPO"))
    rows = [
        (
            system.facility,
            system.code,
            system.name,
            system.regime.value,
            str(system.level),
            show_duration(system.largest_rpo_s),
        )
        for system in found
    ]
    table([tr(word) for word in words], rows)
