"""`lachan-controller system`: add, list, classify; level and regime as they were decided."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import click

from compliance.transition import Origin, deadlines
from controller.app import utc_now
from controller.cli import classify
from controller.cli.documents import document
from controller.cli.opening import province_of
from controller.cli.options import Options
from controller.cli.who import whoever
from controller.fleet.add_system import add_system
from controller.store.queries_facilities import System, systems
from texts.catalogue import tr
from texts.deadlines import show_deadline
from texts.moments import show_duration
from texts.shell import emit_json, note, table
from wire.acts import SystemAdded
from wire.text import N_
from wire.verdicts import Regime


@click.group(help=N_("Information systems and their levels."))
def command() -> None: ...


command.add_command(classify.command)


@command.command("add", help=N_("Add an information system to a facility."))
@click.argument("code")
@click.option("--facility", required=True, help=N_("The facility's code."))
@click.option("--name", required=True, help=N_("Its full name."))
@click.option("--regime", type=click.Choice([regime.value for regime in Regime]), required=True)
@click.option("--level", type=click.IntRange(1, 5), required=True, help=N_("1 to 5."))
@click.option("--largest-rpo-hours", type=click.FloatRange(min=0.1), default=24.0)
@click.option("--decision", default="", help=N_("Number and date of the deciding document."))
@click.option(
    "--origin",
    type=click.Choice([origin.value for origin in Origin]),
    default=Origin.UNKNOWN.value,
    help=N_("How it stood on 2026-07-01, for the deadlines of transition."),
)
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
        origin=given["origin"],
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
        emit_json(document("systems", systems=[_described(system) for system in found]))
        return
    words = (
        *(N_("Facility"), N_("System"), N_("Name"), N_("Regime"), N_("Level")),
        *(N_("Largest RPO"), N_("Next deadline")),
    )
    rows = [
        (
            system.facility,
            system.code,
            system.name,
            system.regime.value,
            str(system.level),
            show_duration(system.largest_rpo_s),
            _next_deadline(system),
        )
        for system in found
    ]
    table([tr(word) for word in words], rows)


def _described(system: System) -> dict[str, Any]:
    due = deadlines(system.regime, system.origin)
    countdown = [
        {"code": one.code, "last_day": one.last_day, "days_left": one.days_left(utc_now())}
        for one in due
    ]
    return {**asdict(system), "deadlines": countdown}


def _next_deadline(system: System) -> str:
    due = deadlines(system.regime, system.origin)
    return show_deadline(due[0], utc_now()) if due else ""
