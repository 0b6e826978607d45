"""`lachan-controller token`: single-use tokens; each is printed once and stored nowhere."""

from datetime import timedelta

import click

from controller.cli.documents import document
from controller.cli.opening import province_of
from controller.cli.options import Options
from controller.cli.who import whoever
from controller.fleet.create_token import LIFE, create_token, revoke_token
from controller.store.queries_facilities import tokens
from texts.catalogue import tr
from texts.moments import show_moment
from texts.shell import emit_json, note, say, table
from wire.text import N_

_HOURS = LIFE.total_seconds() / 3600


@click.group(help=N_("Single-use tokens by which servers join."))
def command() -> None: ...


@command.command("create", help=N_("Make a token for one server; it is shown once."))
@click.option("--facility", required=True, help=N_("The facility's code."))
@click.option("--system", "systems", multiple=True, required=True, help=N_("A system it serves."))
@click.option("--hours", type=click.FloatRange(min=0.01, max=24 * 31), default=_HOURS)
@click.pass_obj
def create(options: Options, facility: str, systems: tuple[str, ...], hours: float) -> None:
    province = province_of(options)
    made = create_token(province, whoever(), facility, systems, timedelta(hours=hours))
    if options.json:
        emit_json(document("token", token_id=made.token_id, token=made.line))
        return
    note(tr(N_("On the server: lachan-agent join, then paste this line. It works once.")))
    say(made.line)


@command.command("list", help=N_("List the tokens, without their secrets."))
@click.pass_obj
def show(options: Options) -> None:
    with province_of(options).database.reading() as connection:
        found = tokens(connection)
    if options.json:
        emit_json(document("tokens", tokens=found))
        return
    words = (N_("Token"), N_("Facility"), N_("Systems"), N_("Expires"), N_("State"))
    rows = [
        (
            token.token_id,
            token.facility,
            " ".join(token.systems),
            show_moment(token.expires_at),
            token.state,
        )
        for token in found
    ]
    table([tr(word) for word in words], rows)


@command.command("revoke", help=N_("Make an unused token worthless."))
@click.argument("token_id")
@click.pass_obj
def revoke(options: Options, token_id: str) -> None:
    revoke_token(province_of(options), whoever(), token_id)
    if options.json:
        emit_json(document("token", token_id=token_id, state="revoked"))
    else:
        note(tr(N_("Token {token} revoked."), token=token_id))
