"""Who acts: somebody with a login, who shows it by the password.

The machine's own user is nobody in particular: two people may share it, and one person may have
two. What takes a person's name in the log, or two different people, takes their logins.
"""

import sys

import click

from controller.errors import NotKnownError
from controller.fleet.province import Province
from controller.store.logins import Person, person
from controller.web.pages.place import place_of
from texts.catalogue import tr
from texts.shell import on_terminal
from wire.text import N_

_TERMINAL = "terminal"  # where failed tries are counted besides the account
AS = click.option(
    "--as", "name", required=True, help=N_("Your login's name; the password is asked for.")
)


def acting_person(province: Province, name: str) -> Person:
    """The person of this login, after the password: typed unseen, or a line on standard input.

    Raises:
        NotKnownError: name or password is wrong, or it was tried too often.
    """
    refused = place_of(province).doorkeeper.refuses(name, _password(), _TERMINAL)
    with province.database.reading() as connection:
        found = person(connection, name)
    if refused is not None or found is None:
        raise NotKnownError
    return found


def _password() -> str:
    if sys.stdin.isatty() and on_terminal():
        typed: str = click.prompt(tr(N_("Password")), hide_input=True, err=True)
        return typed
    return sys.stdin.readline().rstrip("\n")
