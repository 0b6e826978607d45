"""The shape of `datasets` and `excluded` in agent.yaml: what is protected, and what is not."""

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from agent.config.durations import parse_duration
from agent.config.keep import Keep
from wire.text import N_
from wire.verdicts import Names


class MarkerSays(StrEnum):
    """What the done-marker of an export folder vouches for."""

    DONE = "done"  # by its time alone: everything beside it is older and whole
    SUMS = "sums"  # it lists each file with its SHA-256, as sha256sum(1) prints it


def _about(text: str) -> Meta:
    return Meta(description=text)


class Database(Struct, frozen=True, forbid_unknown_fields=True):
    """One database of a server; without `host` over the server's usual socket."""

    database: Annotated[str, _about(N_("the database's name"))]
    host: Annotated[
        str, _about(N_("the server's name or address, or the folder or file of its socket"))
    ] = ""
    port: Annotated[int, _about(N_("the server's port; 0: the usual one"))] = 0
    user: Annotated[str, _about(N_("the name by which the server knows the agent"))] = ""
    password_file: Annotated[
        Path | None, _about(N_("a file with the password alone, mode 0600"))
    ] = None
    run_as: Annotated[
        str, _about(N_("the account of this host that runs the dump, where the server asks for it"))
    ] = ""


class SqliteFiles(Struct, frozen=True, forbid_unknown_fields=True):
    files: Annotated[tuple[Path, ...], _about(N_("SQLite files, which may be in use"))]


class Export(Struct, frozen=True, forbid_unknown_fields=True):
    path: Annotated[Path, _about(N_("the folder into which a program exports its data"))]
    done_marker: Annotated[str, _about(N_("the file there that the program writes last"))]
    marker_says: Annotated[
        MarkerSays, _about(N_("done: by its time alone; sums: it lists the files with SHA-256"))
    ] = MarkerSays.DONE


class Dataset(Struct, frozen=True, forbid_unknown_fields=True):
    """Exactly one of `paths`, `postgresql`, `mariadb`, `sqlite` and `export` is its source."""

    name: Annotated[str, _about(N_("a short name for what belongs together"))]
    schedule: Annotated[str, _about(N_("when to back up: minute hour day month weekday"))]
    rpo: Annotated[str, _about(N_("how much work may be lost at most"))]
    paths: Annotated[tuple[Path, ...], _about(N_("the folders and files to back up"))] = ()
    postgresql: Annotated[
        Database | None, _about(N_("a PostgreSQL database, dumped and checked first"))
    ] = None
    mariadb: Annotated[
        Database | None, _about(N_("a MariaDB or MySQL database, dumped and checked first"))
    ] = None
    sqlite: Annotated[
        SqliteFiles | None, _about(N_("SQLite files, copied in one piece and checked first"))
    ] = None
    export: Annotated[
        Export | None, _about(N_("a folder that a program fills and marks as done"))
    ] = None
    min_files: Annotated[int, _about(N_("fewer files than this are no point"))] = 0
    min_bytes: Annotated[int, _about(N_("fewer bytes than this are no point"))] = 0
    names: Annotated[
        Names, _about(N_("whether the controller sees the dataset's name: none, full"))
    ] = Names.NONE
    keep: Annotated[
        Keep, _about(N_("which old points stay; three always do, and whatever is needed"))
    ] = Keep()

    @property
    def rpo_duration(self) -> timedelta:
        return parse_duration(self.rpo)


class Excluded(Struct, frozen=True, forbid_unknown_fields=True):
    """One place that is left out on purpose; exactly one of `path`, `database`, `share`."""

    reason: Annotated[str, _about(N_("why nobody would miss it, in a sentence"))]
    path: Annotated[Path | None, _about(N_("a folder, with everything below it"))] = None
    database: Annotated[str, _about(N_("a database, by its name"))] = ""
    share: Annotated[str, _about(N_("a Samba share, by its name"))] = ""
