"""Looks at the secret files that the configuration names, without reading them."""

import stat
from collections.abc import Iterator
from pathlib import Path

from agent.config.model import AgentConfig, Site
from agent.config.problems import Problem
from texts.catalogue import tr
from wire.text import N_

_FORBIDDEN_BITS = 0o077


def secret_file_problems(config: AgentConfig) -> list[Problem]:
    """Every private key and password file that is missing or that others may read."""
    return [
        problem for place, file in _secret_files(config) for problem in _problems_of(place, file)
    ]


def _secret_files(config: AgentConfig) -> Iterator[tuple[str, Path]]:
    for position, dataset in enumerate(config.datasets):
        for kind, database in (("postgresql", dataset.postgresql), ("mariadb", dataset.mariadb)):
            if database is not None and database.password_file is not None:
                yield f"datasets[{position}].{kind}.password_file", database.password_file
    for position, site in enumerate(config.sites):
        yield from _of_site(f"sites[{position}]", site)
    smtp = config.notify.smtp if config.notify else None
    if smtp is not None and smtp.password_file is not None:
        yield "notify.smtp.password_file", smtp.password_file


def _of_site(place: str, site: Site) -> Iterator[tuple[str, Path]]:
    named = {
        "key_file": site.key_file,
        "probe_key_file": site.probe_key_file,
        "credentials_file": site.credentials_file,
    }
    if site.maintenance is not None:
        named["maintenance.key_file"] = site.maintenance.key_file
        named["maintenance.credentials_file"] = site.maintenance.credentials_file
    for key, file in named.items():
        if file is not None:
            yield f"{place}.{key}", file


def _problems_of(place: str, file: Path) -> Iterator[Problem]:
    try:
        status = file.stat()
    except OSError as error:
        found = f"{file} ({error.strerror})"
        yield Problem(place, found, N_("Put the file there, mode 0600."))
        return
    if not stat.S_ISREG(status.st_mode):
        yield Problem(place, tr(N_("no regular file")), N_("Put the file there, mode 0600."))
    elif status.st_mode & _FORBIDDEN_BITS:
        found = tr(N_("mode {mode}"), mode=f"{stat.S_IMODE(status.st_mode):04o}")
        yield Problem(place, found, N_("Run: chmod 600 {file}"), {"file": str(file)})
