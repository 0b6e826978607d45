"""`lachan-controller exception`: ask, approve, refuse, end and list; two people for each."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import click

from controller.cli.acting import AS, acting_person
from controller.cli.documents import document
from controller.cli.opening import province_of
from controller.cli.options import Options
from controller.fleet.decide_exception import approve_exception, refuse_exception
from controller.fleet.end_exception import end_exception
from controller.fleet.province import Province
from controller.fleet.request_exception import request_exception
from controller.fleet.typed import last_moment
from controller.store.logins import Person
from controller.store.queries_decisions import GrantedException, exceptions
from controller.web.pages.decision_words import exception_word, standing_word
from texts.catalogue import tr
from texts.moments import show_moment
from texts.shell import emit_json, note, table
from wire.acts import ExceptionRequested
from wire.text import N_
from wire.verdicts import ExceptionKind, NotApplicableReason

Act = Callable[[Province, Person, str, str], None]


@click.group(help=N_("Waivers, and rows declared not to apply, by two people."))
def command() -> None: ...


@command.command("request", help=N_("Ask; it counts for nothing until another person approves."))
@click.option("--facility", required=True, help=N_("The facility's code."))
@click.option("--system", required=True, help=N_("The system's code."))
@click.option("--control", required=True, help=N_("A row's id."))
@click.option("--kind", type=click.Choice([kind.value for kind in ExceptionKind]), required=True)
@click.option(
    "--reason",
    default="",
    type=click.Choice(["", *(reason.value for reason in NotApplicableReason)]),
    help=N_("Why the row cannot apply."),
)
@click.option("--text", required=True, help=N_("Why, for the log."))
@click.option("--measure", default="", help=N_("Of a waiver: what protects meanwhile."))
@click.option("--until", required=True, help=N_("Last day, YYYY-MM-DD."))
@AS
@click.pass_obj
def ask(options: Options, /, **given: Any) -> None:  # noqa: ANN401 - click's own values
    province = province_of(options)
    act = ExceptionRequested(
        exception_id=province.new_id("exception"),
        kind=ExceptionKind(given["kind"]),
        expires_at=last_moment(N_("end"), given["until"]),
        **{name: given[name] for name in _TYPED},
    )
    request_exception(province, acting_person(province, given["name"]), act)
    if options.json:
        emit_json(document("exception", exception=act))
    else:
        note(tr(N_("Request {code} waits for another person."), code=act.exception_id))


_TYPED = ("facility", "system", "control", "reason", "text", "measure")


@command.command("approve", help=N_("Approve what another person has asked for."))
@click.argument("exception_id")
@click.option("--text", required=True, help=N_("Why, for the log."))
@AS
@click.pass_obj
def approve(options: Options, exception_id: str, text: str, name: str) -> None:
    _act(options, approve_exception, (exception_id, text, name))


@command.command("refuse", help=N_("Refuse what another person has asked for."))
@click.argument("exception_id")
@click.option("--text", required=True, help=N_("Why, for the log."))
@AS
@click.pass_obj
def refuse(options: Options, exception_id: str, text: str, name: str) -> None:
    _act(options, refuse_exception, (exception_id, text, name))


@command.command("end", help=N_("End an exception before its time, or take a request back."))
@click.argument("exception_id")
@click.option("--text", required=True, help=N_("Why, for the log."))
@AS
@click.pass_obj
def end(options: Options, exception_id: str, text: str, name: str) -> None:
    _act(options, end_exception, (exception_id, text, name))


@command.command("list", help=N_("List the exceptions; what ends first stands first."))
@click.option("--facility", default=None, help=N_("Only of this facility."))
@click.pass_obj
def show(options: Options, facility: str | None) -> None:
    province = province_of(options)
    now = province.now()
    with province.database.reading() as connection:
        found = exceptions(connection, facility)
    if options.json:
        emit_json(document("exceptions", exceptions=[_row(each, now) for each in found]))
        return
    words = (N_("Exception"), N_("Facility"), N_("System"), N_("Row"), N_("Kind"), N_("Until"),
             N_("State"))  # fmt: skip
    table([tr(word) for word in words], [_line(each, now) for each in found])


def _act(options: Options, act: Act, given: tuple[str, str, str]) -> None:
    exception_id, text, name = given
    province = province_of(options)
    act(province, acting_person(province, name), exception_id, text)
    with province.database.reading() as connection:
        found = next(e for e in exceptions(connection) if e.exception_id == exception_id)
    if options.json:
        emit_json(document("exception", exception=_row(found, province.now())))
    else:
        state = standing_word(found.standing(province.now()))
        note(tr(N_("{code}: {state}."), code=exception_id, state=state))


def _row(each: GrantedException, now: datetime) -> dict[str, Any]:
    fields = {name: getattr(each, name) for name in GrantedException.__dataclass_fields__}
    return {**fields, "state": each.standing(now)}


def _line(each: GrantedException, now: datetime) -> tuple[str, ...]:
    return (
        each.exception_id,
        each.facility,
        each.system,
        each.control,
        exception_word(each.kind),
        show_moment(each.expires_at),
        standing_word(each.standing(now)),
    )
