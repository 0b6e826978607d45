"""`lachan-controller doctor`: look for what would stop the controller, with the remedy."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import click

from controller.app import utc_now
from controller.cli.documents import document
from controller.cli.options import Options
from controller.config.authority import expires_at
from controller.config.home import Home
from controller.config.keys import (
    AUTHORITY_CERTIFICATE,
    METRICS_TOKEN,
    SERVER_CERTIFICATE,
    SERVER_KEY,
    load_keys,
)
from controller.config.load import load
from controller.config.secret_files import read_secret
from controller.errors import ConfigurationError
from controller.store.engine import open_database
from controller.store.schema import demand_current
from controller.store.verify_log import verify_log
from texts.catalogue import tr
from texts.moments import show_bytes, show_moment
from texts.shell import emit_json, sentence_of, table, worst_code
from wire.errors import GOOD, UNDECIDED, WRONG, LachanError
from wire.text import N_
from wire.verdicts import CheckVerdict

_LEAST_FREE_BYTES = 1024**3
_WARN_BEFORE = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was looked at."""

    id: str
    verdict: CheckVerdict
    says: str
    mend: str = ""


@click.command(help=N_("Look for what would stop the controller."))
@click.pass_obj
def command(options: Options) -> int:
    items = [_look(name, look, options.home) for name, look in LOOKS.items()]
    found = {item.verdict for item in items}
    if options.json:
        verdict = next((each for each in _WORST_FIRST if each in found), CheckVerdict.PASS)
        emit_json(document("doctor", verdict=verdict, items=[_entry(item) for item in items]))
    else:
        words = (N_("Subject"), N_("Verdict"), N_("Says"), N_("What to do"))
        rows = [(item.id, tr(_WORDS[item.verdict]), item.says, item.mend) for item in items]
        table([tr(word) for word in words], rows)
    return worst_code([_CODES[verdict] for verdict in found])


_WORST_FIRST = (CheckVerdict.FAIL, CheckVerdict.UNKNOWN)
_WORDS = {
    CheckVerdict.PASS: N_("good"),
    CheckVerdict.FAIL: N_("wrong"),
    CheckVerdict.UNKNOWN: N_("unknown"),
}
_CODES = {CheckVerdict.PASS: GOOD, CheckVerdict.FAIL: WRONG, CheckVerdict.UNKNOWN: UNDECIDED}


def _entry(item: Item) -> dict[str, str]:
    entry = {"id": item.id, "verdict": item.verdict.value, "says": item.says}
    return {**entry, "mend": item.mend} if item.mend else entry


def _look(name: str, look: Callable[[Home], str], home: Home) -> Item:
    try:
        return Item(name, CheckVerdict.PASS, look(home))
    except LachanError as error:
        seen = CheckVerdict.UNKNOWN if error.exit_code == UNDECIDED else CheckVerdict.FAIL
        hint = tr(error.hint, **error.parameters) if error.hint else ""
        return Item(name, seen, sentence_of(error), hint)


def _configuration(home: Home) -> str:
    return load(home).url


def _secrets(home: Home) -> str:
    load_keys(home)
    for name in (SERVER_KEY, METRICS_TOKEN):
        read_secret(home.secrets, name)
    return tr(N_("every key is there, readable only by its owner"))


def _certificates(home: Home) -> str:
    ends = [
        expires_at(read_secret(home.secrets, name))
        for name in (AUTHORITY_CERTIFICATE, SERVER_CERTIFICATE)
    ]
    if min(ends) - utc_now() < _WARN_BEFORE:
        ending = N_("a certificate ends {moment}; the next `serve` renews the server's")
        problem = tr(ending, moment=show_moment(min(ends)))
        raise ConfigurationError(problem=problem)
    return tr(N_("good until {moment}"), moment=show_moment(min(ends)))


def _database(home: Home) -> str:
    load(home)
    database = open_database(home.database)
    try:
        demand_current(database)
        with database.reading() as connection:
            return tr(N_("{n} entries, every hash as stored"), n=verify_log(connection))
    finally:
        database.close()


def _disk(home: Home) -> str:
    if not home.state_dir.is_dir():
        raise ConfigurationError(problem=tr(N_("{path} is missing"), path=home.state_dir))
    free = shutil.disk_usage(home.state_dir).free
    if free < _LEAST_FREE_BYTES:
        raise ConfigurationError(problem=tr(N_("only {size} free"), size=show_bytes(free)))
    return tr(N_("{size} free"), size=show_bytes(free))


LOOKS: dict[str, Callable[[Home], str]] = {
    "configuration": _configuration,
    "secrets": _secrets,
    "certificates": _certificates,
    "database": _database,
    "disk": _disk,
}
