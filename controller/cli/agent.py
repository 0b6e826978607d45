"""`lachan-controller agent`: list, hold its old points, revoke."""

import click

from controller.cli.documents import document
from controller.cli.opening import province_of
from controller.cli.options import Options
from controller.cli.who import whoever
from controller.fleet.issue_order import Task, issue_order
from controller.fleet.revoke import revoke_agent
from controller.store.queries_agents import Agent, agents
from controller.store.requests import Presence, presences
from texts.catalogue import tr
from texts.moments import show_moment
from texts.shell import emit_json, note, table
from wire.keys import fingerprint
from wire.text import N_


@click.group(help=N_("Enrolled servers."))
def command() -> None: ...


@command.command("list", help=N_("List the agents and when each was heard last."))
@click.option("--facility", default=None, help=N_("Only of this facility."))
@click.pass_obj
def show(options: Options, facility: str | None) -> None:
    with province_of(options).database.reading() as connection:
        found = [each for each in agents(connection) if facility in (None, each.facility)]
        heard = presences(connection)
    if options.json:
        rows = [_row(agent, heard.get(agent.code)) for agent in found]
        emit_json(document("agents", agents=rows))
        return
    words = (N_("Agent"), N_("Facility"), N_("Host"), N_("Systems"), N_("Heard"), N_("State"))
    table([tr(word) for word in words], [_line(agent, heard.get(agent.code)) for agent in found])


def _row(agent: Agent, presence: Presence | None) -> dict[str, object]:
    return {
        "agent": agent.code,
        "facility": agent.facility,
        "host": agent.host,
        "systems": agent.systems,
        "fingerprint": fingerprint(agent.keys[agent.active]),
        "enrolled_at": agent.enrolled_at,
        "revoked_at": agent.revoked_at,
        "heard_at": presence.heard_at if presence else None,
        "waiting": presence.waiting if presence else None,
    }


def _line(agent: Agent, presence: Presence | None) -> tuple[str, ...]:
    return (
        agent.code,
        agent.facility,
        agent.host,
        " ".join(agent.systems),
        show_moment(presence.heard_at if presence else None),
        tr(N_("revoked")) if agent.revoked_at else tr(N_("trusted")),
    )


@command.command("revoke", help=N_("Trust nothing that this agent signs from now on."))
@click.argument("code")
@click.option("--reason", required=True, help=N_("Why, for the log."))
@click.pass_obj
def revoke(options: Options, code: str, reason: str) -> None:
    revoke_agent(province_of(options), whoever(), code, reason)
    if options.json:
        emit_json(document("agent", agent=code, state="revoked"))
    else:
        note(tr(N_("Agent {code} is revoked."), code=code))


@command.command(
    "hold", help=N_("Order that an agent removes no old points; two people there end it.")
)
@click.option("--facility", required=True, help=N_("The facility's code."))
@click.option("--agent", default="", help=N_("Which server; else the facility's only one."))
@click.pass_obj
def hold(options: Options, facility: str, agent: str) -> None:
    issued = issue_order(province_of(options), whoever(), Task(facility, "hold", agent))
    if options.json:
        fields = ("order_id", "agent", "version", "issued_at", "expires_at")
        emit_json(document("order", **{name: getattr(issued, name) for name in fields}))
    else:
        words = N_("Order {order} waits for agent {agent}.")
        note(tr(words, order=issued.order_id, agent=issued.agent))
