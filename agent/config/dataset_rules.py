"""What must be so of each dataset's source, and of each thing that is left out on purpose."""

import re
from collections.abc import Iterator

from agent.config.datasets import Database, Dataset, Excluded, Export, SqliteFiles
from agent.config.problems import Problem
from texts.catalogue import tr
from wire.text import N_

SOURCES = ("paths", "postgresql", "mariadb", "sqlite", "export")
_LEFT_OUT = ("path", "database", "share")
_HIGHEST_PORT = 65535
_LONGEST_NAME = 255
_ACCOUNT = re.compile(r"[a-z_][a-z0-9_.-]{0,31}\$?", re.ASCII)
_SHORTEST_REASON = 10  # characters: a sentence, however short
_LETTERS = 5  # different ones: “xxxxxxxxxx” is no reason
_PLACEHOLDERS = re.compile(r"(?:todo|fixme|tbd|xxx|để sau|chưa rõ)\b|[\W_]*$", re.IGNORECASE)


def source_rules(place: str, dataset: Dataset) -> Iterator[Problem]:
    """Exactly one source, with what it needs."""
    named = [kind for kind in SOURCES if getattr(dataset, kind)]
    if not named:
        remedy = N_("Name what to protect: one of {kinds}.")
        yield Problem(f"{place}.paths", tr(N_("nothing")), remedy, {"kinds": ", ".join(SOURCES)})
    if len(named) > 1:
        remedy = N_("Keep one of them; make a dataset of its own for each of the others.")
        yield Problem(place, ", ".join(named), remedy)
    for kind, database in (("postgresql", dataset.postgresql), ("mariadb", dataset.mariadb)):
        if database is not None:
            yield from _database_rules(f"{place}.{kind}", database)
    if dataset.sqlite is not None:
        yield from _sqlite_rules(f"{place}.sqlite", dataset.sqlite)
    if dataset.export is not None:
        yield from _export_rules(f"{place}.export", dataset.export)
    for key, least in (("min_files", dataset.min_files), ("min_bytes", dataset.min_bytes)):
        if least < 0:
            yield Problem(f"{place}.{key}", str(least), N_("Write 0 or more."))


def excluded_rules(excluded: tuple[Excluded, ...]) -> Iterator[Problem]:
    """Each names one thing, and a reason that somebody thought about."""
    for position, one in enumerate(excluded):
        place = f"excluded[{position}]"
        named = [kind for kind in _LEFT_OUT if getattr(one, kind)]
        if len(named) != 1:
            found = ", ".join(named) or tr(N_("nothing"))
            remedy = N_("Name exactly one thing: path, database or share.")
            yield Problem(place, found, remedy)
        if not _is_a_reason(one.reason):
            remedy = N_("Say in a sentence why nobody would miss it; an inspector reads this.")
            yield Problem(f"{place}.reason", _quoted(one.reason), remedy)


def _is_a_reason(text: str) -> bool:
    words = text.strip()
    if len(words) < _SHORTEST_REASON or _PLACEHOLDERS.match(words):
        return False
    letters = {letter for letter in words.casefold() if letter.isalpha()}
    return len(letters) >= _LETTERS and len(words.split()) > 1


def _database_rules(place: str, database: Database) -> Iterator[Problem]:
    yield from _name_rules(f"{place}.database", database.database)
    if not 0 <= database.port <= _HIGHEST_PORT:
        yield Problem(
            f"{place}.port", str(database.port), N_("Write a port from 1 to 65535, or 0.")
        )
    for key, text in (("host", database.host), ("user", database.user)):
        if "\0" in text or "\n" in text or text.startswith("-"):
            yield Problem(f"{place}.{key}", _quoted(text), N_("Write a plain name or address."))
    if "@" in database.host:
        remedy = N_("Write a plain name or address; the password stands in `password_file`.")
        yield Problem(f"{place}.host", tr(N_("an address with a secret inside it")), remedy)
    if database.run_as and database.password_file is not None:
        remedy = N_("Keep one of them: an account of this host needs no password file.")
        yield Problem(f"{place}.run_as", "run_as, password_file", remedy)
    if database.run_as and not _ACCOUNT.fullmatch(database.run_as):
        remedy = N_("Write an account of this host, as `postgres`.")
        yield Problem(f"{place}.run_as", _quoted(database.run_as), remedy)


def _sqlite_rules(place: str, sqlite: SqliteFiles) -> Iterator[Problem]:
    if not sqlite.files:
        yield Problem(f"{place}.files", tr(N_("nothing")), N_("Name at least one file."))
    for position, file in enumerate(sqlite.files):
        if file in sqlite.files[:position]:
            yield Problem(f"{place}.files[{position}]", _quoted(str(file)), N_("Name it once."))


def _export_rules(place: str, export: Export) -> Iterator[Problem]:
    marker = export.done_marker
    if "/" in marker or "\0" in marker or marker in {"", ".", ".."}:
        remedy = N_("Write the name of a file in that folder, without any /.")
        yield Problem(f"{place}.done_marker", _quoted(marker), remedy)


def _name_rules(place: str, name: str) -> Iterator[Problem]:
    if not name or "\0" in name or len(name.encode(errors="replace")) > _LONGEST_NAME:
        yield Problem(place, _quoted(name), N_("Write the database's name."))


def _quoted(text: str) -> str:
    return f"“{text}”"
