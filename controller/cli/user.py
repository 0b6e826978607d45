"""`lachan-controller user`: add, list, and a new one-time link."""

import click

from controller.cli.documents import document
from controller.cli.opening import province_of
from controller.cli.options import Options
from controller.cli.who import whoever
from controller.fleet.add_user import ROLES, add_user, renew_link
from controller.store.queries_facilities import users
from texts.catalogue import tr
from texts.shell import emit_json, note, say, table
from wire.text import N_


@click.group(help=N_("People who may log in."))
def command() -> None: ...


@command.command("add", help=N_("Add a person; the link for the first password is shown once."))
@click.argument("code")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--facility", default="", help=N_("The only facility this person may see."))
@click.pass_obj
def add(options: Options, code: str, role: str, facility: str) -> None:
    link = add_user(province_of(options), whoever(), code, role, facility)
    _show_link(options, code, link)


@command.command("link", help=N_("Make another one-time link for somebody."))
@click.argument("code")
@click.pass_obj
def renew(options: Options, code: str) -> None:
    _show_link(options, code, renew_link(province_of(options), code))


@command.command("list", help=N_("List the people."))
@click.pass_obj
def show(options: Options) -> None:
    with province_of(options).database.reading() as connection:
        found = users(connection)
    if options.json:
        emit_json(document("users", users=found))
    else:
        words = (N_("Name"), N_("Role"), N_("Facility"))
        rows = [(user.code, user.role, user.facility) for user in found]
        table([tr(word) for word in words], rows)


def _show_link(options: Options, code: str, link: str) -> None:
    if options.json:
        emit_json(document("user", user=code, link=link))
        return
    note(tr(N_("Give {code} this link; it works once, within 24 hours:"), code=code))
    say(link)
