"""`lachan-controller drill`: order drills and see what became of them."""

from collections.abc import Iterable
from typing import Any

import click

from controller.cli.documents import document
from controller.cli.opening import province_of
from controller.cli.options import Options
from controller.cli.who import whoever
from controller.errors import UnknownThingError
from controller.fleet.issue_order import DRILL_CLASSES, Task, issue_order
from controller.store.engine import Connection
from controller.store.queries_drills import JudgedDrill, drill_of_order, drills
from controller.store.queries_orders import StoredOrder, find_order, orders
from recovery.drill_verdict import overall
from texts.catalogue import tr
from texts.codes import word
from texts.moments import show_duration, show_moment
from texts.shell import emit_json, note, table
from wire.errors import GOOD, UNDECIDED, WRONG
from wire.text import N_
from wire.verdicts import DrillVerdict

_CODES = {
    DrillVerdict.PASSED: GOOD,
    DrillVerdict.FAILED: WRONG,
    DrillVerdict.INCONCLUSIVE: UNDECIDED,
}


@click.group(help=N_("Order drills and see what became of them."))
def command() -> None: ...


@command.command("order", help=N_("Order a drill; the agent fetches it with its next heartbeat."))
@click.option("--facility", required=True, help=N_("The facility's code."))
@click.option("--class", "drill_class", type=click.Choice(DRILL_CLASSES), required=True)
@click.option("--site", required=True, help=N_("The site to restore from."))
@click.option("--agent", default="", help=N_("Which server; else the facility's only one."))
@click.option("--dataset", default="", help=N_("A dataset's pseudonym; else the first."))
@click.pass_obj
def order(options: Options, /, **given: Any) -> None:  # noqa: ANN401 - click's own values
    issued = issue_order(province_of(options), whoever(), Task(kind="drill", **given))
    if options.json:
        fields = ("order_id", "agent", "version", "drill_class", "site", "issued_at", "expires_at")
        emit_json(document("order", **{name: getattr(issued, name) for name in fields}))
    else:
        note(tr(N_("Order {order} waits for agent {agent}."), order=issued.order_id,
                agent=issued.agent))  # fmt: skip


@command.command("list", help=N_("List orders and drills, newest first."))
@click.option("--facility", default=None, help=N_("Only of this facility."))
@click.pass_obj
def show_all(options: Options, facility: str | None) -> None:
    with province_of(options).database.reading() as connection:
        found = drills(connection, facility)
        ordered = [each for each in orders(connection, facility) if each.kind == "drill"]
    if options.json:
        rows = [_drill_row(drill) for drill in found]
        listed = [_order_row(each) for each in ordered]
        emit_json(document("drills", verdict=_overall(found), drills=rows, orders=listed))
        return
    waiting = [_waiting_line(each) for each in ordered if each.done_index is None]
    words = (N_("When"), N_("Facility"), N_("Class"), N_("Site"), N_("Verdict"), N_("RTO"))
    table([tr(each) for each in words], [*waiting, *map(_drill_line, found)])


@command.command("show", help=N_("Show an order and the drill that answers it."))
@click.argument("order_id")
@click.pass_obj
def show(options: Options, order_id: str) -> int:
    with province_of(options).database.reading() as connection:
        ordered, drill = _find(connection, order_id)
    if options.json:
        row = _drill_row(drill) if drill else None
        emit_json(document("drill", order=_order_row(ordered), drill=row))
    else:
        words = (N_("When"), N_("Facility"), N_("Class"), N_("Site"), N_("Verdict"), N_("RTO"))
        line = _drill_line(drill) if drill else _waiting_line(ordered)
        table([tr(each) for each in words], [line])
    return _CODES[drill.verdict] if drill else UNDECIDED


def _find(connection: Connection, order_id: str) -> tuple[StoredOrder, JudgedDrill | None]:
    ordered = find_order(connection, order_id)
    if ordered is None:
        raise UnknownThingError(what="order", code=order_id)
    return ordered, drill_of_order(connection, order_id)


def _overall(found: Iterable[JudgedDrill]) -> DrillVerdict:
    return overall(
        ((drill.agent, drill.drill_class, drill.dataset, drill.site), drill.verdict)
        for drill in found
    )


def _order_row(ordered: StoredOrder) -> dict[str, Any]:
    fields = ("order_id", "agent", "facility", "drill_class", "site", "issued_at", "expires_at")
    row = {name: getattr(ordered, name) for name in fields}
    return {**row, "done": ordered.done_index is not None}


def _drill_row(drill: JudgedDrill) -> dict[str, Any]:
    return {
        "class": drill.drill_class,
        "facility": drill.facility,
        "agent": drill.agent,
        "dataset": drill.dataset,
        "site": drill.site,
        "order_id": drill.order_id,
        "challenged": drill.challenged,
        "verdict": drill.verdict,
        "claimed": drill.claimed,
        "assurance": drill.assurance,
        "cause": drill.cause,
        "ended_at": drill.ended_at,
        "rto_seconds": drill.rto_s,
        "predicted_rto_seconds": drill.predicted_rto_s,
        "objective_seconds": drill.objective_s,
        "log_index": drill.log_index,
    }


def _drill_line(drill: JudgedDrill) -> tuple[str, ...]:
    return (
        show_moment(drill.ended_at),
        drill.facility,
        drill.drill_class,
        drill.site,
        f"{drill.verdict.value} ({word(drill.verdict)}; {word(drill.assurance)})",
        "" if drill.rto_s is None else show_duration(drill.rto_s),
    )


def _waiting_line(ordered: StoredOrder) -> tuple[str, ...]:
    waits = tr(N_("waits for the agent"))
    when = show_moment(ordered.issued_at)
    return (when, ordered.facility, ordered.drill_class, ordered.site, waits, "")
